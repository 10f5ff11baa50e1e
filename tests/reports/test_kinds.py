"""Each kind of report from the asking to the file, with what its reader may not see left out."""

import json
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.core.errors import DomainError
from riskassess.jobs.running import run_pending
from riskassess.proof.checking import check_report, read_dossier
from riskassess.reports.archives import remove_old_archives
from riskassess.reports.counting import vague
from riskassess.reports.letterhead import is_readable
from riskassess.reports.models import PeriodReport, Report, ReportBatch
from riskassess.reports.periods import periods
from riskassess.reports.services import read_archive, read_report, request_report
from riskassess.reviews.models import Condition


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def built(**given) -> Report:
    report = request_report(**given)
    run_pending()
    return Report.objects.get(pk=report.pk)


def test_redacted_report_has_no_name_partner_or_free_text_and_the_same_level(approved, ana):
    proposal = approved()
    record = latest_record(proposal)
    given = {"proposal": proposal, "record": record, "asked_by": ana, "is_redacted": True}
    report = built(kind="assessment", **given)
    letter = built(kind="decision", decision=proposal.case.decisions.get(), **given)

    content = record.version.content
    secrets = [
        content["proposal"]["title"],
        content["proposal"]["owner"],
        "Find a second funder",
        "One more source of money",
    ]
    secrets += [row["label"] for name in ("partners", "funders", "technology") for row in content[name]]
    secrets += [record.version.sha256]
    for each in (report, letter):
        archive = read_archive(each)
        whole = text_of(read_report(each)) + json.dumps(read_dossier(archive), ensure_ascii=False)
        assert [secret for secret in secrets if secret in whole] == []
        assert "Redacted: names, partners and free text are left out" in text_of(read_report(each))
        verdict = check_report(archive)
        assert verdict.is_good, verdict
        assert verdict.dossier["result"]["inherent"] == record.result["inherent"]
    assert "Partner 1" in text_of(read_report(report))


def test_certificate_waits_for_every_condition_and_tells_nothing_of_the_assessment(approved, ana):
    proposal = approved()
    decision = proposal.case.decisions.get()
    given = {"proposal": proposal, "record": decision.record, "decision": decision, "kind": "certificate"}
    with pytest.raises(DomainError, match="1 condition is not fulfilled yet"):
        request_report(**given, asked_by=ana)
    Condition.objects.filter(decision=decision).update(fulfilled_on=date(2026, 11, 20))

    report = built(**given, asked_by=ana)

    text, dossier = text_of(read_report(report)), read_dossier(read_archive(report))
    assert "The conditions are fulfilled" in text
    assert "Find a second funder" in text
    assert "20 November 2026" in text
    assert "finding" not in text.lower()
    assert not {"facts", "result", "texts"} & dossier.keys()
    assert "reasons" not in dossier["decision"]
    assert check_report(read_archive(report)).is_good


def test_audit_report_of_a_case_is_for_auditors_alone(approved, david, omar, as_user):
    proposal = approved()
    given = {"proposal": proposal, "record": latest_record(proposal), "kind": "case_audit"}
    report = built(**given, asked_by=david)
    refused = built(**given, asked_by=omar)

    text = text_of(read_report(report))
    assert "Well prepared." in text  # Tomasz's advice
    assert "submitted the proposal" in text
    assert refused.job.state == "refused"
    assert report.pk != refused.pk
    statuses = [as_user(who).get(report.get_absolute_url()).status_code for who in (david, omar, proposal.owner)]
    assert statuses == [200, 403, 403]


def test_many_reports_come_as_one_zip_with_a_manifest(approved, submitted, omar, eve, as_user):
    decided, open_one = approved(), submitted(example="04-coastal", owner=eve)
    client = as_user(omar)

    empty = client.post(reverse("reports"), {"kind": "decision", "language": "en"})
    answer = client.post(
        reverse("reports"),
        {"proposals": [decided.reference, open_one.reference], "kind": "decision", "language": "en"},
    )
    batch = ReportBatch.objects.get()
    waiting = client.get(batch.get_absolute_url()).content.decode()
    run_pending()

    batch.refresh_from_db()
    assert empty.status_code == 422
    assert "Tick the proposals first" in empty.content.decode()
    assert answer["Location"] == batch.get_absolute_url()
    assert "<progress" in waiting
    assert batch.state == "done"
    assert batch.left_out == [[open_one.reference, "Nothing is decided yet."]]
    archive = ZipFile(BytesIO(b"".join(client.get(reverse("report_batch_file", args=[batch.uid])))))
    manifest = json.loads(archive.read("manifest.json"))
    report = batch.reports.get()
    assert {line["file"]: line["sha256"] for line in manifest["files"]} == {
        f"reports/{report.file_name}": report.sha256,
        f"records/{report.archive_name}": report.archive_sha256,
    }
    assert archive.read(f"reports/{report.file_name}") == read_report(report)
    assert manifest["left_out"] == [[open_one.reference, "Nothing is decided yet."]]
    assert as_user(eve).get(batch.get_absolute_url()).status_code == 403
    page = client.get(batch.get_absolute_url()).content.decode()
    assert report.sha256 in page

    kept, gone = (remove_old_archives(now=batch.ended_at + timedelta(days=days)) for days in (29, 31))

    assert (kept, gone) == (0, 1)
    assert client.get(reverse("report_batch_file", args=[batch.uid]))["Location"] == batch.get_absolute_url()
    assert "had its time and was removed" in client.get(batch.get_absolute_url()).content.decode()
    assert read_report(report)
    assert Event.objects.get(verb="reports.removed").subject.endswith(str(batch.uid))


def test_batch_leaves_out_what_the_asker_may_no_longer_read(approved, omar, as_user):
    proposal = approved()
    as_user(omar).post(reverse("reports"), {"proposals": "all", "kind": "assessment", "language": "en"})
    omar.memberships.all().delete()

    run_pending()

    batch = ReportBatch.objects.get()
    assert batch.left_out == [[proposal.reference, "This proposal is not open to you."]]
    assert batch.reports.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_page_of_reports_asks_the_same_number_of_queries(submitted, omar, as_user, rows, django_assert_num_queries):
    for _number in range(rows):
        submitted(example="04-coastal")
    client = as_user(omar)
    client.get(reverse("reports"))

    with django_assert_num_queries(12):
        page = client.get(reverse("reports"))

    assert page.content.decode().count('name="proposals"') == rows + 1


def test_counts_of_a_period_tell_of_nobody(approved, university, omar, as_user):
    ada = university.people["ada"]
    proposal = approved()
    name = periods(date.today())[0][0]
    as_user(ada).post(reverse("period_ask"), {"period-kind": "audit", "period-period": name})
    as_user(omar).post(reverse("period_ask"), {"period-kind": "audit", "period-period": name})  # not an officer's
    run_pending()

    report = PeriodReport.objects.get()
    text = text_of(read_report(report))
    assert "fewer than 5" in text
    assert "Checks of the chain" in text
    for secret in (proposal.reference, proposal.title, proposal.owner.name):
        assert secret not in text
    assert check_report(read_archive(report)).is_good
    assert [as_user(who).get(report.get_absolute_url()).status_code for who in (ada, omar)] == [200, 404]


def test_a_single_small_count_takes_the_next_smallest_with_it():
    assert vague([["a", 0], ["b", 3], ["c", 20], ["d", 9]]) == [["a", 0], ["b", None], ["c", 20], ["d", None]]
    assert vague([["a", 2], ["b", 3], ["c", 20]]) == [["a", None], ["b", None], ["c", 20]]
    assert vague([["a", 5], ["b", 0]]) == [["a", 5], ["b", 0]]


def test_letterhead_is_on_reports_asked_for_from_then_on(submitted, university, as_user):
    ada = university.people["ada"]
    before = submitted(example="04-coastal")
    picture = BytesIO()
    Image.new("RGB", (60, 20), "#803010").save(picture, "PNG")
    picture.seek(0)
    picture.name = "crest.png"
    client = as_user(ada)

    pale = client.post(reverse("letterhead"), {"colour": "#FFFF99"})
    saved = client.post(reverse("letterhead"), {"colour": "#803010", "logo": picture})
    after = submitted(example="04-coastal")

    assert pale.status_code == 422
    assert "too light" in pale.content.decode()
    assert saved.status_code == 302
    images = [
        sum(len(page.images) for page in PdfReader(BytesIO(read_report(proposal.reports.get()))).pages)
        for proposal in (before, after)
    ]
    assert images[0] == 0
    assert images[1] >= 1
    assert is_readable("#0D4F5E")
    assert not is_readable("#FFFFFF")


def test_page_has_another_report_made_and_two_clicks_make_one(approved, ana, omar, eve, as_user):
    proposal = approved()
    address = reverse("report_ask", args=[proposal.reference])
    given = {"kind": "assessment", "is_redacted": "on"}

    assert as_user(eve).post(address, given).status_code == 404
    assert as_user(ana).post(address, given).status_code == 302
    assert as_user(omar).post(address, {**given, "from": "case"}).headers["Location"].startswith("/cases/")
    as_user(ana).post(address, {"kind": "certificate"})  # its condition is not fulfilled
    as_user(ana).post(address, {"kind": "case_audit"})  # not theirs
    run_pending()

    (made,) = Report.objects.filter(is_redacted=True)
    assert (made.state, made.job.attempts) == ("ready", 1)
    assert not Report.objects.filter(kind__in=["certificate", "case_audit"]).exists()
    for person, page in ((ana, "proposal"), (omar, "case")):
        text = as_user(person).get(reverse(page, args=[proposal.reference])).content.decode()
        assert reverse("report_archive", args=[made.uid]) in text
        assert "redacted" in text
        assert 'value="certificate"' not in text

    Condition.objects.update(fulfilled_on=date(2026, 12, 1))
    assert 'value="certificate"' in as_user(ana).get(reverse("proposal", args=[proposal.reference])).content.decode()
    as_user(ana).post(address, {"kind": "certificate"})
    assert Report.objects.filter(kind="certificate").count() == 1

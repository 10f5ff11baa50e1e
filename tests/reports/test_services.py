import pytest
from django.db import transaction

from riskassess import workflow
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.audit.services import verify_chain
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.models import StoredFile
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_job
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.reports.queries import latest_report, reports_of
from riskassess.reports.services import read_archive, read_report, request_report, retry_report
from riskassess.reports.tasks import build_report
from tests.story import MODERATE, submit_proposal


@pytest.fixture
def proposal(submitted):
    return submitted(example=MODERATE)


@pytest.fixture
def report(proposal):
    """One that was asked for and not built yet."""
    return request_report(proposal=proposal, record=latest_record(proposal), kind="receipt", asked_by=proposal.owner)


def test_asking_writes_one_row_one_job_one_event(report, proposal):
    again = request_report(proposal=proposal, record=latest_record(proposal), kind="receipt", asked_by=proposal.owner)

    assert again.pk == report.pk
    assert report.state == "queued"
    assert Job.objects.filter(key=f"report:{report.uid}").count() == 1
    assert Event.objects.filter(verb="report.requested", subject=f"reports.Report:{report.uid}").count() == 1
    assert report.audit_head == Event.objects.get(sequence=report.audit_sequence).hash


def test_asking_ends_with_the_transaction(proposal):
    count = Report.objects.count()

    with transaction.atomic():
        request_report(proposal=proposal, record=latest_record(proposal), kind="receipt")
        transaction.set_rollback(True)

    assert Report.objects.count() == count
    assert not Job.objects.filter(task="reports.build_report", state="queued").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "novel"}, "no such kind"),
        ({"kind": "receipt", "language": "xx"}, "not made in that language"),
        ({"kind": "decision"}, "needs its decision"),
    ],
)
def test_asking_for_what_does_not_exist_is_refused(proposal, given, words):
    with pytest.raises(DomainError, match=words):
        request_report(proposal=proposal, record=latest_record(proposal), **given)


def test_report_of_another_proposal_is_refused(proposal, submitted):
    other = submitted(example=MODERATE)

    with pytest.raises(DomainError, match="another proposal"):
        request_report(proposal=proposal, record=latest_record(other), kind="receipt")


def test_five_deliveries_make_one_file_and_one_event(report):
    for _ in range(5):
        run_job(report.job_id)
        build_report(report.pk)

    report.refresh_from_db()
    built = Event.objects.get(verb="report.built", subject=f"reports.Report:{report.uid}")
    assert report.state == "ready"
    assert StoredFile.objects.filter(report=report).count() == 1
    assert StoredFile.objects.count() == 2 * Report.objects.exclude(file=None).count()  # to read, and to keep
    assert built.detail.after["sha256"] == report.sha256
    assert Job.objects.get(pk=report.job_id).state == "done"
    assert verify_chain().ok


def test_building_again_from_the_same_row_gives_the_same_bytes(proposal):
    report = Report.objects.get(proposal=proposal)
    first, stored, unsigned = read_report(report), report.file, report.unsigned_sha256
    Report.objects.filter(pk=report.pk).update(file=None, sha256="", archive=None)

    build_report(report.pk)

    again = Report.objects.get(pk=report.pk)
    assert again.file_id != stored.pk
    assert read_report(again) == first
    assert again.unsigned_sha256 == unsigned  # the signature alone holds the moment it was made
    assert read_archive(again) != read_archive(report)


def test_changed_file_is_not_handed_out(proposal, settings):
    report = Report.objects.get(proposal=proposal)
    path = settings.FILES_DIR / report.file.path
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(DomainError, match="not the one"):
        read_report(report)


def test_unfinished_report_says_where_it_stands(report):
    with pytest.raises(DomainError, match="waits for a free worker"):
        read_report(report)


def test_asker_who_left_is_refused_and_somebody_else_tries_again(report, omar, run_jobs):
    report.requested_by.is_active = False
    report.requested_by.save()

    run_jobs()

    report = Report.objects.get(pk=report.pk)
    assert (report.state, report.job.state) == ("failed", "refused")
    assert "account that asked" in report.sentence
    retry_report(report=report, actor=omar)
    run_jobs()
    assert Report.objects.get(pk=report.pk).state == "ready"
    assert Event.objects.filter(verb="report.retried", actor_id=omar.pk).count() == 1


def test_asker_who_may_no_longer_read_is_refused(report, eve, run_jobs):
    Report.objects.filter(pk=report.pk).update(requested_by=eve)

    run_jobs()

    report = Report.objects.get(pk=report.pk)
    assert report.job.state == "refused"
    assert "may no longer read" in report.sentence
    assert report.file is None


def test_ready_report_is_not_tried_again(proposal, omar):
    with pytest.raises(Conflict):
        retry_report(report=Report.objects.get(proposal=proposal), actor=omar)


def test_failed_report_says_so_in_words(report, run_jobs):
    Report.objects.filter(pk=report.pk).update(as_asked={})  # what no service writes: the build must break

    run_jobs()

    report = Report.objects.get(pk=report.pk)
    assert (report.state, report.job.attempts) == ("failed", 3)
    assert report.sentence.startswith("The PDF could not be built. Nothing else is lost.")


def test_reports_are_listed_for_who_may_read_them(proposal, ana, omar, eve):
    assert reports_of(proposal, ana).count() == reports_of(proposal, omar).count() == 1
    assert reports_of(proposal, eve).count() == 0
    assert latest_report(proposal, ana, "assessment") == Report.objects.get(proposal=proposal)
    assert latest_report(proposal, eve, "assessment") is None


def test_each_version_has_its_report(proposal, omar):
    workflow.request_changes(case=proposal.case, actor=omar, reasons="Say more about the data.")
    submit_proposal(Proposal.objects.get(pk=proposal.pk))

    assert list(Report.objects.values_list("version__number", flat=True)) == [2, 1]


@pytest.mark.parametrize("rows", [1, 3])
def test_listing_reports_takes_one_query(proposal, ana, django_assert_num_queries, rows):
    for language in ["de", "fr"][: rows - 1]:
        request_report(proposal=proposal, record=latest_record(proposal), kind="assessment", language=language)
    reports_of(proposal, ana)  # the roles are read once a person

    with django_assert_num_queries(1):
        listed = [(row.state, row.file_name, row.sentence) for row in reports_of(proposal, ana)]

    assert len(listed) == rows

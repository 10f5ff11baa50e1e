"""An auditor at work: exports, dossier, samples, notes, and what a mandate opens and closes."""

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.models import Mandate, User
from riskassess.audit.models import AccessRead, Event
from riskassess.audit.signing import public_key
from riskassess.auditing import services
from riskassess.auditing.columns import columns_of, rows_of
from riskassess.auditing.models import AuditNote, Export, Kind, Sample
from riskassess.auditing.replaying import Difference
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.models import StoredFile
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reviews.queries import visible_proposals
from tests.story import HIGH

TABLES = [kind for kind in Kind if kind != Kind.DOSSIER]


@pytest.fixture
def ada(university):
    return User.objects.get(email__startswith="ada")


def fresh(user):
    return User.objects.get(pk=user.pk)


def chosen(kind, **changes):
    names = [column.name for column in columns_of(kind, content=changes.pop("content", True))]
    return {"do": "start", "format": "csv", "columns": names, "purpose": "Yearly audit", **changes}


def answer_of(browser, export) -> bytes:
    return b"".join(browser.get(reverse("export_file", args=[export.uid])).streaming_content)


def test_auditor_exports_every_table_from_a_page_with_preview(approved, david, as_user, run_jobs):
    proposal = approved()
    browser = as_user(david)

    for kind in TABLES:
        page = browser.get(reverse("export_new", args=[kind])).content.decode()
        assert "as it would be written" in page or "as they would be written" in page or "Nothing fits" in page
        made = browser.post(reverse("export_new", args=[kind]), chosen(kind))
        assert made.status_code == 302, kind
    run_jobs()

    read = {}
    for export in Export.objects.all():
        text = answer_of(browser, export).decode()
        read[export.kind] = list(csv.DictReader(io.StringIO(text)))
        manifest = browser.get(reverse("export_manifest", args=[export.uid])).json()
        assert manifest["sha256"] == StoredFile.objects.get(pk=export.file_id).sha256
        assert manifest["count"] == len(read[export.kind])
        assert manifest["chain_head"]["hash"] == Event.objects.get(pk=manifest["chain_head"]["sequence"]).hash
    assert [row["reference"] for row in read[Kind.CASES]] == [proposal.reference]
    assert [row["outcome"] for row in read[Kind.DECISIONS]] == ["approve_with_conditions"]
    assert [row["condition"] for row in read[Kind.CONDITIONS]] == ["Find a second funder"]
    assert read[Kind.AUDIT][0]["sequence"] == "1"
    assert {row["verb"] for row in read[Kind.COUNTS]} >= {"proposal.submit", "case.voted"}
    assert Event.objects.filter(verb="export.requested", actor_id=david.pk).count() == len(TABLES)
    assert AccessRead.objects.filter(verb="export.downloaded", actor_id=david.pk).count() == len(TABLES)
    # what was chosen is offered again
    browser.post(reverse("export_new", args=["cases"]), chosen("cases", columns=["unit", "state"], format="xlsx"))
    again = browser.get(reverse("export_new", args=["cases"])).content.decode()
    assert again.count("checked") == 3


def test_administrators_get_the_log_without_cases_and_the_counts_only(approved, ada, as_user, run_jobs):
    approved()
    browser = as_user(ada)

    seen = {kind: browser.get(reverse("export_new", args=[kind])).status_code for kind in TABLES}
    browser.post(reverse("export_new", args=["audit"]), chosen("audit", columns=["sequence", "after", "hash"]))
    refused = browser.post(reverse("export_new", args=["audit"]), chosen("audit", content=False, columns=["after"]))
    browser.post(reverse("export_new", args=["audit"]), chosen("audit", content=False))
    run_jobs()

    assert seen == {kind: 200 if kind in {"audit", "counts"} else 404 for kind in TABLES}
    assert refused.status_code == 422
    export = Export.objects.get()
    text = answer_of(browser, export).decode()
    assert text.splitlines()[0] == '"sequence","time","actor","verb","reference","hash"'
    assert "second funder" not in text
    assert export.manifest["content"] is False


@pytest.mark.parametrize(
    "given",
    [{"columns": []}, {"format": "exe"}, {"purpose": " "}, {"since": "2026-01-01", "until": "1999-01-01"}],
)
def test_export_that_cannot_be_read_keeps_what_was_typed(submitted, david, as_user, given):
    answer = as_user(david).post(reverse("export_new", args=["cases"]), chosen("cases", **given))

    assert answer.status_code == 422
    assert not Export.objects.exists()


def test_right_that_was_lost_meanwhile_ends_the_work(approved, david, as_user, run_jobs):
    approved()
    browser = as_user(david)
    browser.post(reverse("export_new", args=["cases"]), chosen("cases"))
    Mandate.objects.update(ended_at=timezone.now())

    run_jobs()

    export = Export.objects.get()
    assert (export.file_id, export.job.state) == (None, "refused")
    assert browser.get(export.get_absolute_url()).status_code == 404


def test_files_of_exports_go_after_their_days(approved, david, as_user, run_jobs):
    approved()
    browser = as_user(david)
    browser.post(reverse("export_new", args=["counts"]), chosen("counts"))
    run_jobs()
    Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    assert services.remove_old_exports() == 1
    assert services.remove_old_exports() == 0

    export = Export.objects.get()
    assert (export.state, export.manifest["what"]) == ("gone", "counts")
    assert "was removed" in browser.get(export.get_absolute_url()).content.decode()
    assert browser.get(reverse("export_file", args=[export.uid])).status_code == 409


def test_nobody_gets_the_export_of_somebody_else(approved, david, ada, as_user, run_jobs):
    approved()
    as_user(ada).post(reverse("export_new", args=["counts"]), chosen("counts"))
    run_jobs()
    export = Export.objects.get()

    for route in ("export", "export_state", "export_file", "export_manifest"):
        assert as_user(david).get(reverse(route, args=[export.uid])).status_code == 404, route


def test_every_table_costs_the_same_whatever_its_length(submitted, eve, david):
    costs = {kind: set() for kind in TABLES}
    for owner in (None, eve, eve):
        submitted(**({"owner": owner} if owner else {}))
        for kind in TABLES:
            names = [column.name for column in columns_of(kind, content=True)]
            with CaptureQueriesContext(connection) as queries:
                list(rows_of(kind, fresh(david), names=names, since=None, until=None, content=True, head=10**6))
            costs[kind].add(len(queries))

    assert {kind: len(each) for kind, each in costs.items()} == dict.fromkeys(TABLES, 1)


def test_dossier_verifies_offline_and_shows_each_change(approved, david, as_user, run_jobs, tmp_path):
    proposal = approved()
    browser = as_user(david)
    browser.post(reverse("audit_dossier", args=[proposal.reference]), {"purpose": "Asked for by the dean"})
    run_jobs()
    export = Export.objects.get()
    path = tmp_path / "dossier.zip"
    path.write_bytes(answer_of(browser, export))
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)

    assert run_alone(folder / "verify.py", "--key", public_key())[0] == 0
    code, said = run_alone(folder / "verify.py", path)
    assert (code, "In order: " + proposal.reference in said) == (0, True)
    assert run_alone(folder / "verify.py", "--key", "00" * 32)[0] == 1
    names = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
    assert any(name.startswith("reports/") for name in names)
    content = json.loads((folder / "case.json").read_text())
    assert content["decisions"][0]["reasons"] == "One more source of money is needed."
    for name in names - {"verify.py"}:
        spoilt = tmp_path / "spoilt"
        shutil.copytree(folder, spoilt)
        (spoilt / name).write_bytes((spoilt / name).read_bytes() + b"x")
        assert run_alone(spoilt / "verify.py", "--key", public_key())[0] == 1 or name == "public-key.txt", name
        shutil.rmtree(spoilt)
    (folder / "extra.txt").write_text("x")
    assert "extra.txt is no part of this dossier" in run_alone(folder / "verify.py")[1]


def run_alone(*arguments):
    done = subprocess.run(
        [sys._base_executable, "-I", "-S", *map(str, arguments)], capture_output=True, text=True, cwd="/", timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_sample_is_drawn_by_its_seed_and_stands_in_the_log(submitted, eve, david, as_user):
    references = sorted(submitted(**given).reference for given in ({}, {"owner": eve}, {"owner": eve}))
    browser = as_user(david)

    page = browser.post(reverse("audit_samples"), {"size": 2, "seed": "tide-7"}, follow=True).content.decode()
    sample = Sample.objects.get()
    again = services.draw_sample(actor=fresh(david), size=2, seed="tide-7")
    other = services.draw_sample(actor=fresh(david), size=2)

    assert sample.references == again.references
    assert sample.references == sorted(services.drawn_from(references, seed="tide-7", size=2))
    assert set(other.references) < set(references)
    assert len(other.seed) == 16
    assert "2 of 3 cases" in page
    event = Event.objects.filter(verb="sample.drawn").first()
    assert (event.detail.after["seed"], event.detail.after["references"]) == ("tide-7", sample.references)
    assert browser.post(reverse("audit_samples"), {"size": 0}).status_code == 422
    assert browser.post(reverse("audit_samples"), {"size": 1, "until": "2001-01-01"}).status_code == 422


def test_notes_are_the_auditors_own(approved, david, omar, as_user):
    proposal = approved()
    browser, form = as_user(david), {"kind": "finding", "text": "The second funder came late."}
    url = reverse("audit_case", args=[proposal.reference])

    browser.post(url, form)
    browser.post(reverse("audit_notes"), {"kind": "note", "text": "Look at March."})

    assert "The second funder came late." in browser.get(url).content.decode()
    assert "Look at March." in browser.get(reverse("audit_notes")).content.decode()
    assert b"The second funder" not in as_user(omar).get(reverse("case", args=[proposal.reference])).content
    event = Event.objects.filter(verb="audit_note.written").first()
    assert (event.reference, event.detail.after) == (proposal.reference, {"kind": "finding"})
    assert browser.post(url, {"kind": "finding", "text": " "}).status_code == 422
    assert AuditNote.objects.count() == 2


def test_page_of_a_case_tells_events_and_reads_at_a_constant_cost(approved, david, omar, as_user):
    proposal = approved()
    browser, url = as_user(david), reverse("audit_case", args=[proposal.reference])
    browser.get(reverse("case", args=[proposal.reference]))

    costs = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(url).content.decode()
        costs.append(len(queries))

    assert "cast a vote" in page
    assert "read the case" in page
    assert len(set(costs)) == 1
    assert AccessRead.objects.filter(verb="case.audited", reference=proposal.reference).count() == 3


def test_mandate_takes_two_people_and_is_told(university, ada, omar, as_user):
    david = university.people["david"]
    Mandate.objects.all().delete()
    today = timezone.localdate()
    form = {"auditor": david.uid, "starts": today, "ends": today + timedelta(days=30), "reason": "A complaint"}

    as_user(ada).post(reverse("mandates"), form)
    mandate = Mandate.objects.get()
    assert as_user(ada).post(reverse("mandate_confirm", args=[mandate.uid])).status_code == 403
    assert as_user(david).get(reverse("mandates")).status_code == 403
    assert not fresh(david).mandates_now
    assert "waits for your yes" in Notice.objects.get(user=omar).subject
    as_user(omar).post(reverse("mandate_confirm", args=[mandate.uid]))
    assert as_user(omar).post(reverse("mandate_confirm", args=[mandate.uid])).status_code == 409

    assert fresh(david).mandates_now == (Mandate.objects.get(),)
    assert "You have a mandate" in Notice.objects.get(user=david).subject
    as_user(ada).post(reverse("mandate_end", args=[mandate.uid]))
    assert not fresh(david).mandates_now
    assert [event.verb for event in Event.objects.filter(verb__startswith="mandate.").order_by("sequence")][-3:] == [
        "mandate.asked", "mandate.confirmed", "mandate.ended",
    ]  # fmt: skip


def test_mandate_refuses_what_would_not_be_one(university, ada, omar, david):
    today = timezone.localdate()
    given = {"auditor": david, "actor": ada, "starts": today, "ends": today, "reason": "x"}
    for changes, words in (
        ({"auditor": omar}, "is no auditor"),
        ({"ends": today + timedelta(days=400)}, "a year at most"),
        ({"ends": today - timedelta(days=1)}, "lies before"),
        ({"starts": today - timedelta(days=9), "ends": today - timedelta(days=1)}, "has passed"),
        ({"reason": " "}, "what the mandate is for"),
        ({"actor": david}, "of their own"),
    ):
        with pytest.raises(DomainError, match=words):
            workflow.ask_mandate(**{**given, **changes})
    old = workflow.ask_mandate(**given)
    Mandate.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    with pytest.raises(Conflict, match="lapsed"):
        workflow.confirm_mandate(mandate=old, actor=omar)


def test_mandate_opens_its_unit_and_its_days_and_closes_all_when_over(submitted, eve, david, university, as_user):
    marine, history = submitted(example=HIGH), submitted(example=HIGH, owner=eve)
    browser, mandate = as_user(david), Mandate.objects.get()
    names = ("case", "audit_case")
    pages = [reverse(name, args=[proposal.reference]) for proposal in (marine, history) for name in names]

    def seen():
        return [browser.get(page).status_code for page in pages]

    assert seen() == [200, 200, 200, 200]
    Mandate.objects.update(unit=university.units["Faculty of Science"])
    assert seen() == [200, 200, 404, 404]
    log = browser.get(reverse("audit")).content.decode()
    assert marine.reference in log
    assert history.reference not in log
    Mandate.objects.update(unit=None, submitted_from=timezone.localdate() + timedelta(days=1))
    assert seen() == [404, 404, 404, 404]
    Mandate.objects.update(submitted_from=None, ends=mandate.starts, starts=mandate.starts - timedelta(days=9))
    Mandate.objects.update(ends=timezone.localdate() - timedelta(days=1))

    assert seen() == [404, 404, 404, 404]
    assert not visible_proposals(fresh(david)).exists()
    told = browser.get(reverse("audit"))
    assert told.status_code == 200
    assert "You have no mandate in force" in told.content.decode()
    assert "It ended on" in told.content.decode()
    for name in ("exports", "audit_samples", "audit_notes"):
        assert browser.get(reverse(name)).status_code == 404, name
    assert browser.post(reverse("audit_export"), {"format": "csv"}).status_code == 404


def test_nightly_comparison_finds_a_state_that_no_event_tells_of(approved, filed, omar, david, as_user):
    ada = User.objects.get(email__startswith="ada")
    proposal, draft = approved(), filed()
    assert workflow.compare_states() == []
    told = Event.objects.filter(verb="audit.states_compared").last()
    assert told.detail.after == {"compared": 2, "differences": 0, "which": []}

    Proposal.objects.filter(pk=proposal.pk).update(state="approved")
    Proposal.objects.filter(pk=draft.pk).update(state="registered")

    assert workflow.compare_states() == [
        Difference(proposal.reference, "approved_with_conditions", "approved"),
        Difference(draft.reference, "draft", "registered"),
    ]
    told = Event.objects.filter(verb="audit.states_compared").last()
    assert told.detail.after["which"][0]["in_table"] == "approved"
    told = {row.user.name: row for row in Notice.objects.filter(subject="Audit log and proposals differ")}
    assert {omar.name, ada.name, david.name} <= set(told)
    both = f"{proposal.reference}, {draft.reference}"
    assert [both in told[person.name].text for person in (omar, ada, david)] == [True, True, False]
    for person in (ada, david):  # whoever may read the log is led to the line
        page = as_user(person).get(told[person.name].url).content.decode()
        assert "compared where each proposal stands with what its events say" in page
        assert (f"{proposal.reference}" in page) == (person == david)

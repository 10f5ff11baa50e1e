"""Quarantine with a real virus scanner: nobody gets a file before it was looked at, and what was found in one goes."""

import pytest
from django.urls import reverse

from riskassess.audit.models import Event
from riskassess.files.models import FileState, StoredFile
from riskassess.files.scanning import ScannerAway, threat_in
from riskassess.jobs.models import Job
from riskassess.jobs.models import State as JobState
from riskassess.notices.models import Notice
from riskassess.proposals.models import EvidenceVersion
from riskassess.schedule import scan_waiting
from tests.files import making
from tests.web.filing.evidence import add, kept_in, upload, url
from tests.web.filing.pages import text_of


@pytest.fixture
def scanner(clamd, settings):
    settings.CLAMD = clamd.address


@pytest.fixture
def scanner_away(settings, tmp_path):
    settings.CLAMD = str(tmp_path / "nobody.sock")


def file_url(proposal):
    return reverse("evidence_file", args=[proposal.reference, EvidenceVersion.objects.get().uid])


def test_scanner_names_what_it_finds_and_nothing_else(clamd):
    assert threat_in(b"a letter of intent", clamd.address) == ""
    assert threat_in(b"x" * 1000 + clamd.sign, clamd.address) == "Own.Test.UNOFFICIAL"


@pytest.mark.parametrize("address", ["/nowhere/clamd.sock", "127.0.0.1:1"])
def test_scanner_that_is_away_is_no_answer(address):
    with pytest.raises(ScannerAway, match="does not answer"):
        threat_in(b"a", address)


@pytest.mark.usefixtures("scanner")
def test_file_is_nobodys_until_it_was_scanned(proposal, ana, as_user, run_jobs):
    add(as_user(ana), proposal, upload("note.txt"))

    before = as_user(ana).get(file_url(proposal))
    page = text_of(as_user(ana).get(url(proposal)))
    run_jobs()

    assert before.status_code == 409
    assert "is being checked for viruses" in text_of(before)
    assert "note.txt is being checked for viruses" in page
    assert as_user(ana).get(file_url(proposal)).content == making.SOUND["note.txt"]()


@pytest.mark.usefixtures("scanner")
def test_infected_file_goes_and_its_authors_are_told(
    clamd,
    proposal,
    ana,
    as_user,
    run_jobs,
    folder,
    django_capture_on_commit_callbacks,
):
    add(as_user(ana), proposal, upload("note.txt", b"hello\n" + clamd.sign))
    with django_capture_on_commit_callbacks(execute=True):
        run_jobs()

    assert StoredFile.objects.get().state == FileState.REFUSED
    assert kept_in(folder) == []
    assert as_user(ana).get(file_url(proposal)).status_code == 422
    assert "was not kept: the virus scanner found something in it" in text_of(as_user(ana).get(url(proposal)))
    assert Event.objects.filter(verb="evidence.refused", reference=proposal.reference).count() == 1
    assert Notice.objects.filter(user=ana, subject__contains="a file was not kept").count() == 1
    # It may be put right and counts no more.
    assert add(as_user(ana), proposal, upload("note.txt")).status_code == 302


@pytest.mark.usefixtures("scanner_away")
def test_while_the_scanner_is_away_a_file_waits_and_administrators_hear_of_it(
    proposal,
    ana,
    as_user,
    run_jobs,
    settings,
    university,
    clamd,
):
    add(as_user(ana), proposal, upload("note.txt"))
    run_jobs()
    failed = Job.objects.get(task="files.scan_file")

    scan_waiting()
    scan_waiting()

    failed_again = Job.objects.get(task="files.scan_file")
    assert (failed.state, failed_again.state) == (JobState.FAILED, JobState.QUEUED)
    assert "The virus scanner does not answer" in failed.reason
    assert as_user(ana).get(file_url(proposal)).status_code == 409
    told = Notice.objects.filter(subject__contains="the virus scanner does not answer")
    assert [notice.user.email.partition("@")[0] for notice in told] == ["ada"]

    settings.CLAMD = clamd.address
    run_jobs()
    assert as_user(ana).get(file_url(proposal)).status_code == 200


def test_without_a_scanner_a_file_is_there_at_once(proposal, ana, as_user):
    add(as_user(ana), proposal, upload("note.txt"))

    assert as_user(ana).get(file_url(proposal)).status_code == 200
    assert not Job.objects.filter(task="files.scan_file").exists()

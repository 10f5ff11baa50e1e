"""The file that a judgement rests on: kept with it, and handed to whoever may read the case, as data."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partners.models import Hit, Judgement
from riskassess.audit.models import Event
from riskassess.files.models import StoredFile
from riskassess.notices.models import Notice
from tests.files import making
from tests.story import OPEN

TEXT = b"Register of organisations, page 12: another address."


@pytest.fixture
def hit(submitted):
    proposal = submitted(example=OPEN)
    found = Hit.objects.filter(screening__partner__in=[row.partner for row in proposal.participations.all()]).last()
    found.reference = proposal.reference
    return found


def judge(client, hit, content, name="register.txt"):
    url = reverse("match", args=[hit.reference, hit.uid])
    return client.post(
        url,
        {
            "verdict": "different",
            "reason": "The register has another address.",
            "evidence_file": SimpleUploadedFile(name, content),
        },
    )


def test_file_is_kept_with_the_judgement_and_comes_back_as_data(hit, omar, tomasz, as_user):
    assert judge(as_user(omar), hit, TEXT).status_code == 302

    page = as_user(omar).get(reverse("match", args=[hit.reference, hit.uid])).content.decode()
    answer = as_user(tomasz).get(reverse("match_evidence", args=[hit.reference, hit.uid]))

    assert "register.txt" in page
    assert (answer.status_code, answer.content) == (200, TEXT)
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Content-Disposition"] == 'attachment; filename="register.txt"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    event = Event.objects.filter(verb="hit.judged").latest("sequence")
    assert event.detail.after["evidence_sha256"] == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "register.pdf", "The file is empty"),
        (b"MZ\x90\x00 a program", "register.pdf", "which we do not take"),
        (b"%PDF-1.7 a page of the register", "register.pdf", "The PDF is damaged or breaks off"),
        (b"<script>", "page.html", "which we do not take"),
    ],
)
def test_file_that_is_not_what_it_says_is_refused_and_nothing_is_kept(content, name, said, hit, omar, as_user):
    answer = judge(as_user(omar), hit, content, name)

    assert said in answer.content.decode()
    assert "The register has another address." in answer.content.decode()
    assert (Judgement.objects.count(), StoredFile.objects.filter(name=name).count()) == (0, 0)


def test_form_that_comes_back_for_another_field_says_that_the_file_is_gone(hit, omar, as_user):
    answer = as_user(omar).post(
        reverse("match", args=[hit.reference, hit.uid]),
        {"reason": "Another address.", "evidence_file": SimpleUploadedFile("register.txt", TEXT)},
    )

    page = answer.content.decode()
    assert "Choose one of the three answers." in page
    assert "Choose the file again" in page
    assert StoredFile.objects.filter(name="register.txt").count() == 0


def test_too_large_file_is_refused(hit, omar, as_user, monkeypatch):
    monkeypatch.setattr("riskassess.files.checking.LARGEST", 10)

    assert "at most" in judge(as_user(omar), hit, TEXT).content.decode()


def test_file_is_made_harmless_and_waits_for_the_virus_scanner(hit, omar, as_user, settings):
    settings.CLAMD = "/run/no-scanner-here"
    judge(as_user(omar), hit, making.pdf(), "register.pdf")

    stored = Judgement.objects.get().evidence_file
    answer = as_user(omar).get(reverse("match_evidence", args=[hit.reference, hit.uid]))
    assert (stored.state, stored.left_out != []) == ("quarantined", True)
    assert answer.status_code == 409


def test_without_a_file_there_is_nothing_to_fetch(hit, omar, as_user):
    assert as_user(omar).get(reverse("match_evidence", args=[hit.reference, hit.uid])).status_code == 404


@pytest.mark.parametrize("is_infected", [True, False])
def test_who_attached_a_file_hears_that_the_scanner_found_something(
    is_infected, hit, omar, as_user, settings, clamd, run_jobs
):
    settings.CLAMD = clamd.address
    judge(as_user(omar), hit, TEXT + clamd.sign * is_infected)

    run_jobs()

    told = Notice.objects.filter(key__startswith="judgement-file-refused")
    assert told.count() == Event.objects.filter(verb="judgement.file_refused").count() == is_infected
    for notice in told:
        assert notice.user == omar
        assert "was not kept: the virus scanner found something" in as_user(omar).get(notice.url).content.decode()

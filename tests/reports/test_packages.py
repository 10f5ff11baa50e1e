"""A flagged case is sent on with a package: a letter, the assessment, the evidence, and a list of all of it."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from riskassess import workflow
from riskassess.accounts.models import Institution
from riskassess.audit.models import AccessRead, Event
from riskassess.files.checking import check_file
from riskassess.jobs.models import Job
from riskassess.proposals.evidence import add_evidence, remove_evidence
from riskassess.reports.models import FlagPackage
from riskassess.reports.packages import remove_old_packages
from riskassess.reviews.models import Case
from tests.story import HIGH, submit_proposal
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db
QUESTION = "Does the end use of the sensors need a licence?\nPlease answer by 1 March."
TOLD = "Please say who reads the sensor data."


@pytest.fixture
def flagged(filed, listed, ana, omar):
    draft = filed(example=HIGH)
    for name in ("contract.txt", "left-out-before.txt"):
        words = f"The words of {name}.".encode()
        file = check_file(name=name, stream=io.BytesIO(words), size=len(words))
        kept = add_evidence(proposal=draft, actor=ana, file=file)
    remove_evidence(evidence=kept.evidence, actor=ana)
    proposal = submit_proposal(draft)
    workflow.flag(
        case=Case.objects.select_related("proposal").get(proposal=proposal), actor=omar, reasons="K04", told=TOLD
    )
    Institution.objects.update(contact_point_name="Contact Point for Research Security, Norderland")
    proposal.refresh_from_db()
    return proposal


@pytest.fixture
def send(as_user, flagged, omar, run_jobs):
    """Asks for a package on its page and has the worker make it; gives the archive that the page then offers."""

    def ask(**values):
        browser, page = as_user(omar), reverse("package", args=[flagged.reference])
        given = {"addressee": "contact_point", "question": QUESTION, **values}
        assert browser.post(page, given).status_code == 302
        assert "waits for its turn" in text_of(browser.get(page))
        run_jobs()
        row = FlagPackage.objects.first()
        address = reverse("package_file", args=[flagged.reference, row.uid])
        assert address in browser.get(page).content.decode()
        return zipfile.ZipFile(io.BytesIO(browser.get(address).content))

    return ask


def pdf_words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_package_holds_letter_assessment_and_a_list_of_it_all(send, flagged, as_user, ana):
    archive = send(with_evidence="on")

    manifest = json.loads(archive.read("manifest.json"))
    listed = {one["file"]: one["sha256"] for one in manifest["files"]}
    assert set(listed) | {"manifest.json"} == set(archive.namelist())
    assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in listed} == listed
    assert {name.partition("/")[0] for name in listed} >= {"letter.pdf", "report", "record"}
    letter = pdf_words(archive.read("letter.pdf"))
    for words in ("Contact Point for Research Security, Norderland", "Please answer by 1 March.", TOLD, flagged.title):
        assert words in letter
    evidence = [name for name in listed if name.startswith("evidence/")]
    assert [archive.read(name) for name in evidence] == [b"The words of contract.txt."]
    assert "K04" not in letter  # reasons of colleagues stay inside
    told = text_of(as_user(ana).get(flagged.get_absolute_url()))
    assert "asked for a package about the flagged case" in told
    assert "Contact Point for Research Security, Norderland" in told
    assert set(Event.objects.filter(verb__startswith="package.").values_list("verb", flat=True)) == {
        "package.asked", "package.made",
    }  # fmt: skip
    assert AccessRead.objects.filter(verb="package.read").count() == 1


def test_redacted_package_names_nobody(send, flagged):
    archive = send(is_redacted="on", with_evidence="on")

    partner = flagged.participations.first().partner.name
    words = " ".join(pdf_words(archive.read(name)) for name in archive.namelist() if name.endswith(".pdf"))
    words += archive.read("manifest.json").decode()
    assert flagged.title not in words
    assert partner not in words
    assert TOLD not in words
    assert not [name for name in archive.namelist() if name.startswith("evidence/")]
    assert flagged.reference in words


def test_without_a_contact_point_the_panel_is_left_and_the_page_says_who_enters_one(as_user, flagged, omar):
    Institution.objects.update(contact_point_name="")
    browser, page = as_user(omar), reverse("package", args=[flagged.reference])
    assert "none is named yet; an administrator enters it" in text_of(browser.get(page))

    answer = browser.post(page, {"addressee": "contact_point", "question": QUESTION})

    assert answer.status_code == 422
    assert "No national contact point is named yet." in text_of(answer)
    assert QUESTION.splitlines()[0] in text_of(answer)
    assert browser.post(page, {"addressee": "panel", "question": " "}).status_code == 422
    assert not FlagPackage.objects.exists()
    assert browser.post(page, {"addressee": "panel", "question": QUESTION}).status_code == 302


def test_whoever_asked_and_lost_the_role_gets_none(as_user, flagged, omar, run_jobs):
    as_user(omar).post(reverse("package", args=[flagged.reference]), {"addressee": "panel", "question": QUESTION})
    yesterday = timezone.localdate() - timedelta(days=1)
    omar.memberships.update(starts=yesterday, ends=yesterday)

    run_jobs()

    assert Job.objects.get(task="reports.build_package").state == "refused"
    assert FlagPackage.objects.get().file is None


def test_its_file_goes_after_its_days_and_the_record_stays(send, flagged, as_user, omar):
    send()
    row = FlagPackage.objects.get()

    assert remove_old_packages(now=timezone.now() + timedelta(days=29)) == 0
    assert remove_old_packages(now=timezone.now() + timedelta(days=31)) == 1

    browser = as_user(omar)
    assert browser.get(reverse("package_file", args=[flagged.reference, row.uid])).status_code == 404
    page = text_of(browser.get(reverse("package", args=[flagged.reference])))
    assert "Its file was removed after its days." in page
    assert row.sha256 in page
    assert Event.objects.filter(verb="package.removed", reference=flagged.reference).count() == 1


@pytest.mark.parametrize(("state", "asks_again"), [("queued", True), ("working", True), ("failed", False)])
def test_page_looks_again_as_long_as_the_package_is_being_made(as_user, flagged, omar, state, asks_again):
    browser, page = as_user(omar), reverse("package", args=[flagged.reference])
    browser.post(page, {"addressee": "panel", "question": QUESTION})
    Job.objects.filter(task="reports.build_package").update(state=state)

    assert (f'hx-get="{page}"' in browser.get(page).content.decode()) == asks_again

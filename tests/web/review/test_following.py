"""After a decision, on the pages: what authors say, what officers answer, and who may not."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from riskassess import workflow
from riskassess.audit.models import Event
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Appeal, Condition
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def condition(approved) -> Condition:
    return Condition.objects.get(decision__case__proposal=approved())


def at(name, condition) -> str:
    reference = condition.decision.case.proposal.reference
    return reverse(name, args=[reference, condition.uid] if name.startswith("condition") else [reference])


def words(condition, text, **more) -> dict:
    return {f"{condition.uid}-evidence": text, f"{condition.uid}-reasons": text, **more}


def test_condition_goes_from_author_to_officer_and_is_accepted(as_user, condition, ana, omar):
    sent = as_user(ana).post(at("condition_report", condition), words(condition, "Signed, folder 12."))
    case = text_of(as_user(omar).get(at("case", condition)))
    done = as_user(omar).post(at("condition_check", condition), {"do": "accept"})

    assert (sent.status_code, done.status_code) == (302, 302)
    assert "Signed, folder 12." in case
    assert "Accept as done" in case
    assert re.search(r"Done \d+ \w+", text_of(as_user(ana).get(at("decision", condition))))


def test_empty_words_come_back_with_a_sentence_and_the_fold_open(as_user, condition, ana, omar):
    page = as_user(ana).post(at("condition_report", condition), words(condition, " "))
    as_user(ana).post(at("condition_report", condition), words(condition, "Done."))
    other = as_user(omar).post(at("condition_check", condition), words(condition, "", do="return"))

    assert (page.status_code, other.status_code) == (422, 422)
    assert "Say in a sentence what shows that it is done" in text_of(page)
    assert '<details class="ra-fold" open>' in page.content.decode()
    assert "Say why in a sentence or two." in text_of(other)


def test_second_report_answers_409_and_keeps_what_was_typed(as_user, condition, ana):
    as_user(ana).post(at("condition_report", condition), words(condition, "Done."))

    page = as_user(ana).post(at("condition_report", condition), words(condition, "Done another time."))

    assert page.status_code == 409


def test_broken_condition_leads_back_into_review(as_user, condition, omar):
    as_user(omar).post(at("condition_check", condition), words(condition, "Data left the country.", do="break"))

    assert Proposal.objects.get(pk=condition.decision.case.proposal_id).state == "in_review"


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [
        ("condition_report", "eve", 404),
        ("condition_report", "omar", 403),
        ("condition_check", "ana", 403),
        ("condition_check", "tomasz", 403),
        ("condition_check", "jonas", 403),
        ("condition_check", "david", 403),
        ("condition_check", "eve", 404),
    ],
)
def test_conditions_are_written_by_whom_they_belong_to(as_user, university, condition, name, who, status):
    answer = as_user(university.people[who]).post(at(name, condition), words(condition, "Mine.", do="accept"))

    assert answer.status_code == status
    condition.refresh_from_db()
    assert (condition.reported_at, condition.fulfilled_on) == (None, None)


def test_condition_of_another_proposal_is_not_found(as_user, condition, approved, omar):
    other = approved(title="Another")
    address = reverse("condition_check", args=[other.reference, condition.uid])

    assert as_user(omar).post(address, {"do": "accept"}).status_code == 404


def test_appeal_is_sent_read_by_another_and_answered(as_user, condition, ana, jonas, kirsten):
    browser = as_user(ana)
    assert "You may appeal once" in text_of(browser.get(at("appeal", condition)))
    assert browser.post(at("appeal", condition), {"reasons": ""}).status_code == 422
    assert browser.post(at("appeal", condition), {"reasons": "The funder exists."}).status_code == 302

    assert "Kirsten Solheim, who took no part" in text_of(browser.get(at("appeal", condition)))
    assert "Read the appeal" in text_of(as_user(kirsten).get(at("case", condition)))
    assert as_user(jonas).get(at("appeal_hear", condition)).status_code == 403
    page = as_user(kirsten).get(at("appeal_hear", condition))
    assert "The funder exists." in text_of(page)
    given = {"outcome": "rejected", "answer": "The condition is usual."}
    assert as_user(kirsten).post(at("appeal_hear", condition), given).status_code == 302
    assert "The condition is usual." in text_of(browser.get(at("appeal", condition)))
    assert as_user(kirsten).post(at("appeal_hear", condition), given).status_code in {403, 404}


def test_only_the_lead_researcher_appeals(as_user, condition, omar, eve):
    assert as_user(omar).get(at("appeal", condition)).status_code == 403
    assert as_user(eve).get(at("appeal", condition)).status_code == 404
    assert not Appeal.objects.exists()


@pytest.mark.parametrize(("name", "after"), [("reopen", "in_review"), ("terminate", "terminated")])
def test_officer_opens_again_or_ends_with_a_reason(as_user, condition, omar, name, after):
    browser = as_user(omar)
    assert browser.post(at(name, condition), {"reasons": ""}).status_code == 422

    assert browser.post(at(name, condition), {"reasons": "The partner was sold."}).status_code == 302

    assert Proposal.objects.get(pk=condition.decision.case.proposal_id).state == after


def test_closing_waits_for_open_conditions(as_user, condition, ana, omar):
    page = as_user(omar).post(at("close", condition), {"reasons": "It is over."})
    assert page.status_code == 422
    assert "A condition is still open." in text_of(page)
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")
    workflow.check_condition(condition=condition, actor=omar, accepted=True)

    assert as_user(omar).post(at("close", condition), {"reasons": "It is over."}).status_code == 302


def test_owner_ends_the_work_from_the_decision(as_user, condition, ana):
    browser = as_user(ana)
    assert at("terminate", condition) in browser.get(at("decision", condition)).content.decode()

    browser.post(at("terminate", condition), {"reasons": "The funding fell away."})

    assert Proposal.objects.get(pk=condition.decision.case.proposal_id).state == "terminated"


@pytest.mark.parametrize("is_infected", [True, False])
def test_who_attached_a_file_to_a_condition_hears_that_the_scanner_found_something(
    is_infected, condition, ana, as_user, settings, clamd, run_jobs
):
    settings.CLAMD = clamd.address
    file = SimpleUploadedFile("signed.txt", b"Signed, folder 12.\n" + clamd.sign * is_infected, "text/plain")
    as_user(ana).post(at("condition_report", condition), words(condition, "Signed.", **{f"{condition.uid}-file": file}))
    assert condition.files.count() == 1

    run_jobs()

    told = Notice.objects.filter(key__startswith="condition-file-refused")
    assert told.count() == Event.objects.filter(verb="condition.file_refused").count() == is_infected
    for notice in told:
        assert (notice.user, notice.reference) == (ana, condition.decision.case.proposal.reference)
        assert as_user(ana).get(notice.url).status_code == 200

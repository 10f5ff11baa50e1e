"""An assessment that fails: bad content is refused before it is frozen, and later faults are told to somebody."""

import pytest
from django.urls import reverse

from riskassess import schedule, workflow
from riskassess.assessments.models import Answer
from riskassess.core.errors import DomainError
from riskassess.notices.models import Notice
from tests.web.filing.pages import filled, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(filed, listed, run_jobs, ana):
    """A version that the engine cannot read, which no page can make: its assessment fails three times."""
    proposal = filed(example="04-coastal")
    workflow.submit(proposal=proposal, actor=ana)
    version = proposal.versions.get()
    version.content["answers"]["T4"] = "weapons"
    version.save()
    run_jobs()
    schedule.sweep_jobs()
    proposal.refresh_from_db()
    return proposal


def test_unreadable_answer_refuses_the_submission_and_names_its_question(filed, ana):
    proposal = filed()
    Answer.objects.filter(questionnaire=proposal.questionnaire, question="T4").update(value="weapons")

    with pytest.raises(DomainError, match="holds an answer that cannot be read here") as refused:
        workflow.submit(proposal=proposal, actor=ana)

    assert refused.value.field == "T4"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.versions.count()) == ("draft", 0)


def test_unreadable_answer_is_asked_again_on_every_page(as_user, filed, ana):
    proposal, browser = filed(), as_user(ana)
    Answer.objects.filter(questionnaire=proposal.questionnaire, question="T4").update(value="weapons")

    page = browser.get(reverse("check", args=[proposal.reference]))

    place = f"/proposals/{proposal.reference}/sections/work#question-T4"
    assert place in [item.url for item in page.context["missing"]]
    sent = filled(page, "submit", statement="on")
    assert browser.post(reverse("submit", args=[proposal.reference]), sent).status_code == 422


def test_failed_assessment_is_told_to_officers_once(stuck, omar, ana):
    schedule.sweep_jobs()

    assert stuck.state == "submitted"
    assert Notice.objects.filter(user=omar, subject=f"{stuck.reference}: the assessment failed").count() == 1
    assert not Notice.objects.filter(user=ana, subject__contains="failed").exists()


def test_author_reads_what_happens_next(stuck, as_user, ana):
    browser = as_user(ana)

    assert "The assessment could not be made." in text_of(browser.get(stuck.get_absolute_url()))
    assert "Try again" not in text_of(browser.get(stuck.get_absolute_url()))
    assert "The assessment did not go through" in text_of(browser.get("/home"))
    assert browser.post(reverse("assess_again", args=[stuck.reference])).status_code == 403


def test_officer_starts_it_again_and_the_review_goes_on(stuck, as_user, omar, run_jobs):
    browser = as_user(omar)
    assert "Try again" in text_of(browser.get(stuck.get_absolute_url()))
    version = stuck.versions.get()
    version.content["answers"]["T4"] = "applied"
    version.save()

    page = browser.post(reverse("assess_again", args=[stuck.reference]), follow=True)
    run_jobs()

    assert "The assessment was started again." in text_of(page)
    stuck.refresh_from_db()
    assert stuck.state == "in_review"
    assert browser.post(reverse("assess_again", args=[stuck.reference])).status_code == 409

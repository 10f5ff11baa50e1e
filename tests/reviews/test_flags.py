"""A flag has reasons that the authors read and may reply to; nobody declines before they did or could have."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from riskassess import workflow
from riskassess.assessments.queries import latest_record
from riskassess.core.days import add_working_days
from riskassess.core.errors import DomainError
from riskassess.notices.models import Notice
from riskassess.proposals.models import Thread
from riskassess.reviews.eligibility import why_outcome_closed
from riskassess.reviews.models import Case, Outcome
from tests.story import HIGH
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def flagged(submitted, omar):
    proposal = submitted(example=HIGH)
    case = Case.objects.select_related("proposal").get(proposal=proposal)
    workflow.flag(case=case, actor=omar, reasons="K04, a hunch", told="Please say who reads the sensor data.")
    return Case.objects.select_related("proposal").get(pk=case.pk)


def why_not_decline(case):
    return why_outcome_closed(case, latest_record(case.proposal), Outcome.DECLINE)


def test_flag_needs_words_for_the_authors(submitted, omar):
    case = submitted(example=HIGH).case

    with pytest.raises(DomainError, match="Say what the authors are told"):
        workflow.flag(case=case, actor=omar, reasons="K04", told="  ")

    assert Case.objects.get(pk=case.pk).proposal.state == "in_review"
    assert not Thread.objects.exists()


def test_authors_read_what_they_are_told_and_reply(flagged, ana, omar, as_user):
    proposal, thread = flagged.proposal, Thread.objects.get()
    assert thread.reply_until == add_working_days(timezone.localdate(), 10)
    assert Notice.objects.filter(user=ana, subject__endswith="a closer look, with reasons").count() == 1

    messages = reverse("messages", args=[proposal.reference])
    page = text_of(as_user(ana).get(messages))
    assert "Please say who reads the sensor data." in page
    assert "a hunch" not in page
    as_user(ana).post(reverse("thread", args=[proposal.reference, thread.uid]), {"text": "Only the two of us."})

    assert Notice.objects.filter(user=omar, subject__endswith="an answer for you").count() == 1
    for name in ("case", "decide"):
        assert "Only the two of us." in text_of(as_user(omar).get(reverse(name, args=[proposal.reference])))


def test_nobody_declines_before_the_reply(flagged, omar, ana):
    assert "The authors may still reply" in why_not_decline(flagged)
    with pytest.raises(DomainError, match="may still reply"):
        workflow.decide(
            case=flagged,
            actor=omar,
            record_uid=str(latest_record(flagged.proposal).uid),
            outcome="decline",
            reasons="No.",
            source="K04",
            why_safeguards_fail="They would not.",
        )

    workflow.answer_thread(thread=Thread.objects.get(), actor=ana, text="Here it is.")

    assert why_not_decline(flagged) == ""


def test_declining_opens_when_the_days_are_over_and_the_reply_closes(flagged, ana):
    Thread.objects.update(reply_until=timezone.localdate() - timedelta(days=1))

    assert why_not_decline(flagged) == ""
    with pytest.raises(DomainError, match="The time to reply ended on"):
        workflow.answer_thread(thread=Thread.objects.get(), actor=ana, text="Late.")


@pytest.mark.parametrize("step", [workflow.unflag, workflow.request_changes])
def test_reasons_are_settled_with_the_closer_look(flagged, omar, step):
    step(case=flagged, actor=omar, reasons="Nothing more was found.")

    thread = Thread.objects.get()
    assert (thread.resolved_by, why_not_decline(flagged)) == (omar, "")


def test_flag_page_asks_for_both_texts(submitted, omar, as_user):
    proposal = submitted(example=HIGH)
    officer, address = as_user(omar), reverse("flag", args=[proposal.reference])

    page = officer.post(address, {"reasons": "K04"})

    assert page.status_code == 422
    assert "Say what the authors are told, and may reply to." in text_of(page)
    assert officer.post(address, {"reasons": "K04", "told": "Who reads it?"}).status_code == 302

"""The clock of a case stands while the authors are asked something, and the due day moves by that time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from riskassess import workflow
from riskassess.audit.models import Event
from riskassess.core.days import add_working_days, working_days
from riskassess.proposals.models import Proposal, Thread
from riskassess.reviews.models import Case
from riskassess.reviews.queries import overdue

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(submitted) -> Case:
    return Case.objects.get(proposal=submitted(example="04-coastal"))


def ask(case, actor, text="Who pays?") -> Thread:
    proposal = Proposal.objects.get(pk=case.proposal_id)
    return workflow.open_thread(proposal=proposal, actor=actor, kind="request", text=text)


def since(case, days: int) -> int:
    """Let the clock have stood since so many days; the working days of it."""
    began = timezone.localdate() - timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(paused_on=began)
    return working_days(began, timezone.localdate())


def test_question_stops_the_clock_and_the_answer_moves_the_day(case, ana, tomasz):
    due = case.due_on
    thread = ask(case, tomasz)
    case.refresh_from_db()
    assert (case.paused_on, case.due_on) == (timezone.localdate(), due)
    stood = since(case, 12)

    workflow.answer_thread(thread=thread, actor=ana, text="The university.")

    case.refresh_from_db()
    assert (case.paused_on, case.due_on) == (None, add_working_days(due, stood))
    assert stood >= 8
    paused, resumed = Event.objects.filter(verb__in=["case.paused", "case.resumed"]).order_by("sequence")
    assert (paused.actor_id, resumed.actor_id) == (tomasz.pk, ana.pk)
    assert resumed.detail.before == {"due_on": due.isoformat()}
    assert resumed.detail.after["working_days"] == stood


def test_clock_stands_until_the_last_question_is_answered_or_taken_back(case, ana, tomasz):
    first, second = ask(case, tomasz), ask(case, tomasz, "And when?")
    workflow.answer_thread(thread=first, actor=ana, text="The university.")
    case.refresh_from_db()
    assert case.paused_on

    workflow.settle_thread(thread=second, actor=tomasz, is_open=False)

    case.refresh_from_db()
    assert case.paused_on is None
    assert Event.objects.filter(verb="case.paused").count() == 1


def test_what_is_said_by_others_or_in_other_threads_leaves_the_clock(case, ana, tomasz):
    proposal = Proposal.objects.get(pk=case.proposal_id)
    workflow.open_thread(proposal=proposal, actor=ana, kind="help", text="May I ask?")

    case.refresh_from_db()
    assert case.paused_on is None


def test_case_that_waits_for_the_authors_is_not_overdue(case, tomasz):
    Case.objects.update(due_on=timezone.localdate() - timedelta(days=3))
    assert case in overdue(timezone.localdate())

    ask(case, tomasz)

    assert case not in overdue(timezone.localdate())


def test_withdrawing_lets_the_clock_go(case, ana, tomasz):
    ask(case, tomasz)

    workflow.withdraw(proposal=Proposal.objects.get(pk=case.proposal_id), actor=ana)

    case.refresh_from_db()
    assert case.paused_on is None


def test_pages_say_since_when_it_stands_and_for_whom(case, ana, omar, tomasz, as_user):
    ask(case, tomasz)
    words = "waits for Ana"
    reference = case.proposal.reference

    assert words in as_user(omar).get(reverse("desk")).content.decode()
    assert words in as_user(omar).get(reverse("case", args=[reference])).content.decode()
    assert words in as_user(ana).get(reverse("home")).content.decode()
    page = as_user(ana).get(reverse("proposal", args=[reference])).content.decode()
    assert "It is your turn: a question waits for your answer. The clock stands since" in page

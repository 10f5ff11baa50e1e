"""While an approval lasts: conditions, the mid-term check, the closing report, reminders that decide nothing."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from riskassess import schedule, workflow
from riskassess.accounts.calendar import Calendar
from riskassess.audit.models import Event
from riskassess.core.days import is_working_day
from riskassess.core.errors import Conflict, DomainError
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reviews.followups import midterm_day
from riskassess.reviews.models import Case, Condition, Decision, FollowUp
from riskassess.reviews.reminders import passed
from tests.reviews.test_following import at, state_of, told, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def condition(approved) -> Condition:
    return Condition.objects.get(decision__case__proposal=approved())


@pytest.fixture
def halfway(condition) -> Decision:
    """The decision on a day that lies halfway through its approval."""
    decision = condition.decision
    decision.valid_until = timezone.localdate() + timedelta(days=20)
    decision.save()
    return decision


def again(condition) -> Condition:
    return Condition.objects.get(pk=condition.pk)


def test_condition_goes_to_somebody_outside_who_does_it_and_is_checked_by_two(condition, ana, eve, tomasz, omar):
    workflow.name_condition_owner(condition=condition, actor=ana, owner=eve)
    assert "a condition was given to you" in told(eve)
    workflow.report_condition(condition=again(condition), actor=eve, evidence="The contract is signed.")
    workflow.propose_condition(condition=again(condition), actor=tomasz, advice="I read the contract.")
    assert "a condition may be closed" in told(omar)
    assert again(condition).is_open  # the reviewer proposes, an officer closes

    workflow.check_condition(condition=again(condition), actor=omar, accepted=True)

    assert again(condition).fulfilled_by == omar
    assert {"a condition is settled"} <= set(told(eve)) & set(told(ana))
    assert verbs(condition.decision.case.proposal)[-4:] == [
        "condition.owner_named", "condition.reported", "condition.proposed", "condition.fulfilled",
    ]  # fmt: skip


def test_nobody_checks_their_own_condition(condition, ana, omar, tomasz):
    for carrier in (omar, tomasz):
        with pytest.raises(DomainError, match="carries the case and looks at it later"):
            workflow.name_condition_owner(condition=condition, actor=ana, owner=carrier)
    with pytest.raises(Conflict, match="Nobody says yet"):
        workflow.propose_condition(condition=condition, actor=tomasz, advice="Fine.")
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")
    with pytest.raises(DomainError, match="The reviewer of the case"):
        workflow.propose_condition(condition=again(condition), actor=omar, advice="Fine.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.update(proposed_by=omar, advice="Fine.", fulfilled_by=omar)


def test_midterm_is_answered_once_and_change_comes_to_the_officer(halfway, ana, omar):
    proposal = halfway.case.proposal
    assert midterm_day(halfway) == timezone.localdate() + timedelta(days=10)

    account = workflow.follow_up(proposal=proposal, actor=ana, kind="midterm", is_changed=True, text="A new partner.")

    assert "something changed halfway" in told(omar)
    with pytest.raises(Conflict, match="answered this already"):
        workflow.follow_up(proposal=proposal, actor=ana, kind="midterm", is_changed=False, text="")
    workflow.see_follow_up(account=account, actor=omar, answer="A partner is a new fact.", opens_again=True)
    assert (Proposal.objects.get(pk=proposal.pk).state, Case.objects.get(proposal=proposal).round) == ("in_review", 2)
    assert verbs(proposal).index("midterm.read") < verbs(proposal).index("proposal.reopen")


def test_midterm_needs_words_for_a_change_and_opens_a_month_ahead(condition, halfway, ana):
    proposal = halfway.case.proposal
    with pytest.raises(DomainError, match="otherwise than you filed"):
        workflow.follow_up(proposal=proposal, actor=ana, kind="midterm", is_changed=True, text=" ")
    halfway.valid_until = timezone.localdate() + timedelta(days=400)
    halfway.save()
    with pytest.raises(Conflict, match="This opens on"):
        workflow.follow_up(proposal=proposal, actor=ana, kind="midterm", is_changed=False, text="")
    assert not FollowUp.objects.exists()


def test_proposal_closes_with_its_last_condition_once_the_closing_report_was_read(condition, ana, omar):
    proposal = condition.decision.case.proposal
    report = workflow.follow_up(proposal=proposal, actor=ana, kind="closing", is_changed=False, text="Two papers.")
    workflow.see_follow_up(account=report, actor=omar)
    assert state_of(condition) == "approved_with_conditions"  # I17: a condition is open
    workflow.report_condition(condition=again(condition), actor=ana, evidence="Done.")

    workflow.check_condition(condition=again(condition), actor=omar, accepted=True)

    assert state_of(condition) == "closed"
    closing = Event.objects.get(verb="proposal.close")
    assert (closing.actor_id, closing.reference) == (omar.pk, proposal.reference)


def test_closing_report_closes_at_once_where_nothing_is_open(condition, ana, omar):
    proposal = condition.decision.case.proposal
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")
    workflow.check_condition(condition=again(condition), actor=omar, accepted=True)
    report = workflow.follow_up(
        proposal=Proposal.objects.get(pk=proposal.pk), actor=ana, kind="closing", is_changed=False, text="Two papers."
    )
    assert state_of(condition) == "approved_with_conditions"  # reported is not read

    workflow.see_follow_up(account=report, actor=omar)

    assert state_of(condition) == "closed"


@pytest.mark.parametrize(
    ("due", "today", "told_at"),
    [
        (date(2026, 12, 16), date(2026, 12, 2), 14),
        (date(2026, 12, 17), date(2026, 12, 2), None),
        (date(2026, 12, 6), date(2026, 12, 4), 0),  # a Sunday is told on the Friday
        (date(2026, 12, 7), date(2026, 12, 4), 3),
        (date(2026, 12, 6), date(2026, 12, 7), -1),
        (date(2026, 11, 30), date(2026, 12, 8), -8),
    ],
)
def test_distances_are_told_on_working_days(due, today, told_at):
    assert is_working_day(today)
    assert passed(due, today, (14, 3, 0), Calendar()) == told_at


def test_delay_of_a_review_is_reminded_and_told_further_up_and_decides_nothing(
    submitted, omar, tomasz, kirsten, monkeypatch
):
    proposal = submitted(example="04-coastal")
    institution = proposal.institution
    institution.top_approver = kirsten
    institution.save()
    Case.objects.update(due_on=date(2026, 12, 10))

    for day in (10, 11, 11, 12, 18, 18, 21):  # the 12th is a Saturday
        at(monkeypatch, 2026, 12, day)
        schedule.follow_decisions()

    assert told(omar).count("a case falls due") == 1
    assert told(omar).count("a case is over its time") == 2  # one day, and eight days
    assert "a case is over its time" in told(tomasz)
    assert told(kirsten).count("a case waits too long") == 1
    assert Notice.objects.get(user=kirsten, subject__contains="waits too long").url == "/desk"
    assert verbs(proposal).count("case.delay_told") == 1
    assert not [verb for verb in verbs(proposal) if verb in {"case.decided", "proposal.decide", "case.voted"}]
    assert Proposal.objects.get(pk=proposal.pk).state == "in_review"


def test_delay_of_an_appeal_is_reminded_and_told_further_up_and_decides_nothing(
    approved, ana, kirsten, omar, monkeypatch
):
    proposal = approved()
    appeal = workflow.appeal(case=proposal.case, actor=ana, reasons="Too strict.")
    appeal.due_on = date(2026, 12, 10)
    appeal.save()

    for day in (7, 10, 11, 11, 14):
        at(monkeypatch, 2026, 12, day)
        schedule.follow_decisions()

    appeal.refresh_from_db()
    assert told(kirsten).count("an appeal falls due") == 2
    assert told(kirsten).count("an appeal is over its time") == 1
    assert told(omar).count("a case waits too long") == 1
    assert verbs(proposal).count("appeal.delay_told") == 1
    assert (appeal.outcome, Proposal.objects.get(pk=proposal.pk).state) == ("", "approved_with_conditions")


def test_approval_that_runs_out_and_midterm_are_told_once_a_distance(halfway, ana, monkeypatch):
    Decision.objects.update(decided_at=timezone.make_aware(datetime(2026, 11, 2, 9)), valid_until=date(2026, 12, 31))
    for day in (1, 1, 2, 5, 24, 24):
        at(monkeypatch, 2026, 12, day)
        schedule.follow_decisions()

    assert told(ana).count("halfway: did anything change?") == 3  # on the day, late, and three weeks late
    assert told(ana).count("the approval runs out soon") == 2


def test_upheld_appeal_is_linked_to_the_decision_and_the_new_round(approved, ana, kirsten):
    proposal = approved()
    appeal = workflow.appeal(case=proposal.case, actor=ana, reasons="The second funder exists.")

    settled = workflow.settle_appeal(appeal=appeal, actor=kirsten, upheld=True, answer="It does.")

    settled.refresh_from_db()
    assert (settled.decision.round, settled.new_round) == (1, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(settled).objects.update(outcome="rejected")

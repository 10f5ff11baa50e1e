"""After a decision: conditions are reported, looked at or broken; one appeal, read by others; opening again; expiry."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from riskassess import schedule, workflow
from riskassess.accounts.models import RoleMembership
from riskassess.accounts.roles import Role
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Appeal, Assignment, Case, Condition
from riskassess.reviews.queries import run_out
from riskassess.reviews.reminders import conditions_to_tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def condition(approved) -> Condition:
    return Condition.objects.get(decision__case__proposal=approved())


def state_of(condition) -> str:
    return Proposal.objects.get(pk=condition.decision.case.proposal_id).state


def verbs(proposal) -> list[str]:
    return list(Event.objects.filter(reference=proposal.reference).order_by("sequence").values_list("verb", flat=True))


def at(monkeypatch, *day) -> None:
    """Let it be ten in the morning of this day."""
    now = datetime(*day, 10, tzinfo=ZoneInfo("Europe/Brussels"))
    monkeypatch.setattr(timezone, "now", lambda: now)


def told(user) -> list[str]:
    return [
        subject.partition(": ")[2] for subject in Notice.objects.filter(user=user).values_list("subject", flat=True)
    ]


# Conditions


def test_condition_is_reported_looked_at_and_accepted(condition, ana, omar):
    workflow.report_condition(condition=condition, actor=ana, evidence="Contract signed, folder 12.")
    workflow.check_condition(condition=condition, actor=omar, accepted=True)

    condition.refresh_from_db()
    assert (condition.fulfilled_on, condition.fulfilled_by) == (timezone.localdate(), omar)
    assert verbs(condition.decision.case.proposal)[-2:] == ["condition.reported", "condition.fulfilled"]
    assert "a condition is said to be done" in told(omar)
    assert "a condition is settled" in told(ana)


def test_condition_goes_back_with_what_is_missing_and_comes_again(condition, ana, omar):
    workflow.report_condition(condition=condition, actor=ana, evidence="Soon.")
    workflow.check_condition(condition=condition, actor=omar, accepted=False, reasons="The signature is missing.")
    workflow.report_condition(condition=condition, actor=ana, evidence="Signed.")

    condition.refresh_from_db()
    assert (condition.returned, condition.evidence, condition.is_open) == ("", "Signed.", True)


@pytest.mark.parametrize("words", ["", "   \n"])
def test_condition_needs_words_at_each_step(condition, ana, omar, words):
    with pytest.raises(DomainError, match="what shows that it is done"):
        workflow.report_condition(condition=condition, actor=ana, evidence=words)
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")
    with pytest.raises(DomainError, match="what is still missing"):
        workflow.check_condition(condition=condition, actor=omar, accepted=False, reasons=words)
    with pytest.raises(DomainError, match="what was not kept"):
        workflow.break_condition(condition=condition, actor=omar, reasons=words)

    assert state_of(condition) == "approved_with_conditions"


def test_condition_is_reported_once(condition, ana):
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")

    with pytest.raises(Conflict, match="already"):
        workflow.report_condition(condition=condition, actor=ana, evidence="Done twice.")


def test_nothing_is_accepted_that_nobody_reported(condition, omar):
    with pytest.raises(Conflict, match="Nobody says yet"):
        workflow.check_condition(condition=condition, actor=omar, accepted=True)


def test_author_accepts_nothing(condition, ana):
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")

    with pytest.raises(DomainError, match="You lead this proposal"):
        workflow.check_condition(condition=condition, actor=ana, accepted=True)


def test_database_lets_nobody_accept_what_they_reported(condition, ana):
    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.filter(pk=condition.pk).update(reported_by=ana, fulfilled_by=ana)


def test_broken_condition_opens_the_case_again(condition, ana, omar):
    case = workflow.break_condition(condition=condition, actor=omar, reasons="The data went to a third party.")

    condition.refresh_from_db()
    assert (state_of(condition), case.round, condition.broken_on) == ("in_review", 2, timezone.localdate())
    assert "the case is open again" in told(ana)
    with pytest.raises(Conflict, match="moved on"):
        workflow.report_condition(condition=condition, actor=ana, evidence="But it was.")


# Opening again, ending, closing, expiring


def test_reopened_case_begins_a_clean_round_with_the_facts_of_today(approved, omar):
    proposal = approved()

    case = workflow.reopen(proposal=proposal, actor=omar, reasons="The partner was sold.")

    assert (case.round, case.closed_at, case.votes.filter(round=2).count()) == (2, None, 0)
    assert proposal.records.order_by("pk").last().trigger == "reopened"
    assert "proposal.reopen" in verbs(proposal)


def test_reopening_needs_a_reason_and_no_conflict(approved, omar, ana):
    proposal = approved()

    with pytest.raises(DomainError, match="Say why"):
        workflow.reopen(proposal=proposal, actor=omar, reasons=" ")
    with pytest.raises(DomainError, match="You lead this proposal"):
        workflow.reopen(proposal=proposal, actor=ana, reasons="I want to.")

    assert Proposal.objects.get(pk=proposal.pk).state == "approved_with_conditions"


def test_work_ends_early_once(approved, ana, omar):
    proposal = approved()

    workflow.terminate(proposal=proposal, actor=ana, reasons="The funding fell away.")

    assert Proposal.objects.get(pk=proposal.pk).state == "terminated"
    assert "the work has ended" in told(omar)
    with pytest.raises(Conflict):
        workflow.terminate(proposal=proposal, actor=ana, reasons="Again.")


def test_nothing_closes_while_a_condition_is_open(condition, ana, omar):
    case = Case.objects.get(pk=condition.decision.case_id)
    with pytest.raises(DomainError, match="still open"):
        workflow.close(case=case, actor=omar, reasons="Done")
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")
    workflow.check_condition(condition=condition, actor=omar, accepted=True)

    workflow.close(case=Case.objects.get(pk=case.pk), actor=omar, reasons="The work is over.")

    assert state_of(condition) == "closed"


def test_approval_expires_once_by_schedule(condition, ana):
    decision, today = condition.decision, timezone.localdate()
    decision.valid_until = today
    decision.save()
    schedule.follow_decisions()
    assert state_of(condition) == "approved_with_conditions"  # the last day still counts
    decision.valid_until = today - timedelta(days=1)
    decision.save()

    schedule.follow_decisions()
    schedule.follow_decisions()

    proposal = decision.case.proposal
    assert state_of(condition) == "expired"
    assert verbs(proposal).count("proposal.expire") == 1
    assert run_out(today) == []
    assert "the approval has run out" in told(ana)


@pytest.mark.parametrize(
    ("left", "told_at"),
    [(20, None), (14, 14), (10, 14), (3, 3), (1, 3), (0, 0), (-1, -1), (-7, -1), (-8, -8), (-15, -15)],
)
def test_reminder_stands_for_the_distance_passed_last(condition, left, told_at):
    today = date(2026, 12, 2)  # a Wednesday
    Condition.objects.filter(pk=condition.pk).update(due_on=today + timedelta(days=left))

    assert [days for _row, days in conditions_to_tell(today)] == ([] if told_at is None else [told_at])


def test_reminders_come_once_for_each_distance_and_to_the_officer_when_late(condition, ana, omar, monkeypatch):
    at(monkeypatch, 2026, 12, 2)
    Condition.objects.filter(pk=condition.pk).update(due_on=timezone.localdate() - timedelta(days=2))

    schedule.follow_decisions()
    schedule.follow_decisions()

    assert told(ana).count("a condition was due") == 1
    assert told(omar).count("a condition is overdue") == 1


def test_reported_condition_brings_no_reminder(condition, ana):
    Condition.objects.filter(pk=condition.pk).update(due_on=timezone.localdate())
    workflow.report_condition(condition=condition, actor=ana, evidence="Done.")

    assert conditions_to_tell(timezone.localdate()) == []


# Appeal


def test_appeal_goes_to_an_approver_who_took_no_part(approved, ana, jonas, kirsten):
    proposal = approved()

    appeal = workflow.appeal(case=proposal.case, actor=ana, reasons="The second funder exists already.")

    assert appeal.hearer == kirsten  # Jonas decided
    assert "an appeal waits to be read" in told(kirsten)
    assert Assignment.objects.filter(case=proposal.case, kind="appeal", user=kirsten, ended_at=None).exists()


def test_rejected_appeal_leaves_the_decision_and_says_why(approved, ana, kirsten):
    proposal = approved()
    appeal = workflow.appeal(case=proposal.case, actor=ana, reasons="Too strict.")

    workflow.settle_appeal(appeal=appeal, actor=kirsten, upheld=False, answer="The condition is usual.")

    assert Proposal.objects.get(pk=proposal.pk).state == "approved_with_conditions"
    assert "your appeal is answered" in told(ana)
    assert not Assignment.objects.filter(kind="appeal", ended_at=None).exists()
    with pytest.raises(Conflict, match="one is all"):
        workflow.appeal(case=Case.objects.get(proposal=proposal), actor=ana, reasons="Again.")


def test_upheld_appeal_opens_the_case_again(approved, ana, kirsten):
    proposal = approved()
    appeal = workflow.appeal(case=proposal.case, actor=ana, reasons="The second funder exists already.")

    workflow.settle_appeal(appeal=appeal, actor=kirsten, upheld=True, answer="It does exist.")

    case = Case.objects.get(proposal=proposal)
    assert (Proposal.objects.get(pk=proposal.pk).state, case.round) == ("in_review", 2)
    assert verbs(proposal).index("appeal.settled") < verbs(proposal).index("proposal.reopen")


def test_whoever_took_part_answers_no_appeal(approved, ana, jonas):
    appeal = workflow.appeal(case=approved().case, actor=ana, reasons="Too strict.")

    with pytest.raises(DomainError, match="You took part"):
        workflow.settle_appeal(appeal=appeal, actor=jonas, upheld=False, answer="No.")


def test_appeal_without_a_free_reader_escalates(approved, ana, kirsten):
    RoleMembership.objects.filter(role=Role.APPROVER, user=kirsten).delete()
    proposal = approved()

    appeal = workflow.appeal(case=proposal.case, actor=ana, reasons="Too strict.")

    assert appeal.hearer is None
    assert "nobody who took no part" in Case.objects.get(proposal=proposal).escalated


def test_appeal_has_a_last_day_and_an_owner(approved, ana, mateo):
    proposal = approved()
    with pytest.raises(DomainError, match="Only the lead researcher"):
        workflow.appeal(case=proposal.case, actor=mateo, reasons="Mine too.")
    decision = proposal.case.decisions.get()
    decision.appeal_until = timezone.localdate() - timedelta(days=1)
    decision.save()

    with pytest.raises(Conflict, match="The last day for an appeal was"):
        workflow.appeal(case=proposal.case, actor=ana, reasons="Late.")

    assert not Appeal.objects.exists()

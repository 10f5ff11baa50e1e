"""What days bring: reminders, and a delay that is told further up. None of it decides anything."""

from datetime import date

from riskassess.accounts.calendar import the_calendar
from riskassess.accounts.models import User
from riskassess.audit.log import story
from riskassess.notices import telling
from riskassess.reviews import services as reviews
from riskassess.reviews.models import Appeal, Case, Condition, Decision
from riskassess.workflow.common import carriers_of, free_officers

LATE_WORKING_DAYS = 5


@story()
def tell_due(*, condition: Condition, days: int) -> None:
    """Remind the authors of a condition, and the officer once its day has passed; once for each distance."""
    case = condition.decision.case
    telling.condition_due(proposal=case.proposal, condition=condition, days=days)
    if days < 0:
        telling.condition_late(proposal=case.proposal, people=carriers_of(case), condition=condition, days=days)


@story()
def tell_follow_up(*, decision: Decision, kind: str, day: date, days: int) -> None:
    """Remind the authors of the mid-term check, or that the approval runs out; once for each distance."""
    telling.follow_up_due(proposal=decision.case.proposal, decision=decision, kind=kind, day=day, days=days)


@story()
def tell_case_due(*, case: Case, days: int, today: date) -> None:
    """Remind who carries a case; once it is a week of work late, tell further up."""
    telling.case_due(
        proposal=case.proposal, people=carriers_of(case) or free_officers(case.proposal), case=case, days=days
    )
    days_late = the_calendar().count(case.due_on, today)
    if days_late >= LATE_WORKING_DAYS and reviews.note_case_delay(case=case, today=today):
        _tell_above(case, f"case-{case.round}", carriers_of(case))


@story()
def tell_appeal_due(*, appeal: Appeal, days: int, today: date) -> None:
    """Remind who reads an appeal; once it is late, tell further up. The answer stays theirs to give."""
    case = appeal.decision.case
    hearers = [appeal.hearer] if appeal.hearer and appeal.hearer.is_active else []
    people = hearers or free_officers(case.proposal)
    telling.appeal_due(proposal=case.proposal, people=people, appeal=appeal, days=days)
    if days < 0 and reviews.note_appeal_delay(appeal=appeal, today=today):
        _tell_above(case, f"appeal-{appeal.uid}", hearers)


def _tell_above(case: Case, key: str, besides: list[User]) -> None:
    """A delay is told to the other officers of the unit, and to the institution's top role."""
    top = case.proposal.institution.top_approver
    officers = {user.pk: user for user in free_officers(case.proposal) if user not in besides}
    telling.delay_told(proposal=case.proposal, people=list(officers.values()), key=key, page="case")
    if top and top.is_active and top.pk not in officers and top not in besides:
        telling.delay_told(proposal=case.proposal, people=[top], key=key, page="")

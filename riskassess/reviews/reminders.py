"""What has to be told on a working day, each with the distance that was passed last: asked twice, it is the same.

What falls due before the next working day counts as due today: what is due on a Sunday is told on the Friday.
"""

from datetime import date, timedelta

from django.db.models import F, QuerySet

from riskassess.accounts.calendar import Calendar, the_calendar
from riskassess.accounts.models import User
from riskassess.proposals.states import STANDING, UNDER_REVIEW, State
from riskassess.reviews.followups import midterm_day, standing_decisions, unasked_midway
from riskassess.reviews.models import Appeal, Case, Condition, Decision

CONDITIONS_AHEAD = (14, 3, 0)
CASES_AHEAD = (3, 0)
EXPIRY_AHEAD = (60, 30, 7, 0)


def passed(due: date, today: date, ahead: tuple[int, ...], calendar: Calendar) -> int | None:
    """Of the distances ahead the one that was passed last, then -1, -8, -15 and so on; none while all are to come."""
    until = calendar.add(today, 1) - timedelta(days=1)  # a Friday reaches to its Sunday
    if due < today:
        return -7 * (((today - due).days - 1) // 7) - 1
    left = max((due - until).days, 0)
    return min((days for days in ahead if days >= left), default=None)


def conditions_to_tell(today: date) -> list[tuple[Condition, int]]:
    """Open conditions of what stands approved that nobody says are done."""
    rows = Condition.objects.filter(
        decision__case__proposal__state__in=STANDING,
        decision__round=F("decision__case__round"),
        fulfilled_on__isnull=True,
        reported_at__isnull=True,
        due_on__lte=today + timedelta(days=21),
    ).select_related("decision__case__proposal", "decision__case__officer", "decision__case__reviewer", "owner")
    return _told(rows, today, CONDITIONS_AHEAD)


def conditions_given(user: User) -> QuerySet[Condition]:
    """The open conditions that this person was named for and has not said are done, the next one due first."""
    return Condition.objects.filter(
        owner=user,
        decision__case__proposal__state__in=STANDING,
        decision__round=F("decision__case__round"),
        fulfilled_on__isnull=True,
        broken_on__isnull=True,
        reported_at__isnull=True,
    ).select_related("decision__case__proposal")


def cases_to_tell(today: date) -> list[tuple[Case, int]]:
    """Cases in review whose clock runs."""
    rows = Case.objects.filter(
        due_on__lte=today + timedelta(days=7),
        paused_on__isnull=True,
        proposal__state__in=[*UNDER_REVIEW, State.SUBMITTED],
    ).select_related("proposal__owner", "proposal__unit", "proposal__institution", "officer", "reviewer")
    return _told(rows, today, CASES_AHEAD)


def appeals_to_tell(today: date) -> list[tuple[Appeal, int]]:
    rows = Appeal.objects.filter(outcome="", due_on__lte=today + timedelta(days=7)).select_related(
        "decision__case__proposal__institution", "hearer"
    )
    return _told(rows, today, CASES_AHEAD)


def midterms_to_tell(today: date) -> list[tuple[Decision, date, int]]:
    found = [(decision, midterm_day(decision)) for decision in unasked_midway()]
    calendar = the_calendar()
    told = [(decision, day, passed(day, today, CONDITIONS_AHEAD, calendar)) for decision, day in found if day]
    return [row for row in told if row[2] is not None]


def expiries_to_tell(today: date) -> list[tuple[Decision, date, int]]:
    rows = standing_decisions().filter(valid_until__gte=today, valid_until__lte=today + timedelta(days=70))
    calendar = the_calendar()
    told = [(row, row.valid_until, passed(row.valid_until, today, EXPIRY_AHEAD, calendar)) for row in rows]
    return [row for row in told if row[2] is not None]


def _told(rows: QuerySet, today: date, ahead: tuple[int, ...]) -> list:
    calendar = the_calendar()
    told = [(row, passed(row.due_on, today, ahead, calendar)) for row in rows]
    return [(row, days) for row, days in told if days is not None]

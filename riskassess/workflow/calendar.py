"""The calendar of the institution changes: cases that are open are counted anew, in the background."""

from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from riskassess.accounts import services as accounts
from riskassess.accounts.calendar import Calendar, the_calendar
from riskassess.accounts.models import ClosedDay, Institution, User
from riskassess.audit.log import story
from riskassess.jobs.services import enqueue
from riskassess.reviews import services as reviews
from riskassess.reviews.models import Case
from riskassess.reviews.queries import open_cases_after

STEP = 200


@story()
def change_calendar(*, institution: Institution, actor: User, country: str, subdivision: str) -> None:
    accounts.change_calendar(institution=institution, actor=actor, country=country, subdivision=subdivision)
    _count_anew(actor)


@story()
def close_day(*, institution: Institution, actor: User, day: date, name: str) -> ClosedDay:
    closed = accounts.close_day(institution=institution, actor=actor, day=day, name=name)
    _count_anew(actor)
    return closed


@story()
def open_day(*, closed: ClosedDay, actor: User) -> None:
    accounts.open_day(closed=closed, actor=actor)
    _count_anew(actor)


def _count_anew(actor: User) -> None:
    run = f"recount:{uuid4().hex}"
    enqueue("schedule.recount_due", f"{run}:0", ids=[run, 0], queue="bulk", asked_by=actor)


def recount_due(*, run: str, after: int) -> int:
    """Count the next open cases anew, each in a story of its own; says how many moved. Done twice it moves none."""
    calendar, cases = the_calendar(), list(open_cases_after(after)[:STEP])
    moved = sum(_recount(case, calendar) for case in cases)
    if len(cases) == STEP:
        last = cases[-1].pk
        enqueue("schedule.recount_due", f"{run}:{last}", ids=[run, last], queue="bulk")
    return moved


@story()
def _recount(case: Case, calendar: Calendar) -> bool:
    return reviews.recount_due(case=case, calendar=calendar, reason=_("the calendar of the institution changed"))

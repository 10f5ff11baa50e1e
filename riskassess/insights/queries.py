"""Figures about the work of the institution, read only. Nothing here may tell of a single case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from dateutil.relativedelta import relativedelta
from django.db.models import Min
from django.utils import timezone

from riskassess.accounts.calendar import Calendar
from riskassess.reviews.models import Case, Draw, Route

GROUP = 5
# Of fewer cases the ninth of ten would be the slowest one of all.
FEWEST_FOR_MOST = 10
MONTHS = 12


@dataclass(frozen=True)
class Turnaround:
    """How long a route took, in working days from sending to the first decision or to the receipt."""

    count: int  # in whole groups
    median: int | None  # half of them within so many days
    most: int | None  # nine of ten


def turnaround(today: date, calendar: Calendar | None = None) -> dict[str, Turnaround]:
    """By route, for the last twelve months. In two queries, whatever the number of cases.

    Cases are counted in groups of five in the order of their decisions, and a group only as a whole: what a figure was
    before and after differs by five cases or more, so that none of them can be told from the change.
    """
    since = today - relativedelta(months=MONTHS)
    return {str(route): _figures(list(days), since) for route, days in _taken(calendar or Calendar()).items()}


def _taken(calendar: Calendar) -> dict[str, list[tuple[date, int]]]:
    """For each route the day on which each case ended, with the days it took; in the order of the endings."""
    registered = Draw.objects.annotate(sent=Min("proposal__versions__created_at")).values_list("sent", "event__at")
    decided = (
        Case.objects.filter(proposal__draw__isnull=True)  # what was drawn had its receipt before
        .annotate(sent=Min("proposal__versions__created_at"), ended=Min("decisions__decided_at"))
        .filter(ended__isnull=False)
        .values_list("route", "sent", "ended")
    )
    rows = [(str(Route.FAST_TRACK), sent, ended) for sent, ended in registered] + list(decided)
    taken: dict[str, list[tuple[date, int]]] = {str(route): [] for route in Route}
    for route, sent, ended in sorted(rows, key=lambda row: row[2]):
        taken[route].append((_day(ended), calendar.count(_day(sent), _day(ended))))
    return taken


def _figures(taken: list[tuple[date, int]], since: date) -> Turnaround:
    days = sorted(days for group in _groups(taken) if group[-1][0] >= since for _ended, days in group)
    return Turnaround(
        len(days),
        _rank(days, 0.5) if len(days) >= GROUP else None,
        _rank(days, 0.9) if len(days) >= FEWEST_FOR_MOST else None,
    )


def _groups(taken: list[tuple[date, int]]) -> Iterator[list[tuple[date, int]]]:
    for start in range(0, len(taken) - GROUP + 1, GROUP):
        yield taken[start : start + GROUP]


def _rank(days: list[int], share: float) -> int:
    """The day within which this share of the cases was through."""
    return days[ceil(share * len(days)) - 1]


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()

"""The working days of the institution: weekends, public holidays of its place and its own closed days.

Whatever is promised or reminded of in working days asks here. Public holidays come from the `holidays` package.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
from holidays.registry import COUNTRIES

from riskassess.accounts.models import ClosedDay, Institution
from riskassess.accounts.queries import the_institution
from riskassess.core.days import add_working_days, is_working_day, working_days


@dataclass(frozen=True)
class Calendar:
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        return is_working_day(day, self.off(day, day))

    def add(self, start: date, days: int) -> date:
        """The day that ends after so many working days."""
        return add_working_days(
            start, days, self.off(start, start.replace(day=1, month=1, year=_years_on(start, days)))
        )

    def count(self, start: date, end: date) -> int:
        """The working days after the start, up to the end."""
        return working_days(start, end, self.off(start, end))

    def off(self, start: date, end: date) -> frozenset[date]:
        """Every day off in the years from the one to the other."""
        if not self.country:
            return self.closed
        years = range(start.year, end.year + 1)
        return self.closed.union(*(public_holidays(self.country, self.subdivision, year) for year in years))


def _years_on(start: date, days: int) -> int:
    return start.year + 1 + days // 200  # a year has more working days than that


def calendar_of(institution: Institution | None) -> Calendar:
    """One query; whoever tells of many cases asks once."""
    if institution is None:
        return Calendar()
    days = ClosedDay.objects.filter(institution=institution).values_list("day", flat=True)
    return Calendar(institution.country, institution.subdivision, frozenset(days))


def the_calendar() -> Calendar:
    return calendar_of(the_institution())


@cache
def public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    """The days and their names. A place that the package no longer knows has none, rather than an error each time."""
    try:
        return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year).items())
    except NotImplementedError:
        return {}


@cache
def countries() -> frozenset[str]:
    """The codes of the countries whose public holidays are known."""
    return frozenset(code for _name, code, *_other in COUNTRIES.values())


@cache
def subdivisions(country: str) -> dict[str, str]:
    """The parts of a country with holidays of their own: code and name."""
    if country not in countries():
        return {}
    known = holidays.country_holidays(country)
    names = {code: name for name, code in known.subdivisions_aliases.items()}
    return {code: names.get(code, code) for code in known.subdivisions}

"""Days as people at work count them. Which days are off differs from place to place: `accounts.calendar` knows those of
the institution; without any, Mondays to Fridays count."""

from collections.abc import Collection
from datetime import date, timedelta


def working_days(start: date, end: date, off: Collection[date] = frozenset()) -> int:
    """Mondays to Fridays after the start, up to the end, without the days off."""
    days = (end - start).days
    if days <= 0:
        return 0
    whole, rest = divmod(days, 7)
    weekdays = whole * 5 + sum((start.weekday() + step) % 7 < 5 for step in range(1, rest + 1))
    return weekdays - sum(start < day <= end and day.weekday() < 5 for day in off)


def is_working_day(day: date, off: Collection[date] = frozenset()) -> bool:
    return day.weekday() < 5 and day not in off


def add_working_days(start: date, days: int, off: Collection[date] = frozenset()) -> date:
    """The day that ends after so many Mondays to Fridays without the days off."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in off:
            days -= 1
    return day

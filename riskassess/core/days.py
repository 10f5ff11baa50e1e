"""Days as people at work count them. Public holidays differ from place to place and are left out."""

from datetime import date, timedelta


def working_days(start: date, end: date) -> int:
    """Mondays to Fridays after the start, up to the end."""
    days = (end - start).days
    if days <= 0:
        return 0
    whole, rest = divmod(days, 7)
    return whole * 5 + sum((start.weekday() + step) % 7 < 5 for step in range(1, rest + 1))


def is_working_day(day: date) -> bool:
    return working_days(day - timedelta(days=1), day) == 1


def add_working_days(start: date, days: int) -> date:
    """The day that ends after so many Mondays to Fridays."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day

"""The working days of the institution: weekends, public holidays of its place, its own closed days."""

from datetime import date

import pytest

from riskassess.accounts.calendar import Calendar, public_holidays, subdivisions

BAVARIA = Calendar("DE", "BY", frozenset({date(2026, 12, 28)}))


@pytest.mark.parametrize(
    ("calendar", "start", "days", "end"),
    [
        (Calendar(), date(2026, 12, 22), 5, date(2026, 12, 29)),
        # Christmas, the institution's own day and New Year are left out
        (BAVARIA, date(2026, 12, 22), 6, date(2027, 1, 4)),
        (Calendar("DE", "BE"), date(2027, 1, 4), 2, date(2027, 1, 6)),
        (Calendar("DE", "BY"), date(2027, 1, 4), 2, date(2027, 1, 7)),
    ],
)
def test_days_off_are_left_out_both_ways(calendar, start, days, end):
    assert calendar.add(start, days) == end
    assert calendar.count(start, end) == days
    assert calendar.is_working(end)


def test_holiday_on_a_weekend_is_not_taken_off_twice():
    assert Calendar("DE").count(date(2026, 10, 2), date(2026, 10, 5)) == 1  # the third is a Saturday


def test_place_that_is_not_known_has_no_holidays():
    assert public_holidays("XX", "", 2026) == {}
    assert (subdivisions("XX"), subdivisions("DE")["BY"]) == ({}, "Bayern")

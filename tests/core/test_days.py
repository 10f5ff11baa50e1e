from datetime import date, timedelta

import pytest

from riskassess.core.days import add_working_days, working_days

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(("days", "expected"), [(0, 0), (1, 0), (2, 0), (3, 1), (7, 5), (10, 6), (14, 10), (-3, 0)])
def test_working_days_leave_weekends_out(days, expected):
    assert working_days(FRIDAY, FRIDAY + timedelta(days=days)) == expected


@pytest.mark.parametrize("days", [1, 3, 10, 20])
def test_adding_working_days_is_the_way_back_of_counting_them(days):
    assert working_days(FRIDAY, add_working_days(FRIDAY, days)) == days

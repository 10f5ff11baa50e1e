"""Overturned decisions are counted for calibration, and never so that a single case could be told."""

import pytest
from django.urls import reverse

from riskassess.insights.appeals import Row, _row, overturned

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("decided", "appealed", "upheld", "shown"),
    [
        (4, 4, 4, (None, None, None)),
        (5, 4, 0, (5, None, None)),
        (12, 5, 5, (12, 5, None)),  # all five upheld: what is left beside is none
        (9, 5, 0, (9, None, None)),  # four that did not appeal
        (40, 20, 10, (40, 20, 10)),
        (40, 20, 4, (40, 20, None)),
        (40, 20, 16, (40, 20, None)),
    ],
)
def test_figures_under_five_and_those_beside_them_are_kept_back(decided, appealed, upheld, shown):
    assert _row("high", decided, appealed, upheld) == Row("high", *shown)


def test_one_case_is_told_by_no_figure(approved, omar, as_user, django_assert_num_queries):
    approved()

    with django_assert_num_queries(1):
        levels, rules = overturned()
    page = as_user(omar).get(reverse("insights")).content.decode()

    assert [(row.name, row.decided) for row in levels] == [("moderate", None)]
    assert rules == []
    assert "under 5" in page

"""What would bring a case down, and where its rules are told, on the pages of both sides."""

import re

import pytest
from django.urls import reverse

from tests.story import HIGH

pytestmark = pytest.mark.django_db


def test_both_sides_read_what_is_enough_and_reach_the_rule(submitted, as_user, university):
    proposal = submitted(example=HIGH)
    case = as_user(university.people["omar"]).get(proposal.case.get_absolute_url()).content.decode()
    filed = as_user(university.people["ana"]).get(reverse("assessment", args=[proposal.reference])).content.decode()

    for page in (case, filed):
        assert re.findall(r'href="(/handbook/[^"#]+)#rule-K04"', page) == ["/handbook/allea-eu/1.1.1"]
        assert "Enough for moderate, the least effort first" in page
        assert "Agree on what the results are for (Meridian Sensing S.A. (invented))" in page

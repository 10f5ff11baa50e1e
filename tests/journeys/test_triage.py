"""Somebody without an account tries six questions, without JavaScript, and reads why."""

import pytest

pytestmark = pytest.mark.xdist_group("journeys")


def test_six_questions_lead_to_a_route_with_reasons(visit, embedded):
    guest = visit(embedded, is_strict=True)
    guest.open("/")
    guest.follow("Try six questions")
    guest.choose("Applied research")
    guest.page.get_by_role("checkbox", name="Personal data").check()
    guest.follow("Show my route")

    guest.expect("Talk to us early")
    guest.expect("What would help")
    assert guest.context.cookies() == []


def test_six_questions_need_no_script(visit, embedded):
    guest = visit(embedded, has_script=False)
    guest.open("/triage")
    guest.choose("Humanities")
    guest.follow("Show my route")

    guest.expect("Nothing you choose here is stored")
    guest.expect("Your answers, to be changed and tried again")

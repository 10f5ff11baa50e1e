"""The page of working days: an administrator says which days are off, and open cases move, decided ones do not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.calendar import the_calendar
from riskassess.accounts.models import ClosedDay, User
from riskassess.audit.models import Event
from riskassess.reviews.models import Appeal, Case
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(as_user, university):
    return as_user(User.objects.get(email__startswith="ada"))


def test_closed_day_moves_open_cases_and_says_so_in_the_record(browser, as_user, omar, submitted, approved, run_jobs):
    open_one, decided = submitted(example="05-ocean").case, approved(title="Storms").case
    day = the_calendar().add(timezone.localdate(), 1)
    decided_due = decided.due_on

    answer = browser.post("/settings/working-days", {"what": "day", "day": day.isoformat(), "name": "Founder's day"})
    assert answer.status_code == 302
    run_jobs()

    moved = Case.objects.get(pk=open_one.pk)
    assert moved.due_on > open_one.due_on
    assert the_calendar().count(moved.started_on, moved.due_on) == moved.promised_days == open_one.promised_days
    assert Case.objects.get(pk=decided.pk).due_on == decided_due
    event = Event.objects.get(verb="case.due_moved")
    assert event.reference == open_one.proposal.reference
    assert event.detail.before == {"due_on": open_one.due_on.isoformat()}
    assert "moved the day a case is due" in text_of(as_user(omar).get(moved.get_absolute_url()))

    closed = ClosedDay.objects.get()
    browser.post(f"/settings/working-days/{closed.uid}/drop")
    run_jobs()
    assert Case.objects.get(pk=open_one.pk).due_on == open_one.due_on
    page = text_of(browser.get("/settings/working-days"))
    assert "took away a day on which the institution was closed" in page


def test_place_brings_its_public_holidays_and_a_wrong_part_is_refused(browser, university):
    assert browser.post("/settings/working-days", {"country": "BE", "subdivision": "BY"}).status_code == 422
    assert the_calendar().country == ""

    browser.post("/settings/working-days", {"country": "DE", "subdivision": "BY"})

    assert (the_calendar().country, the_calendar().subdivision) == ("DE", "BY")
    page = text_of(browser.get("/settings/working-days"))
    assert "none → DE · BY" in page
    assert "Epiphany" in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"day": "2020-01-01", "name": "Old"}, "This day is over."),
        ({"day": "tomorrow", "name": "Odd"}, "Write the date as year-month-day"),
        ({"day": "2099-01-01", "name": ""}, "Fill this in."),
    ],
)
def test_day_that_cannot_be_closed_is_answered_with_a_sentence(browser, sent, sentence):
    answer = browser.post("/settings/working-days", {"what": "day", **sent})

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not ClosedDay.objects.exists()


def test_appeal_is_due_after_working_days_without_the_closed_ones(approved, ana, university):
    case = approved(title="Storms").case
    day = timezone.localdate() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    ClosedDay.objects.create(institution=university.institution, day=day, name="Move")

    workflow.appeal(case=case, actor=ana, reasons="Too strict.")

    due_on = Appeal.objects.get().due_on
    assert the_calendar().count(timezone.localdate(), due_on) == 20

"""The calendar feed: a secret address without a login, references and needs, nothing of a case."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from riskassess.accounts.models import User
from riskassess.audit.models import Event
from riskassess.notices.calendar import address_of, calendar_of
from riskassess.notices.models import Feed
from riskassess.notices.services import close_feed, open_feed
from riskassess.reviews.dates import dates_of
from riskassess.reviews.models import Case, Condition

pytestmark = pytest.mark.django_db
CANARY = "Zanzibarite"


def read(settings, url):
    return Client().get(url.removeprefix(settings.SITE_URL))


def summaries(user) -> list[str]:
    return [str(event["summary"]) for event in Calendar.from_ical(calendar_of(user)).walk("VEVENT")]


def test_feed_shows_needs_and_days_and_nothing_of_the_case(approved, ana, settings):
    proposal = approved(title=f"{CANARY}, in the deep")
    Condition.objects.update(due_on=timezone.localdate() + timedelta(days=3))

    response = read(settings, address_of(open_feed(user=ana)))

    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    body = response.content.decode()
    assert CANARY not in body
    assert "funder" not in body
    assert "Ana" not in body
    assert "\r\n" in body
    assert max(len(line.encode()) for line in body.split("\r\n")) <= 75
    events = Calendar.from_ical(body).walk("VEVENT")
    told = {str(event["summary"]).partition(": ")[2] for event in events}
    assert {"a condition falls due", "the approval runs out", "the last day to appeal"} <= told
    assert {str(event["summary"]).partition(": ")[0] for event in events} == {proposal.reference}
    assert all(str(event["url"]).startswith(f"{settings.SITE_URL}/proposals/") for event in events)


def test_feed_has_the_same_ids_each_time(approved, ana):
    approved()

    first, second = (
        [str(event["uid"]) for event in Calendar.from_ical(calendar_of(ana)).walk("VEVENT")] for _time in "12"
    )

    assert first == second
    assert len(set(first)) == len(first)


def test_feed_of_who_carries_a_case_shows_its_day(submitted, omar, tomasz, eve):
    proposal = submitted(example="04-coastal")
    need = f"{proposal.reference}: a case is due"

    assert need in summaries(omar)
    assert need in summaries(tomasz)
    assert summaries(eve) == []


def test_old_wrong_closed_and_deactivated_addresses_are_not_found(ana, settings):
    old = address_of(open_feed(user=ana))
    new = address_of(open_feed(user=ana))

    assert read(settings, old).status_code == 404
    assert read(settings, new).status_code == 200
    key = new.rpartition("/")[2]
    assert read(settings, new.replace(key, "0" * 40 + ".ics")).status_code == 404
    ana.is_active = False
    ana.save()
    assert read(settings, new).status_code == 404
    ana.is_active = True
    ana.save()
    close_feed(user=ana)
    assert read(settings, new).status_code == 404
    assert not Feed.objects.exists()
    verbs = list(Event.objects.order_by("sequence").values_list("verb", flat=True))
    assert [verb for verb in verbs if "feed" in verb] == ["account.feed_opened"] * 2 + ["account.feed_closed"]


def test_address_cannot_be_made_from_the_row_alone(ana, settings):
    feed = open_feed(user=ana)
    before = address_of(feed)
    settings.SECRET_KEY = "another secret of the server, as long as it has to be"

    assert address_of(feed) != before
    assert feed.uid.hex[:12] not in before.rpartition("/")[2]


def test_feed_takes_as_many_queries_for_two_cases_as_for_one(approved, ana, omar):
    counts = []
    for _case in range(2):
        approved()
        people = [User.objects.get(pk=user.pk) for user in (ana, omar)]
        with CaptureQueriesContext(connection) as caught:
            for user in people:
                dates_of(user)
        counts.append(len(caught))

    assert counts[0] == counts[1]
    assert Case.objects.count() == 2

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from riskassess.audit.models import Event
from riskassess.audit.queries import EventFilters, events, page_of
from riskassess.core.errors import DomainError
from tests.audit.writing import ANA, OMAR, write_event


@pytest.fixture
def written(log_url):
    write_event(reference="RA-2026-0001", after={"title": "Kältere Meere"})
    write_event("case.flagged", reference="RA-2026-0001", before={"state": "in_review"}, **OMAR)
    write_event("case.opened", reference="RA-2026-0002", actor_id=None, role="system", actor_name="")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [3, 2, 1]),
        ({"who": "ana"}, [1]),
        ({"who": "3"}, [2]),
        ({"who": "system"}, [3]),
        ({"who": "99999999999999999999999"}, []),
        ({"verb": "case.flagged"}, [2]),
        ({"reference": "RA-2026-0001"}, [2, 1]),
        ({"text": "FLAGGED"}, [2]),
        ({"text": "kältere"}, [1]),
        ({"text": "in_review"}, [2]),
        ({"text": "no such words"}, []),
        ({"text": "100%_'\"\\"}, []),
        ({"who": "omar", "reference": "RA-2026-0002"}, []),
    ],
)
def test_events_finds(written, filters, found):
    if filters.get("text") == "kältere" and connection.vendor == "sqlite":
        filters = {"text": "Kältere"}  # SQLite folds the case of ASCII letters alone

    assert [event.sequence for event in events(EventFilters(**filters), content=True)] == found


def test_events_without_content_does_not_search_details(written):
    for text in ("Kältere", "in_review", "title"):
        assert not events(EventFilters(text=text)).exists()
    assert events(EventFilters(text="flagged")).count() == 1


def test_days_are_those_of_the_reader(log_on_sqlite):
    write_event()
    with timezone.override("Pacific/Auckland"):
        today = timezone.localdate()
        assert events(EventFilters(since=today, until=today)).count() == 1
        assert events(EventFilters(since=today + timedelta(days=1))).count() == 0
        assert events(EventFilters(until=today - timedelta(days=1))).count() == 0


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "until"),
        ({"since": date(1, 1, 1)}, "since"),
        ({"until": date.max}, "until"),
    ],
)
def test_filters_refuse_impossible_periods(filters, field):
    with pytest.raises(DomainError) as refused:
        EventFilters(**filters)

    assert refused.value.field == field


def test_filters_as_record_are_text():
    filters = EventFilters(who="Ana", since=date(2026, 1, 2))

    assert filters.as_record() == {"who": "Ana", "since": "2026-01-02"}


@pytest.mark.parametrize("number", [1, "2", "0", "-3", "abc", "9" * 30, ""])
def test_page_of_takes_any_number(log_on_sqlite, number):
    for _ in range(60):
        write_event()

    page = page_of(events(EventFilters(), content=True), number)

    assert len(page.object_list) == (50 if page.number == 1 else 10)


def test_a_page_costs_two_queries_at_any_length(log_on_sqlite):
    costs = []
    for length in (1, 3, 300):
        while Event.objects.count() < length:
            write_event(**ANA, after={"n": length})
        with CaptureQueriesContext(connection) as queries:
            rows = [event.detail.after for event in page_of(events(EventFilters(), content=True), 1)]
        costs.append((len(rows), len(queries)))

    assert costs == [(1, 2), (3, 2), (50, 2)]


def test_time_is_kept_in_utc(log_url):
    event = write_event()

    assert Event.objects.get().at == event.at
    assert abs(event.at - datetime.now(tz=event.at.tzinfo)) < timedelta(minutes=1)

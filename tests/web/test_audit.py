import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskassess.accounts.models import Institution, RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.audit.models import AccessRead, ChainCheck, ChainHead, Event
from riskassess.audit.services import erase_details, verify_chain
from riskassess.web.verbs import VERB_WORDS, verb_words
from tests.audit.writing import DAVID, OMAR, write_event
from tests.mandates import give_mandate

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def person(db):
    Institution.objects.create(name="Norderhaven University")

    def make(name, *roles):
        user = User.objects.create_user(f"{name.split()[0].lower()}@norderhaven.example", name, "x")
        for role in roles:
            RoleMembership.objects.create(user=user, role=role, starts=date(2026, 1, 1))
        return user

    return make


@pytest.fixture
def auditor(client, person):
    david = person("David Osei", Role.AUDITOR)
    give_mandate(david)
    client.force_login(david)
    return david


@pytest.fixture
def administrator(client, person):
    ada = person("Ada Lind", Role.ADMINISTRATOR)
    client.force_login(ada)
    return ada


@pytest.fixture
def written(db):
    write_event("proposal.created", reference="RA-2026-0001", before={"x": "canary-before"}, after=["canary-after"])
    write_event("proposal.flag", reference="RA-2026-0002", subject="canary-subject", **OMAR)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_auditor_reads_events_in_full(client, auditor, written):
    page = text_of(client.get(reverse("audit")))

    assert "<b>Ana Ferreira</b> opened a draft" in page
    assert "<b>Omar Haddad</b> flagged the case" in page
    assert all(canary in page for canary in ("canary-before", "canary-after", "canary-subject"))
    assert "The log is whole." in page


def test_administrator_reads_them_without_case_content(client, administrator, written):
    page = text_of(client.get(reverse("audit")))

    assert "<b>Ana Ferreira</b> opened a draft" in page
    assert "RA-2026-0001" in page
    assert "canary" not in page
    assert 'name="text"' not in page


def test_administrator_learns_nothing_by_searching_details(client, administrator, written):
    assert text_of(client.get(reverse("audit"), {"text": "canary-before"})).count('id="event-') == 2


@pytest.mark.parametrize("roles", [[], [Role.RESEARCHER], [Role.REVIEWER], [Role.OFFICER], [Role.APPROVER]])
@pytest.mark.parametrize(("method", "name"), [("get", "audit"), ("post", "audit_export")])
def test_nobody_else_gets_in(client, person, roles, method, name):
    client.force_login(person("Eve Novak", *roles))

    assert getattr(client, method)(reverse(name), {"format": "csv"}).status_code == 403


def test_reading_the_log_is_on_record(client, auditor, written):
    client.get(reverse("audit"), {"reference": "ra-2026-0001"})

    read = AccessRead.objects.get()
    assert (read.verb, read.actor_id, read.role, read.reference) == (
        "audit.read",
        auditor.pk,
        "auditor",
        "RA-2026-0001",
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {1, 2}),
        ({"who": "ana"}, {1}),
        ({"who": "system"}, set()),
        ({"verb": "proposal.flag"}, {2}),
        ({"reference": " ra-2026-0001 "}, {1}),
        ({"since": "2026-01-01", "until": "2199-01-01"}, {1, 2}),
        ({"until": "2026-01-01"}, set()),
        ({"text": "canary-after"}, {1}),
        ({"page": "99"}, {1, 2}),
        ({"page": "x"}, {1, 2}),
    ],
)
def test_filters_show_what_fits(client, auditor, written, query, shown):
    page = text_of(client.get(reverse("audit"), query))

    assert {int(number) for number in re.findall(r'id="event-(\d+)"', page)} == shown
    if not shown:
        assert "No event fits" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "2026-02-30"}, "Write the date as year-month-day"),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "The last day lies before the first."),
        ({"since": "0001-01-01"}, "The year cannot be right."),
        ({"verb": "__class__"}, "Choose one of those shown."),
        ({"who": "x" * 121}, "At most 120 characters fit here"),
    ],
)
def test_filters_that_cannot_be_read_are_named(client, auditor, written, query, words):
    page = text_of(client.get(reverse("audit"), query))

    assert words in page
    assert "Not searched yet" in page
    assert 'id="event-' not in page


def test_page_costs_the_same_at_any_length(client, auditor):
    client.get(reverse("audit"))  # the first visit verifies the chain
    costs = []
    for length in (1, 3, 300):
        while Event.objects.count() < length:
            write_event("proposal.created", after={"n": length})
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get(reverse("audit")))
        costs.append(len(queries))

    assert len(set(costs)) == 1
    assert costs[0] <= 20


def test_pages_hold_fifty_and_keep_the_filter(client, auditor):
    for _ in range(60):
        write_event("proposal.created", reference="RA-2026-0001")

    page = text_of(client.get(reverse("audit"), {"reference": "RA-2026-0001"}))

    assert page.count('id="event-') == 50
    assert '?reference=RA-2026-0001&amp;page=2"' in page


def test_erased_details_are_said_to_be_erased(client, auditor, written):
    erase_details(sequences=[1], reason="asked for", **DAVID)

    page = text_of(client.get(reverse("audit"), {"reference": "RA-2026-0001"}))

    assert "These details were erased." in page
    assert "<b>Person 1</b> opened a draft" in page
    assert "canary" not in page


def test_a_changed_log_is_said_in_red_with_its_place(client, auditor, written):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_event_no_update")
        cursor.execute("UPDATE audit_event SET role = 'officer' WHERE sequence = 1")

    page = text_of(client.get(reverse("audit")))

    assert 'role="alert"' in page
    assert "Event 1 was edited" in page
    assert ChainCheck.objects.get().kind == "edited"


def test_content_is_escaped(client, auditor):
    write_event("proposal.created", after={"title": "<script>alert(1)</script>"}, actor_name="<b>Eve</b>")

    page = text_of(client.get(reverse("audit")))

    assert "<script>alert" not in page
    assert "<b>Eve</b>" not in page


@pytest.mark.parametrize(("file_format", "kind"), [("csv", "text/csv"), ("jsonl", "application/jsonl")])
def test_export_streams_what_fits(client, auditor, written, file_format, kind):
    head = ChainHead.objects.get()

    response = client.post(reverse("audit_export"), {"format": file_format, "reference": "RA-2026-0001"})
    lines = b"".join(response.streaming_content).decode().splitlines()

    assert response.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert re.fullmatch(rf'attachment; filename="audit-[\d-]+\.{file_format}"', response.headers["Content-Disposition"])
    assert response.headers["X-Audit-Chain-Head"] == f"{head.sequence} {head.hash}"
    assert json.loads(response.headers["X-Audit-Filter"]) == {"reference": "RA-2026-0001"}
    assert response.headers["X-Audit-Count"] == "1"
    assert len(lines) == 2
    assert "canary-after" in "".join(lines)
    event = Event.objects.last()
    assert (event.verb, event.actor_id, event.role) == ("audit.exported", auditor.pk, "auditor")
    assert verify_chain().ok


def test_administrator_exports_without_case_content(client, administrator, written):
    response = client.post(reverse("audit_export"), {"format": "csv", "text": "canary"})
    rows = list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))

    assert response.headers["X-Audit-Content"] == "no"
    assert [row["sequence"] for row in rows] == ["1", "2"]
    assert list(rows[0]) == ["sequence", "time", "actor", "verb", "reference", "hash"]
    assert "canary" not in str(rows)


@pytest.mark.parametrize("given", [{}, {"format": "xlsx"}, {"format": "csv", "since": "yesterday"}])
def test_export_refuses_what_it_cannot_read(client, auditor, written, given):
    response = client.post(reverse("audit_export"), given)

    assert response.status_code == 422
    assert not Event.objects.filter(verb="audit.exported").exists()


def test_every_verb_that_the_code_records_has_words():
    """A verb is a text constant of the call, or a pattern whose moving part is a move of MOVES."""
    written_verbs = set()
    for path in [*ROOT.glob("riskassess/**/*.py"), *ROOT.glob("partners/**/*.py")]:
        written_verbs |= set(re.findall(r'\brecord\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text()))

    assert len(written_verbs) > 10
    assert sorted(written_verbs - set(VERB_WORDS)) == []
    assert verb_words("a.verb_of_tomorrow") == "a.verb_of_tomorrow"

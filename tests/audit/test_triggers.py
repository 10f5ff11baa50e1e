"""Both databases refuse what no service would do, also to whoever writes SQL by hand."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from riskassess.audit.models import ChainHead, Event, EventDetail
from riskassess.audit.services import verify_chain
from tests.audit.conftest import migrate_audit
from tests.audit.writing import write_event

EMPTY = {"salt": "", "actor_name": "", "before": None, "after": None}
CHANGES = {
    "sequence": 99,
    "at": "2026-01-01T00:00Z",
    "actor_id": 5,
    "role": "officer",
    "verb": "a.b",
    "subject": "x",
    "reference": "RA-2026-0009",
    "request_id": "x",
    "commitment": "0" * 64,
    "previous_hash": "1" * 64,
    "hash": "2" * 64,
    "hmac": "3" * 64,
}


def refused(work, words):
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        work()


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_column_of_an_event_refuses_change(log_url):
    write_event()

    for column, value in CHANGES.items():
        refused(lambda column=column, value=value: Event.objects.update(**{column: value}), "never changed")
    assert set(CHANGES) == {field.attname for field in Event._meta.concrete_fields}
    assert verify_chain().ok


def test_event_refuses_removal_and_replacement(log_url):
    write_event()
    columns = ", ".join(field.column for field in Event._meta.concrete_fields)
    again = f"INTO audit_event ({columns}) SELECT {columns} FROM audit_event"

    refused(lambda: execute("DELETE FROM audit_event"), "never removed")
    if connection.vendor == "sqlite":
        refused(lambda: execute(f"INSERT OR REPLACE {again}"), "never replaced")
        refused(lambda: execute("INSERT OR REPLACE INTO audit_eventdetail SELECT * FROM audit_eventdetail"), "emptied")
    else:
        refused(lambda: execute(f"INSERT {again} ON CONFLICT (sequence) DO UPDATE SET role = 'x'"), "never changed")
    assert verify_chain().ok


def test_truncate_refuses(log_on_postgresql):
    write_event()

    refused(lambda: execute("TRUNCATE audit_event CASCADE"), "never removed|emptied")
    refused(lambda: execute("TRUNCATE audit_eventdetail"), "emptied")
    assert verify_chain().ok


def test_detail_can_only_be_emptied(log_url):
    write_event(before={"a": 1}, after={"a": 2})

    for changes in (
        {"salt": "x"},
        {"actor_name": "Eve"},
        {"after": {"a": 3}},
        {"before": None},
        {**EMPTY, "salt": "x"},
    ):
        refused(lambda changes=changes: EventDetail.objects.update(**changes), "only be emptied")
    refused(lambda: execute("DELETE FROM audit_eventdetail"), "only be emptied")
    EventDetail.objects.update(**EMPTY)

    assert EventDetail.objects.get().is_erased


def test_a_second_head_is_refused(log_url):
    refused(
        lambda: Model.save(ChainHead(pk=2, sequence=0, hash="", hmac=""), force_insert=True), "one_chain_head|UNIQUE"
    )


def test_triggers_go_and_come_back_with_their_migration(log_url):
    migrate_audit("0001_initial")
    migrate_audit()
    write_event()

    refused(lambda: Event.objects.update(role="officer"), "never changed")
    assert verify_chain().ok


@pytest.mark.django_db
def test_triggers_stand_after_all_migrations():
    """A later migration that rebuilds a table on SQLite would drop them without a word."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%%' ORDER BY name"
        )
        names = [row[0] for row in cursor.fetchall()]

    assert names == [
        "audit_detail_no_delete",
        "audit_detail_no_replace",
        "audit_detail_only_emptied",
        "audit_event_no_delete",
        "audit_event_no_replace",
        "audit_event_no_update",
    ]

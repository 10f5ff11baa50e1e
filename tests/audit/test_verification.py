"""Every way to tamper with the log, tried out on a copy whose triggers and constraints an intruder has removed."""

import itertools
import random
import shutil
from datetime import datetime

import pytest
from django.db import connection, transaction

from riskassess.audit import log, services
from riskassess.audit.models import ChainHead, Event
from riskassess.audit.verification import PROBLEMS, walk_chain
from tests.audit.conftest import default_database
from tests.audit.writing import DAVID, read_earlier, write_event, write_events

EVENT_COLUMNS = [field.column for field in Event._meta.concrete_fields]
DETAIL_COLUMNS = ["event_id", "salt", "actor_name", "before", "after"]
READ_COLUMNS = ["id", "at", "actor_id", "role", "verb", "subject", "reference", "request_id", "sealed_in_id"]
TABLES = ["audit_event", "audit_eventdetail", "audit_chainhead", "audit_accessread"]


@pytest.fixture(scope="module")
def opened_file(written_file, tmp_path_factory, django_db_blocker):
    """The written log as an intruder with the file could leave it: plain tables, no trigger, no key, no constraint."""
    path = shutil.copy(written_file, tmp_path_factory.mktemp("opened") / "opened.sqlite3")
    with django_db_blocker.unblock(), default_database(f"sqlite:///{path}"):
        open_tables()
    return path


def open_tables():
    run("PRAGMA foreign_keys = OFF")
    for table in TABLES:
        run(f"CREATE TABLE copied AS SELECT * FROM {table}")
        run(f"DROP TABLE {table}")
        run(f"ALTER TABLE copied RENAME TO {table}")
    run("CREATE INDEX detail_of_event ON audit_eventdetail (event_id)")


@pytest.fixture
def opened(opened_file, django_db_blocker):
    with django_db_blocker.unblock(), default_database(f"sqlite:///{opened_file}"):
        run("PRAGMA foreign_keys = OFF")
        yield


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def after(*statements):
    """What the verification says after these statements, which are then undone."""
    with transaction.atomic():
        for statement, *values in statements:
            run(statement, *values)
        found = walk_chain()
        transaction.set_rollback(True)
    return found


def sequences():
    return [row[0] for row in run("SELECT sequence FROM audit_event ORDER BY sequence")]


def edits_of(value):
    """Other values for a stored one: near ones, far ones, and of another type."""
    if isinstance(value, int):
        other = [value + 1, value - 1, 10**9, f"{value} ", None, value + 0.5]
    elif value is None:
        other = ["", "null", "[]", 0, "x"]
    else:
        other = [value + " ", " " + value, value[:-1], value.swapcase(), value + "x", None, 7, value.encode(), b"\xff"]
    return [edit for edit in other if edit != value or type(edit) is not type(value)]


def is_edited(column, before, now):
    """Blanks around JSON and a second way to write the same instant change nothing that anybody could read."""
    if before == now:
        return False
    if column in {"before", "after"} and isinstance(now[1], str | bytes):
        text = now[1].decode(errors="replace") if isinstance(now[1], bytes) else now[1]
        return text.strip() != (before[1] or "null").strip()
    if column == "at" and isinstance(now[1], str):
        try:
            return datetime.fromisoformat(now[1].strip()) != datetime.fromisoformat(before[1])
        except ValueError:
            return True
    return True


def undetected_edits(table, columns, key):
    """The single-column edits that the verification misses, or places elsewhere than they are; and how many it saw."""
    missed, tried = [], 0
    for rowid, place in run(f"SELECT rowid, {key} FROM {table}"):
        for column in columns:
            stored = f'SELECT typeof("{column}"), "{column}" FROM {table} WHERE rowid = %s'
            before = run(stored, rowid)[0]
            edits = edits_of(before[1])
            for edit in (edits + edits)[rowid % len(edits) :][:4]:  # each row four kinds of edits, in turn
                with transaction.atomic():
                    run(f'UPDATE {table} SET "{column}" = %s WHERE rowid = %s', edit, rowid)
                    is_tried = is_edited(column, before, run(stored, rowid)[0])
                    found = walk_chain()
                    transaction.set_rollback(True)
                tried += is_tried
                if is_tried and (found.ok or (column != key and found.position != place)):
                    missed.append((place, column, edit, found.kind, found.position))
    return missed, tried


def test_untouched_log_verifies(opened):
    found = services.verify_chain()

    assert found.problem == ""
    assert (found.ok, found.position) == (True, None)
    assert found.count == found.head_seq == len(sequences()) >= 55
    assert found.head_hash == ChainHead.objects.get().hash


@pytest.mark.parametrize("column", EVENT_COLUMNS)
def test_every_edit_of_an_event_is_found(opened, column):
    missed, tried = undetected_edits("audit_event", [column], "sequence")

    assert missed == []
    assert tried > 100


@pytest.mark.parametrize("column", DETAIL_COLUMNS)
def test_every_edit_of_a_detail_is_found(opened, column):
    missed, tried = undetected_edits("audit_eventdetail", [column], "event_id")

    assert missed == []
    assert tried > 100


@pytest.mark.parametrize("column", READ_COLUMNS)
def test_every_edit_of_a_sealed_read_is_found(opened, column):
    missed, tried = undetected_edits("audit_accessread", [column], "sealed_in_id")

    assert missed == []
    assert tried > 12


def test_every_edit_of_the_head_is_found(opened):
    for column in ("sequence", "hash", "hmac"):
        value = run(f"SELECT {column} FROM audit_chainhead")[0][0]
        for edit in edits_of(value):
            if edit != f"{value} ":  # the column turns it back into the same number
                assert not after((f"UPDATE audit_chainhead SET {column} = %s", edit)).ok, (column, edit)


def test_every_deletion_is_found_at_its_place(opened):
    last = sequences()[-1]
    for number in sequences():
        found = after(("DELETE FROM audit_event WHERE sequence = %s", number))

        assert (found.kind, found.position) == ("cut" if number == last else "deleted", number)


def test_every_deletion_that_closes_the_gap_is_found(opened):
    for number in sequences()[:-1]:
        found = after(
            ("DELETE FROM audit_event WHERE sequence = %s", number),
            ("UPDATE audit_event SET sequence = sequence - 1 WHERE sequence > %s", number),
        )

        assert (found.ok, found.position) == (False, number)


def test_every_removed_detail_is_found(opened):
    for number in sequences():
        found = after(("DELETE FROM audit_eventdetail WHERE event_id = %s", number))

        assert (found.kind, found.position) == ("detail_missing", number)


def test_every_insertion_is_found_at_its_place(opened):
    """The intruder knows how to compute a fingerprint, but has no key."""
    for number in sequences():
        forged = Event.objects.get(sequence=number)
        forged.verb = "decision.made"
        forged.hash = log.hash_of(forged)
        columns = [getattr(forged, field.attname) for field in Event._meta.concrete_fields]
        columns[1] = run("SELECT at FROM audit_event WHERE sequence = %s", number)[0][0]
        found = after(
            ("UPDATE audit_event SET sequence = sequence + 1 WHERE sequence >= %s", number),
            (f"INSERT INTO audit_event VALUES ({', '.join(['%s'] * len(columns))})", *columns),
        )

        assert (found.kind, found.position) == ("inserted", number)


def test_every_swap_is_found_at_the_first_of_the_two(opened):
    for one, other in itertools.combinations(sequences()[::2], 2):
        with transaction.atomic():
            run("UPDATE audit_event SET sequence = -1 WHERE sequence = %s", one)
            run("UPDATE audit_event SET sequence = %s WHERE sequence = %s", one, other)
            run("UPDATE audit_event SET sequence = %s WHERE sequence = -1", other)
            found = walk_chain()
            transaction.set_rollback(True)

        assert (found.kind, found.position) == ("swapped", one), (one, other)


def test_every_duplication_is_found(opened):
    for number in sequences():
        twice = after(("INSERT INTO audit_event SELECT * FROM audit_event WHERE sequence = %s", number))
        moved_on = after(
            ("CREATE TEMP TABLE one AS SELECT * FROM audit_event WHERE sequence = %s", number),
            ("UPDATE audit_event SET sequence = sequence + 1 WHERE sequence > %s", number),
            ("UPDATE one SET sequence = sequence + 1",),
            ("INSERT INTO audit_event SELECT * FROM one",),
        )

        assert (twice.kind, twice.position) == ("duplicated", number)
        assert (moved_on.kind, moved_on.position) == ("duplicated", number + 1)


def test_every_cut_of_the_tail_is_found(opened):
    for number in sequences():
        found = after(("DELETE FROM audit_event WHERE sequence >= %s", number))

        assert (found.kind, found.position) == ("cut", number)


def test_cut_with_the_head_moved_back_is_found(opened):
    """The head carries a key of its own, so an event's fingerprints can't stand in for it."""
    for number in sequences()[1:]:
        found = after(
            ("DELETE FROM audit_event WHERE sequence >= %s", number),
            (
                "UPDATE audit_chainhead SET sequence = %s, hash = e.hash, hmac = e.hmac FROM audit_event AS e "
                "WHERE e.sequence = %s",
                number - 1,
                number - 1,
            ),
        )

        assert (found.kind, found.position) == ("head", number - 1)


def test_events_put_behind_the_head_are_found(opened):
    last = sequences()[-1]
    found = after(
        ("INSERT INTO audit_event SELECT * FROM audit_event WHERE sequence = 3",),
        ("UPDATE audit_event SET sequence = %s WHERE rowid = (SELECT max(rowid) FROM audit_event)", last + 1),
    )

    assert (found.ok, found.position) == (False, last + 1)


def test_rewritten_log_without_the_key_is_found_at_its_first_event(opened):
    """Every fingerprint recomputed from the first event on, so that only the key tells."""
    with transaction.atomic():
        run("UPDATE audit_event SET role = 'officer' WHERE sequence = 1")
        previous = log.FIRST_HASH
        for event in Event.objects.order_by("sequence"):
            event.previous_hash = previous
            previous = log.hash_of(event)
            run(
                "UPDATE audit_event SET previous_hash = %s, hash = %s WHERE sequence = %s",
                event.previous_hash,
                previous,
                event.sequence,
            )
        found = walk_chain()
        transaction.set_rollback(True)

    assert (found.kind, found.position) == ("forged", 1)


def test_another_key_fits_no_log(opened, settings):
    settings.AUDIT_KEY = b"another key of more than thirty-two letters"

    assert services.verify_chain().kind == "head"


def test_detail_emptied_without_an_erasure_is_found(opened):
    blank = "UPDATE audit_eventdetail SET salt = '', actor_name = '', before = NULL, after = NULL WHERE event_id = %s"
    erased = {1, 2, 4}
    for number in sequences():
        found = after((blank, number))
        verb = run("SELECT verb FROM audit_event WHERE sequence = %s", number)[0][0]
        kind = "" if number in erased else "reads_edited" if verb == "audit.reads_sealed" else "detail_emptied"

        assert (found.kind, found.position) == (kind, number if kind else None)


def test_every_removed_or_added_sealed_read_is_found(opened):
    for read, seal in run("SELECT id, sealed_in_id FROM audit_accessread"):
        removed = after(("DELETE FROM audit_accessread WHERE id = %s", read))
        added = after(("INSERT INTO audit_accessread SELECT * FROM audit_accessread WHERE id = %s", read))

        assert (removed.kind, removed.position) == ("reads_edited", seal)
        assert (added.kind, added.position) == ("reads_edited", seal)


def test_missing_head_is_found(opened):
    assert after(("DELETE FROM audit_chainhead",)).kind == "head"


def test_every_kind_of_fault_has_its_sentence(opened):
    for kind, sentence in PROBLEMS.items():
        assert "%(position)s" in sentence, kind
    assert after(("DELETE FROM audit_event WHERE sequence = 17",)).problem == "Event 17 is missing."


@pytest.mark.parametrize("column", log.CHAINED)
def test_the_search_for_missed_edits_notices_a_verifier_that_skips_a_column(
    empty_file, tmp_path, django_db_blocker, monkeypatch, column
):
    """The control: with a hole in the verification, the exhaustive tests above must fail."""
    monkeypatch.setattr(log, "CHAINED", [name for name in log.CHAINED if name != column])
    path = shutil.copy(empty_file, tmp_path / "weak.sqlite3")
    with django_db_blocker.unblock(), default_database(f"sqlite:///{path}"):
        write_events(rounds=1)
        open_tables()
        missed = {name for name in (column, "hmac") if undetected_edits("audit_event", [name], "sequence")[0]}

    # The link to the event before is compared once more on its own, so this hole alone opens nothing.
    assert missed == ({column} if column != "previous_hash" else set())


def test_clean_verifications_give_no_alarm(log_on_sqlite):
    dice = random.Random(7)
    for number in range(60):
        match dice.choice(["event", "event", "read", "seal", "erase"]):
            case "event":
                write_event(after={"number": number})
            case "read":
                read_earlier()
            case "seal":
                services.seal_reads()
            case "erase" if plain := Event.objects.exclude(verb="audit.reads_sealed").order_by("?").first():
                services.erase_details(sequences=[plain.sequence], reason="asked for", **DAVID)
        assert [services.verify_chain().problem for _ in range(5)] == [""] * 5


@pytest.mark.parametrize("chunk_size", [1, 2, 7, 2000])
def test_position_does_not_depend_on_the_chunks(opened, chunk_size):
    with transaction.atomic():
        run("UPDATE audit_event SET verb = CAST(x'ff' AS TEXT) WHERE sequence = 20")
        found = walk_chain(chunk_size=chunk_size)
        transaction.set_rollback(True)

    assert (found.kind, found.position) == ("edited", 20)


def test_tampering_is_found_on_postgresql_too(log_on_postgresql):
    write_events(rounds=2)
    assert services.verify_chain().problem == ""
    run("ALTER TABLE audit_event DISABLE TRIGGER ALL")
    run("ALTER TABLE audit_eventdetail DISABLE TRIGGER ALL")

    for column in EVENT_COLUMNS:
        kind = "actor_id = 77" if column == "actor_id" else f"{column} = %s"
        values = {"sequence": [10**6], "at": ["2026-01-01T00:00Z"], "actor_id": []}.get(column, ["x"])
        assert after((f"UPDATE audit_event SET {kind} WHERE sequence = 3", *values)).position == 3, column
    for column, value in {"salt": "x", "actor_name": "x", "before": '{"a": 1.5}', "after": "{}"}.items():
        found = after((f'UPDATE audit_eventdetail SET "{column}" = %s WHERE event_id = 3', value))
        assert (found.kind, found.position) == ("detail_edited", 3), column
    assert (
        after(
            ("DELETE FROM audit_eventdetail WHERE event_id = 3",), ("DELETE FROM audit_event WHERE sequence = 3",)
        ).problem
        == "Event 3 is missing."
    )

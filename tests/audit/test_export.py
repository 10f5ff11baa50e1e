import csv
import io
import itertools
import json

import pytest

from riskassess.audit import export, services
from riskassess.audit.models import ChainHead, Event, EventDetail
from riskassess.audit.queries import EventFilters
from tests.audit.writing import ANA, DAVID, write_event, write_events

STARTS = ["=1+1", "+1", "-1", "@SUM(A1)", "−1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "=1", "+1", "-1", "@a"]
BEFORE = ["", " ", "  ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u202e", "\x0b", "\u2028", "\n", "\r", "\t", "\r\n "]
PAYLOADS = ["".join(pair) for pair in itertools.product(BEFORE, STARTS)] + ["\tx", "\rx", "\nx"]
HARMLESS = ["Ana", "", "a=b", "'=1", "x-1", "2026-11-23", "Δ=1", "{}", "(=1)"]


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def exported(content=True, file_format="csv", filters=None):
    begun = services.open_export(filters=filters or EventFilters(), file_format=file_format, content=content, **DAVID)
    stream = io.StringIO(newline="")
    if file_format == "csv":
        export.write_csv(stream, begun.events, content)
    else:
        export.write_jsonl(stream, begun.events, content, begun.manifest)
    return stream.getvalue(), begun.manifest


@pytest.mark.parametrize("payload", PAYLOADS)
def test_cell_closes_formulas(payload):
    assert export.cell_of(payload) == f"'{payload}"


@pytest.mark.parametrize("text", HARMLESS)
def test_cell_leaves_other_text_alone(text):
    assert export.cell_of(text) == text


def test_cell_keeps_numbers_numbers():
    assert [export.cell_of(value) for value in (-5, 7, None, True, False)] == [-5, 7, "", "yes", "no"]


def test_csv_closes_formulas_in_every_column(log_on_sqlite):
    """An event of nothing but payloads, put into every text column that there is."""
    for payload in PAYLOADS:
        texts = {
            field.attname: payload for field in Event._meta.concrete_fields if field.get_internal_type() == "CharField"
        }
        event = Event(sequence=1, at=write_event().at, actor_id=None, **texts)
        event.detail = EventDetail(salt="x", actor_name=payload, before=payload, after=[payload])
        row = rows_of("".join(export.csv_lines([event], content=True)))[0]

        assert not [name for name, cell in row.items() if export.is_formula(cell)]
        assert row["actor"] == row["verb"] == row["before"] == f"'{payload}"


def test_csv_in_full_tells_everything(log_url):
    write_event(reference="RA-2026-0007", before={"state": "draft"}, after={"title": 'Meere, "kalt"\nund tief'})

    text, manifest = exported()
    row = rows_of(text)[0]

    assert tuple(row) == export.FULL == tuple(manifest["columns"])
    assert (row["sequence"], row["actor_id"], row["actor"], row["role"]) == ("1", "1", "Ana Ferreira", "researcher")
    assert json.loads(row["after"]) == {"title": 'Meere, "kalt"\nund tief'}
    assert row["hash"] == Event.objects.get(sequence=1).hash
    assert row["time"].endswith("+00:00")


@pytest.mark.parametrize("file_format", export.FORMATS)
def test_export_without_content_holds_none(log_on_sqlite, file_format):
    write_event(reference="RA-2026-0007", subject="canary subject", before={"x": "canary"}, after=["canary"])

    text, manifest = exported(content=False, file_format=file_format)

    assert "canary" not in text
    assert "canary" not in json.dumps(manifest)
    assert tuple(manifest["columns"]) == ("sequence", "time", "actor", "verb", "reference", "hash")


def test_jsonl_ends_with_its_manifest(log_url):
    write_events(rounds=2)
    head = ChainHead.objects.get()

    lines = [json.loads(line) for line in exported(file_format="jsonl")[0].splitlines()]

    assert [line["sequence"] for line in lines[:-1]] == list(range(1, head.sequence + 1))
    assert lines[-1]["manifest"]["count"] == len(lines) - 1
    assert lines[-1]["manifest"]["chain_head"] == {"sequence": head.sequence, "hash": head.hash}


def test_export_is_an_event_itself_but_not_among_its_lines(log_url):
    write_event()
    write_event("case.opened")

    text, manifest = exported(filters=EventFilters(verb="case.opened"))
    event = Event.objects.select_related("detail").last()

    assert [row["sequence"] for row in rows_of(text)] == ["2"]
    assert (event.sequence, event.verb, event.actor_id, event.role) == (3, "audit.exported", 8, "auditor")
    assert event.detail.after == manifest
    assert manifest["filter"] == {"verb": "case.opened"}
    assert (manifest["count"], manifest["chain_head"]["sequence"]) == (1, 2)
    assert services.verify_chain().ok


def test_events_written_after_its_beginning_stay_out_of_an_export(log_on_sqlite):
    write_event()
    begun = services.open_export(filters=EventFilters(), file_format="csv", content=True, **DAVID)
    write_event()

    assert len(rows_of("".join(export.csv_lines(begun.events, True)))) == begun.manifest["count"] == 1


def test_erased_detail_is_said_to_be_erased(log_on_sqlite):
    write_event(after={"name": "canary"}, **{**ANA, "actor_name": "canary"})
    services.erase_details(sequences=[1], reason="asked for", **DAVID)

    text, _ = exported()

    assert "canary" not in text
    assert (rows_of(text)[0]["actor"], rows_of(text)[0]["erased"]) == ("1", "yes")

"""Writes events as CSV or JSON lines, a line at a time. What the columns mean stands in docs/audit-export.md."""

import json
import string
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TextIO

from riskassess.audit.log import instant
from riskassess.audit.models import Event, EventDetail

FULL = (
    "sequence",
    "time",
    "actor_id",
    "actor",
    "actor_name",
    "role",
    "verb",
    "subject",
    "reference",
    "request_id",
    "before",
    "after",
    "erased",
    "salt",
    "commitment",
    "previous_hash",
    "hash",
    "hmac",
)
WITHOUT_CONTENT = ("sequence", "time", "actor", "verb", "reference", "hash")
FORMATS = ("csv", "jsonl")
FORMULA_STARTS = "=+-@\N{MINUS SIGN}"
CELL_BREAKS = "\t\r\n\x00"
# A text that begins so is no formula, whatever follows; "" is the beginning of the empty text.
PLAIN_STARTS = frozenset([*string.ascii_letters, *string.digits, *'{["', ""])

as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def columns(content: bool) -> tuple[str, ...]:
    return FULL if content else WITHOUT_CONTENT


def row_of(event: Event, content: bool) -> dict[str, object]:
    detail = event.detail if hasattr(event, "detail") else EventDetail()  # a tampered log can still be exported
    row = {
        "sequence": event.sequence,
        "time": instant(event.at),
        "actor_id": event.actor_id,
        "actor": detail.actor_name or (str(event.actor_id) if event.actor_id is not None else "system"),
        "actor_name": detail.actor_name,
        "role": event.role,
        "verb": event.verb,
        "subject": event.subject,
        "reference": event.reference,
        "request_id": event.request_id,
        "before": detail.before,
        "after": detail.after,
        "erased": detail.is_erased,
        "salt": detail.salt,
        "commitment": event.commitment,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
        "hmac": event.hmac,
    }
    return {name: row[name] for name in columns(content)}


def csv_lines(events: Iterable[Event], content: bool) -> Iterator[str]:
    yield csv_line(columns(content))
    for event in events:
        yield csv_line(row_of(event, content).values())


def jsonl_lines(events: Iterable[Event], content: bool, manifest: dict[str, object]) -> Iterator[str]:
    """One object an event, and the manifest as last one: a file without it was cut short."""
    for event in events:
        yield json.dumps(row_of(event, content), ensure_ascii=False) + "\n"
    yield json.dumps({"manifest": manifest}, ensure_ascii=False) + "\n"


def write_csv(stream: TextIO, events: Iterable[Event], content: bool) -> None:
    stream.writelines(csv_lines(events, content))


def write_jsonl(stream: TextIO, events: Iterable[Event], content: bool, manifest: dict[str, object]) -> None:
    stream.writelines(jsonl_lines(events, content, manifest))


def csv_line(cells: Iterable[object]) -> str:
    """A line of CSV with each text in quotes, as csv.QUOTE_NONNUMERIC writes it, in a quarter of its time."""
    return ",".join([csv_cell(value) for value in cells]) + "\r\n"


def csv_cell(value: object) -> str:
    if value.__class__ is not str or value[:1] not in PLAIN_STARTS:
        value = cell_of(value)
        if not isinstance(value, str):
            return str(value)
    return f'"{value}"' if '"' not in value else '"' + value.replace('"', '""') + '"'


def cell_of(value: object) -> object:
    """A CSV cell that no spreadsheet program reads as a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    if isinstance(value, date):
        return moment_text(value) if isinstance(value, datetime) else value.isoformat()
    text = value if isinstance(value, str) else as_json(value)
    return f"'{text}" if is_formula(text) else text


def moment_text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def is_formula(text: str) -> bool:
    """Programs skip blanks and invisible signs before a formula, and some fold full-width forms to plain ones."""
    if text[:1] in PLAIN_STARTS:
        return False
    if text[:1] in CELL_BREAKS and text:
        return True
    visible = (char for char in unicodedata.normalize("NFKC", text) if not is_skipped(char))
    return next(visible, " ") in FORMULA_STARTS


def is_skipped(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}

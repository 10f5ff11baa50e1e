"""Tables in CSV files: every fault is one sentence that names the line and the column."""

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Dataset
from riskassess.audit.log import record
from riskassess.core.errors import DomainError

LARGEST_TABLE = 50 * 1024 * 1024


class UnreadableTable(DomainError):
    """A reference file with a fault; the sentence names the line and the column."""


@dataclass(frozen=True)
class Loaded:
    code: str
    is_new: bool
    sentence: str


def read_file(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_TABLE:
        raise UnreadableTable(_("%(file)s is larger than 50 MB.") % {"file": path.name})
    return path.read_bytes()


def unpacked(content: bytes, name: str) -> bytes:
    if not name.endswith(".gz"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            unpacked = stream.read(LARGEST_TABLE + 1)
    except (OSError, EOFError):
        raise UnreadableTable(_("%(file)s is not a whole gzip file.") % {"file": name}) from None
    if len(unpacked) > LARGEST_TABLE:
        raise UnreadableTable(_("%(file)s unpacks to more than 50 MB.") % {"file": name})
    return unpacked


def rows_of(
    content: bytes, columns: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their line numbers, every column present as stripped text; an optional one that is absent is empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise UnreadableTable(_("Line %(line)s is not UTF-8. Save the file as CSV UTF-8.") % {"line": line}) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    with _well_formed(reader):
        header = [name.strip().lower() for name in next(reader, [])]
    if missing := [name for name in columns if name not in header]:
        raise UnreadableTable(
            _("Line 1: the column %(missing)s is missing. The columns are: %(all)s.")
            % {"missing": missing[0], "all": ", ".join(columns)}
        )
    if unknown := [name for name in header if name not in (*columns, *optional)]:
        raise UnreadableTable(
            _("Line 1: unknown column %(unknown)s. The columns are: %(all)s.")
            % {"unknown": unknown[0] or _("without a name"), "all": ", ".join((*columns, *optional))}
        )
    with _well_formed(reader):
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise UnreadableTable(
                    _("Line %(line)s has %(cells)s cells, the header has %(columns)s.")
                    % {"line": reader.line_num, "cells": len(cells), "columns": len(header)}
                )
            given = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            yield reader.line_num, dict.fromkeys(optional, "") | given


@contextmanager
def _well_formed(reader) -> Iterator[None]:
    try:
        yield
    except csv.Error as fault:
        raise UnreadableTable(
            _("Line %(line)s is not well-formed CSV: %(fault)s.") % {"line": reader.line_num, "fault": fault}
        ) from None


def fault_at(line: int, column: str, found: str, wanted: str) -> UnreadableTable:
    return UnreadableTable(
        _("Line %(line)s, column %(column)s: found %(found)s where %(wanted)s is expected.")
        % {"line": line, "column": column, "found": repr(found[:60]) if found else _("nothing"), "wanted": wanted},
        field=column,
    )


def read_date(line: int, column: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise fault_at(line, column, text, _("a date like 2026-11-01, or empty")) from None


def keep_dataset(dataset: Dataset | None, code: str, path: Path, sha256: str, rows: int) -> Dataset:
    dataset = dataset or Dataset(code=code)
    dataset.file_name, dataset.sha256, dataset.rows, dataset.loaded_at = path.name, sha256, rows, timezone.now()
    dataset.save()
    return dataset


def record_import(verb: str, dataset: Dataset, actor) -> None:
    record(
        verb,
        subject=dataset,
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "",
        role=actor.role_now if actor else "system",
        after={"file": dataset.file_name, "rows": dataset.rows, "sha256": dataset.sha256},
    )

"""Our own format for small lists: see docs/list-format.md. Three lines of head, then a table with a header row.

    # list: demo_concern
    # date: 2026-11-01
    # entries: 2
    id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address

The number of entries is what tells a whole file from one that was cut.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from partners.matching.identifiers import READERS, read_identifier
from partners.parsing.listed import Identifier, Listed, Name, Reading, UnreadableList, each_once
from partners.parsing.tables import lines_of

COLUMNS = (
    "id", "name", "aliases", "former_names", "kind", "country", "programme", "listed_on", "remarks", "address",
    "identifiers", "birth_years",
)  # fmt: skip
REQUIRED = ("id", "name")
KINDS = ("organisation", "person", "other")
HEAD = re.compile(r"^#\s*(list|date|entries|title|licence)\s*:\s*(.*?)\s*$")


def read_own_csv(path: Path) -> Reading:
    lines = enumerate(lines_of(path), start=1)
    head: dict[str, str] = {}
    first = ""
    for _number, first in lines:
        if not first.startswith("#"):
            break
        if found := HEAD.match(first):
            head[found[1]] = found[2]
    else:
        first = ""
    if not first.strip():
        raise UnreadableList(
            "The file holds no table: after the lines that begin with # a row of column names follows."
        )
    for wanted in ("date", "entries"):
        if wanted not in head:
            raise UnreadableList(f"The head lacks the line '# {wanted}: …'.")
    if not head["entries"].isdecimal():
        raise UnreadableList(f"The head says '# entries: {head['entries']}', which is not a whole number.")
    columns = _columns(first)
    return Reading(
        published_on=_date(head["date"], "the head, line '# date'"),
        entries=each_once(_entries(lines, columns, promised=int(head["entries"]))),
        title=head.get("title", ""),
        notes=head,
    )


def _columns(line: str) -> list[str]:
    columns = [name.strip().lower() for name in next(csv.reader([line]))]
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise UnreadableList(f"Unknown column {unknown[0]!r}. The columns are: {', '.join(COLUMNS)}.")
    if missing := [name for name in REQUIRED if name not in columns]:
        raise UnreadableList(f"The column {missing[0]!r} is missing.")
    if len(set(columns)) != len(columns):
        raise UnreadableList("A column stands in the header row twice.")
    return columns


def _entries(lines: Iterator[tuple[int, str]], columns: list[str], promised: int) -> Iterator[Listed]:
    at = [0]

    def texts():
        for number, line in lines:
            at[0] = number
            yield line

    count = 0
    try:
        for row in csv.reader(texts(), strict=True):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(columns):
                raise UnreadableList(f"Line {at[0]} has {len(row)} cells, the header row has {len(columns)}.")
            yield _entry(dict(zip(columns, (cell.strip() for cell in row), strict=True)), at[0])
            count += 1
    except csv.Error as fault:
        raise UnreadableList(f"Line {at[0]} is not well-formed CSV: {fault}.") from None
    if count != promised:
        raise UnreadableList(
            f"The head promises {promised} entries, the table has {count}. The file may have been cut."
        )


def _entry(row: dict[str, str], line: int) -> Listed:
    for wanted in REQUIRED:
        if not row[wanted]:
            raise UnreadableList(f"Line {line}, column {wanted}: this must not be empty.")
    kind = row.get("kind") or "organisation"
    if kind not in KINDS:
        raise UnreadableList(f"Line {line}, column kind: {kind!r} is not one of {', '.join(KINDS)}.")
    address = row.get("address", "")
    if address and not re.match(r"^https?://[^\s]{1,380}$", address):
        raise UnreadableList(f"Line {line}, column address: {address[:60]!r} is not a web address.")
    if len(row["id"]) > 80:
        raise UnreadableList(f"Line {line}, column id: longer than 80 characters.")
    names = [Name(row["name"])]
    names += [Name(text, "alias") for text in _several(row.get("aliases", ""))]
    names += [Name(text, "former") for text in _several(row.get("former_names", ""))]
    listed_on = row.get("listed_on", "")
    return Listed(
        external_id=row["id"],
        kind=kind,
        names=tuple(dict.fromkeys(names)),
        countries=tuple(_several(row.get("country", ""))),
        programme=row.get("programme", "")[:120],
        reference=row["id"],
        listed_on=_date(listed_on, f"line {line}, column listed_on") if listed_on else None,
        remarks=row.get("remarks", ""),
        address=address,
        identifiers=tuple(sorted({_identifier(text, line) for text in _several(row.get("identifiers", ""))})),
        birth_years=tuple(sorted({_year(text, line) for text in _several(row.get("birth_years", ""))})),
    )


def _identifier(text: str, line: int) -> Identifier:
    scheme, colon, value = text.partition(":")
    where = f"Line {line}, column identifiers"
    if not colon or scheme.strip() not in READERS:
        raise UnreadableList(f"{where}: {text[:60]!r} does not begin with one of {', '.join(READERS)} and a colon.")
    try:
        return Identifier(scheme.strip(), read_identifier(scheme.strip(), value))
    except ValueError as fault:
        raise UnreadableList(f"{where}: {value.strip()[:60]!r} is {fault}.") from None


def _year(text: str, line: int) -> int:
    if not re.fullmatch(r"(18|19|20)\d\d", text):
        raise UnreadableList(f"Line {line}, column birth_years: {text[:40]!r} is not a year such as 1961.")
    return int(text)


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableList(f"In {where}: {text[:40]!r} is not a date like 2026-11-01.") from None

"""The UK Sanctions List (CSV): a line with the report's date, the column names, then one row for each name.

Rows of one entry stand together and are joined by their Unique ID. The full list has some 20,000 rows.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from partners.parsing.listed import (
    LONGEST_TEXT,
    Listed,
    Name,
    Reading,
    UnreadableList,
    each_once,
    identifiers_of,
    years_in,
)
from partners.parsing.tables import lines_of, rows_of

KEY = "Unique ID"
NEEDED = (KEY, "Name 6", "Name type", "Alias strength", "Regime Name", "Designation Type", "Address Country")
FAMILY, GIVEN = "Name 6", ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5")
KINDS = {"individual": "person", "entity": "organisation", "ship": "other"}
HEAD = re.compile(r"^\"?Report Date:\s*([^\",]+)")
DATES = ("%d-%b-%Y", "%d/%m/%Y", "%Y-%m-%d")


def read_uk_csv(path: Path) -> Reading:
    lines = lines_of(path)
    first = next(lines, "")
    found = HEAD.match(first)
    if not found:
        raise UnreadableList("The first line does not say 'Report Date: …': this is not the UK Sanctions List as CSV.")
    rows = rows_of(lines, NEEDED, "the UK Sanctions List as CSV", first_line=2)
    return Reading(_date(found[1], "the first line"), each_once(_entries(rows)), "UK Sanctions List")


def _entries(rows: Iterator[dict]) -> Iterator[Listed]:
    for key, group in groupby(rows, key=itemgetter(KEY)):
        entry = list(group)
        if not key or len(key) > 80:
            raise UnreadableList(f"A row named {_name(entry[0])[:80]!r} has no usable Unique ID.")
        yield _entry(key, entry)


def _entry(key: str, rows: list[dict]) -> Listed:
    first = rows[0]
    kind = KINDS.get(first["Designation Type"].casefold())
    if kind is None:
        raise UnreadableList(
            f"Entry {key}: the designation type is {first['Designation Type'][:40]!r}, none of "
            f"{', '.join(sorted(KINDS))}."
        )
    listed = [row["Date Designated"] for row in rows if row.get("Date Designated")]
    return Listed(
        external_id=key,
        kind=kind,
        names=tuple(_names(rows)),
        countries=tuple(dict.fromkeys(row["Address Country"] for row in rows if row["Address Country"])),
        programme=first["Regime Name"][:120],
        reference=(first.get("OFSI Group ID") or first.get("UN Reference Number") or key)[:80],
        listed_on=min((_date(day, f"entry {key}, Date Designated") for day in listed), default=None),
        remarks=(first.get("UK Statement of Reasons") or first.get("Other Information") or "")[:LONGEST_TEXT],
        identifiers=identifiers_of(_ids(rows)),
        birth_years=years_in(row.get("D.O.B", "") for row in rows) if kind == "person" else (),
    )


def _names(rows: list[dict]) -> Iterator[Name]:
    """The primary name first, whatever row it stands in."""
    seen = set()
    for row in sorted(rows, key=lambda row: "primary" not in row["Name type"].casefold()):
        is_primary = "primary" in row["Name type"].casefold()
        is_weak = "low" in row["Alias strength"].casefold()
        kind = "primary" if is_primary else "weak" if is_weak else "alias"
        other_script = row.get("Name non-latin script", ""), "weak" if is_weak else "alias"
        for text, of_kind in ((_name(row), kind), other_script):
            if text and text not in seen:
                seen.add(text)
                yield Name(text, of_kind)


def _name(row: dict) -> str:
    """Given names stand in Name 1 to 5, the family name or that of an organisation in Name 6."""
    return " ".join(part for part in (*(row.get(name, "") for name in GIVEN), row[FAMILY]) if part)


def _ids(rows: list[dict]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield "imo", row.get("IMO number", "")
        for number in re.findall(r"[0-9A-Z]{10,20}", row.get("Business registration number (s)", "")):
            for scheme in ("lei", "ogrn", "inn"):
                yield scheme, number


def _date(text: str, where: str) -> date:
    for form in DATES:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    raise UnreadableList(f"In {where}: {text.strip()[:40]!r} is not a date such as 15-Oct-2026.")

"""The lists of the US Treasury (OFAC) in their old CSV form: a set of files of one day, together in a zip.

`sdn.csv` or `cons_prim.csv` holds the entries, `alt` the further names, `add` the addresses, `comments` what did not
fit. None has a header; `-0-` means no value, and a file may end in the byte 0x1A.
"""

import csv
import gzip
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath

from partners.parsing.listed import (
    LARGEST_FILE,
    LONGEST_TEXT,
    Listed,
    Name,
    Reading,
    UnreadableList,
    each_once,
    identifiers_of,
    years_in,
)

MEMBERS = {
    "sdn.csv": "entries", "alt.csv": "names", "add.csv": "addresses", "sdn_comments.csv": "comments",
    "cons_prim.csv": "entries", "cons_alt.csv": "names", "cons_add.csv": "addresses", "cons_comments.csv": "comments",
}  # fmt: skip
COLUMNS = {"entries": 12, "names": 5, "addresses": 6, "comments": 2}
NEEDED = ("entries", "names", "addresses")
KINDS = {"individual": "person", "vessel": "other", "aircraft": "other"}
NAME_KINDS = {"aka": "alias", "fka": "former", "nka": "alias"}
NOTHING = "-0-"
# What the remarks hold: "DOB 12 Jan 1960; alt. DOB circa 1961; Registration ID …; Tax ID No. …".
BIRTH = re.compile(r"DOB ([^;.]*)")
IDS = (
    ("lei", re.compile(r"\b[0-9A-Z]{18}[0-9]{2}\b")),
    ("imo", re.compile(r"IMO ([0-9]{7})\b")),
    ("ogrn", re.compile(r"Registration (?:ID|Number) ([0-9]{13,15})\b")),
    ("inn", re.compile(r"Tax ID No\.? ([0-9]{10,12})\b")),
)
Rows = list[list[str]]


def read_ofac_csv(path: Path) -> Reading:
    tables = _tables(path)
    names, addresses, comments = (_by_entry(tables.get(kind, [])) for kind in ("names", "addresses", "comments"))
    known = {row[0] for row in tables["entries"]}
    for kind, found in (("names", names), ("addresses", addresses)):
        if strangers := sorted(set(found) - known):
            raise UnreadableList(
                f"The files are of different days: {len(strangers)} of the {kind} belong to no entry, first to "
                f"{strangers[0]}."
            )
    entries = (_entry(row, names[row[0]], addresses[row[0]], comments[row[0]]) for row in tables["entries"])
    return Reading(_day(path), each_once(entries), "Lists of the US Treasury (OFAC)")


def _day(path: Path) -> date | None:
    """The newest date in the zip; the files themselves tell none."""
    with zipfile.ZipFile(path) as archive:
        year, month, day = max(info.date_time[:3] for info in archive.infolist())
    return date(year, month, day) if year > 1980 else None  # 1980: a zip that was made without dates


def _tables(path: Path) -> dict[str, Rows]:
    if not zipfile.is_zipfile(path):
        raise UnreadableList(
            "The file is no zip. Put the files of one day (sdn.csv, alt.csv, add.csv and so on) into one zip."
        )
    tables: dict[str, Rows] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST_FILE:
                raise UnreadableList("The files are larger than 200 MB together.")
            for info in archive.infolist():
                name = PurePosixPath(info.filename).name.casefold()
                kind = MEMBERS.get(name.removesuffix(".gz"))
                if kind is None:
                    raise UnreadableList(f"The zip holds {name[:60]!r}, which is no file of this list.")
                if kind in tables:
                    raise UnreadableList(f"The zip holds the {kind} twice.")
                tables[kind] = list(_rows(kind, name, archive.read(info)))
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as fault:
        raise UnreadableList(f"The zip can't be opened: {str(fault)[:120]}. It may have been cut.") from None
    if missing := [kind for kind in NEEDED if kind not in tables]:
        raise UnreadableList(f"The zip lacks the file with the {' and the '.join(missing)}.")
    return tables


def _rows(kind: str, name: str, content: bytes) -> Iterator[list[str]]:
    if name.endswith(".gz"):
        content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise UnreadableList(f"{name} is larger than 200 MB.")
    content = content.rstrip(b"\x1a\r\n ")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise UnreadableList(f"{name} holds zero bytes; it is no text file.")
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), strict=True), 1):
            if len(row) != COLUMNS[kind] or not row[0].strip().isdecimal():
                raise UnreadableList(
                    f"{name}, line {number}: {COLUMNS[kind]} columns with a number first are expected. Was it cut?"
                )
            yield [_value(cell) for cell in row]
    except csv.Error as fault:
        raise UnreadableList(f"{name}: {fault}. It may have been cut.") from None


def _value(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if text == NOTHING else text


def _by_entry(rows: Rows) -> defaultdict[str, Rows]:
    found: defaultdict[str, Rows] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def _entry(row: list[str], names: Rows, addresses: Rows, comments: Rows) -> Listed:
    number, name, subject, programme, remarks = row[0], row[1], row[2], row[3], row[11]
    kind = KINDS.get(subject, "organisation")
    further = [Name(_order(each[3], kind), NAME_KINDS.get(each[2], "alias")) for each in names if each[3]]
    told = " ".join([remarks, *(comment[1] for comment in comments)]).strip()
    return Listed(
        external_id=number,
        kind=kind,
        names=tuple(dict.fromkeys([*([Name(_order(name, kind))] if name else []), *further])),
        countries=tuple(dict.fromkeys(address[4] for address in addresses if address[4])),
        programme=programmes(programme)[:120],
        remarks=told[:LONGEST_TEXT],
        identifiers=identifiers_of((scheme, found) for scheme, form in IDS for found in form.findall(told)),
        birth_years=years_in(BIRTH.findall(told)) if kind == "person" else (),
    )


def programmes(cell: str) -> str:
    """The file joins several by `] [` and leaves the outermost brackets away."""
    return ", ".join(filter(None, (each.strip(" []") for each in cell.split("] ["))))


def _order(name: str, kind: str) -> str:
    """Persons stand with the family name first: turned round."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma and kind == "person" else name

"""Records of the Research Organization Registry as it publishes them: schema 2, a JSON array or one record a line.

The file is read as a stream of bytes, so that reading may stop after any record and go on there later.
"""

import codecs
import gzip
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from partners.matching.identifiers import read_ror_id

PART = 512 * 1024
LONGEST_RECORD = 4 * 1024 * 1024
LARGEST_FILE = 500 * 1024 * 1024
LARGEST_UNPACKED = 2 * 1024 * 1024 * 1024
STATUSES = ("active", "inactive", "withdrawn")
RELATIONS = ("parent", "child", "related", "successor", "predecessor")
TYPES = ("education", "facility", "government", "company", "nonprofit", "healthcare", "archive", "other", "funder")
BROKEN_PACKING = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class UnreadableRor(Exception):
    """The file is not a whole file of ROR records; the sentence says what is wrong and where."""


@dataclass(frozen=True)
class RorEntry:
    """What is kept of a record. `names` are (text, kind, language), the one that ROR shows first; `relations` are
    (kind, id, name); `type` is the one that says most, since most funders are something else besides."""

    ror_id: str
    names: tuple[tuple[str, str, str], ...]
    country: str
    city: str
    type: str
    status: str
    established: int | None
    website: str
    external_ids: dict[str, list[str]]
    relations: tuple[tuple[str, str, str], ...]
    modified_on: date


def read_entries(path: Path, offset: int = 0) -> Iterator[tuple[int, RorEntry]]:
    """Each record with the byte after it, from this byte of the unpacked file. Raises UnreadableRor."""
    if not path.stat().st_size:
        raise UnreadableRor("The file is empty.")
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableRor("The file is larger than 500 MB.")
    with _unpacked(path) as stream:
        try:
            for end, raw in _records(stream, offset):
                yield end, read_record(raw)
        except BROKEN_PACKING:
            raise UnreadableRor("The packed file is damaged or was cut. Fetch it again.") from None


def read_record(raw: object) -> RorEntry:
    """One record of schema 2."""
    if not isinstance(raw, dict) or "id" not in raw:
        raise UnreadableRor("This is not a file of ROR records: a record without an id stands in it.")
    given = str(raw["id"])[:60]
    try:
        ror_id = read_ror_id(given)
    except ValueError as fault:
        raise UnreadableRor(f"{given!r} is not a ROR id: {fault}.") from None
    if "names" not in raw and "name" in raw:
        raise UnreadableRor(
            f"{given} is written in version 1 of ROR's schema. Take the file of version 2 from the same release."
        )
    try:
        return _entry(ror_id, raw)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        what = f"{fault}" if isinstance(fault, ValueError) else f"the field {fault} is missing or of another shape"
        raise UnreadableRor(f"{given} is not a record of version 2 of ROR's schema: {what}.") from None


def _entry(ror_id: str, raw: dict) -> RorEntry:
    place = raw["locations"][0]["geonames_details"]
    known = [each for each in TYPES if each in raw["types"]]
    return RorEntry(
        ror_id=ror_id,
        names=_names(raw["names"]),
        country=place["country_code"],
        city=(place.get("name") or "")[:120],
        type=known[0] if known else "other",
        status=_one_of(raw["status"], STATUSES, "status"),
        established=_year(raw.get("established")),
        website=next((link["value"][:800] for link in raw.get("links") or () if link["type"] == "website"), ""),
        external_ids=_external_ids(raw.get("external_ids") or ()),
        relations=tuple(
            sorted(
                {
                    (_one_of(each["type"], RELATIONS, "relationship"), read_ror_id(each["id"]), each["label"][:300])
                    for each in raw.get("relationships") or ()
                }
            )
        ),
        modified_on=date.fromisoformat(raw["admin"]["last_modified"]["date"]),
    )


def _names(given: list[dict]) -> tuple[tuple[str, str, str], ...]:
    names: dict[tuple[str, str], tuple[str, str, str]] = {}
    for name in given:
        text, kinds = " ".join(name["value"].split())[:300], name["types"]
        kind = (
            "display" if "ror_display" in kinds
            else "label" if "label" in kinds
            else "acronym" if "acronym" in kinds
            else "alias"
        )  # fmt: skip
        if text:
            names.setdefault((text, kind), (text, kind, (name.get("lang") or "")[:8]))
    ordered = sorted(names.values(), key=lambda name: name[1] != "display")
    if not ordered or ordered[0][1] != "display":
        raise ValueError("it has no name that ROR shows (ror_display)")
    return tuple(ordered)


def _external_ids(given: list[dict]) -> dict[str, list[str]]:
    """The preferred one first."""
    found: dict[str, list[str]] = {}
    for each in given:
        ids = [str(value) for value in (each.get("preferred"), *each["all"]) if value]
        found[each["type"]] = list(dict.fromkeys([*found.get(each["type"], ()), *ids]))
    return dict(sorted(found.items()))


def _one_of(value: str, allowed: tuple[str, ...], what: str) -> str:
    if value not in allowed:
        raise ValueError(f"{str(value)[:40]!r} is no {what} that this version of RiskAssess knows")
    return value


def _year(value: object) -> int | None:
    return value if isinstance(value, int) and -5000 < value < 5000 else None


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        head = file.read(4)
    try:
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path) as stream:
                yield stream
        elif head == b"PK\x03\x04":
            with zipfile.ZipFile(path) as archive, archive.open(_member(archive)) as stream:
                yield stream
        else:
            with path.open("rb") as stream:
                yield stream
    except BROKEN_PACKING as fault:
        raise UnreadableRor("The packed file is damaged or was cut. Fetch it again.") from fault


def _member(archive: zipfile.ZipFile) -> str:
    """The zip of a release holds the same records in several files; those of version 2 are named so, or stand alone."""
    names = sorted(name for name in archive.namelist() if name.lower().endswith((".json", ".jsonl", ".json.gz")))
    of_version_2 = [name for name in names if "schema_v2" in name.lower()] or names
    if len(of_version_2) != 1:
        told = ", ".join(names) or "none"
        raise UnreadableRor(
            f"The zip file has to hold one file of ROR records of version 2 (.json or .jsonl); it holds {told}."
        )
    return of_version_2[0]


def _records(stream: BinaryIO, offset: int) -> Iterator[tuple[int, object]]:
    text = _Text(stream)
    text.skip(" \t\r\n\ufeff")
    if not text.left:
        raise UnreadableRor("The file is empty.")
    if text.left[0] == "<":
        raise UnreadableRor("This is a web page or XML, not a file of ROR records in JSON.")
    is_array = text.left[0] == "["
    if not is_array and text.left[0] != "{":
        raise UnreadableRor("This is not a file of ROR records: JSON of version 2 begins with [ or {.")
    if is_array:
        text.take(1)
    text.jump_to(offset)
    number = 0
    while True:
        text.skip(" \t\r\n,")
        if not text.left:
            if is_array:
                raise UnreadableRor("The file was cut: the closing bracket ] is missing at its end.")
            break
        if is_array and text.left[0] == "]":
            text.take(1)
            text.skip(" \t\r\n")
            if text.left:
                raise UnreadableRor("After the closing bracket ] of the records something else follows.")
            break
        raw = text.value()
        number += 1
        yield text.position, raw
    if not number and not offset:
        raise UnreadableRor("The file holds no records.")


class _Text:
    """The unread part of a stream of UTF-8, and the byte at which it begins."""

    def __init__(self, stream: BinaryIO):
        self._stream, self._decode = stream, codecs.getincrementaldecoder("utf-8")()
        self._read, self._pending, self._is_over = 0, "", False
        self._at, self.position = 0, 0
        self._json = json.JSONDecoder()
        self._more()

    @property
    def left(self) -> str:
        """At least the next character, or nothing at the end."""
        while self._at >= len(self._pending) and not self._is_over:
            self._more()
        return self._pending[self._at : self._at + 1]

    def skip(self, signs: str) -> None:
        while self.left and self._pending[self._at] in signs:
            self.take(1)

    def take(self, count: int) -> None:
        self.position += len(self._pending[self._at : self._at + count].encode())
        self._at += count

    def jump_to(self, offset: int) -> None:
        """Forward to a byte at which a record has ended."""
        while self.position < offset:
            if not self.left:
                raise UnreadableRor("The file is shorter than it was when reading it began.")
            rest = self._pending[self._at :].encode()
            wanted = offset - self.position
            if len(rest) <= wanted:
                self.take(len(self._pending) - self._at)
            else:
                self.take(len(rest[:wanted].decode(errors="ignore")))
                return

    def value(self) -> object:
        while True:
            try:
                raw, end = self._json.raw_decode(self._pending, self._at)
            except (json.JSONDecodeError, RecursionError) as fault:
                length = len(self._pending) - self._at
                if self._is_over:
                    raise UnreadableRor(
                        f"After byte {self.position} no whole record follows: the file was cut, or is no JSON there."
                    ) from None
                if length > LONGEST_RECORD or isinstance(fault, RecursionError):
                    raise UnreadableRor(f"After byte {self.position} no record follows that can be read.") from None
                self._more()
                continue
            self.take(end - self._at)
            return raw

    def _more(self) -> None:
        part = self._stream.read(PART)
        self._read += len(part)
        if self._read > LARGEST_UNPACKED:
            raise UnreadableRor("The file unpacks to more than 2 GB.")
        try:
            text = self._decode.decode(part, final=not part)
        except UnicodeDecodeError:
            raise UnreadableRor(f"The file is not UTF-8 somewhere after byte {self.position}.") from None
        self._is_over = not part
        self._pending = self._pending[self._at :] + text
        self._at = 0

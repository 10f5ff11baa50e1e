"""What every list format is read into, and the one error that a file which is not good can cause."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from partners.matching.identifiers import usable

LARGEST_FILE = 200 * 1024 * 1024
LONGEST_TEXT = 20_000
MOST_NAMES = 500
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


class UnreadableList(Exception):
    """The file is not a whole, well-formed list; the sentence says what is wrong and where."""


@dataclass(frozen=True)
class Name:
    text: str
    kind: str = "primary"  # primary, alias, former, weak


@dataclass(frozen=True, order=True)
class Identifier:
    """An id that says who it is beyond any name: its scheme (one of the matcher's READERS) in its one spelling."""

    scheme: str
    value: str


@dataclass(frozen=True)
class Listed:
    """One entry of a list. `external_id` is the list's own key, stable from edition to edition. `birth_years` are of a
    person; an approximate one stands for itself."""

    external_id: str
    kind: str  # organisation, person, other
    names: tuple[Name, ...]
    countries: tuple[str, ...] = ()
    programme: str = ""
    reference: str = ""
    listed_on: date | None = None
    remarks: str = ""
    address: str = ""
    identifiers: tuple[Identifier, ...] = ()
    birth_years: tuple[int, ...] = ()


@dataclass
class Reading:
    """A list that is being read. `entries` streams and may raise UnreadableList until it is exhausted."""

    published_on: date | None
    entries: Iterator[Listed]
    title: str = ""
    notes: dict[str, str] = field(default_factory=dict)


def identifiers_of(pairs: Iterable[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Those of these (scheme, text) that have the form and the check digits of their scheme, in order, each once."""
    found = {Identifier(scheme, value) for scheme, text in pairs if text and (value := usable(scheme, text))}
    return tuple(sorted(found))


def years_in(texts: Iterable[str]) -> tuple[int, ...]:
    """The years that stand in dates of birth, however these are written."""
    found = {int(year) for text in texts for year in _YEAR.findall(text)}
    return tuple(sorted(found))


def each_once(entries: Iterator[Listed]) -> Iterator[Listed]:
    """Pass entries on, refusing what no list may hold: an id twice, no name, endless names or texts."""
    seen: set[str] = set()
    for entry in entries:
        if entry.external_id in seen:
            raise UnreadableList(f"The entry {entry.external_id!r} stands in the file twice.")
        seen.add(entry.external_id)
        if not entry.names:
            raise UnreadableList(f"The entry {entry.external_id!r} has no name.")
        if not any(sign.isalnum() for name in entry.names for sign in name.text):
            raise UnreadableList(f"The entry {entry.external_id!r} has no name with a letter or a digit.")
        if len(entry.names) > MOST_NAMES:
            raise UnreadableList(f"The entry {entry.external_id!r} has more than {MOST_NAMES} names.")
        if any(len(name.text) > 500 for name in entry.names):
            raise UnreadableList(f"The entry {entry.external_id!r} has a name of more than 500 characters.")
        yield entry

"""Which record of ROR a name or an affiliation means. Rather none than a wrong one: everything that is read of an
organisation follows from it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

from partners.matching.normalise import normalise
from partners.matching.prepare import prepare
from partners.matching.score import Name, Named, compare
from partners.matching.vocabulary import KIND_WORDS, LITTLE_WORDS

SURE = 0.93  # a score from here up, with the country agreeing, resolves a name that is not written exactly so
LONGEST = 1_000  # signs of an affiliation that are read
MOST_PARTS = 40


@dataclass(frozen=True)
class Record:
    """What of a ROR record is compared. `names` say which are acronyms."""

    ror_id: str
    names: tuple[Name, ...]
    country: str = ""
    city: str = ""


@dataclass(frozen=True)
class Resolution:
    """`how` is exact, key, acronym or likely, from the surest to the least sure; `text` is what was read."""

    record: Record
    how: str
    text: str


Lookup = Callable[[str], Iterable[Record]]  # the records that may bear a name


def resolve_name(text: str, country: str, lookup: Lookup) -> Resolution | None:
    """The one record that bears this name, in this country where it is given.

    Several that do, or an acronym without a country, resolve nothing.
    """
    records = [record for record in lookup(text) if not country or not record.country or record.country == country]
    for how, bears in _WAYS:
        if how == "acronym" and not country:
            continue
        found = [record for record in records if bears(text, record)]
        if len(found) == 1:
            return Resolution(found[0], how, text)
        if found:
            return None
    return None


def resolve_affiliation(text: str, countries: Iterable[str], lookup: Lookup, lookup_equal: Lookup) -> Resolution | None:
    """The organisation in an affiliation as authors write it: department, organisation, town, country.

    `countries` are the codes of the countries that the text names; `lookup_equal` gives only records that bear the very
    name, and is asked for many stretches of the text.
    """
    found = []
    known = set(countries)
    plain = normalise(text)
    pieces = pieces_of(text)
    for part, search in [
        *((piece, lookup) for piece in pieces),
        *((part, lookup_equal) for part in stretches_of(pieces)),
    ]:
        if len(part) < MOST_LETTERS_OF_A_COUNTRY_CODE or part.casefold() in PLACES:
            continue
        for country in sorted(known) or [""]:
            resolution = resolve_name(part, country, search)
            if not resolution and search is lookup:
                resolution = _likely(part, country, lookup)
            if resolution and _is_plausible(resolution, bool(known), plain):
                found.append(resolution)
    return min(found, key=_preference, default=None)


PLACES = frozenset({"usa", "u.s.a", "u.s.a.", "u.k.", "u.k"})  # also acronyms of organisations
MOST_LETTERS_OF_A_COUNTRY_CODE = 3
LONGEST_STRETCH = 7  # words


def pieces_of(affiliation: str) -> list[str]:
    """What stands between the commas."""
    text = re.sub(r"\s+", " ", unescape(unescape(affiliation[:LONGEST])))
    text = re.sub(r"<[^>]{1,20}>|\S+@\S+|\b\d{4,}\b|^[\s\d*†‡§¶#.()]+", " ", text)
    pieces = [piece.strip(" .:*()[]") for piece in re.split(r"[,;|\n/]|\s[-–—]\s|\.\s(?=[A-Z])", text)]
    return [piece for piece in dict.fromkeys(pieces) if piece][:MOST_PARTS]


def stretches_of(pieces: list[str]) -> list[str]:
    """Names that go across a comma or stand in the middle of a text: the longest first."""
    found = [f"{one} {other}" for one, other in pairwise(pieces)]
    for piece in pieces:
        found += re.findall(r"\(([^()]+)\)?", piece)
        words = re.sub(r"[()\[\]]", " ", piece).split()
        for length in range(min(LONGEST_STRETCH, len(words) - 1), 1, -1):
            for start in range(len(words) - length + 1):
                stretch = words[start : start + length]
                if _begins_and_ends_well(stretch) and _names_a_kind(" ".join(stretch)):
                    found.append(" ".join(stretch))
    return list(dict.fromkeys(found))[: 4 * MOST_PARTS]


def _begins_and_ends_well(words: list[str]) -> bool:
    first, last = words[0], words[-1]
    return first[:1].isupper() and last.casefold() not in LITTLE_WORDS and not any(map(str.isdecimal, words))


def _is_plausible(resolution: Resolution, is_country_known: bool, plain: str) -> bool:
    record, part = resolution.record, normalise(resolution.text)
    if part == normalise(record.city):
        return False
    if is_country_known:
        return True
    names_place = bool(record.city) and f" {normalise(record.city)} " in f" {plain} "
    return names_place or (resolution.how == "exact" and len(part.split()) >= 2)


def _is_exact(text: str, record: Record) -> bool:
    key = normalise(text)
    return bool(key) and any(normalise(name.text) == key for name in record.names if name.kind != "acronym")


def _has_key(text: str, record: Record) -> bool:
    prepared = prepare(text)
    if not any(reading.words for reading in prepared.readings):
        return False
    keys = prepared.keys
    return any(not keys.isdisjoint(prepare(name.text).keys) for name in record.names if name.kind != "acronym")


def _has_acronym(text: str, record: Record) -> bool:
    key = normalise(text)
    return bool(key) and any(normalise(name.text) == key for name in record.names if name.kind == "acronym")


_WAYS = (("exact", _is_exact), ("key", _has_key), ("acronym", _has_acronym))


def _likely(part: str, country: str, lookup: Lookup) -> Resolution | None:
    if not country or not _names_a_kind(part):
        return None
    query = Named((Name(part),), frozenset({country}))
    scored = [
        (compare(query, Named(record.names, frozenset({record.country}))).score, record.ror_id, record)
        for record in lookup(part)
        if record.country == country
    ]
    scored.sort(key=lambda found: (-found[0], found[1]))
    if not scored or scored[0][0] < SURE or (len(scored) > 1 and scored[1][0] >= SURE):
        return None
    return Resolution(scored[0][2], "likely", part)


def _names_a_kind(part: str) -> bool:
    return any(word in KIND_WORDS for reading in prepare(part).readings for word in reading.words)


_SURENESS = {"exact": 0, "key": 1, "likely": 2, "acronym": 3}


def _preference(resolution: Resolution) -> tuple:
    """Sure ones first; of equally sure ones a university before a part of it, then the longer name."""
    words = {word for reading in prepare(resolution.text).readings for word in reading.words}
    rank = 0 if "university" in words else 1 if words & {"hospital", "clinic", "institute", "college"} else 2
    return rank, _SURENESS[resolution.how], -len(resolution.text), resolution.record.ror_id

"""What of a name is compared: its words, without what says nothing, once a reading."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from partners.matching.romanise import romanise
from partners.matching.spelling import usual_word
from partners.matching.vocabulary import (
    KIND_OF,
    KIND_SIGNS,
    KIND_WORDS,
    LEGAL_WORDS,
    LITTLE_WORDS,
    NUMBERS,
    SIGNS,
    TITLES,
)

_NOT_DISTINCTIVE = KIND_WORDS | LITTLE_WORDS | LEGAL_WORDS
LONGEST = 600  # signs of a name that are read

_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHES = re.compile(r"['’‘ʼ`´ʹ′]")
_ELISION = re.compile(r"\b(?:l|d|dell|nell|sull|all)['’ʼ](?=\w{2})", re.IGNORECASE)
_INITIALS = re.compile(r"\b(?:[a-z]\.\s?)+[a-z]?\b\.?")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


def is_distinctive(word: str) -> bool:
    """Whether a word can tell one organisation from another."""
    return word not in _NOT_DISTINCTIVE


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name. `words` is what tells the organisation apart, in the name's order."""

    words: tuple[str, ...]
    legal: tuple[str, ...] = ()
    is_respelt: bool = False  # usual words that look mistyped are put right in it
    joined: str = field(init=False, compare=False)  # the words without spaces
    sorted: str = field(init=False, compare=False)  # in the order of the alphabet
    kinds: frozenset[str] = field(init=False, compare=False)  # the words that say what it is

    def __post_init__(self) -> None:
        object.__setattr__(self, "joined", "".join(self.words))
        object.__setattr__(self, "sorted", " ".join(sorted(self.words)))
        object.__setattr__(self, "kinds", frozenset(word for word in self.words if not is_distinctive(word)))


@dataclass(frozen=True, slots=True)
class Prepared:
    text: str
    readings: tuple[Reading, ...]  # the plain one first; none where nothing is a letter or a digit

    @property
    def keys(self) -> frozenset[str]:
        """Two names that share one are written alike but for order, legal form, script and language of common words."""
        return frozenset(reading.sorted for reading in self.readings)


@lru_cache(maxsize=4_096)  # a cache of more costs the collector of garbage more than it saves
def prepare(text: str, kind: str = "organisation") -> Prepared:
    """Never raises, whatever the text; reads its first 600 signs."""
    plain = _INVISIBLE.sub("", text[:LONGEST]) if not text.isascii() else text[:LONGEST]
    sources = [plain]
    if kind == "organisation" and not plain.isascii():
        sources = list(dict.fromkeys([plain, _read_signs(plain, KIND_SIGNS), _read_signs(plain, SIGNS)]))
    read = _words_of_person if kind == "person" else _words_of_organisation
    readings = [read(reading) for source in sources for reading in romanise(source)]
    if kind == "organisation":
        readings += [_respelt(reading) for reading in readings]
    return Prepared(text, tuple(dict.fromkeys(reading for reading in readings if reading.words)))


def words_of(text: str) -> list[str]:
    """The plain words of a text already in Latin letters."""
    return _WORD.findall(_APOSTROPHES.sub("", text.replace("&", " and ")))


def _words_of_organisation(text: str) -> Reading:
    found = words_of(_INITIALS.sub(_close_up, _ELISION.sub("", text)))
    legal = tuple(word for word in found if word in LEGAL_WORDS)
    words = [word for word in found if word not in LEGAL_WORDS and word not in LITTLE_WORDS]
    if not words:  # "The Corp", "AS": then the little words are the name
        words, legal = found, ()
    words = [NUMBERS.get(word) or KIND_OF.get(word) or (str(int(word)) if word.isdecimal() else word) for word in words]
    return Reading(tuple(words), legal)


def _close_up(initials: re.Match[str]) -> str:
    """S. A., S.A. and SA are one word."""
    return initials[0].replace(".", "").replace(" ", "") + " "


def _respelt(reading: Reading) -> Reading:
    """With mistyped usual words put right; an own name that only looks like one keeps its first reading."""
    words = tuple(usual_word(word) or word for word in reading.words)
    if words == reading.words:
        return reading
    words = tuple(word for word in words if word not in LEGAL_WORDS) or words
    return Reading(words, reading.legal, True)


def _words_of_person(text: str) -> Reading:
    found = words_of(text)
    words = [word for word in found if word not in TITLES] or found
    return Reading(tuple(words))


def _read_signs(text: str, known: dict[str, str]) -> str:
    text = unicodedata.normalize("NFKC", text)
    for signs, meaning in known.items():
        if signs in text:
            text = text.replace(signs, f" {meaning} ")
    return text

"""The features of a comparison, one function each. All give a value from 0 to 1; `score` says what each weighs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from partners.matching.prepare import Reading, is_distinctive
from partners.matching.vocabulary import PARTICLES

Weigh = Callable[[str], float]

EXTRA = 0.40  # how much a word counts that only one of the names has
CONTRADICTION = 1.0  # … and one that has another word in its place
LEAST_ALIKE = 0.62  # words less alike than this are different words


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which word of one name was taken for which of the other."""

    value: float
    pairs: tuple[tuple[str, str, float], ...]
    extra_query: tuple[str, ...]
    extra_listed: tuple[str, ...]
    has_distinctive: bool


def words(query: Reading, listed: Reading, weigh: Weigh, is_person: bool = False) -> Alignment:
    """The words of the two names laid side by side in any order, rare words counting more than usual ones."""
    pairs: list[tuple[str, str, float]] = []
    left, right = [], list(listed.words)
    for word in query.words:
        if word in right:
            right.remove(word)
            pairs.append((word, word, 1.0))
        else:
            left.append(word)
    if left and right:
        left, right = _pair_alike(left, right, pairs, is_person)
    if left and right:
        left, right = _pair_joined(left, right, pairs)
    agreed = agreeing = 0.0
    has_distinctive = False
    for one, other, alike in pairs:
        weight = _weight(one, weigh, is_person)
        if one != other:
            weight = min(weight, _weight(other, weigh, is_person))
        agreed += weight
        agreeing += weight * alike
        has_distinctive = has_distinctive or is_person or (is_distinctive(one) and is_distinctive(other))
    extra_query = sum(_weight(word, weigh, is_person) for word in left)
    extra_listed = sum(_weight(word, weigh, is_person) for word in right)
    contradicted = min(extra_query, extra_listed)
    total = agreed + CONTRADICTION * 2 * contradicted + EXTRA * abs(extra_query - extra_listed)
    value = agreeing / total if total else 0.0
    return Alignment(value, tuple(pairs), tuple(left), tuple(right), has_distinctive)


def letters(query: Reading, listed: Reading) -> float:
    """The letters of the telling words in a row, so that a name written apart or together is the same name."""
    one, other = _telling(query.words), _telling(listed.words)
    alike = ratio("".join(one[0]), "".join(other[0])) / 100
    if alike < 0.99 and len(one[0]) > 1 and len(other[0]) > 1:
        alike = max(alike, ratio("".join(sorted(one[0])), "".join(sorted(other[0]))) / 100)
    kinds = 1.0
    if one[1] or other[1]:
        shared = len(one[1] & other[1])
        kinds = 0.8 + 0.2 * shared / max(len(one[1]), len(other[1]))
    return alike * alike * kinds


def country(query: frozenset[str], listed: frozenset[str]) -> float:
    """1 where both are known and none agrees."""
    return float(bool(query and listed and not query & listed))


def birth_year(query: frozenset[int], listed: frozenset[int]) -> float:
    """1 where both are known and none is within a year of another."""
    return float(bool(query and listed) and all(abs(one - other) > 1 for one in query for other in listed))


def identifiers(query: frozenset[tuple[str, str]], listed: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The identifiers that both have."""
    return query & listed


def numbers_differ(alignment: Alignment) -> bool:
    """Paris 7 and Paris 13 differ in nothing but what matters."""
    one, other = (
        {word for word in words if word.isdecimal()} for words in (alignment.extra_query, alignment.extra_listed)
    )
    return bool(one or other)


def _telling(words: tuple[str, ...]) -> tuple[list[str], set[str]]:
    telling = [word for word in words if is_distinctive(word)]
    return (telling, {word for word in words if not is_distinctive(word)}) if telling else (list(words), set())


def _weight(word: str, weigh: Weigh, is_person: bool) -> float:
    if word.isdecimal():
        return 0.8
    if is_person:
        return 0.25 if word in PARTICLES else 0.5 if len(word) == 1 else max(0.6, weigh(word))
    return weigh(word)


def _pair_alike(left, right, pairs, is_person):
    alike = [
        (similarity, index, other)
        for index, one in enumerate(left)
        for other, two in enumerate(right)
        if (similarity := word_similarity(one, two, is_person)) >= LEAST_ALIKE
    ]
    used_left, used_right = set(), set()
    for similarity, index, other in sorted(alike, key=lambda found: (-found[0], found[1], found[2])):
        if index not in used_left and other not in used_right:
            used_left.add(index)
            used_right.add(other)
            pairs.append((left[index], right[other], similarity))
    return (
        [word for index, word in enumerate(left) if index not in used_left],
        [word for index, word in enumerate(right) if index not in used_right],
    )


def _pair_joined(left, right, pairs):
    """ "Pricewaterhouse Coopers" and "PricewaterhouseCoopers"."""
    for shorter, longer, is_left in ((left, right, True), (right, left, False)):
        for start in range(len(longer) - 1):
            for end in range(start + 2, min(len(longer), start + 4) + 1):
                joined = "".join(longer[start:end])
                for word in shorter:
                    similarity = word_similarity(word, joined, False)
                    if len(joined) >= 4 and similarity >= 0.8:
                        parts = " ".join(longer[start:end])
                        pairs.append((word, parts, similarity) if is_left else (parts, word, similarity))
                        rest = longer[:start] + longer[end:]
                        remaining = [other for other in shorter if other is not word]
                        return (remaining, rest) if is_left else (rest, remaining)
    return left, right


@lru_cache(maxsize=262_144)
def word_similarity(one: str, other: str, is_person: bool = False) -> float:
    """1 for equal words, 0 where more letters differ than a slip of the hand explains."""
    shorter, longer = sorted((len(one), len(other)))
    if one.isdecimal() or other.isdecimal():
        return float(one == other)
    if is_person and shorter == 1:
        return 0.75 if one[0] == other[0] else 0.0
    allowed = 1 if longer <= 5 else 2 if longer <= 9 else 3
    if shorter < 2 or longer - shorter > allowed:
        return 0.0
    edits = OSA.distance(one, other, score_cutoff=allowed)
    if edits <= allowed:
        alike = 1 - edits / (0.75 * longer) if longer > 3 else 0.65
        if is_person and alike < 0.9 and sound(one) == sound(other):
            return 0.9
        return alike
    return 0.85 if is_person and shorter > 3 and sound(one) == sound(other) else 0.0


_SOUNDS = [
    (re.compile(pattern), by)
    for pattern, by in (
        ("ph", "f"), ("[ck]h", "h"), ("zh|dzh|dj", "j"), ("q|ck|c", "k"), ("w", "v"), ("sch|tsch|tch", "sh"),
        ("[aeiouy]", ""), (r"(.)\1+", r"\1"),
    )
]  # fmt: skip


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """The consonants as they sound: Hussein, Husayn and Hossein are one."""
    first = "a" if word[:1] in "aeiouy" else ""
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return first + word

"""Two names laid side by side: which word of one was taken for which of the other, and what the words weigh."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from partners.matching.prepare import Reading, is_distinctive
from partners.matching.vocabulary import PARTICLES

Weigh = Callable[[str], float]

LEAST_ALIKE = 0.5  # words less alike than this are different words
NUMBER_WEIGHT = 0.8
SHORT_WORD, SHORT_WORD_WEIGHT = 3, 0.4  # letters; such words are as often slips, initials or particles as names
RARE = 0.875  # of the weight of a word that was never counted: one that up to three names hold


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which word of one name was taken for which of the other, and what the words weigh."""

    query: Reading
    listed: Reading
    pairs: tuple[tuple[str, str, float], ...]
    extra_query: tuple[str, ...]
    extra_listed: tuple[str, ...]
    agreed: float  # weight of the words that were paired
    agreeing: float  # the same, less what the pairs differ in
    only_query: float
    only_listed: float
    own: float  # weight of the agreeing words that can tell one organisation from another
    rare: int  # how many words are equal that hardly any other name holds

    @property
    def total(self) -> float:
        return self.agreed + self.only_query + self.only_listed or 1.0


def align(query: Reading, listed: Reading, weigh: Weigh, is_person: bool = False) -> Alignment:
    """Pair the words in any order: equal ones, then similar ones, then such as are written apart in one name."""
    pairs: list[tuple[str, str, float]] = []
    left, right = [], list(listed.words)
    for word in query.words:
        if word in right:
            right.remove(word)
            pairs.append((word, word, 1.0))
        else:
            left.append(word)
    before = -1
    while left and right and before != len(pairs):
        before = len(pairs)
        left, right = _pair_joined(left, right, pairs)
    if left and right:
        left, right = _pair_alike(left, right, pairs, is_person)
    agreed = agreeing = own = 0.0
    rare = 0
    for one, other, alike in pairs:
        weight = _weight(one, weigh, is_person)
        if one != other:
            weight = min(weight, _weight(other, weigh, is_person)) if alike < 1 else max(weight, 0.5)
        agreed += weight
        agreeing += weight * alike
        if is_distinctive(one) and is_distinctive(other):
            own += weigh(one) * alike
            rare += one == other and len(one) > SHORT_WORD and weigh(one) >= RARE
    return Alignment(
        query,
        listed,
        tuple(pairs),
        tuple(left),
        tuple(right),
        agreed,
        agreeing,
        sum(_weight(word, weigh, is_person) for word in left),
        sum(_weight(word, weigh, is_person) for word in right),
        own,
        rare,
    )


def _weight(word: str, weigh: Weigh, is_person: bool) -> float:
    if " " in word:
        return sum(_weight(part, weigh, is_person) for part in word.split(" "))
    if word.isdecimal():
        return NUMBER_WEIGHT
    if is_person:
        return 0.25 if word in PARTICLES else 0.5 if len(word) == 1 else max(0.6, weigh(word))
    return weigh(word) if len(word) > SHORT_WORD else min(SHORT_WORD_WEIGHT, weigh(word))


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
        if len(longer) < 2:
            continue
        sizes = [len(word) for word in longer]
        wanted = {length for word in shorter for length in (len(word) - 1, len(word), len(word) + 1) if length >= 4}
        for start in range(len(longer) - 1):
            size = sizes[start]
            for end in range(start + 2, min(len(longer), start + 4) + 1):
                size += sizes[end - 1]
                if size not in wanted:
                    continue
                joined = "".join(longer[start:end])
                for word in shorter:
                    if abs(len(word) - size) < 2 and (alike := ratio(word, joined, score_cutoff=90)):
                        parts, similarity = " ".join(longer[start:end]), alike / 100
                        pairs.append((word, parts, similarity) if is_left else (parts, word, similarity))
                        rest = longer[:start] + longer[end:]
                        remaining = [other for other in shorter if other is not word]
                        return (remaining, rest) if is_left else (rest, remaining)
    return left, right


@lru_cache(maxsize=16_384)
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
        alike = 1 - edits / longer
        return max(alike, 0.92) if is_person and sound(one) == sound(other) else alike
    return 0.85 if is_person and shorter > 3 and sound(one) == sound(other) else 0.0


_SOUNDS = [
    (re.compile(pattern), by)
    for pattern, by in (
        ("ph", "f"), ("[ck]h", "h"), ("zh|dzh|dj", "j"), ("q|ck|c", "k"), ("w", "v"), ("sch|tsch|tch", "sh"),
        ("[aeiouy]", ""), (r"(.)\1+", r"\1"),
    )
]  # fmt: skip


@lru_cache(maxsize=16_384)
def sound(word: str) -> str:
    """The consonants as they sound: Hussein, Husayn and Hossein are one."""
    first = "a" if word[:1] in "aeiouy" else ""
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return first + word

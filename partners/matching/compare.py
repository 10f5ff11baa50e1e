"""What two names have in common and what not: the measures of a comparison, one function each.

`align` lays the words side by side; the measures read that and give a value from 0 to 1. `score` says what each weighs.
"""

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
TELLS_ENOUGH = 1.6  # so much weight of agreeing words is as good as any more


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
    agreed = agreeing = 0.0
    for one, other, alike in pairs:
        weight = _weight(one, weigh, is_person)
        if one != other:
            weight = min(weight, _weight(other, weigh, is_person)) if alike < 1 else max(weight, 0.5)
        agreed += weight
        agreeing += weight * alike
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
    )


def words(aligned: Alignment) -> float:
    """The share of both names, rare words counting more than usual ones, that has its like in the other; squared."""
    return (aligned.agreeing / aligned.total) ** 2


def telling(aligned: Alignment) -> float:
    """How much the agreeing words tell, whatever else the names hold: long rare names agree by no accident."""
    agreed = sum(
        alike * min(1.0, len(one) / 6)
        for one, other, alike in aligned.pairs
        if is_distinctive(one) and is_distinctive(other)
    )
    return min(1.0, agreed / (2 * TELLS_ENOUGH))


def contradiction(aligned: Alignment) -> float:
    """Each name has a word in place of the other's."""
    return min(1.0, min(aligned.only_query, aligned.only_listed) / aligned.total * 2)


def left_out_of_much(aligned: Alignment) -> float:
    """One name has words that the other lacks, beyond those that contradict, while much agrees."""
    return _left_out(aligned) * telling(aligned)


def left_out_of_little(aligned: Alignment) -> float:
    """One name has words that the other lacks, and little else agrees."""
    return _left_out(aligned) * (1 - telling(aligned))


def _left_out(aligned: Alignment) -> float:
    return abs(aligned.only_query - aligned.only_listed) / aligned.total


def slips(aligned: Alignment) -> float:
    """The words that were taken for each other are written differently."""
    return (aligned.agreed - aligned.agreeing) / aligned.agreed if aligned.agreed else 0.0


def known_words_differ(aligned: Alignment, is_known: Callable[[str], bool]) -> float:
    """Words that were taken for each other although each is a word of its own: Hunan is not Henan."""
    differing = [min(len(one), len(other)) for one, other, alike in aligned.pairs
                 if alike < 1 and is_known(one) and is_known(other)]  # fmt: skip
    return min(1.0, len(differing) / 2)


def order(aligned: Alignment) -> float:
    """The words that agree stand in another order."""
    listed = aligned.listed.words
    places = [listed.index(other) for _one, other, _alike in _in_order_of_query(aligned) if other in listed]
    return float(places != sorted(places))


def _in_order_of_query(aligned: Alignment) -> list[tuple[str, str, float]]:
    words = aligned.query.words
    return sorted(aligned.pairs, key=lambda pair: words.index(pair[0]) if pair[0] in words else -1)


def letters(aligned: Alignment) -> float:
    """How alike the letters of the two names are, in the order of the names or of the alphabet; squared."""
    one, other = aligned.query, aligned.listed
    alike = ratio(one.joined, other.joined)
    if alike < 100 and len(one.words) > 1 and len(other.words) > 1:
        alike = max(alike, ratio(one.sorted, other.sorted))
    return (alike / 100) ** 2


def kinds(aligned: Alignment) -> float:
    """A university is no hospital: the share of words for the kind of organisation that only one name has."""
    one, other = aligned.query.kinds, aligned.listed.kinds
    return len(one ^ other) / len(one | other) if one or other else 0.0


def numbers(aligned: Alignment) -> float:
    """Paris 7 and Paris 13 differ in nothing but what matters."""
    one, other = ({word for word in words if word.isdecimal()} for words in (aligned.query.words, aligned.listed.words))
    return float(bool(one and other) and one != other)


def usual_words_only(aligned: Alignment) -> float:
    """No word agrees that tells one organisation from another."""
    agree = any(is_distinctive(one) and is_distinctive(other) for one, other, _alike in aligned.pairs)
    return float(not agree and aligned.query.sorted != aligned.listed.sorted)


def one_word_left(aligned: Alignment) -> float:
    """A single word agrees, and one of the names has more: half the world is called Emma."""
    telling_pairs = sum(is_distinctive(one) for one, _other, _alike in aligned.pairs)
    return float(telling_pairs <= 1 and bool(aligned.extra_query or aligned.extra_listed))


def initials(aligned: Alignment) -> float:
    """Given names that one of the names only hints at."""
    return float(any(min(len(one), len(other)) == 1 for one, other, _alike in aligned.pairs))


def countries(query: frozenset[str], listed: frozenset[str]) -> float:
    """Both are known and none agrees."""
    return float(bool(query and listed and not query & listed))


def birth_years(query: frozenset[int], listed: frozenset[int]) -> float:
    """Both are known and none is within a year of another."""
    return float(bool(query and listed) and all(abs(one - other) > 1 for one in query for other in listed))


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

"""Mistyped usual words and legal forms: "Univeristy" and "Limitde" are no organisation's own names."""

from collections import defaultdict
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from partners.matching.statistics import ORGANISATIONS
from partners.matching.vocabulary import KIND_OF, LEGAL_WORDS

SHORTEST = 6  # letters; shorter words are too near to others
TWO_SLIPS = 9  # from so many letters on two slips are forgiven


@lru_cache(maxsize=16_384)
def usual_word(word: str) -> str:
    """The usual word that was probably meant; empty where the word is known or like none."""
    if word in ORGANISATIONS.counts or word in KIND_OF or word in LEGAL_WORDS:
        return ""
    slips = 2 if len(word) >= TWO_SLIPS - 1 else 1
    alike = [
        (edits, meant)
        for meant, edits, _place in extract(
            word, _MEANT.get(len(word), ()), scorer=OSA.distance, processor=None, score_cutoff=slips, limit=None
        )
        if edits <= (2 if len(meant) >= TWO_SLIPS else 1)
    ]
    if not alike:
        return ""
    fewest = min(alike)[0]
    nearest = [meant for edits, meant in alike if edits == fewest]
    meant = nearest[0] if len(nearest) == 1 else min(nearest, key=lambda one: (_shared(word, one, slips), one))
    return KIND_OF.get(meant, meant)


def _shared(one: str, other: str, slips: int) -> str:
    """The first that is left of both with so many letters taken out; of words equally near, that decides."""
    return min(_shortened(one, slips) & _shortened(other, 2 if len(other) >= TWO_SLIPS else 1))


def _shortened(word: str, times: int) -> set[str]:
    found = last = {word}
    for _time in range(times):
        last = {one[:at] + one[at + 1 :] for one in last for at in range(len(one))}
        found = found | last
    return found


def _by_length() -> dict[int, list[str]]:
    """The usual words that a word of this length may have been meant for."""
    found: dict[int, list[str]] = defaultdict(list)
    for word in sorted({*KIND_OF, *LEGAL_WORDS}):
        if len(word) >= SHORTEST:
            slips = 2 if len(word) >= TWO_SLIPS else 1
            for length in range(len(word) - slips, len(word) + slips + 1):
                found[length].append(word)
    return dict(found)


_MEANT = _by_length()

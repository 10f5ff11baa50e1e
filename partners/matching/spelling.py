"""Mistyped usual words and legal forms: "Univeristy" and "Limitde" are no organisation's own names."""

from collections import defaultdict
from functools import lru_cache

from rapidfuzz.distance import OSA

from partners.matching.statistics import ORGANISATIONS
from partners.matching.vocabulary import KIND_OF, LEGAL_WORDS

SHORTEST = 6  # letters; shorter words are too near to others
TWO_SLIPS = 9  # from so many letters on two slips are forgiven


@lru_cache(maxsize=65_536)
def usual_word(word: str) -> str:
    """The usual word that was probably meant; empty where the word is known or like none."""
    if len(word) < SHORTEST - 1 or word in ORGANISATIONS.counts or word in KIND_OF or word in LEGAL_WORDS:
        return ""
    slips = 2 if len(word) >= TWO_SLIPS - 1 else 1
    best, fewest = "", slips + 1
    for shortened in sorted(_shortened(word, slips)):
        for meant in _MEANT.get(shortened, ()):
            edits = OSA.distance(word, meant, score_cutoff=slips)
            if edits < fewest and edits <= (2 if len(meant) >= TWO_SLIPS else 1):
                best, fewest = KIND_OF.get(meant, meant), edits
    return best


def _shortened(word: str, times: int) -> set[str]:
    found = last = {word}
    for _time in range(times):
        last = {one[:at] + one[at + 1 :] for one in last for at in range(len(one))}
        found = found | last
    return found


def _index() -> dict[str, list[str]]:
    index: dict[str, list[str]] = defaultdict(list)
    for word in sorted({*KIND_OF, *LEGAL_WORDS}):
        if len(word) >= SHORTEST:
            for shortened in _shortened(word, 2 if len(word) >= TWO_SLIPS else 1):
                index[shortened].append(word)
    return dict(index)


_MEANT = _index()

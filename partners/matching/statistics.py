"""How much a word tells: rare words much, usual ones little.

The counts come with the matcher, so that one pair of names has one score wherever and whenever it is compared; another
set of counts may be passed to `compare`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import log
from pathlib import Path

from partners.matching.vocabulary import WORDS

LEAST = 0.08  # of the weight of a word that was never counted


@dataclass(frozen=True)
class Statistics:
    names: int
    counts: Mapping[str, int]
    _weights: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _largest(self) -> float:
        return log(1 + self.names)

    def weight(self, word: str) -> float:
        """1 for a word that no counted name holds, near 0 for one that nearly all hold."""
        weight = self._weights.get(word)
        if weight is None:
            weight = log((1 + self.names) / (1 + self.counts.get(word, 0))) / self._largest if self.names else 1.0
            weight = max(LEAST, weight)
            if len(self._weights) < 200_000:
                self._weights[word] = weight
        return weight


def read_statistics(path: Path) -> Statistics:
    """From a file of lines `word,count`; the line with the empty word has the number of names."""
    counts = {}
    for line in path.read_text(encoding="ascii").split():
        word, _comma, count = line.rpartition(",")
        counts[word] = int(count)
    return Statistics(counts.pop(""), counts)


ORGANISATIONS = read_statistics(WORDS / "organisations.csv")
PEOPLE = read_statistics(WORDS / "people.csv")

"""What is wrong with a file that somebody brings: each thing with its place, all of them at once."""

from collections.abc import Iterable
from typing import NamedTuple

from riskassess.core.errors import DomainError


class Problem(NamedTuple):
    place: str  # in words; empty for the file as a whole
    text: str


class UnfitFile(DomainError):
    """A file of which nothing is taken, with all that does not fit."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        super().__init__(self.problems[0].text, field="file")


def unfit(text: str, place: str = "") -> UnfitFile:
    return UnfitFile([Problem(place, text)])

"""Problems of a catalogue with file, line and id, as its author reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from riskassess.engine.checks.problems import Problem
from riskassess.engine.loading import read_own


def placed(problems: Iterable[Problem], texts: Mapping[str, str]) -> list[str]:
    """Each with its place in the release's own files."""
    found = list(problems)
    if not found:
        return []
    reading = read_own(texts)
    return [
        reading.with_line(problem.part, problem.id, f"{problem.part}: {problem.reason}", within=problem.within)
        for problem in found
    ]

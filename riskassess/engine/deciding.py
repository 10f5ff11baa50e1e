"""What decides what: the questions that a condition reads, and those that decide whether these are asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from riskassess.engine.catalogue import Catalogue


def questions_read(spec: Any) -> frozenset[str]:
    """The questions that a condition reads itself, not those that decide whether these are asked."""
    if isinstance(spec, dict):
        own = {spec[leaf] for leaf in ("answer", "unsure") if isinstance(spec.get(leaf), str)}
        return frozenset(own).union(*(questions_read(value) for value in spec.values()))
    return frozenset().union(*(questions_read(part) for part in spec)) if isinstance(spec, list) else frozenset()


def rows_read(spec: Any) -> frozenset[str]:
    """The kinds of rows that a condition goes over."""
    if isinstance(spec, dict):
        own = {spec[name] for name in ("any", "every", "count") if isinstance(spec.get(name), str)}
        return frozenset(own).union(*(rows_read(value) for value in spec.values()))
    return frozenset().union(*(rows_read(part) for part in spec)) if isinstance(spec, list) else frozenset()


def decided_by(catalogue: Catalogue, questions: frozenset[str]) -> frozenset[str]:
    """These questions and, through any number of steps, all that decide whether they are asked."""
    found: set[str] = set()
    waiting = sorted(questions)
    while waiting:
        question_id = waiting.pop()
        if question_id not in found:
            found.add(question_id)
            waiting += sorted(questions_read(catalogue.question(question_id).when))
    return frozenset(found)


def needed_by(catalogue: Catalogue, scopes: Iterable[str]) -> frozenset[str]:
    """The questions that decide whether a row of one of these kinds is needed."""
    wanted = set(scopes)
    needed = [section.row_needed_when for section in catalogue.sections if section.scope in wanted]
    return decided_by(catalogue, questions_read(needed))

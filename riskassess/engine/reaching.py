"""Whether a condition can come true at all: every answer that makes a difference is tried, one row of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from riskassess.engine.catalogue import Catalogue, Scope
from riskassess.engine.checks.problems import Problem
from riskassess.engine.conditions import compile_condition
from riskassess.engine.deciding import decided_by, questions_read
from riskassess.engine.facts import ROW_LISTS, Facts
from riskassess.engine.trying import Leaf, leaf_truth, leaves_of, ranks_of
from riskassess.engine.visibility import asking_of

MOST_TRIES = 20_000
Place = tuple[Scope, str, str]  # scope, "answers" | "facts", id
Value = str | tuple[str, ...]


def can_be_true(catalogue: Catalogue, specs: list[Any], scope: Scope) -> bool | None:
    """Whether these conditions can be true together; None where there are too many ways to try, or numbers to read."""
    values = _values(catalogue, specs, scope)
    if prod(len(found) for found in values.values()) > MOST_TRIES or not all(values.values()):
        return None
    conditions = [compile_condition(catalogue, spec, scope) for spec in specs]
    asking = asking_of(catalogue)
    rows = {each: _rows_needed(specs, each) for each in ROW_LISTS}
    for chosen in product(*values.values()):
        data = _facts(dict(zip(values, chosen, strict=True)), rows)
        view = Facts(catalogue, data, asking).rows[scope][0]
        if all(condition(view)[0] is True for condition in conditions):
            return True
    return False


def dead_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Questions, rules and rows that can never come about, found by trying where that is quick."""
    for question in catalogue.questions:
        if question.when is not None and can_be_true(catalogue, [question.when], question.scope) is False:
            yield Problem("questions", question.id, "is never asked, whatever the answers; mend its 'when'.")
    for rule in catalogue.rules:
        if can_be_true(catalogue, [rule.when], rule.scope) is False:
            yield Problem("rules", rule.id, "never fires, whatever the answers and facts; mend its 'when'.")
            continue
        for number, row in enumerate(rule.rows, 1):
            if row.when is not None and can_be_true(catalogue, [rule.when, row.when], rule.scope) is False:
                reason = f"row {number} never fires, whatever the answers and facts; mend it or leave it out."
                yield Problem("rules", rule.id, reason)


def _values(catalogue: Catalogue, specs: list[Any], scope: Scope) -> dict[Place, list[Value]]:
    """For each answer and fact that decides: one value for each thing the leaves can tell apart."""
    leaves: dict[Place, list[Leaf]] = {}

    def take(spec: Any, at: Scope) -> None:
        for leaf in leaves_of(catalogue, spec, at):
            place: Place = (leaf.scope, "facts" if leaf.kind == "fact" else "answers", leaf.id)
            leaves.setdefault(place, []).append(leaf)

    for spec in specs:
        take(spec, scope)
    for question_id in sorted(decided_by(catalogue, questions_read(specs))):
        question = catalogue.question(question_id)
        take(question.when, question.scope)
    return {place: _different(catalogue, found) for place, found in sorted(leaves.items())}


def _different(catalogue: Catalogue, leaves: list[Leaf]) -> list[Value]:
    ranks = ranks_of(catalogue, leaves[0])
    values: list[Value] = list(ranks)
    if leaves[0].is_set:
        together = tuple(value for value in ranks if value != "none")
        values = [*((value,) for value in ranks), together]
    if any(leaf.kind == "unsure" for leaf in leaves):
        values.append("unsure")
    seen: dict[tuple[object, ...], Value] = {}
    for value in values:
        seen.setdefault(tuple(leaf_truth(catalogue, leaf, value) for leaf in leaves), value)
    return list(seen.values())


def _rows_needed(specs: list[Any], scope: Scope) -> int:
    """As many equal rows as the largest count asks for."""
    most = 1
    for spec in specs:
        if isinstance(spec, dict):
            if spec.get("count") == scope and isinstance(spec.get("at_least"), int):
                most = max(most, spec["at_least"])
            inner = [value for value in spec.values() if isinstance(value, dict | list)]
            most = max([most, *(_rows_needed(v if isinstance(v, list) else [v], scope) for v in inner)])
    return most


def _facts(chosen: dict[Place, Value], rows: dict[Scope, int]) -> dict[str, Any]:
    parts: dict[Scope, dict[str, Any]] = {
        scope: {"answers": {}, "facts": {}} for scope in ("proposal", "partner", "technology", "funder")
    }
    for (scope, kind, name), value in chosen.items():
        parts[scope][kind][name] = list(value) if isinstance(value, tuple) else value
    data: dict[str, Any] = dict(parts["proposal"])
    for scope, name in ROW_LISTS.items():
        data[name] = [{"id": f"{scope}{number}", **parts[scope]} for number in range(rows[scope])]
    return data

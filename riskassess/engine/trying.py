"""Conditions taken apart into leaves, each of which can be put to every value its question or fact may have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from riskassess.engine.catalogue import Catalogue, Question, Scope
from riskassess.engine.conditions import compile_condition
from riskassess.engine.facts import ROW_LISTS, Facts, Truth

ROW_SCOPES: tuple[Scope, ...] = ("partner", "technology", "funder")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test of one question or fact; whether a `not` turns it round, and over which rows it is asked."""

    kind: str  # "answer" | "unsure" | "fact"
    id: str
    scope: Scope  # where its value lives
    spec: Any
    negated: bool
    quantifiers: tuple[str, ...]
    is_set: bool


def leaves_of(
    catalogue: Catalogue, spec: Any, scope: Scope, negated: bool = False, quantifiers: tuple[str, ...] = ()
) -> Iterator[Leaf]:
    """The leaves of a condition that compiles."""
    if spec is None:
        return
    if "where" in spec:
        name = next(key for key in ("any", "every", "count") if key in spec)
        yield from leaves_of(catalogue, spec["where"], spec[name], negated, (*quantifiers, name))
    elif "not" in spec:
        yield from leaves_of(catalogue, spec["not"], scope, not negated, quantifiers)
    elif "all" in spec or "any" in spec:
        for part in spec["all"] if "all" in spec else spec["any"]:
            yield from leaves_of(catalogue, part, scope, negated, quantifiers)
    elif "fact" in spec:
        place = next(p for p in (scope, "proposal") if spec["fact"] in _names(catalogue, p))
        is_set = spec["fact"] in catalogue.fact_sets.get(place, {})
        yield Leaf("fact", spec["fact"], place, spec, negated, quantifiers, is_set)
    else:
        kind = "unsure" if "unsure" in spec else "answer"
        question = catalogue.question(spec[kind])
        yield Leaf(kind, question.id, question.scope, spec, negated, quantifiers, question.type == "multi")


def _names(catalogue: Catalogue, scope: Scope) -> set[str]:
    return {*catalogue.facts.get(scope, {}), *catalogue.fact_sets.get(scope, {})}


def choices_of(question: Question) -> tuple[str, ...]:
    if question.type == "yes_no" and not question.options:
        return ("no", "yes")
    return tuple(option.id for option in question.options)


def ranks_of(catalogue: Catalogue, leaf: Leaf) -> dict[str, int | None]:
    """Every value and its place in the risk order; None: outside it."""
    if leaf.kind == "fact":
        vocabulary = catalogue.fact_sets.get(leaf.scope, {}).get(leaf.id) or catalogue.facts[leaf.scope][leaf.id]
        return {value: rank for rank, value in enumerate(vocabulary)}
    question = catalogue.question(leaf.id)
    if not question.options:
        return {value: rank for rank, value in enumerate(choices_of(question))}
    return {option.id: option.risk for option in question.options}


def leaf_truth(catalogue: Catalogue, leaf: Leaf, value: str | tuple[str, ...]) -> Truth:
    """What a leaf says of one value, its question being asked."""
    given = list(value) if isinstance(value, tuple) else value
    row: dict[str, Any] = {"id": "row", "answers": {}, "facts": {}}
    row["facts" if leaf.kind == "fact" else "answers"][leaf.id] = given
    data = row if leaf.scope == "proposal" else {ROW_LISTS[leaf.scope]: [row]}
    facts = Facts(catalogue, data, {})
    return compile_condition(catalogue, leaf.spec, leaf.scope)(facts.rows[leaf.scope][0])[0]

"""What every leaf of a catalogue's conditions says of every value, and which value is riskier than which."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from riskassess.engine.catalogue import Catalogue, Rule, Scope
from riskassess.engine.conditions import compile_condition
from riskassess.engine.facts import ROW_LISTS, Facts, Truth
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.trying import Leaf, leaves_of, ranks_of

Value = str | int
# False < unknown < true: a riskier value may only go upwards, and a safer one only downwards.
HEIGHT: dict[Truth, int] = {False: 0, None: 1, True: 2}


class Leaves:
    """The leaves of one catalogue, each put to the real engine once for every value."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._tables: dict[tuple[str, Scope], dict[Value, Truth]] = {}
        self._found: dict[tuple[str, Scope], tuple[Leaf, ...]] = {}
        self._numbers: dict[str, list[int]] | None = None

    def of(self, spec: Any, scope: Scope) -> tuple[Leaf, ...]:
        key = json.dumps(spec, sort_keys=True), scope
        if key not in self._found:
            self._found[key] = tuple(leaves_of(self.catalogue, spec, scope))
        return self._found[key]

    def table(self, leaf: Leaf) -> dict[Value, Truth]:
        """Value -> truth while the question is asked; of several values at once each one by itself."""
        key = json.dumps(leaf.spec, sort_keys=True), leaf.scope
        if key not in self._tables:
            self._tables[key] = self._put_to_the_engine(leaf)
        return self._tables[key]

    def ranks(self, leaf: Leaf) -> dict[Value, int | None]:
        """Every value and its place in the risk order; None: outside it."""
        if leaf.kind != "fact" and self.catalogue.question(leaf.id).type == "number":
            return {number: number for number in self.numbers(leaf.id)}
        ranks: dict[Value, int | None] = {}
        ranks.update(ranks_of(self.catalogue, leaf))
        return ranks

    def numbers(self, question_id: str) -> list[int]:
        """Numbers around each bound that a condition compares the answer with: all that can make a difference."""
        if self._numbers is None:
            bounds: dict[str, set[int]] = {}
            for spec, scope in conditions_of(self.catalogue):
                for leaf in self.of(spec, scope):
                    if leaf.kind == "answer" and self.catalogue.question(leaf.id).type == "number":
                        bounds.setdefault(leaf.id, set()).update(v for v in leaf.spec.values() if isinstance(v, int))
            self._numbers = {
                each: sorted({bound + step for bound in found for step in (-1, 0, 1)}) for each, found in bounds.items()
            }
        return self._numbers.get(question_id, [])

    def _put_to_the_engine(self, leaf: Leaf) -> dict[Value, Truth]:
        condition = compile_condition(self.catalogue, leaf.spec, leaf.scope)
        kind = "facts" if leaf.kind == "fact" else "answers"
        values = list(self.ranks(leaf))
        given = [{kind: {leaf.id: [value] if leaf.is_set else value}} for value in values]
        if leaf.scope == "proposal":
            views = [Facts(self.catalogue, data, {}).proposal for data in given]
        else:
            rows = [{"id": f"{number:05}", **row} for number, row in enumerate(given)]
            views = list(Facts(self.catalogue, {ROW_LISTS[leaf.scope]: rows}, {}).rows[leaf.scope])
        return {value: condition(view)[0] for value, view in zip(values, views, strict=True)}


@once_a_catalogue
def leaves_in(catalogue: Catalogue) -> Leaves:
    """The leaves of this catalogue, tabled."""
    return Leaves(catalogue)


def grades_of(rule: Rule) -> list[list[Any]]:
    """The conditions of each row of points; of a rule without points its own alone."""
    if not rule.rows:
        return [[rule.when]]
    return [[rule.when, row.when] if row.when is not None else [rule.when] for row in rule.rows]


def conditions_of(catalogue: Catalogue) -> Iterator[tuple[Any, Scope]]:
    for question in catalogue.questions:
        if question.when is not None:
            yield question.when, question.scope
    for rule in catalogue.rules:
        for spec in (rule.when, *(row.when for row in rule.rows)):
            if spec is not None:
                yield spec, rule.scope
    for section in catalogue.sections:
        if section.row_needed_when is not None:
            yield section.row_needed_when, "proposal"

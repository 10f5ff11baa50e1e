"""A catalogue as formulas over everything that may be answered or known, row by row; three-valued like the engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.checks.algebra import Algebra, Bit, Name, Three
from riskassess.engine.checks.leaves import Leaves, leaves_in
from riskassess.engine.deciding import questions_read
from riskassess.engine.facts import ROW_LISTS
from riskassess.engine.trying import Leaf, choices_of, leaves_of

MISSING = "(open)"
GIVEN = "(given)"  # whatever stands in an answer that no condition can look into
PROPOSAL = 0
YES, NO = Three(True, False), Three(False, True)


class Place(NamedTuple):
    """One answer or fact on one row."""

    kind: str  # "answer" | "fact"
    scope: Scope
    row: int
    id: str

    def name(self, value: object) -> Name:
        return (self.kind, self.scope, str(self.row), self.id, str(value))


class Encoding:
    """One world of a catalogue: which rows there are, what each place holds, and what conditions say of that."""

    def __init__(self, catalogue: Catalogue, algebra: Algebra, rows: Mapping[Scope, int]) -> None:
        self.catalogue, self.algebra, self.rows = catalogue, algebra, rows
        self.leaves: Leaves = leaves_in(catalogue)
        self._asked: dict[tuple[str, int], Three] = {}
        self._truths: dict[tuple[str, Scope, int], Three] = {}
        self._read = _questions_that_matter(catalogue)

    def exists(self, scope: Scope, row: int) -> Bit:
        return True if scope == "proposal" else self.algebra.var(("row", scope, str(row)))

    def rows_of(self, scope: Scope) -> range:
        return range(1) if scope == "proposal" else range(self.rows.get(scope, 0))

    def asked(self, question: Question, row: int) -> Three:
        key = question.id, row
        if key not in self._asked:
            when = question.when
            self._asked[key] = YES if when is None else self.truth(when, question.scope, row)
        return self._asked[key]

    def truth(self, spec: Any, scope: Scope, row: int) -> Three:
        key = json.dumps(spec, sort_keys=True), scope, row
        if key not in self._truths:
            self._truths[key] = self._truth(spec, scope, row)
        return self._truths[key]

    def together(self, specs: list[Any], scope: Scope, row: int) -> Three:
        return self._all([self.truth(spec, scope, row) for spec in specs])

    def _truth(self, spec: Any, scope: Scope, row: int) -> Three:
        if "where" in spec:
            return self._over_rows(spec)
        if "all" in spec:
            return self._all([self.truth(part, scope, row) for part in spec["all"]])
        if "any" in spec:
            return self._any([self.truth(part, scope, row) for part in spec["any"]])
        if "not" in spec:
            true, false = self.truth(spec["not"], scope, row)
            return Three(false, true)
        (leaf,) = leaves_of(self.catalogue, spec, scope)
        at = row if leaf.scope != "proposal" else PROPOSAL
        return self._fact(leaf, at) if leaf.kind == "fact" else self._answer(leaf, at)

    def _all(self, parts: list[Three]) -> Three:
        return Three(self.algebra.all(p.true for p in parts), self.algebra.any(p.false for p in parts))

    def _any(self, parts: list[Three]) -> Three:
        return Three(self.algebra.any(p.true for p in parts), self.algebra.all(p.false for p in parts))

    def _over_rows(self, spec: Any) -> Three:
        name = next(key for key in ("any", "every", "count") if key in spec)
        over: Scope = spec[name]
        algebra = self.algebra
        rows = [(self.exists(over, row), self.truth(spec["where"], over, row)) for row in self.rows_of(over)]
        if name == "every":
            false = algebra.any(algebra.all((there, truth.false)) for there, truth in rows)
            none = algebra.all(algebra.no(there) for there, _truth in rows)
            true = algebra.all(algebra.any((algebra.no(there), truth.true)) for there, truth in rows)
            return Three(algebra.all((algebra.no(none), true)), algebra.any((none, false)))
        least = spec.get("at_least", 1)
        sure = [algebra.all((there, truth.true)) for there, truth in rows]
        maybe = [algebra.all((there, algebra.no(truth.false))) for there, truth in rows]
        if least == 1:
            return Three(algebra.any(sure), algebra.no(algebra.any(maybe)))
        return Three(algebra.at_least(least, sure), algebra.no(algebra.at_least(least, maybe)))

    def _answer(self, leaf: Leaf, row: int) -> Three:
        algebra, question = self.algebra, self.catalogue.question(leaf.id)
        asked = self.asked(question, row)
        place = Place("answer", leaf.scope, row, leaf.id)
        if leaf.kind == "unsure":
            other = algebra.no(self.is_open(place))
            return Three(algebra.all((asked.true, algebra.var(place.name(UNSURE)))), algebra.any((asked.false, other)))
        table = self.leaves.table(leaf)
        hit = algebra.any(algebra.var(place.name(value)) for value, truth in table.items() if truth)
        if question.type == "multi":
            settled = algebra.any(algebra.var(place.name(value)) for value in choices_of(question))
            miss = algebra.all((settled, algebra.no(hit)))
        else:
            miss = algebra.any(algebra.var(place.name(value)) for value, truth in table.items() if truth is False)
        return Three(algebra.all((asked.true, hit)), algebra.any((asked.false, miss)))

    def _fact(self, leaf: Leaf, row: int) -> Three:
        algebra, table = self.algebra, self.leaves.table(leaf)
        place = Place("fact", leaf.scope, row, leaf.id)
        hit = algebra.any(algebra.var(place.name(value)) for value, truth in table.items() if truth)
        if leaf.is_set:
            there = algebra.no(algebra.var(place.name(MISSING)))
            return Three(algebra.all((there, hit)), algebra.all((there, algebra.no(hit))))
        miss = algebra.any(algebra.var(place.name(value)) for value, truth in table.items() if truth is False)
        return Three(hit, miss)

    def is_open(self, place: Place) -> Bit:
        """Missing or unsure."""
        settled = self.algebra.any(self.algebra.var(place.name(value)) for value in self.values(place))
        return self.algebra.no(settled)

    def values(self, place: Place) -> tuple[str | int, ...]:
        """The definite values a place may have."""
        if place.kind == "fact":
            sets = self.catalogue.fact_sets.get(place.scope, {})
            return sets[place.id] if place.id in sets else self.catalogue.facts[place.scope][place.id]
        question = self.catalogue.question(place.id)
        numbers = self.leaves.numbers(place.id) if question.type == "number" else ()
        return tuple(numbers) or choices_of(question) or (GIVEN,)

    def is_set(self, place: Place) -> bool:
        if place.kind == "fact":
            return place.id in self.catalogue.fact_sets.get(place.scope, {})
        return self.catalogue.question(place.id).type == "multi"

    def may_be_unsure(self, place: Place) -> bool:
        return place.kind == "answer" and self.catalogue.question(place.id).unsure

    def places(self) -> Iterator[Place]:
        """Every answer and fact that any condition reads, on every row."""
        for question in self.catalogue.questions:
            if question.id in self._read:
                for row in self.rows_of(question.scope):
                    yield Place("answer", question.scope, row, question.id)
        for scope in ("proposal", *ROW_LISTS):
            names = [*self.catalogue.facts.get(scope, {}), *self.catalogue.fact_sets.get(scope, {})]
            for name in names:
                for row in self.rows_of(scope):
                    yield Place("fact", scope, row, name)

    def bounds(self) -> Iterator[Bit]:
        """What holds in every world: one value at each place, and rows numbered from the first on."""
        algebra = self.algebra
        for place in self.places():
            unsure = algebra.var(place.name(UNSURE))
            if not self.may_be_unsure(place):
                yield algebra.no(unsure)
            values = [algebra.var(place.name(value)) for value in self.values(place)]
            alone = unsure if place.kind == "answer" else algebra.var(place.name(MISSING))
            if self.is_set(place):
                yield from (algebra.no(algebra.all((alone, value))) for value in values)
            else:
                yield algebra.no(algebra.at_least(2, [*values, unsure]))
        for scope in ROW_LISTS:
            for row in range(1, self.rows.get(scope, 0)):
                yield algebra.any((algebra.no(self.exists(scope, row)), self.exists(scope, row - 1)))


def _questions_that_matter(catalogue: Catalogue) -> frozenset[str]:
    specs: list[Any] = [question.when for question in catalogue.questions if question.when is not None]
    specs += [spec for rule in catalogue.rules for spec in (rule.when, *(row.when for row in rule.rows)) if spec]
    specs += [section.row_needed_when for section in catalogue.sections if section.row_needed_when is not None]
    needed = {each for rule in catalogue.rules if rule.relief for each in rule.relief.needs_answers}
    return questions_read(specs) | needed

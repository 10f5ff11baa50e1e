"""Two worlds, the second riskier than the first in the catalogue's order, and how they differ in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from riskassess.engine.catalogue import UNSURE, Catalogue, Scope
from riskassess.engine.checks.algebra import Bit, Model, OpenQuestionError, Question, Symbolic
from riskassess.engine.checks.encoding import Encoding, Place
from riskassess.engine.checks.leaves import leaves_in
from riskassess.engine.deciding import decided_by
from riskassess.engine.facts import ROW_LISTS

ROW_WORDS: dict[Scope, str] = {"partner": "partner", "technology": "technology item", "funder": "funder"}


class Pair:
    """A world and a riskier one: each answer and fact as before or riskier, and perhaps one row more."""

    def __init__(self, catalogue: Catalogue, rows: Mapping[Scope, int]) -> None:
        self.catalogue = catalogue
        self.algebra = Symbolic()
        self.before = Encoding(catalogue, self.algebra, rows)
        self.after = Encoding(catalogue, Symbolic("riskier"), rows)

    def bounds(self) -> Iterator[Bit]:
        yield from self.before.bounds()
        yield from self.after.bounds()
        for scope in ROW_LISTS:
            for row in self.before.rows_of(scope):
                yield self._implies(self.before.exists(scope, row), self.after.exists(scope, row))
        for place in self.before.places():
            there = self.before.exists(place.scope, place.row)
            yield self._implies(there, self.algebra.all(self._as_risky(place)))

    def alike_but_for_one(self, places: Iterable[Place]) -> Bit:
        """Only one place, or one row, differs: what a person can follow."""
        differing: list[Bit] = [
            self.algebra.any(self._differ(place, value) for value in (*self.before.values(place), UNSURE))
            for place in places
        ]
        differing += [
            self.algebra.all((self.after.exists(scope, row), self.algebra.no(self.before.exists(scope, row))))
            for scope in ROW_LISTS
            for row in self.before.rows_of(scope)
        ]
        return self.algebra.no(self.algebra.at_least(2, differing))

    def _differ(self, place: Place, value: Any) -> Bit:
        one, other = self.before.algebra.var(place.name(value)), self.after.algebra.var(place.name(value))
        apart = self.algebra.any(
            (self.algebra.all((one, self.algebra.no(other))), self.algebra.all((other, self.algebra.no(one))))
        )
        return self.algebra.all((self.before.exists(place.scope, place.row), apart))

    def _implies(self, one: Bit, other: Bit) -> Bit:
        return self.algebra.any((self.algebra.no(one), other))

    def _as_risky(self, place: Place) -> Iterator[Bit]:
        """What is open stays open, what is unsure stays unsure, and a value moves upwards at most."""

        def was(value: Any) -> Bit:
            return self.before.algebra.var(place.name(value))

        def now(value: Any) -> Bit:
            return self.after.algebra.var(place.name(value))

        yield self._implies(was(UNSURE), now(UNSURE))
        yield self._implies(now(UNSURE), was(UNSURE))
        open_before, open_after = self.before.is_open(place), self.after.is_open(place)
        ranks = ranks_at(self.catalogue, self.before, place)
        if self.before.is_set(place):
            if place.kind == "fact":
                yield self._implies(was("(open)"), now("(open)"))
                yield self._implies(now("(open)"), was("(open)"))
            else:
                yield self._implies(open_before, open_after)
                yield self._implies(open_after, open_before)
            for value, rank in ranks.items():
                if rank is None or rank > 0 or place.kind == "fact":
                    yield self._implies(was(value), now(value))
                if rank is None or (rank == 0 and place.kind == "answer"):
                    yield self._implies(now(value), was(value))
            return
        yield self._implies(open_before, open_after)
        yield self._implies(open_after, open_before)
        for value, rank in ranks.items():
            higher = [other for other, place_ in ranks.items() if rank is not None and (place_ or 0) > rank]
            yield self._implies(was(value), self.algebra.any([now(value), *(now(other) for other in higher)]))


def ranks_at(catalogue: Catalogue, encoding: Encoding, place: Place) -> dict[Any, int | None]:
    """Every value of a place and where it stands in the risk order; None: outside it."""
    values = encoding.values(place)
    if place.kind == "fact":
        return {value: rank for rank, value in enumerate(values)}
    question = catalogue.question(place.id)
    if question.options:
        return {option.id: option.risk for option in question.options}
    if question.type in {"yes_no", "number"}:
        return {value: rank for rank, value in enumerate(values)}
    return dict.fromkeys(values)


def places_read(encoding: Encoding, specs: Iterable[tuple[Any, Scope]]) -> list[Place]:
    """The places that conditions rest on, those that decide what is asked included, in the catalogue's order."""
    catalogue, leaves = encoding.catalogue, leaves_in(encoding.catalogue)
    read: set[tuple[str, str]] = set()
    waiting = list(specs)
    while waiting:
        spec, scope = waiting.pop()
        for leaf in leaves.of(spec, scope):
            read.add(("fact" if leaf.kind == "fact" else "answer", leaf.id))
            if leaf.kind == "fact":
                continue
            for question_id in decided_by(catalogue, frozenset({leaf.id})):
                question = catalogue.question(question_id)
                if ("asking", question_id) not in read and question.when is not None:
                    read.add(("asking", question_id))
                    waiting.append((question.when, question.scope))
    return [place for place in encoding.places() if (place.kind, place.id) in read]


def plainest(question: Question, pair: Pair, broken: Bit, places: list[Place]) -> Model | None:
    """Two worlds between which something breaks: one difference if that is enough, and little else filled in."""
    algebra, kept = pair.algebra, [broken]
    model = question.world(broken)
    if model is None:
        return None
    wishes = [pair.alike_but_for_one(pair.before.places())]
    wishes += [algebra.no(pair.after.exists(scope, row)) for scope in ROW_LISTS for row in pair.after.rows_of(scope)]
    wishes += [algebra.all((pair.before.is_open(place), pair.after.is_open(place))) for place in places]
    for wish in wishes:
        try:
            plainer = None if model.holds(wish) else question.world(*kept, wish)
        except OpenQuestionError:
            continue
        if plainer or model.holds(wish):
            model = plainer or model
            kept.append(wish)
    return model


def tell(pair: Pair, model: Model, places: list[Place]) -> str:
    """What differs between the two worlds, and what both hold: "when D1b goes from basic to applied (T5 is no)"."""
    changed, same = [], []
    for place in places:
        if not model.holds(pair.after.exists(place.scope, place.row)):
            continue
        before, after = value_said(pair.before, model, place), value_said(pair.after, model, place)
        is_new = not model.holds(pair.before.exists(place.scope, place.row))
        if is_new:
            changed.append(f"{_named(place)} {after} is added")
        elif before != after:
            changed.append(f"{_named(place)} goes from {before} to {after}")
        elif after not in {"open", "empty"}:
            same.append(f"{_named(place)} is {after}")
    rest = f" (while {', '.join(same)})" if same else ""
    return f"when {' and '.join(changed) or 'nothing changes'}{rest}"


def value_said(encoding: Encoding, model: Model, place: Place) -> str:
    held = [str(v) for v in encoding.values(place) if model.holds(encoding.algebra.var(place.name(v)))]
    if held:
        return " + ".join(held)
    if place.kind == "fact" and encoding.is_set(place):
        return "open" if model.holds(encoding.algebra.var(place.name("(open)"))) else "empty"
    return UNSURE if model.holds(encoding.algebra.var(place.name(UNSURE))) else "open"


def _named(place: Place) -> str:
    return place.id if place.scope == "proposal" else f"{place.id} of {ROW_WORDS[place.scope]} {place.row + 1}"

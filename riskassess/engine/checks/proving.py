"""What holds in every world, proven by a solver: no samples. At most three rows of a kind, and the proof says so."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue, Scope
from riskassess.engine.checks.algebra import Bit, Model, OpenQuestionError, Question, Symbolic
from riskassess.engine.checks.encoding import Encoding
from riskassess.engine.checks.leaves import conditions_of, grades_of
from riskassess.engine.checks.outcomes import Outcome
from riskassess.engine.checks.problems import Problem
from riskassess.engine.facts import ROW_LISTS

MOST_ROWS = 3


@dataclass
class Proof:
    """What was asked of the solver, what it found wrong, and what it left open."""

    problems: list[Problem] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    seconds: float = 0.0


def rows_tried(catalogue: Catalogue) -> dict[Scope, int]:
    """Three rows of a kind, or as many as the largest count asks for."""
    most: dict[Scope, int] = dict.fromkeys(ROW_LISTS, MOST_ROWS)
    waiting: list[Any] = [spec for spec, _scope in conditions_of(catalogue)]
    while waiting:
        spec = waiting.pop()
        if isinstance(spec, dict):
            if "count" in spec:
                most[spec["count"]] = max(most[spec["count"]], spec["at_least"])
            waiting += [value for value in spec.values() if isinstance(value, dict | list)]
        elif isinstance(spec, list):
            waiting += spec
    return most


class Worlds:
    """Every world of a catalogue, with what each rule says in it."""

    def __init__(self, catalogue: Catalogue, rows: Mapping[Scope, int]) -> None:
        self.catalogue = catalogue
        self.encoding = Encoding(catalogue, Symbolic(), rows)
        self.outcome = Outcome(self.encoding, catalogue.date)
        self.question = Question(*self.encoding.bounds())
        self.found: list[Model] = []
        self.fires = {
            rule.id: self._named(f"fires {rule.id}", self.outcome.any_grade(rule).true)
            for rule in catalogue.rules
            if rule.effect != "relieve"
        }

    def any(self, *formulas: Bit) -> Model | None:
        """A world in which these are true; those found are kept, for what they show besides."""
        model = self.question.world(*formulas)
        if model:
            self.found.append(model)
        return model

    def firing(self, model: Model) -> frozenset[str]:
        return frozenset(rule for rule, fires in self.fires.items() if model.holds(fires))

    def _named(self, name: str, formula: Bit) -> Bit:
        """A short name for a long formula."""
        algebra = self.encoding.algebra
        variable = algebra.var((name,))
        self.question.add(algebra.any((algebra.no(variable), formula)), algebra.any((variable, algebra.no(formula))))
        return variable


def prove_reach(catalogue: Catalogue, proof: Proof, rows: Mapping[Scope, int] | None = None) -> None:
    """That every rule, grade, question, level and route can come about, and that no two rules are one."""
    started = time.perf_counter()
    worlds = Worlds(catalogue, rows or rows_tried(catalogue))
    for check in (_dead, _together, _levels, _hidden_stops):
        proof.problems += check(worlds, proof)
    proof.seconds += time.perf_counter() - started


def _dead(worlds: Worlds, proof: Proof) -> Iterator[Problem]:
    catalogue, outcome, count, dead_found = worlds.catalogue, worlds.outcome, 0, False
    for question in catalogue.questions:
        if question.when is not None:
            count += 1
            asked = [
                worlds.encoding.algebra.all(
                    (worlds.encoding.exists(question.scope, row), worlds.encoding.asked(question, row).true)
                )
                for row in worlds.encoding.rows_of(question.scope)
            ]
            if _is_impossible(worlds, worlds.encoding.algebra.any(asked), f"whether {question.id} is asked", proof):
                dead_found = True
                yield Problem("questions", question.id, "is never asked, whatever the answers; mend its 'when'.")
    for rule in catalogue.rules:
        dead = []
        for grade in range(len(grades_of(rule))):
            count += 1
            if _is_impossible(worlds, outcome.somewhere(rule, grade).true, f"whether {rule.id} fires", proof):
                dead.append(grade + 1)
        dead_found = dead_found or bool(dead)
        if len(dead) == len(grades_of(rule)):
            yield Problem("rules", rule.id, "never fires, whatever the answers and facts; mend its 'when'.")
        else:
            for number in dead:
                reason = f"row {number} never fires, whatever the answers and facts; mend it or leave it out."
                yield Problem("rules", rule.id, reason)
    if not dead_found:
        proof.proven.append(f"{count} conditions of questions, rules and rows: each comes true in some world")


def _is_impossible(worlds: Worlds, formula: Bit, about: str, proof: Proof) -> bool:
    try:
        return worlds.any(formula) is None
    except OpenQuestionError:
        proof.undecided.append(about)
        return False


def _together(worlds: Worlds, proof: Proof) -> Iterator[Problem]:
    """Rules that no world tells apart. Worlds found so far part most pairs; the solver is asked for the rest."""
    algebra, rules = worlds.encoding.algebra, list(worlds.fires)
    shown = [worlds.firing(model) for model in worlds.found]
    told: set[str] = set()
    for one, other in combinations(rules, 2):
        if other in told or any((one in fired) != (other in fired) for fired in shown):
            continue
        if not any(one in fired for fired in shown) or not _overlap(worlds.catalogue, one, other):
            continue
        apart = algebra.any(
            algebra.all((worlds.fires[first], algebra.no(worlds.fires[second])))
            for first, second in ((one, other), (other, one))
        )
        if _is_impossible(worlds, apart, f"whether {one} and {other} always fire together", proof):
            told.add(other)
            reason = f"fires exactly when {one} does; make one rule of the two, or say in 'when' what parts them."
            yield Problem("rules", other, reason)
        else:
            shown = [worlds.firing(model) for model in worlds.found]
    if not told:
        proof.proven.append(f"{len(rules)} rules: no two always fire together")


def _levels(worlds: Worlds, proof: Proof) -> Iterator[Problem]:
    outcome, algebra = worlds.outcome, worlds.encoding.algebra
    unreached = 0
    for level, above in zip(LEVELS, (*LEVELS[1:], None), strict=True):
        exactly = algebra.all(
            (
                outcome.level_reaches(level, outcome.upper),
                algebra.no(outcome.level_reaches(above, outcome.upper)) if above else True,
            )
        )
        if _is_impossible(worlds, exactly, f"whether the level {level} is reached", proof):
            unreached += 1
            yield Problem("levels", level, "no answers and facts lead to this level; mend the bands or the points.")
    for route, above_ in zip(ROUTES, (*ROUTES[1:], None), strict=True):
        at_least = outcome.route_reaches(route)
        exactly = algebra.all((at_least, algebra.no(outcome.route_reaches(above_)) if above_ else True))
        if _is_impossible(worlds, exactly, f"whether the route {route} is reached", proof):
            yield Problem(
                "routes", route, "no answers and facts lead to this route; mend the route table or the relief."
            )
    highest = [f"{dimension} {_highest(worlds, dimension, proof)}" for dimension in outcome.scale.dimensions]
    if not unreached:
        proof.proven.append("every level and every route is reached")
    proof.proven.append(f"highest level of each dimension without a stop: {', '.join(highest)}")


def _highest(worlds: Worlds, dimension: str, proof: Proof) -> str:
    """The highest level that a dimension reaches without any stop."""
    outcome = worlds.outcome
    for level in reversed(LEVELS[1:]):
        lowest = worlds.catalogue.level(level).lowest
        reached = outcome.reaches(dimension, lowest, outcome.firm)
        free = worlds.encoding.algebra.no(outcome.held)
        if not _is_impossible(worlds, worlds.encoding.algebra.all((reached, free)), f"{dimension} {level}", proof):
            return level
    return LEVELS[0]


def _hidden_stops(worlds: Worlds, proof: Proof) -> Iterator[Problem]:
    """A stop, firm or possible, always brings its route, and no relief beside it says that one may go on."""
    outcome, algebra, route = worlds.outcome, worlds.encoding.algebra, worlds.catalogue.route_table.held
    about = "whether a stop always brings its route"
    below = algebra.all((outcome.held, algebra.no(outcome.route_reaches(route))))
    hidden = not _is_impossible(worlds, below, about, proof)
    if hidden and about not in proof.undecided:
        reason = f"a legal hold can stand while the route is lighter than {route}; mend the table or the relief."
        yield Problem("route_table", "held", reason)
    for rule in outcome.rules:
        if rule.relief and rule.relief.route:
            about = f"whether {rule.id} can hide a stop"
            beside = algebra.all((outcome.held, outcome.relieved(rule)))
            if not _is_impossible(worlds, beside, about, proof) and about not in proof.undecided:
                hidden = True
                stops = [
                    stop.id
                    for stop in outcome.rules
                    if "stop" in {stop.effect, *(row.effect for row in stop.rows)}
                    and not worlds.found[-1].holds(outcome.any_grade(stop).false)
                ]
                reason = f"it can be given while {', '.join(stops)} stops the work; add 'needs_no_hold: true'."
                yield Problem("rules", rule.id, reason)
    if not hidden:
        proof.proven.append(
            f"every stop, firm or possible, brings the route {route}, and no lighter route stands beside it"
        )


def _overlap(catalogue: Catalogue, first: str, second: str) -> bool:
    """Whether a day has both in force."""
    one, other = catalogue.rule(first), catalogue.rule(second)
    return not (
        (one.valid_to and other.valid_from and one.valid_to < other.valid_from)
        or (other.valid_to and one.valid_from and other.valid_to < one.valid_from)
    )

"""The first law, proven: a riskier answer or fact, or one more row, lowers no finding, level or route.

A condition whose leaves all point the right way needs no solver. The others are put to it, in two worlds at once, and
so is what the later passes make of all rules together. Where a law fails, two worlds that break it are told in words.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue, Scope
from riskassess.engine.checks.algebra import Bit, OpenQuestionError, Question, Three, can_prove
from riskassess.engine.checks.encoding import Encoding
from riskassess.engine.checks.leaves import grades_of
from riskassess.engine.checks.outcomes import Outcome
from riskassess.engine.checks.polarity import direction_faults, unknown_faults, unplaced_faults
from riskassess.engine.checks.problems import Problem
from riskassess.engine.checks.proving import Proof, rows_tried
from riskassess.engine.checks.riskier import Pair, places_read, plainest, tell
from riskassess.engine.deciding import decided_by, questions_read


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition that must only grow with risk (relief: only shrink), and what its leaves say of that."""

    part: str
    id: str
    specs: tuple[Any, ...]
    scope: Scope
    riskier_adds: bool
    faults: tuple[str, ...]


def claims_of(catalogue: Catalogue) -> Iterator[Claim]:
    """Every condition the law speaks of: visibility, all that has points or stops, and relief."""
    lawful = _asked_for_rules(catalogue)
    for question in catalogue.questions:
        if question.when is not None and question.id in lawful:
            faults = tuple(direction_faults(catalogue, question.when, question.scope, riskier_adds=True))
            yield Claim("questions", question.id, (question.when,), question.scope, True, faults)
    for rule in catalogue.rules:
        if not rule.rows and rule.effect in {"escalate", "advise"}:
            continue  # no points: it may read unsure, or a fact that waits for a person
        grows = rule.effect != "relieve"
        for specs in grades_of(rule):
            faults = tuple(
                dict.fromkeys(
                    fault
                    for spec in specs
                    for fault in direction_faults(catalogue, spec, rule.scope, riskier_adds=grows)
                )
            )
            yield Claim("rules", rule.id, tuple(specs), rule.scope, grows, faults)


def _asked_for_rules(catalogue: Catalogue) -> frozenset[str]:
    """Questions that the law speaks of: those read where points, stops or relief hang on them, through any number of
    steps. Others may be hidden again when a risk is added."""
    specs: list[Any] = [section.row_needed_when for section in catalogue.sections if section.row_needed_when]
    for rule in catalogue.rules:
        if rule.rows or rule.effect in {"stop", "relieve"}:
            specs += [spec for grade in grades_of(rule) for spec in grade]
            specs += [{"answer": each} for each in rule.relief.needs_answers] if rule.relief else []
    return decided_by(catalogue, questions_read(specs))


def law_problems(catalogue: Catalogue, proof: Proof | None = None) -> Iterator[Problem]:
    """What breaks the law, condition by condition. Doubts go to the solver where it is installed."""
    claims = list(claims_of(catalogue))
    rests_on_open = False
    for part, scope, specs, entry in _with_points(catalogue):
        for spec in specs:
            faults = [*unknown_faults(catalogue, spec, scope), *unplaced_faults(catalogue, spec, scope)]
            for fault in dict.fromkeys(faults):
                rests_on_open = True
                yield Problem(part, entry, f"when: {fault}")
    doubtful = [claim for claim in claims if claim.faults]
    told: set[tuple[str, str, str]] = set()
    for claim in doubtful:
        for reason in _looked_closer(catalogue, claim) if can_prove() else claim.faults:
            if (claim.part, claim.id, reason) not in told:
                told.add((claim.part, claim.id, reason))
                yield Problem(claim.part, claim.id, f"when: {reason}")
    if proof is not None:
        by_leaves = len(claims) - len(doubtful)
        held = f"{by_leaves} of {len(claims)} conditions grow with risk alone (relief: shrink)"
        proof.proven.append(f"{held}, by the direction of their leaves")
        if not rests_on_open:
            proof.proven.append("nothing with points rests on not knowing: what is settled stays inside the interval")
        if doubtful:
            left = sum(1 for claim in doubtful if (claim.part, claim.id) not in {(p, i) for p, i, _r in told})
            proof.proven.append(f"{left} of the other {len(doubtful)} by the solver")


def _with_points(catalogue: Catalogue) -> Iterator[tuple[str, Scope, list[Any], str]]:
    lawful = _asked_for_rules(catalogue)
    for question in catalogue.questions:
        if question.when is not None and question.id in lawful:
            yield "questions", question.scope, [question.when], question.id
    for rule in catalogue.rules:
        if rule.rows or rule.effect == "stop":
            yield "rules", rule.scope, [rule.when, *(r.when for r in rule.rows if r.when is not None)], rule.id


def _looked_closer(catalogue: Catalogue, claim: Claim) -> list[str]:
    """The faults of a doubtful condition, each with the two worlds that show it; empty where it is sound after all."""
    pair = Pair(catalogue, rows_tried(catalogue))
    question = Question(*pair.bounds())
    places = places_read(pair.before, [(spec, claim.scope) for spec in claim.specs])
    specs = list(claim.specs)
    before = _on_a_row(pair.before, specs, claim.scope)
    after = _on_a_row(pair.after, specs, claim.scope)
    first, second = (before, after) if claim.riskier_adds else (after, before)
    algebra = pair.algebra
    lost = algebra.all((first.true, algebra.no(second.true)))
    ruled_out = algebra.all((algebra.no(first.false), second.false))
    words = ("stops being true", "can no longer be true") if claim.riskier_adds else ("comes true", "becomes possible")
    try:
        for broken, change in zip((lost, ruled_out), words, strict=True):
            model = plainest(question, pair, broken, places)
            if model:
                shown = f"{claim.faults[0]} Shown: it {change} {tell(pair, model, places)}."
                return [shown, *claim.faults[1:]]
    except OpenQuestionError:
        return [f"{fault} (The solver found no proof in time.)" for fault in claim.faults]
    return []


def _on_a_row(encoding: Encoding, specs: list[Any], scope: Scope) -> Three:
    """The first row is as good as any."""
    there = encoding.exists(scope, 0)
    truth = encoding.together(specs, scope, 0)
    algebra = encoding.algebra
    return Three(algebra.all((there, truth.true)), algebra.any((algebra.no(there), truth.false)))


def prove_laws(catalogue: Catalogue, proof: Proof, rows: Mapping[Scope, int] | None = None) -> None:
    """The law for whole assessments: routes, deciders and levels, with everything that may fire together."""
    started = time.perf_counter()
    whole = _Whole(catalogue, rows or rows_tried(catalogue))
    found = len(proof.problems) + len(proof.undecided)
    for name, before, after in whole.measures():
        try:
            broken = whole.broken(before, after)
        except OpenQuestionError:
            proof.undecided.append(f"whether a riskier answer can lower {name}")
            continue
        if broken:
            proof.problems.append(Problem("catalogue", catalogue.id, f"{name} falls {broken}."))
    if found == len(proof.problems) + len(proof.undecided):
        measures = "a dimension, the level, the route or the deciders"
        proof.proven.append(f"no riskier answer, worse fact or added row lowers {measures}")
    proof.seconds += time.perf_counter() - started


class _Whole:
    """Two worlds through all passes. What is proven of single rules is given to the solver as known."""

    def __init__(self, catalogue: Catalogue, rows: Mapping[Scope, int]) -> None:
        self.catalogue, self.pair = catalogue, Pair(catalogue, rows)
        self.before = Outcome(self.pair.before, catalogue.date)
        self.after = Outcome(self.pair.after, catalogue.date, self.before.scale)
        self.question = Question(*self.pair.bounds())
        sound = {claim.id for claim in claims_of(catalogue) if claim.part == "rules"}
        sound -= {problem.id for problem in law_problems(catalogue) if problem.part == "rules"}
        if not any(problem.part == "questions" for problem in law_problems(catalogue)):
            self.question.add(*self._lemmas(sound))

    def _lemmas(self, sound: set[str]) -> Iterator[Bit]:
        algebra = self.pair.algebra
        for rule in self.before.rules:
            if rule.id in sound:
                for grade in range(len(grades_of(rule))):
                    one, other = self.before.somewhere(rule, grade), self.after.somewhere(rule, grade)
                    if rule.effect == "relieve":
                        one, other = other, one
                    yield algebra.any((algebra.no(one.true), other.true))
                    yield algebra.any((one.false, algebra.no(other.false)))

    def measures(self) -> Iterator[tuple[str, Bit, Bit]]:
        """Everything that may not fall: what it is called, and that it is reached before and after."""

        def both(name: str, reached: Any) -> tuple[str, Bit, Bit]:
            return name, reached(self.before), reached(self.after)

        for level in LEVELS[1:]:
            lowest = self.catalogue.level(level).lowest
            for dimension in self.before.scale.dimensions:
                title = self.catalogue.dimension(dimension).title
                yield both(f"{title} ({level})", lambda o, d=dimension, n=lowest: o.reaches(d, n, o.firm))
                yield both(f"{title} ({level}, upper end)", lambda o, d=dimension, n=lowest: o.reaches(d, n, o.upper))
        for route in ROUTES[1:]:
            yield both(f"the route {route}", lambda o, r=route: o.route_reaches(r))
        yield both(
            "the number of deciders",
            lambda o: o.algebra.any((o.level_reaches("moderate", o.upper), o.escalated(firm=False))),
        )

    def broken(self, before: Bit, after: Bit) -> str:
        """Two worlds in words between which this falls; empty where there are none."""
        algebra = self.pair.algebra
        falls = algebra.all((before, algebra.no(after)))
        model = plainest(self.question, self.pair, falls, list(self.pair.before.places()))
        if model is None:
            return ""
        said = [
            rule
            for rule in self.before.rules
            if [model.holds(rail) for rail in self.before.any_grade(rule)]
            != [model.holds(rail) for rail in self.after.any_grade(rule)]
        ]
        places = places_read(
            self.pair.before, [(spec, rule.scope) for rule in said for specs in grades_of(rule) for spec in specs]
        )
        return tell(self.pair, model, places) + f"; what changed: {', '.join(rule.id for rule in said) or 'no rule'}"

"""Findings, levels, holds and routes as formulas: what the engine's later passes make of rules that fire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue, Rule
from riskassess.engine.checks.algebra import Bit, Three
from riskassess.engine.checks.encoding import Encoding, Place
from riskassess.engine.checks.leaves import grades_of
from riskassess.engine.facts import Facts
from riskassess.engine.firing import is_in_force
from riskassess.engine.grading import Fired, points_of, score_dimension

FACTORS = ("own", "domain", "partner", "country")


@dataclass(frozen=True, slots=True)
class Graded:
    """One row of points of one rule, with its scores in each dimension: alone, and raised by others."""

    rule: Rule
    grade: int
    fired: Fired

    @property
    def key(self) -> tuple[str, int]:
        return self.rule.id, self.grade


class Scale:
    """Scores of all rows of points, computed by the engine itself: for each alone, and beside each other one."""

    def __init__(self, catalogue: Catalogue, rules: tuple[Rule, ...]) -> None:
        view = Facts(catalogue, {}, {}).proposal
        self.catalogue = catalogue
        self.items = [
            Graded(rule, points.grade, Fired(rule, view, points, True, ()))
            for rule in rules
            if rule.effect != "relieve"
            for points in points_of(rule)
        ]
        self.dimensions = [dimension.id for dimension in catalogue.dimensions if dimension.is_risk]

    def of(self, dimension: str) -> list[Graded]:
        return [item for item in self.items if dimension in item.rule.dimensions]

    @cached_property
    def alone(self) -> dict[tuple[str, int], int]:
        return {item.key: score_dimension([item.fired], self.catalogue)[item.fired.order].score for item in self.items}

    @cached_property
    def raised(self) -> dict[tuple[str, int], tuple[int, list[Graded]]]:
        """Row of points -> its score beside one that raises it, and all that do, whatever the dimension."""
        found: dict[tuple[str, int], tuple[int, list[Graded]]] = {}
        for item in self.items:
            best, raisers = self.alone[item.key], []
            for other in self.items:
                if other is item or not set(other.rule.dimensions) & set(item.rule.dimensions):
                    continue
                scored = score_dimension([item.fired, other.fired], self.catalogue)[item.fired.order]
                if scored.raised_by:
                    best = scored.score
                    raisers.append(other)
            found[item.key] = best, raisers
        return found


Fires = Callable[[Graded], Bit]


class Outcome:
    """What one world comes to. `rules` are those in force on the day."""

    def __init__(self, encoding: Encoding, on: date, scale: Scale | None = None) -> None:
        self.encoding, self.algebra, self.catalogue = encoding, encoding.algebra, encoding.catalogue
        self.rules = tuple(rule for rule in self.catalogue.rules if is_in_force(rule, on))
        self.scale = scale or Scale(self.catalogue, self.rules)
        self._somewhere: dict[tuple[str, int], Three] = {}

    def on_rows(self, rule: Rule, grade: int) -> Iterator[tuple[Bit, Three]]:
        """For each row of the rule's kind: whether it is there, and whether this grade fires on it."""
        specs = grades_of(rule)[grade]
        for row in self.encoding.rows_of(rule.scope):
            yield self.encoding.exists(rule.scope, row), self.encoding.together(specs, rule.scope, row)

    def somewhere(self, rule: Rule, grade: int = 0) -> Three:
        """Whether this grade fires on any row: surely, or surely not."""
        key = rule.id, grade
        if key not in self._somewhere:
            rows = list(self.on_rows(rule, grade))
            self._somewhere[key] = Three(
                self.algebra.any(self.algebra.all((there, truth.true)) for there, truth in rows),
                self.algebra.all(self.algebra.any((self.algebra.no(there), truth.false)) for there, truth in rows),
            )
        return self._somewhere[key]

    def any_grade(self, rule: Rule) -> Three:
        grades = [self.somewhere(rule, grade) for grade in range(len(grades_of(rule)))]
        return Three(self.algebra.any(g.true for g in grades), self.algebra.all(g.false for g in grades))

    def firm(self, item: Graded) -> Bit:
        return self.somewhere(item.rule, item.grade).true

    def upper(self, item: Graded) -> Bit:
        """Firm or possible; a possible stop is listed as a hold and not counted."""
        truth = self.somewhere(item.rule, item.grade)
        return truth.true if item.fired.effect == "stop" else self.algebra.no(truth.false)

    def reaches(self, dimension: str, score: int, fires: Fires) -> Bit:
        """Whether the dimension scores at least this."""
        parts = []
        for item in self.scale.of(dimension):
            raised, raisers = self.scale.raised[item.key]
            if self.scale.alone[item.key] >= score:
                parts.append(fires(item))
            elif raised >= score:
                beside = self.algebra.any(fires(other) for other in raisers if dimension in other.rule.dimensions)
                parts.append(self.algebra.all((fires(item), beside)))
        return self.algebra.any(parts)

    def level_reaches(self, level: str, fires: Fires) -> Bit:
        lowest = self._lowest(level)
        if level == LEVELS[0]:
            return True
        return self.algebra.any(self.reaches(dimension, lowest, fires) for dimension in self.scale.dimensions)

    def _lowest(self, level: str) -> int:
        return self.catalogue.level(level).lowest

    def three_factors(self, dimension: str, fires: Fires) -> Bit:
        weighty = [
            item
            for item in self.scale.of(dimension)
            if item.rule.kind != "gap" and item.fired.product >= self.catalogue.caps.raise_from
        ]
        return self.algebra.at_least(
            3, [self.algebra.any(fires(item) for item in weighty if factor in item.fired.factors) for factor in FACTORS]
        )

    def said(self, effect: str, *, firm: bool) -> Bit:
        """Whether any rule stops or escalates: surely, or at least possibly."""
        parts = []
        for rule in self.rules:
            for grade in range(len(grades_of(rule))):
                row = rule.rows[grade] if rule.rows else None
                if ((row.effect if row else None) or rule.effect) == effect:
                    truth = self.somewhere(rule, grade)
                    parts.append(truth.true if firm else self.algebra.no(truth.false))
        return self.algebra.any(parts)

    def escalated(self, *, firm: bool) -> Bit:
        fires = self.firm if firm else self.upper
        everywhere = [dimension.id for dimension in self.catalogue.dimensions]
        broad = [self.three_factors(dimension, fires) for dimension in everywhere]
        return self.algebra.any([self.said("escalate", firm=firm), *broad])

    @cached_property
    def held(self) -> Bit:
        return self.said("stop", firm=False)

    def route_reaches(self, route: str) -> Bit:
        """Whether the route is at least as thorough as this one, relief included."""
        wanted = ROUTES.index(route)
        heavy = self._before_relief(wanted)
        return self.algebra.all((heavy, self.algebra.no(self._lightened(wanted))))

    def _before_relief(self, wanted: int) -> Bit:
        table, algebra = self.catalogue.route_table, self.algebra
        parts = [self._route_of(wanted, firm=True)]
        if ROUTES.index(table.most_on_possible) >= wanted:
            parts.append(self._route_of(wanted, firm=False))
        if ROUTES.index(table.held) >= wanted:
            parts.append(self.held)
        return algebra.any(parts)

    def _route_of(self, wanted: int, *, firm: bool) -> Bit:
        """Firm stops' own findings do not drive the route."""
        table, algebra = self.catalogue.route_table, self.algebra

        def fires(item: Graded) -> Bit:
            if item.fired.effect == "stop":
                return False
            return self.firm(item) if firm else self.upper(item)

        enough = [level for level in LEVELS if ROUTES.index(table.by_level[level]) >= wanted]
        parts = [self.level_reaches(enough[0], fires)] if enough else []
        if ROUTES.index(table.escalated) >= wanted:
            parts.append(self.escalated(firm=firm))
        if ROUTES.index(table.three_factors_high) >= wanted:
            high = self._lowest("high")
            parts += [
                algebra.all((self.three_factors(dimension, fires), self.reaches(dimension, high, fires)))
                for dimension in self.scale.dimensions
            ]
        return algebra.any(parts)

    def _lightened(self, wanted: int) -> Bit:
        """Whether a relief that is given leads below the wanted route."""
        algebra, parts = self.algebra, []
        for rule in self.rules:
            relief = rule.relief
            if relief and relief.route and relief.needs_level and ROUTES.index(relief.route) < wanted:
                for level in LEVELS:
                    route = self.catalogue.route_table.by_level[level]
                    if ROUTES.index(relief.route) < ROUTES.index(route):
                        parts.append(algebra.all((self.relieved(rule), self._level_is(level), self._route_is(route))))
        quiet = algebra.all((algebra.no(self.escalated(firm=False)), algebra.no(self.held)))
        return algebra.all((quiet, algebra.any(parts)))

    def _level_is(self, level: str) -> Bit:
        above = LEVELS[LEVELS.index(level) + 1 :]
        most = self.algebra.no(self.level_reaches(above[0], self.upper)) if above else True
        return self.algebra.all((self.level_reaches(level, self.upper), most))

    def _route_is(self, route: str) -> Bit:
        place = ROUTES.index(route)
        most = self.algebra.no(self._before_relief(place + 1)) if place + 1 < len(ROUTES) else True
        return self.algebra.all((self._before_relief(place), most))

    def relieved(self, rule: Rule) -> Bit:
        """Whether this relief is given on any row."""
        algebra, relief = self.algebra, rule.relief
        if relief is None:
            return False
        parts = [self.somewhere(rule).true]
        if relief.needs_level and relief.needs_level != LEVELS[-1]:
            above = LEVELS[LEVELS.index(relief.needs_level) + 1]
            parts.append(algebra.no(self.level_reaches(above, self.upper)))
        if relief.needs_no_escalation:
            parts.append(algebra.no(self.escalated(firm=False)))
        if relief.needs_no_hold:
            parts.append(algebra.no(self.held))
        parts += [self._is_answered(question_id) for question_id in relief.needs_answers]
        return algebra.all(parts)

    def _is_answered(self, question_id: str) -> Bit:
        algebra, question = self.algebra, self.catalogue.question(question_id)
        parts = []
        for row in self.encoding.rows_of(question.scope):
            place = Place("answer", question.scope, row, question.id)
            settled = algebra.no(self.encoding.is_open(place))
            there = self.encoding.exists(question.scope, row)
            parts.append(algebra.any((algebra.no(there), self.encoding.asked(question, row).false, settled)))
        return algebra.all(parts)

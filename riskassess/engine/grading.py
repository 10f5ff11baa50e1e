"""From fired rows to levels: raise, cap, the largest of each dimension, and what safeguards take away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from riskassess.engine.catalogue import Catalogue, Effect, Rule
from riskassess.engine.facts import Applied, Reason, View
from riskassess.engine.results import Grade

MOST = 5


@dataclass(frozen=True)
class Fired:
    """One row of a rule whose condition is true (firm) or unknown (possible) on one row of the facts."""

    rule: Rule
    view: View
    grade: int  # place of the row among the rule's rows
    firm: bool
    likelihood: int
    impact: int
    effect: Effect
    factors: frozenset[str]
    explain: str
    reasons: tuple[Reason, ...]

    @cached_property
    def key(self) -> str:
        return f"{self.rule.id}:{self.view.id}" if self.view.id else self.rule.id

    @cached_property
    def order(self) -> tuple[str, int]:
        return self.key, self.grade

    @cached_property
    def product(self) -> int:
        return self.likelihood * self.impact


@dataclass(frozen=True, slots=True)
class Scored:
    """What a finding came to in one dimension."""

    score: int
    likelihood: int
    raised_by: str
    capped: bool


def lowered(found: Iterable[Fired], safeguards: Iterable[Applied], catalogue: Catalogue) -> list[Fired]:
    """The findings with these safeguards applied. Context stays as it is; two safeguards of one kind do not add."""
    applied = list(safeguards)
    return [_lowered(item, applied, catalogue) for item in found] if applied else list(found)


def _lowered(item: Fired, applied: list[Applied], catalogue: Catalogue) -> Fired:
    if item.rule.kind == "context" or not applied:
        return item
    steps: dict[str, int] = {}
    shrinks = 0
    for safeguard in applied:
        if safeguard.mitigation not in item.rule.mitigations or safeguard.finding not in {"", item.rule.id, item.key}:
            continue
        mitigation = catalogue.mitigation(safeguard.mitigation)
        if mitigation.lowers == "likelihood":
            steps[mitigation.kind] = max(steps.get(mitigation.kind, 0), mitigation.steps)
        elif mitigation.lowers == "impact":
            shrinks = 1
    down = min(sum(steps.values()), catalogue.caps.mitigation_steps)
    if not down and not shrinks:
        return item
    return Fired(
        item.rule,
        item.view,
        item.grade,
        item.firm,
        max(1, item.likelihood - down),
        max(1, item.impact - shrinks),
        item.effect,
        item.factors,
        item.explain,
        item.reasons,
    )


def score_dimension(found: list[Fired], catalogue: Catalogue) -> dict[tuple[str, int], Scored]:
    """The score of each of one dimension's findings, raised and capped; every one that qualifies is raised."""
    caps = catalogue.caps
    raisers = sorted(
        (item for item in found if item.rule.kind != "gap" and item.product >= caps.raise_from),
        key=lambda item: (-item.product, item.order),
    )
    scored = {}
    for item in found:
        raiser = next((other for other in raisers if other is not item and not other.factors & item.factors), None)
        likelihood = min(MOST, item.likelihood + 1) if raiser else item.likelihood
        score, capped = likelihood * item.impact, False
        if item.rule.kind == "context" and score > caps.context:
            score, capped = caps.context, True
        if item.rule.membership and raiser is None and score > caps.membership:
            score, capped = caps.membership, True
        scored[item.order] = Scored(score, likelihood, raiser.key if raiser else "", capped)
    return scored


@dataclass(frozen=True, slots=True)
class Levels:
    """Scores of all dimensions for one set of findings."""

    scores: Mapping[str, Mapping[tuple[str, int], Scored]]

    def score(self, dimension: str) -> int:
        return max((item.score for item in self.scores[dimension].values()), default=0)

    @property
    def highest(self) -> int:
        return max((self.score(dimension) for dimension in self.scores), default=0)


def levels_of(found: list[Fired], catalogue: Catalogue) -> Levels:
    dimensions = [dimension.id for dimension in catalogue.dimensions if dimension.is_risk]
    by_dimension: dict[str, list[Fired]] = {dimension: [] for dimension in dimensions}
    for item in found:
        for dimension in item.rule.dimensions:
            if dimension in by_dimension:
                by_dimension[dimension].append(item)
    return Levels({dimension: score_dimension(items, catalogue) for dimension, items in by_dimension.items()})


def three_factors(found: list[Fired], catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Dimensions in which findings of weight come from three or four of the four factors."""
    factors: dict[str, frozenset[str]] = {}
    for item in found:
        if item.rule.kind != "gap" and item.product >= catalogue.caps.raise_from:
            for dimension in item.rule.dimensions:
                factors[dimension] = factors.get(dimension, frozenset()) | item.factors
    return {dimension: found for dimension, found in sorted(factors.items()) if len(found) >= 3}


def grade_of(item: Fired, levels: Levels, catalogue: Catalogue) -> tuple[Grade, tuple[str, ...], bool]:
    """Where a finding stands over all its dimensions, what raised it there, and whether a cap held it."""
    places = {
        dimension: levels.scores[dimension][item.order]
        for dimension in item.rule.dimensions
        if item.order in levels.scores.get(dimension, {})
    }
    if not places:
        return Grade(item.likelihood, item.impact, 0, "low"), (), False
    best = max(places.values(), key=lambda place: (place.score, place.likelihood))
    raised = tuple(f"{dimension}:{place.raised_by}" for dimension, place in places.items() if place.raised_by)
    return Grade(best.likelihood, item.impact, best.score, catalogue.level_of(best.score)), raised, best.capped

"""From fired rows to levels: raise, cap, the largest of each dimension, and what safeguards take away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from riskassess.engine.catalogue import Catalogue, Effect, Rule
from riskassess.engine.facts import Applied, View
from riskassess.engine.results import Because, Grade

MOST = 5
_new = tuple.__new__  # a named tuple in one step
Lowered = tuple[int, int]  # steps of likelihood and of impact that safeguards take away
NOT: Lowered = (0, 0)


class Points(NamedTuple):
    """One row of points of a rule, with what it takes over from the rule."""

    grade: int  # place among the rule's rows
    likelihood: int
    impact: int
    effect: Effect
    factors: frozenset[str]
    explain: str
    rule: str
    kind: str
    dimensions: tuple[str, ...]
    is_membership: bool
    factor_names: tuple[str, ...]  # in order


def points_of(rule: Rule) -> tuple[Points, ...]:
    found = []
    for grade, row in enumerate(rule.rows):
        factors = frozenset(row.factors if row.factors is not None else rule.factors)
        found.append(
            Points(
                grade,
                row.likelihood,
                row.impact,
                row.effect or rule.effect,
                factors,
                row.explain or rule.explain,
                rule.id,
                rule.kind,
                tuple(rule.dimensions),
                rule.membership,
                tuple(sorted(factors)),
            )
        )
    return tuple(found)


class Fired:
    """One row of a rule whose condition is true (firm) or unknown (possible) on one row of the facts."""

    __slots__ = (
        "dimensions", "effect", "explain", "factor_names", "factors", "firm", "grade", "impact", "is_membership",
        "key", "kind", "likelihood", "order", "points", "product", "reasons", "rule", "view",
    )  # fmt: skip

    def __init__(
        self,
        rule: Rule,
        view: View,
        points: Points,
        firm: bool,
        reasons: tuple[Because, ...],
        lowered: Lowered = (0, 0),
    ) -> None:
        self.rule, self.view, self.points, self.firm, self.reasons = rule, view, points, firm, reasons
        (
            self.grade, likelihood, impact, self.effect, self.factors, self.explain, rule_id, self.kind,
            self.dimensions, self.is_membership, self.factor_names,
        ) = points  # fmt: skip
        if lowered is not NOT:
            likelihood, impact = max(1, likelihood - lowered[0]), max(1, impact - lowered[1])
        self.likelihood, self.impact, self.product = likelihood, impact, likelihood * impact
        self.key = f"{rule_id}:{view.id}" if view.id else rule_id
        self.order = self.key, self.grade


class Scored(NamedTuple):
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
    steps: dict[str, int] = {}
    shrinks = 0
    for name in counting(item, applied, catalogue):
        mitigation = catalogue.mitigation(name)
        if mitigation.lowers == "likelihood":
            steps[mitigation.kind] = max(steps.get(mitigation.kind, 0), mitigation.steps)
        elif mitigation.lowers == "impact":
            shrinks = 1
    down = min(sum(steps.values()), catalogue.caps.mitigation_steps)
    if not down and not shrinks:
        return item
    return Fired(item.rule, item.view, item.points, item.firm, item.reasons, (down, shrinks))


def counting(item: Fired, safeguards: Iterable[Applied], catalogue: Catalogue) -> tuple[str, ...]:
    """The safeguards that are taken for this finding and may lower it, each once, by id."""
    rule = item.rule
    if rule.kind == "context":
        return ()
    wanted, places = rule.mitigations, ("", rule.id, item.key)
    taken = {each.mitigation for each in safeguards if each.mitigation in wanted and each.finding in places}
    return tuple(sorted(name for name in taken if catalogue.mitigation(name).lowers != "nothing"))


def score_dimension(found: list[Fired], catalogue: Catalogue) -> dict[tuple[str, int], Scored]:
    """The score of each of one dimension's findings, raised and capped; every one that qualifies is raised."""
    return _scored(found, _raisers(found, catalogue), catalogue)


def _raisers(found: Iterable[Fired], catalogue: Catalogue) -> list[Fired]:
    """Findings that raise others of disjoint factors, the gravest first."""
    least = catalogue.caps.raise_from
    raisers = [item for item in found if item.product >= least and item.kind != "gap"]
    raisers.sort(key=lambda item: (-item.product, item.order))
    return raisers


def _scored(found: list[Fired], raisers: list[Fired], catalogue: Catalogue) -> dict[tuple[str, int], Scored]:
    of_context, of_membership = catalogue.caps.context, catalogue.caps.membership
    by_factors: dict[frozenset[str], Fired | None] = {}
    scored = {}
    for item in found:
        factors = item.factors
        if factors in by_factors:
            raiser = by_factors[factors]
        else:
            raiser = next((other for other in raisers if other is not item and factors.isdisjoint(other.factors)), None)
            if factors:  # a finding without factors must not raise itself, so the next one is looked up for itself
                by_factors[factors] = raiser
        likelihood = min(MOST, item.likelihood + 1) if raiser else item.likelihood
        score, capped = likelihood * item.impact, False
        if item.kind == "context" and score > of_context:
            score, capped = of_context, True
        if item.is_membership and raiser is None and score > of_membership:
            score, capped = of_membership, True
        scored[item.order] = _new(Scored, (score, likelihood, raiser.key if raiser else "", capped))
    return scored


class Levels:
    """Scores of all dimensions for one set of findings."""

    __slots__ = ("_tops", "highest", "scores")

    def __init__(self, scores: Mapping[str, Mapping[tuple[str, int], Scored]]) -> None:
        self.scores = scores
        self._tops = {
            dimension: max([item[0] for item in found.values()]) if found else 0 for dimension, found in scores.items()
        }
        self.highest = max(self._tops.values(), default=0)

    def score(self, dimension: str) -> int:
        return self._tops[dimension]


def levels_of(found: list[Fired], catalogue: Catalogue) -> Levels:
    by_dimension: dict[str, list[Fired]] = {dimension: [] for dimension, _title in catalogue.risk_dimensions}
    raisers: dict[str, list[Fired]] = {dimension: [] for dimension in by_dimension}
    for item in found:
        for dimension in item.dimensions:
            if dimension in by_dimension:
                by_dimension[dimension].append(item)
    for item in _raisers(found, catalogue):
        for dimension in item.dimensions:
            if dimension in raisers:
                raisers[dimension].append(item)
    return Levels(
        {
            dimension: _scored(items, raisers[dimension], catalogue) if items else {}
            for dimension, items in by_dimension.items()
        }
    )


def three_factors(found: list[Fired], catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Dimensions in which findings of weight come from three or four of the four factors."""
    factors: dict[str, frozenset[str]] = {}
    least = catalogue.caps.raise_from
    for item in found:
        if item.kind != "gap" and item.product >= least:
            for dimension in item.dimensions:
                factors[dimension] = factors.get(dimension, frozenset()) | item.factors
    return {dimension: found for dimension, found in sorted(factors.items()) if len(found) >= 3}


def place_of(item: Fired, levels: Levels) -> tuple[int, int, bool]:
    """Score, likelihood and whether a cap held it, in the dimension where the finding stands highest."""
    order, scores, best = item.order, levels.scores, (0, item.likelihood, False)
    for dimension in item.dimensions:
        scored = scores[dimension].get(order) if dimension in scores else None
        if scored and (scored.score, scored.likelihood) > best[:2]:
            best = scored.score, scored.likelihood, scored.capped
    return best


def grade_of(item: Fired, levels: Levels, catalogue: Catalogue) -> tuple[Grade, tuple[str, ...], bool]:
    """Where a finding stands over all its dimensions, what raised it there, and whether a cap held it."""
    score, likelihood, capped = place_of(item, levels)
    raised = []
    for dimension in item.dimensions:
        scored = levels.scores[dimension].get(item.order) if dimension in levels.scores else None
        if scored and scored.raised_by:
            raised.append(f"{dimension}:{scored.raised_by}")
    return grade(likelihood, item.impact, score, catalogue), tuple(raised), capped


_grades: dict[tuple[int, int, int, str], Grade] = {}


def grade(likelihood: int, impact: int, score: int, catalogue: Catalogue) -> Grade:
    """The grade of these points; there are few, each made once."""
    key = likelihood, impact, score, catalogue.level_of(score) if score else "low"
    return _grades.get(key) or _grades.setdefault(key, Grade(*key))

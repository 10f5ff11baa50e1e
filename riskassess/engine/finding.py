"""What fired as findings a person reads, and what they come to in each dimension."""

from __future__ import annotations

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.explaining import sources_of
from riskassess.engine.firing import Run
from riskassess.engine.grading import Fired, grade, grade_of, place_of
from riskassess.engine.results import DimensionResult, Finding, Grade, Interval
from riskassess.engine.tiers import Tier, Tiers, interval

_new = tuple.__new__  # a named tuple in one step


def findings_of(run: Run, catalogue: Catalogue, tiers: Tiers) -> tuple[Finding, ...]:
    """One finding a rule, row and certainty: the highest of its grades; a possible one only where it is higher."""
    best: dict[tuple[str, bool], tuple[int, Fired]] = {}
    for item in run.fired:
        if not item.firm and item.effect == "stop":
            continue
        score = place_of(item, tiers.filed.end(item.firm)[1])[0]
        known = best.get((item.key, item.firm))
        if known is None or score > known[0]:
            best[item.key, item.firm] = score, item
    shown = [
        (-score, not firm, item.order, item)
        for (key, firm), (score, item) in best.items()
        if firm or (key, True) not in best or score > best[key, True][0]
    ]
    shown.sort(key=lambda entry: entry[:3])
    return tuple(_finding(item, catalogue, tiers) for _score, _open, _order, item in shown)


def _finding(item: Fired, catalogue: Catalogue, tiers: Tiers) -> Finding:
    rule, view = item.rule, item.view
    filed, raised_by, capped = grade_of(item, tiers.filed.end(item.firm)[1], catalogue)
    agreed = filed if tiers.agreed is tiers.filed else _highest(item, tiers.agreed, catalogue)
    if_agreed = agreed if tiers.if_agreed is tiers.agreed else _highest(item, tiers.if_agreed, catalogue)
    return _new(Finding, (
        item.key,
        rule.id,
        view.id,
        view.label,
        rule.title,
        item.explain,
        rule.dimensions,
        item.factor_names,
        rule.kind,
        item.effect,
        item.firm,
        filed,
        (item.likelihood, item.impact),
        raised_by,
        capped,
        agreed,
        if_agreed,
        item.reasons,
        sources_of(catalogue, rule),
        rule.mitigations,
    ))  # fmt: skip


def _highest(item: Fired, tier: Tier, catalogue: Catalogue) -> Grade:
    """The highest of the finding's grades with the tier's safeguards; of a possible one, firm grades too."""
    found, levels = tier.end(item.firm)
    places = [(place_of(each, levels), each) for each in found if each.key == item.key]
    (score, likelihood, _capped), highest = max(places, key=lambda place: place[0][0])
    return grade(likelihood, highest.impact, score, catalogue)


def dimensions_of(catalogue: Catalogue, tiers: Tiers) -> tuple[DimensionResult, ...]:
    factors: dict[str, set[str]] = {}
    for item in tiers.filed.upper:
        for name in item.dimensions:
            factors.setdefault(name, set()).update(item.factors)
    low, high, of_agreed = tiers.filed.low, tiers.filed.high, tiers.agreed.low
    results = []
    for name, title in catalogue.risk_dimensions:
        top = high.score(name)
        deciding = {order[0] for order, scored in high.scores[name].items() if scored.score == top}
        filed = _interval(tiers.filed, name, catalogue)
        agreed = filed if tiers.agreed is tiers.filed else _interval(tiers.agreed, name, catalogue)
        if_agreed = agreed if tiers.if_agreed is tiers.agreed else _interval(tiers.if_agreed, name, catalogue)
        of_dimension = tuple(sorted(factors[name])) if name in factors else ()
        result = (
            name, title, filed, agreed, if_agreed, low.score(name), top, of_agreed.score(name), of_dimension,
            tuple(sorted(deciding)),
        )  # fmt: skip
        results.append(_new(DimensionResult, result))
    return tuple(results)


def _interval(tier: Tier, dimension: str, catalogue: Catalogue) -> Interval:
    return interval(catalogue.level_of(tier.low.score(dimension)), catalogue.level_of(tier.high.score(dimension)))

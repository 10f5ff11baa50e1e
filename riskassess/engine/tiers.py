"""Levels with no safeguards, with the agreed ones, and with the proposed ones too; and each step on the way there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.facts import Applied
from riskassess.engine.firing import Run
from riskassess.engine.grading import Fired, Levels, Scored, counting, levels_of, lowered
from riskassess.engine.results import Interval, Step

COUNTED = frozenset({"agreed", "fulfilled"})
OFFERED = COUNTED | {"proposed"}


@dataclass(slots=True)
class Tier:
    """Findings with some safeguards applied: firm ones alone (lower), and firm and possible ones (upper)."""

    name: str  # "filed" | "agreed" | "if_agreed"
    safeguards: list[Applied]
    lower: list[Fired]
    upper: list[Fired]
    low: Levels
    high: Levels
    interval: Interval

    def end(self, firm: bool) -> tuple[list[Fired], Levels]:
        return (self.lower, self.low) if firm else (self.upper, self.high)


@dataclass(slots=True)
class Tiers:
    """`agreed` and `if_agreed` are `filed` itself where no safeguard of theirs lowers anything."""

    filed: Tier
    agreed: Tier
    if_agreed: Tier


def tiers_of(run: Run, safeguards: tuple[Applied, ...], catalogue: Catalogue) -> Tiers:
    firm, upper = run.firm(), run.upper()
    filed = _tier("filed", firm, upper, [], catalogue)
    counted = [item for item in safeguards if item.state in COUNTED]
    agreed = _tier("agreed", firm, upper, counted, catalogue, filed) if counted else filed
    offered = [item for item in safeguards if item.state in OFFERED]
    if len(offered) == len(counted):
        return Tiers(filed, agreed, agreed)
    return Tiers(filed, agreed, _tier("if_agreed", firm, upper, offered, catalogue, filed))


def _tier(
    name: str,
    firm: list[Fired],
    upper: list[Fired],
    safeguards: list[Applied],
    catalogue: Catalogue,
    filed: Tier | None = None,
) -> Tier:
    after = lowered(upper, safeguards, catalogue)
    if filed and all(one is other for one, other in zip(after, upper, strict=True)):
        return filed
    high = levels_of(after, catalogue)
    if len(firm) == len(upper):
        lower, low = after, high
    else:
        lower = lowered(firm, safeguards, catalogue)
        low = levels_of(lower, catalogue)
    return Tier(name, safeguards, lower, after, low, high, interval_of(low, high, catalogue))


def interval_of(low: Levels, high: Levels, catalogue: Catalogue) -> Interval:
    return interval(catalogue.level_of(low.highest), catalogue.level_of(high.highest))


_intervals: dict[tuple[str, str], Interval] = {}


def interval(lower: str, upper: str) -> Interval:
    """The interval of two level ids; there are sixteen, each made once."""
    found = _intervals.get((lower, upper))
    return found or _intervals.setdefault((lower, upper), Interval(lower, upper))


def steps_of(tiers: Tiers, catalogue: Catalogue) -> tuple[Step, ...]:
    """Every raise, cap and safeguard that moved the points of a row, tier by tier."""
    filed = {item.order: item for item in tiers.filed.upper}
    filed |= {item.order: item for item in tiers.filed.lower}
    found: list[Step] = []
    for tier in dict.fromkeys((tiers.filed.name, tiers.agreed.name, tiers.if_agreed.name)):
        at = next(each for each in (tiers.filed, tiers.agreed, tiers.if_agreed) if each.name == tier)
        for end, items, levels in (("lower", at.lower, at.low), ("upper", at.upper, at.high)):
            if end == "upper" and at.upper is at.lower:
                continue  # nothing is open: both ends are one
            found += _steps(tier, end, items, levels, at.safeguards, filed, catalogue)
    return tuple(found)


def _steps(
    tier: str,
    end: str,
    items: list[Fired],
    levels: Levels,
    safeguards: list[Applied],
    filed: dict[tuple[str, int], Fired],
    catalogue: Catalogue,
) -> Iterator[Step]:
    if safeguards:
        for item in items:
            before = filed[item.order]
            if _points(item) != _points(before):
                used = counting(before, safeguards, catalogue)
                points, after = _points(before), _points(item)
                yield Step(tier, end, item.key, item.grade + 1, "", "safeguard", points, after, used)
    by_order = {item.order: item for item in items}
    for dimension, scores in levels.scores.items():
        for order, scored in scores.items():
            if scored.raised_by or scored.capped:
                yield from _moved(tier, end, dimension, by_order[order], scored)


def _moved(tier: str, end: str, dimension: str, item: Fired, scored: Scored) -> Iterator[Step]:
    at = _points(item)
    if scored.raised_by:
        raised = (scored.likelihood, item.impact, scored.likelihood * item.impact)
        yield Step(tier, end, item.key, item.grade + 1, dimension, "raise", at, raised, (scored.raised_by,))
        at = raised
    if scored.capped:
        kind = "context_cap" if item.kind == "context" else "membership_cap"
        yield Step(tier, end, item.key, item.grade + 1, dimension, kind, at, (*at[:2], scored.score), ())


def _points(item: Fired) -> tuple[int, int, int]:
    return item.likelihood, item.impact, item.product

"""What would lower it: the smallest sets of mitigations that reach a target level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from riskassess.engine.catalogue import LEVELS, Catalogue
from riskassess.engine.facts import Applied
from riskassess.engine.firing import first_pass
from riskassess.engine.grading import levels_of, lowered
from riskassess.engine.scoring import COUNTED
from riskassess.engine.visibility import read_facts

LARGEST_SET = 3


@dataclass(frozen=True, slots=True)
class SafeguardSet:
    """Mitigations as (finding key, mitigation id), with the level they reach together and their joint effort."""

    items: tuple[tuple[str, str], ...]
    level: str
    effort: int


def suggest(
    catalogue: Catalogue, facts: Mapping[str, Any], *, on: date, target: str = "moderate"
) -> list[SafeguardSet]:
    """All smallest sets, up to three, that bring the firm findings to the target or lower, the least effort first.

    Empty where nothing needs lowering, or where no three together reach it.
    """
    views = read_facts(catalogue, facts)
    firm = first_pass(catalogue, views, on).firm()
    counted = [item for item in views.safeguards if item.state in COUNTED]
    goal = LEVELS.index(catalogue.level(target).id)

    def level(extra: tuple[Applied, ...]) -> str:
        found = lowered(firm, [*counted, *extra], catalogue)
        return catalogue.level_of(levels_of(found, catalogue).highest)

    if _rank(level(())) <= goal:
        return []
    taken = {(item.finding, item.mitigation) for item in counted}
    offers = sorted(
        {
            (item.key, mitigation)
            for item in firm
            for mitigation in item.rule.mitigations
            if catalogue.mitigation(mitigation).lowers != "nothing" and (item.key, mitigation) not in taken
        }
    )
    for size in range(1, LARGEST_SET + 1):
        sets = []
        for items in combinations(offers, size):
            reached = level(tuple(Applied(mitigation, finding, "agreed") for finding, mitigation in items))
            if _rank(reached) <= goal:
                effort = sum(catalogue.mitigation(mitigation).effort for _finding, mitigation in items)
                sets.append(SafeguardSet(items, reached, effort))
        if sets:
            return sorted(sets, key=lambda found: (found.effort, found.items))
    return []


def _rank(level: str) -> int:
    return [str(each) for each in LEVELS].index(level)

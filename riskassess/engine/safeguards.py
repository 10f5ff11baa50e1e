"""What would lower it: the smallest sets of mitigations that reach a target level, exactly.

A set is minimal when none of its mitigations can be left out. All of up to three are found: a finding above the target
falls only by a mitigation of its own or of one that raises it, so only those are tried at each step. Levels are those
of firm findings; what possible ones would add is told beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskassess.engine.catalogue import LEVELS, Catalogue
from riskassess.engine.facts import Applied
from riskassess.engine.firing import first_pass
from riskassess.engine.grading import Fired, Levels, grade_of, levels_of, lowered
from riskassess.engine.results import Result
from riskassess.engine.scoring import COUNTED
from riskassess.engine.visibility import read_facts

LARGEST_SET = 3
_RANK: dict[str, int] = {level: rank for rank, level in enumerate(LEVELS)}


@dataclass(frozen=True, slots=True, order=True)
class Measure(Result):
    """A mitigation taken up once, for the proposal or for one row, and the findings there that it counts for."""

    mitigation: str
    row: str
    row_label: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SafeguardSet(Result):
    """Measures with the level of firm findings that they reach together, the level of possible ones counted too, and
    their joint effort."""

    measures: tuple[Measure, ...]
    level: str
    upper: str
    effort: int


@dataclass(frozen=True, slots=True)
class Obstacle(Result):
    """A finding that stays above the target with every measure there is, and why."""

    finding: str
    rule: str
    row_label: str
    title: str
    level: str  # with every measure
    kind: str  # "hold" | "context" | "none_named" | "not_enough" | "too_many"
    sentence: str


@dataclass(frozen=True, slots=True)
class Suggestion(Result):
    """`sets` is empty where the target is reached already, and where `obstacles` say what stands in the way."""

    target: str
    level: str  # of firm findings, with the agreed safeguards
    is_reached: bool
    sets: tuple[SafeguardSet, ...]
    obstacles: tuple[Obstacle, ...]


def suggest(catalogue: Catalogue, facts: Mapping[str, Any], *, on: date, target: str = "moderate") -> Suggestion:
    """All minimal sets of up to three measures that bring the firm findings to the target or lower, the least effort
    first, then the fewest, then by id. Agreed safeguards are taken as given and not offered again."""
    search = _Search(catalogue, facts, on, _RANK[catalogue.level(target).id])
    now = search.levels(())
    level = catalogue.level_of(now.highest)
    if _RANK[level] <= search.goal:
        return Suggestion(target, level, True, (), ())
    all_measures = search.levels(search.measures)
    if _RANK[catalogue.level_of(all_measures.highest)] > search.goal:
        return Suggestion(target, level, False, (), tuple(search.obstacles(all_measures)))
    found = sorted((search.judged(measures) for measures in search.minimal()), key=_effort_first)
    return Suggestion(target, level, False, tuple(found), () if found else (search.too_many(now),))


def _effort_first(found: SafeguardSet) -> tuple[int, int, tuple[Measure, ...]]:
    return found.effort, len(found.measures), found.measures


class _Search:
    """The findings, graded once, and what may be taken up against them."""

    def __init__(self, catalogue: Catalogue, facts: Mapping[str, Any], on: date, goal: int) -> None:
        views = read_facts(catalogue, facts)
        run = first_pass(catalogue, views, on)
        self.catalogue, self.goal = catalogue, goal
        self.firm, self.upper = run.firm(), run.upper()
        self.counted = [item for item in views.safeguards if item.state in COUNTED]
        self.measures = tuple(sorted(self._offered()))
        self._known: dict[frozenset[Measure], Levels] = {}

    def _offered(self) -> Iterator[Measure]:
        places: dict[tuple[str, str, str], set[str]] = {}
        for item in self.firm:
            if item.kind == "context":
                continue
            for mitigation in item.rule.mitigations:
                if self.catalogue.mitigation(mitigation).lowers != "nothing" and not self._is_taken(item, mitigation):
                    places.setdefault((mitigation, item.view.id, item.view.label), set()).add(item.key)
        for place, keys in places.items():
            yield Measure(*place, tuple(sorted(keys)))

    def _is_taken(self, item: Fired, mitigation: str) -> bool:
        return any(
            safeguard.mitigation == mitigation and safeguard.finding in {"", item.rule.id, item.key}
            for safeguard in self.counted
        )

    def levels(self, measures: Iterable[Measure]) -> Levels:
        chosen = frozenset(measures)
        if chosen not in self._known:
            self._known[chosen] = levels_of(self._lowered(self.firm, chosen), self.catalogue)
        return self._known[chosen]

    def _lowered(self, found: list[Fired], measures: Iterable[Measure]) -> list[Fired]:
        applied = [Applied(each.mitigation, key, "agreed") for each in measures for key in each.findings]
        return lowered(found, [*self.counted, *applied], self.catalogue)

    def is_reached(self, measures: Iterable[Measure]) -> bool:
        return _RANK[self.catalogue.level_of(self.levels(measures).highest)] <= self.goal

    def minimal(self) -> list[frozenset[Measure]]:
        """Every set of up to three that reaches the target and of which nothing can be left out."""
        reaching: set[frozenset[Measure]] = set()
        waiting: set[frozenset[Measure]] = {frozenset()}
        for _size in range(LARGEST_SET):
            grown = {
                chosen | {measure} for chosen in waiting for measure in self._telling(chosen) if measure not in chosen
            }
            grown = {chosen for chosen in grown if not any(known <= chosen for known in reaching)}
            reached = {chosen for chosen in grown if self.is_reached(chosen)}
            reaching |= reached
            waiting = grown - reached
        return list(reaching)

    def _telling(self, chosen: frozenset[Measure]) -> Iterator[Measure]:
        """Measures that can move one finding that is above the target: every set that reaches it holds one of them."""
        levels = self.levels(chosen)
        highest = min(self._above(levels), key=lambda pair: pair[1].order)
        dimension, finding = highest
        keys = {finding.key} | {
            other.key
            for other in self.firm
            if dimension in other.dimensions and other.kind != "gap" and not other.factors & finding.factors
        }
        return (measure for measure in self.measures if not keys.isdisjoint(measure.findings))

    def _above(self, levels: Levels) -> Iterator[tuple[str, Fired]]:
        """(dimension, finding) of all that is above the target."""
        for item in self.firm:
            for dimension in item.dimensions:
                scored = levels.scores.get(dimension, {}).get(item.order)
                if scored and _RANK[self.catalogue.level_of(scored.score)] > self.goal:
                    yield dimension, item

    def judged(self, measures: frozenset[Measure]) -> SafeguardSet:
        level = self.catalogue.level_of(self.levels(measures).highest)
        with_possible = levels_of(self._lowered(self.upper, measures), self.catalogue)
        effort = sum(self.catalogue.mitigation(each.mitigation).effort for each in measures)
        return SafeguardSet(
            tuple(sorted(measures)), level, self.catalogue.level_of(max(with_possible.highest, 1)), effort
        )

    def obstacles(self, with_all: Levels) -> Iterator[Obstacle]:
        """The findings above the target though every measure is taken, the gravest first, each once."""
        left: dict[str, tuple[int, Fired]] = {}
        for _dimension, item in self._above(with_all):
            score = grade_of(item, with_all, self.catalogue)[0].score
            if item.key not in left or score > left[item.key][0]:
                left[item.key] = score, item
        for score, item in sorted(left.values(), key=lambda pair: (-pair[0], pair[1].order)):
            yield self._obstacle(item, self.catalogue.level_of(score))

    def _obstacle(self, item: Fired, level: str) -> Obstacle:
        named = any(item.key in measure.findings for measure in self.measures)
        rule, word = item.rule, self.catalogue.level(level).title.lower()
        if item.effect == "stop":
            kind = "hold"
            sentence = f"It is a legal hold, and only evidence lifts it. {rule.lifted_by}"
        elif rule.kind == "context":
            kind, sentence = "context", "It describes the surroundings of the work, and no safeguard changes these."
        elif rule.no_mitigation and not named:
            kind, sentence = "none_named", rule.no_mitigation
        elif not named:
            kind, sentence = "none_named", "The catalogue names no further safeguard for it."
        else:
            kind, sentence = "not_enough", f"All its safeguards together leave it at {word}."
        return Obstacle(item.key, rule.id, item.view.label, rule.title, level, kind, sentence)

    def too_many(self, now: Levels) -> Obstacle:
        """Every measure together would do, but no three of them."""
        above = {item.key: item for _dimension, item in self._above(now)}
        item = min(above.values(), key=lambda each: (-grade_of(each, now, self.catalogue)[0].score, each.order))
        others = len(above) - 1
        beside = f"It and {others} more findings" if others > 1 else "It and one more finding" if others else "It"
        sentence = (
            f"{beside} would have to fall together: the target is within reach, "
            f"but only with more than {LARGEST_SET} safeguards."
        )
        level = grade_of(item, now, self.catalogue)[0].level
        return Obstacle(item.key, item.rule.id, item.view.label, item.rule.title, level, "too_many", sentence)

"""Routes, deciders and relief: the last pass, which reads finished levels and changes none."""

from __future__ import annotations

from datetime import date

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue, Rule
from riskassess.engine.explaining import sources_of
from riskassess.engine.facts import Facts
from riskassess.engine.firing import Run, dated, is_in_force, plan_of
from riskassess.engine.grading import Fired, Levels, levels_of, three_factors
from riskassess.engine.leaves import on_row
from riskassess.engine.results import Hold, Interval, Remark, RouteStep, RuleTrace
from riskassess.engine.tiers import Tier

LEVEL_RANK: dict[str, int] = {level: rank for rank, level in enumerate(LEVELS)}
_new = tuple.__new__  # a named tuple in one step
ROUTE_RANK: dict[str, int] = {route: rank for rank, route in enumerate(ROUTES)}


def choose_route(
    catalogue: Catalogue,
    filed: Tier,
    escalations: tuple[Remark, ...],
    possible: tuple[Remark, ...],
    holds: tuple[Hold, ...],
) -> list[RouteStep]:
    """The steps to the route. Firm stops' own findings do not drive it; possible findings alone bring a person, no
    panel."""
    table = catalogue.route_table
    steps = sure = _route_of(catalogue, filed.lower, filed.low, escalations)
    if filed.upper is not filed.lower or possible:
        most = _route_of(catalogue, filed.upper, filed.high, escalations + possible)
        limited = min(most[-1].after, table.most_on_possible, key=ROUTE_RANK.__getitem__)
        if ROUTE_RANK[limited] > ROUTE_RANK[sure[-1].after]:
            why = f"{most[-1].why}, if open answers turn out that way"
            steps = [*sure, RouteStep("possible", sure[-1].after, limited, why)]
    if holds and ROUTE_RANK[table.held] > ROUTE_RANK[steps[-1].after]:
        why = "a legal hold" if holds[0].state == "firm" else "a possible legal hold"
        steps = [*steps, RouteStep("hold", steps[-1].after, table.held, why)]
    return steps


def _route_of(
    catalogue: Catalogue, found: list[Fired], levels: Levels, escalations: tuple[Remark, ...]
) -> list[RouteStep]:
    table = catalogue.route_table
    free = [item for item in found if item.effect != "stop"]
    if len(free) < len(found):
        levels = levels_of(free, catalogue)
    level = catalogue.level_of(levels.highest)
    steps = [RouteStep("level", "", table.by_level[level], f"{catalogue.level(level).title.lower()} as filed")]
    if escalations and ROUTE_RANK[table.escalated] > ROUTE_RANK[steps[-1].after]:
        why = "a second pair of eyes is asked for"
        steps.append(RouteStep("escalated", steps[-1].after, table.escalated, why))
    high = {name for name in levels.scores if LEVEL_RANK[catalogue.level_of(levels.score(name))] >= LEVEL_RANK["high"]}
    is_lighter = ROUTE_RANK[table.three_factors_high] > ROUTE_RANK[steps[-1].after]
    if high and is_lighter and not high.isdisjoint(three_factors(free, catalogue)):
        why = "three factors come together in a dimension that is high"
        steps.append(RouteStep("three_factors", steps[-1].after, table.three_factors_high, why))
    return steps


def deciders_of(upper: str, is_escalated: bool) -> str:
    if upper in {"high", "very_high"}:
        return "high"
    return "moderate" if upper == "moderate" or is_escalated else "low"


def give_relief(
    run: Run,
    catalogue: Catalogue,
    views: Facts,
    on: date,
    inherent: Interval,
    escalations: tuple[Remark, ...],
    holds: tuple[Hold, ...],
) -> list[tuple[Rule, Remark]]:
    """The relieve rules that hold; they read finished levels."""
    given = []
    for compiled in plan_of(catalogue):
        if not compiled.is_relief:
            continue
        rule, relief = compiled.rule, compiled.rule.relief
        assert relief is not None
        if not is_in_force(rule, on):
            run.trace.append(RuleTrace(rule.id, "", "not_in_force", (), dated(rule, on)))
            continue
        for view in views.judged(rule.scope):
            truth, reasons = on_row(view, compiled.when(view))
            holds_now = (
                truth is True
                and not (relief.needs_level and LEVEL_RANK[inherent.upper] > LEVEL_RANK[relief.needs_level])
                and not (relief.needs_no_escalation and escalations)
                and not (relief.needs_no_hold and holds)
                and all(_is_answered(catalogue, views, question) for question in relief.needs_answers)
            )
            told = "fired" if holds_now else "quiet"
            run.trace.append(_new(RuleTrace, (compiled.id, view.id, told, reasons, "", ())))
            if holds_now:
                run.loud.add(rule.id)
                because = reasons
                given.append((rule, Remark(rule.id, view.id, relief.sentence, because, sources_of(catalogue, rule))))
    return given


def _is_answered(catalogue: Catalogue, views: Facts, question_id: str) -> bool:
    rows = views.judged(catalogue.question(question_id).scope)
    return all(view.asked(question_id) is False or view.value(question_id) not in {None, "unsure"} for view in rows)


def lighten(
    catalogue: Catalogue,
    steps: list[RouteStep],
    relief: list[tuple[Rule, Remark]],
    inherent: Interval,
    escalations: tuple[Remark, ...],
    holds: tuple[Hold, ...],
) -> tuple[str, str, tuple[RouteStep, ...]]:
    """The route, why, and the steps to it: a relief's route, where it is lighter and nothing asks for a person."""
    of_level = {str(level): wanted for level, wanted in catalogue.route_table.by_level.items()}
    if not escalations and not holds and of_level[inherent.upper] == steps[-1].after:
        for rule, remark in relief:
            wanted = rule.relief.route if rule.relief else None
            if wanted and rule.relief and rule.relief.needs_level and ROUTE_RANK[wanted] < ROUTE_RANK[steps[-1].after]:
                steps = [*steps, RouteStep("relief", steps[-1].after, wanted, remark.sentence)]
    return steps[-1].after, steps[-1].why, tuple(steps)

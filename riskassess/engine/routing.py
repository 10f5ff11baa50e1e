"""Routes, deciders and relief: the last pass, which reads finished levels and changes none."""

from __future__ import annotations

from datetime import date

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue, Rule
from riskassess.engine.explaining import sources_of
from riskassess.engine.facts import Facts
from riskassess.engine.firing import Run, is_in_force, plan_of
from riskassess.engine.grading import Fired, levels_of, three_factors
from riskassess.engine.results import Hold, Interval, Remark, RuleTrace

LEVEL_RANK: dict[str, int] = {level: rank for rank, level in enumerate(LEVELS)}
ROUTE_RANK: dict[str, int] = {route: rank for rank, route in enumerate(ROUTES)}


def choose_route(
    run: Run,
    catalogue: Catalogue,
    firm: list[Fired],
    upper: list[Fired],
    escalations: tuple[Remark, ...],
    possible: tuple[Remark, ...],
    holds: tuple[Hold, ...],
) -> tuple[str, str]:
    """The route and why. Firm stops' own findings do not drive it; possible findings alone bring a person, no panel."""
    table = catalogue.route_table
    sure, why = _route_of(catalogue, [item for item in firm if item.effect != "stop"], escalations)
    most, why_most = _route_of(catalogue, [item for item in upper if item.effect != "stop"], escalations + possible)
    limited = min(most, table.most_on_possible, key=ROUTE_RANK.__getitem__)
    route, reason = sure, why
    if ROUTE_RANK[limited] > ROUTE_RANK[sure]:
        route, reason = limited, f"{why_most}, if open answers turn out that way"
    if holds and ROUTE_RANK[table.held] > ROUTE_RANK[route]:
        route, reason = table.held, "a legal hold" if holds[0].state == "firm" else "a possible legal hold"
    return route, reason


def _route_of(catalogue: Catalogue, found: list[Fired], escalations: tuple[Remark, ...]) -> tuple[str, str]:
    table, levels = catalogue.route_table, levels_of(found, catalogue)
    level = catalogue.level_of(levels.highest)
    route, why = str(table.by_level[level]), f"{catalogue.level(level).title.lower()} as filed"
    if escalations and ROUTE_RANK[table.escalated] > ROUTE_RANK[route]:
        route, why = table.escalated, "a second pair of eyes is asked for"
    broad = three_factors(found, catalogue)
    high = any(
        LEVEL_RANK[catalogue.level_of(levels.score(d))] >= LEVEL_RANK["high"] for d in broad if d in levels.scores
    )
    if high and ROUTE_RANK[table.three_factors_high] > ROUTE_RANK[route]:
        route, why = table.three_factors_high, "three factors come together in a dimension that is high"
    return route, why


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
        rule, relief = compiled.rule, compiled.rule.relief
        if relief is None or not is_in_force(rule, on):
            continue
        for view in views.rows[rule.scope]:
            truth, reasons = compiled.when(view)
            holds_now = (
                truth is True
                and not (relief.needs_level and LEVEL_RANK[inherent.upper] > LEVEL_RANK[relief.needs_level])
                and not (relief.needs_no_escalation and escalations)
                and not (relief.needs_no_hold and holds)
                and all(_is_answered(catalogue, views, question) for question in relief.needs_answers)
            )
            run.trace.append(RuleTrace(rule.id, view.id, "fired" if holds_now else "quiet", reasons))
            if holds_now:
                because = reasons
                given.append((rule, Remark(rule.id, view.id, relief.sentence, because, sources_of(catalogue, rule))))
    return given


def _is_answered(catalogue: Catalogue, views: Facts, question_id: str) -> bool:
    rows = views.rows[catalogue.question(question_id).scope]
    return all(view.asked(question_id) is False or view.value(question_id) not in {None, "unsure"} for view in rows)


def lighten(
    catalogue: Catalogue,
    route: str,
    reason: str,
    relief: list[tuple[Rule, Remark]],
    inherent: Interval,
    escalations: tuple[Remark, ...],
    holds: tuple[Hold, ...],
) -> tuple[str, str]:
    """A relief's route, where it is lighter and nothing asks for a person."""
    of_level = {str(level): wanted for level, wanted in catalogue.route_table.by_level.items()}
    if escalations or holds or of_level[inherent.upper] != route:
        return route, reason
    for rule, remark in relief:
        wanted = rule.relief.route if rule.relief else None
        if wanted and rule.relief and rule.relief.needs_level and ROUTE_RANK[wanted] < ROUTE_RANK[route]:
            route, reason = wanted, remark.sentence
    return route, reason

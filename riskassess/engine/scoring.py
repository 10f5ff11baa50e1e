"""Facts in, explained assessment out: pure, without a clock, the same bytes for the same facts.

Three passes, no circles. Scoring rules read answers and facts; then levels; then routes and relief read levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.explaining import sources_of
from riskassess.engine.facts import Applied, Facts, check_facts
from riskassess.engine.firing import Run, first_pass, plan_of
from riskassess.engine.grading import Fired, Levels, grade_of, levels_of, lowered, three_factors
from riskassess.engine.narrowing import HoldSet, narrow
from riskassess.engine.results import (
    Assessment,
    DimensionResult,
    Finding,
    Hold,
    Interval,
    Narrowing,
    OpenAnswer,
    Remark,
)
from riskassess.engine.routing import choose_route, deciders_of, give_relief, lighten
from riskassess.engine.visibility import read_facts, visible_questions

COUNTED = frozenset({"agreed", "fulfilled"})
OFFERED = COUNTED | {"proposed"}


def assess(catalogue: Catalogue, facts: Mapping[str, Any], *, on: date) -> Assessment:
    """Assess these facts as of a day. Raises FactsError where they do not fit the catalogue."""
    check_facts(catalogue, facts)
    views = read_facts(catalogue, facts)
    run = first_pass(catalogue, views, on, traced=True)
    agreed = [item for item in views.safeguards if item.state in COUNTED]
    offered = [item for item in views.safeguards if item.state in OFFERED]
    firm, upper = run.firm(), run.upper()
    tiers = {"inherent": _tier(firm, upper, [], catalogue)}
    tiers["residual"] = _tier(firm, upper, agreed, catalogue) if agreed else tiers["inherent"]
    tiers["if_agreed"] = _tier(firm, upper, offered, catalogue) if offered != agreed else tiers["residual"]
    inherent = _interval(tiers["inherent"], catalogue)
    escalations, possible = _escalations(run, catalogue, views, firm, upper)
    holds = _holds(run, catalogue, views)
    route, reason = choose_route(run, catalogue, firm, upper, escalations, possible, holds)
    relief = give_relief(run, catalogue, views, on, inherent, escalations + possible, holds)
    route, reason = lighten(catalogue, route, reason, relief, inherent, escalations + possible, holds)
    findings = _findings(run, catalogue, views, tiers, agreed, offered)
    fired_rules = {item.rule for item in run.trace if item.outcome in {"fired", "possible"}}
    return Assessment(
        catalogue=catalogue.id,
        version=catalogue.version,
        catalogue_sha256=catalogue.sha256,
        facts_sha256=views.sha256,
        as_of=on.isoformat(),
        inherent=inherent,
        residual=_interval(tiers["residual"], catalogue),
        if_agreed=_interval(tiers["if_agreed"], catalogue),
        dimensions=_dimensions(catalogue, tiers, upper),
        findings=findings,
        holds=holds,
        escalations=escalations,
        possible_escalations=possible,
        advice=_remarks(run, catalogue, views, "advise", firm=True),
        relief=tuple(remark for _rule, remark in relief),
        route=route,
        route_reason=reason,
        due_days=catalogue.route(route).days,
        deciders=deciders_of(inherent.upper, bool(escalations or possible)),
        benefit=_benefit(catalogue, views),
        open_answers=_open_answers(catalogue, views),
        narrowing=_narrowing(catalogue, views, on, run, inherent, holds),
        quiet_rules=tuple(rule.id for rule in catalogue.rules if rule.id not in fired_rules),
        trace=tuple(run.trace),
    )


def _tier(
    firm: list[Fired], upper: list[Fired], safeguards: list[Applied], catalogue: Catalogue
) -> tuple[Levels, Levels]:
    """Levels of firm findings alone, and of firm and possible ones, with these safeguards."""
    low = levels_of(lowered(firm, safeguards, catalogue), catalogue)
    return low, low if len(upper) == len(firm) else levels_of(lowered(upper, safeguards, catalogue), catalogue)


def _interval(tier: tuple[Levels, Levels], catalogue: Catalogue) -> Interval:
    lower, upper = tier
    return Interval(catalogue.level_of(lower.highest), catalogue.level_of(upper.highest))


def _narrowing(
    catalogue: Catalogue, views: Facts, on: date, run: Run, inherent: Interval, holds: tuple[Hold, ...]
) -> tuple[Narrowing, ...]:
    """Only rules that are possible now can change by an open answer, and only those that read it are asked again."""
    reads = {compiled.rule.id: compiled.reads for compiled in plan_of(catalogue)}
    possible = {item.rule.id for item in run.fired if not item.firm} | {
        item.rule.id for item in run.said if not item.firm
    }

    def levels(question: str) -> tuple[Interval, HoldSet]:
        again = first_pass(catalogue, views, on, reading=question)
        fired = [item for item in run.fired if question not in reads[item.rule.id]] + again.fired
        said = [item for item in run.said if question not in reads[item.rule.id]] + again.said
        tried = Run(fired, said, [])
        stops = frozenset((item.rule.id, item.view.id, item.firm) for item in said if item.effect == "stop")
        return _interval((levels_of(tried.firm(), catalogue), levels_of(tried.upper(), catalogue)), catalogue), stops

    candidates = frozenset().union(*(reads[rule] for rule in possible))
    return narrow(catalogue, views, candidates, levels, inherent, holds)


def _escalations(
    run: Run, catalogue: Catalogue, views: Facts, firm: list[Fired], upper: list[Fired]
) -> tuple[tuple[Remark, ...], tuple[Remark, ...]]:
    sure = list(_remarks(run, catalogue, views, "escalate", firm=True))
    maybe = list(_remarks(run, catalogue, views, "escalate", firm=False))
    certain = three_factors(firm, catalogue)
    for dimension, factors in three_factors(upper, catalogue).items():
        title = catalogue.dimension(dimension).title
        sentence = f"{title}: findings come from {len(factors)} of the four factors together, so a second person looks."
        (sure if dimension in certain else maybe).append(Remark("three_factors", dimension, sentence, (), ()))
    return tuple(sure), tuple(maybe)


def _remarks(run: Run, catalogue: Catalogue, views: Facts, effect: str, *, firm: bool) -> tuple[Remark, ...]:
    return tuple(
        Remark(
            item.rule.id,
            item.view.id,
            item.rule.explain,
            item.reasons,
            sources_of(catalogue, item.rule),
        )
        for item in sorted(run.said, key=lambda said: said.order)
        if item.effect == effect and item.firm is firm
    )


def _holds(run: Run, catalogue: Catalogue, views: Facts) -> tuple[Hold, ...]:
    stops = sorted((item for item in run.said if item.effect == "stop"), key=lambda said: (not said.firm, *said.order))
    return tuple(
        Hold(
            rule=item.rule.id,
            row=item.view.id,
            row_label=item.view.label,
            title=item.rule.title,
            explain=item.rule.explain,
            activity=item.rule.activity,
            lifted_by=item.rule.lifted_by,
            state="firm" if item.firm else "possible",
            because=item.reasons,
            sources=sources_of(catalogue, item.rule),
        )
        for item in stops
    )


def _findings(
    run: Run,
    catalogue: Catalogue,
    views: Facts,
    tiers: Mapping[str, tuple[Levels, Levels]],
    agreed: list[Applied],
    offered: list[Applied],
) -> tuple[Finding, ...]:
    """One finding a rule, row and certainty: the highest of its grades; a possible one only where it is higher."""
    best: dict[tuple[str, bool], tuple[int, Fired]] = {}
    for item in run.fired:
        levels = tiers["inherent"][0 if item.firm else 1]
        if not item.firm and item.effect == "stop":
            continue
        score = grade_of(item, levels, catalogue)[0].score
        known = best.get((item.key, item.firm))
        if known is None or score > known[0]:
            best[item.key, item.firm] = score, item
    shown = [
        (score, item)
        for (key, firm), (score, item) in best.items()
        if firm or (key, True) not in best or score > best[key, True][0]
    ]
    shown.sort(key=lambda pair: (-pair[0], not pair[1].firm, pair[1].order))
    return tuple(_finding(item, run, catalogue, tiers, views, agreed, offered) for _score, item in shown)


def _finding(
    item: Fired,
    run: Run,
    catalogue: Catalogue,
    tiers: Mapping[str, tuple[Levels, Levels]],
    views: Facts,
    agreed: list[Applied],
    offered: list[Applied],
) -> Finding:
    end = 0 if item.firm else 1
    filed, raised_by, capped = grade_of(item, tiers["inherent"][end], catalogue)
    grades = [other for other in run.fired if other.key == item.key and (other.firm or not item.firm)]
    with_agreed, with_offered = (
        max(
            (grade_of(each, tiers[name][end], catalogue)[0] for each in lowered(grades, safeguards, catalogue)),
            key=lambda grade: grade.score,
        )
        for name, safeguards in (("residual", agreed), ("if_agreed", offered))
    )
    return Finding(
        key=item.key,
        rule=item.rule.id,
        row=item.view.id,
        row_label=item.view.label,
        title=item.rule.title,
        explain=item.explain,
        dimensions=item.rule.dimensions,
        factors=tuple(sorted(item.factors)),
        kind=item.rule.kind,
        effect=item.effect,
        firm=item.firm,
        filed=filed,
        raw=(item.likelihood, item.impact),
        raised_by=raised_by,
        capped=capped,
        agreed=with_agreed,
        if_agreed=with_offered,
        because=item.reasons,
        sources=sources_of(catalogue, item.rule),
        mitigations=item.rule.mitigations,
    )


def _dimensions(
    catalogue: Catalogue, tiers: Mapping[str, tuple[Levels, Levels]], upper: list[Fired]
) -> tuple[DimensionResult, ...]:
    results = []
    for dimension in catalogue.dimensions:
        if not dimension.is_risk:
            continue
        intervals = {
            name: Interval(catalogue.level_of(low.score(dimension.id)), catalogue.level_of(high.score(dimension.id)))
            for name, (low, high) in tiers.items()
        }
        low, high = tiers["inherent"]
        top = high.score(dimension.id)
        deciding = [order[0] for order, scored in high.scores[dimension.id].items() if top and scored.score == top]
        factors = {f for item in upper if dimension.id in item.rule.dimensions for f in item.factors}
        results.append(
            DimensionResult(
                id=dimension.id,
                title=dimension.title,
                inherent=intervals["inherent"],
                residual=intervals["residual"],
                if_agreed=intervals["if_agreed"],
                score=low.score(dimension.id),
                upper_score=top,
                residual_score=tiers["residual"][0].score(dimension.id),
                factors=tuple(sorted(factors)),
                decided_by=tuple(sorted(set(deciding))),
            )
        )
    return tuple(results)


def _benefit(catalogue: Catalogue, views: Facts) -> tuple[str, ...]:
    if not catalogue.benefit_question:
        return ()
    question = catalogue.question(catalogue.benefit_question)
    chosen = views.proposal.value(question.id) or ()
    return tuple(option.text for option in question.options if option.id in chosen)


def _open_answers(catalogue: Catalogue, views: Facts) -> tuple[OpenAnswer, ...]:
    found = []
    for asked in visible_questions(catalogue, views):
        value = views.view(asked.question, asked.row).value(asked.question.id)
        if value == "unsure" or (value is None and asked.question.required):
            state = "unsure" if value else "missing"
            found.append(OpenAnswer(asked.question.id, asked.row, asked.row_label, asked.question.text, state))
    return tuple(found)

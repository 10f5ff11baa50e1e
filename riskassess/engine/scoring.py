"""Facts in, explained assessment out: pure, without a clock, the same bytes for the same facts.

Three passes, no circles. Scoring rules read answers and facts; then levels; then routes and relief read levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from riskassess.engine.catalogue import UNSURE, Catalogue
from riskassess.engine.explaining import sources_of
from riskassess.engine.facts import Facts, check_facts
from riskassess.engine.finding import dimensions_of, findings_of
from riskassess.engine.firing import Run, first_pass, plan_of, rules_of
from riskassess.engine.grading import levels_of, three_factors
from riskassess.engine.narrowing import HoldSet, narrow
from riskassess.engine.results import Assessment, Hold, Interval, Narrowing, OpenAnswer, Remark, Unasked
from riskassess.engine.routing import choose_route, deciders_of, give_relief, lighten
from riskassess.engine.settling import settled_among
from riskassess.engine.tiers import COUNTED, OFFERED, Tiers, interval_of, steps_of, tiers_of
from riskassess.engine.visibility import Asked, read_facts, required_of

__all__ = ["COUNTED", "OFFERED", "assess"]
_new = tuple.__new__  # a named tuple in one step


def assess(catalogue: Catalogue, facts: Mapping[str, Any], *, on: date) -> Assessment:
    """Assess these facts as of a day. Raises FactsError where they do not fit the catalogue."""
    views = read_facts(catalogue, facts, check_facts(catalogue, facts))
    run = first_pass(catalogue, views, on, traced=True)
    tiers = tiers_of(run, views.safeguards, catalogue)
    inherent = tiers.filed.interval
    run.said.sort(key=lambda said: said.order)
    escalations, possible = _escalations(run, catalogue, tiers)
    holds = _holds(run, catalogue)
    chosen = choose_route(catalogue, tiers.filed, escalations, possible, holds)
    relief = give_relief(run, catalogue, views, on, inherent, escalations + possible, holds)
    route, reason, route_steps = lighten(catalogue, chosen, relief, inherent, escalations + possible, holds)
    loud = run.loud
    assessment = Assessment(
        catalogue=catalogue.id,
        version=catalogue.version,
        catalogue_sha256=catalogue.sha256,
        facts_sha256=views.sha256,
        as_of=on.isoformat(),
        inherent=inherent,
        residual=tiers.agreed.interval,
        if_agreed=tiers.if_agreed.interval,
        dimensions=dimensions_of(catalogue, tiers),
        findings=findings_of(run, catalogue, tiers),
        holds=holds,
        escalations=escalations,
        possible_escalations=possible,
        advice=_remarks(run, catalogue, "advise", firm=True),
        relief=tuple(remark for _rule, remark in relief),
        route=route,
        route_reason=reason,
        due_days=catalogue.route(route).days,
        deciders=deciders_of(inherent.upper, bool(escalations or possible)),
        benefit=_benefit(catalogue, views),
        open_answers=_open_answers(catalogue, views),
        quiet_rules=tuple([rule for rule in rules_of(catalogue) if rule not in loud]),
        trace=tuple(run.trace),
        steps=steps_of(tiers, catalogue),
        route_steps=route_steps,
        unasked=_unasked(views),
        narrowing=_narrowing(catalogue, views, on, run, inherent, holds),
    )
    views.let_go()
    return assessment


def _narrowing(
    catalogue: Catalogue, views: Facts, on: date, run: Run, inherent: Interval, holds: tuple[Hold, ...]
) -> tuple[Narrowing, ...]:
    """Only rules that are possible now can change by an open answer, and only those that read it are asked again."""
    possible = {item.rule.id for item in run.fired if not item.firm} | {
        item.rule.id for item in run.said if not item.firm
    }
    if not possible:
        return ()
    reads = {compiled.rule.id: compiled.reads for compiled in plan_of(catalogue)}

    def levels(question: str) -> tuple[Interval, HoldSet]:
        again = first_pass(catalogue, views, on, reading=question)
        fired = [item for item in run.fired if question not in reads[item.rule.id]] + again.fired
        said = [item for item in run.said if question not in reads[item.rule.id]] + again.said
        tried = Run(fired, said, [])
        stops = frozenset((item.rule.id, item.view.id, item.firm) for item in said if item.effect == "stop")
        return interval_of(levels_of(tried.firm(), catalogue), levels_of(tried.upper(), catalogue), catalogue), stops

    candidates = frozenset().union(*(reads[rule] for rule in possible))
    return narrow(catalogue, views, candidates, levels, inherent, holds)


def _escalations(run: Run, catalogue: Catalogue, tiers: Tiers) -> tuple[tuple[Remark, ...], tuple[Remark, ...]]:
    sure = list(_remarks(run, catalogue, "escalate", firm=True))
    maybe = list(_remarks(run, catalogue, "escalate", firm=False))
    certain = three_factors(tiers.filed.lower, catalogue)
    upper = certain if tiers.filed.upper is tiers.filed.lower else three_factors(tiers.filed.upper, catalogue)
    for dimension, factors in upper.items():
        title = catalogue.dimension(dimension).title
        sentence = f"{title}: findings come from {len(factors)} of the four factors together, so a second person looks."
        (sure if dimension in certain else maybe).append(Remark("three_factors", dimension, sentence, (), ()))
    return tuple(sure), tuple(maybe)


def _remarks(run: Run, catalogue: Catalogue, effect: str, *, firm: bool) -> tuple[Remark, ...]:
    return tuple(
        Remark(item.rule.id, item.view.id, item.rule.explain, item.reasons, sources_of(catalogue, item.rule))
        for item in run.said
        if item.effect == effect and item.firm is firm
    )


def _holds(run: Run, catalogue: Catalogue) -> tuple[Hold, ...]:
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


def _unasked(views: Facts) -> tuple[Unasked, ...]:
    return tuple([_new(Unasked, (question, row, why)) for (question, row), why in sorted(views.unasked.items())])


def _benefit(catalogue: Catalogue, views: Facts) -> tuple[str, ...]:
    if not catalogue.benefit_question:
        return ()
    question = catalogue.question(catalogue.benefit_question)
    chosen = views.proposal.value(question.id) or ()
    return tuple(option.text for option in question.options if option.id in chosen)


def _open_answers(catalogue: Catalogue, views: Facts) -> tuple[OpenAnswer, ...]:
    """Asked questions that are unsure, or required and empty while an answer may still matter."""
    found = []
    for scope, (wanted, places) in required_of(catalogue).items():
        for row, view in enumerate(views.rows[scope]):
            values = view.values
            names = wanted - values.keys()
            if UNSURE in values.values():
                names |= {name for name, value in values.items() if value == UNSURE and name in places}
            for name in names:
                place, question = places[name]
                if view.asked(name) is not False:
                    state = "unsure" if name in values else "missing"
                    found.append((place, row, OpenAnswer(name, view.id, view.label, question.text, state)))
    found.sort(key=lambda entry: entry[:2])
    missing = [
        Asked(catalogue.question(each.question), each.row, each.row_label, ())
        for _place, _row, each in found
        if each.state == "missing"
    ]
    settled = settled_among(catalogue, views, missing) if missing else set()
    return tuple([each for _place, _row, each in found if (each.question, each.row) not in settled])

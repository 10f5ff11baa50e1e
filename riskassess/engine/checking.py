"""Static checks of a catalogue that loads: what an author could get wrong and no single evaluation would show.

Risk order: a riskier answer may only add to what scores and to what is asked, and only take away relief. Each leaf is
put to every value its question or fact can have; `not` turns the direction round, and so do rows that may be added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from riskassess.engine.catalogue import LEVELS, ROUTES, UNSURE, Catalogue, GoldenCase, Relief, Rule, Scope
from riskassess.engine.facts import FactsError
from riskassess.engine.reaching import can_be_true
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.engine.trying import Leaf, choices_of, leaf_truth, leaves_of, ranks_of


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a catalogue: which part, which entry, and what to do about it."""

    part: str  # "rules", "questions", "golden" ...
    id: str
    reason: str

    def __str__(self) -> str:
        return f"{self.part}, {self.id}: {self.reason}"


def check_catalogue(catalogue: Catalogue) -> list[Problem]:
    """Everything that bars publishing, in the catalogue's order; empty when it may be published."""
    checks = (_scale_problems, _question_problems, _rule_problems, _dead_problems, _golden_problems)
    return [problem for check in checks for problem in check(catalogue)]


def _scale_problems(catalogue: Catalogue) -> Iterator[Problem]:
    lowest = [catalogue.level(level).lowest for level in LEVELS]
    if sorted(set(lowest)) != lowest:
        yield Problem("levels", LEVELS[0], f"each band begins above the one before; these begin at {lowest}.")
    by_level = [ROUTES.index(catalogue.route_table.by_level[level]) for level in LEVELS]
    if sorted(by_level) != by_level:
        yield Problem("route_table", "by_level", "a higher level asks for a route at least as thorough.")


def _question_problems(catalogue: Catalogue) -> Iterator[Problem]:
    read = {leaf.id for _part, _id, leaf in _scoring_leaves(catalogue) if leaf.kind != "fact"}
    for question in catalogue.questions:
        ids = [option.id for option in question.options]
        for twice in sorted({option for option in ids if ids.count(option) > 1}):
            yield Problem("questions", question.id, f"the option {twice} stands twice.")
        if UNSURE in ids:
            yield Problem("questions", question.id, "'unsure' is no option; say 'unsure: true'.")
        if question.type == "yes_no" and ids and set(ids) != {"yes", "no"}:
            yield Problem("questions", question.id, "a yes_no question has the options yes and no, or none listed.")
        if question.id in read and not question.required:
            yield Problem("questions", question.id, "a rule or another question reads this; make it required.")
        if question.when is not None:
            for fault in _direction_faults(catalogue, question.when, question.scope, riskier_adds=True):
                yield Problem("questions", question.id, f"when: {fault}")


def _scoring_leaves(catalogue: Catalogue) -> Iterator[tuple[str, str, Leaf]]:
    for question in catalogue.questions:
        for leaf in leaves_of(catalogue, question.when, question.scope):
            yield "questions", question.id, leaf
    for rule in catalogue.rules:
        for spec in _conditions(rule):
            for leaf in leaves_of(catalogue, spec, rule.scope):
                yield "rules", rule.id, leaf


def _conditions(rule: Rule) -> list[Any]:
    return [rule.when, *(row.when for row in rule.rows if row.when is not None)]


def _rule_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for rule in catalogue.rules:
        if rule.effect == "stop" or any(row.effect == "stop" for row in rule.rows):
            for name in ("activity", "lifted_by"):
                if not getattr(rule, name):
                    yield Problem("rules", rule.id, f"a stop says in '{name}' what waits or what lifts it.")
        if rule.valid_from and rule.valid_to and rule.valid_from > rule.valid_to:
            yield Problem("rules", rule.id, "valid_to lies before valid_from.")
        if len(rule.rows) > 4:
            yield Problem("rules", rule.id, "a rule has at most four rows; make two rules of it.")
        if rule.kind == "context" and rule.mitigations:
            yield Problem("rules", rule.id, "no safeguard lowers context; leave 'mitigations' out.")
        if rule.relief and rule.relief.route:
            yield from _relief_problems(catalogue, rule.id, rule.relief)
        if not rule.rows and rule.effect in {"escalate", "advise"}:
            continue  # no points: it may read unsure, or a fact that waits for a person
        for spec in _conditions(rule):
            for fault in _direction_faults(catalogue, spec, rule.scope, riskier_adds=rule.effect != "relieve"):
                yield Problem("rules", rule.id, f"when: {fault}")


def _relief_problems(catalogue: Catalogue, rule_id: str, relief: Relief) -> Iterator[Problem]:
    """The level decides which routes are open to relief: one step lighter at most, the fast track at low alone."""
    if relief.route is None or relief.needs_level is None:
        yield Problem("rules", rule_id, "a relief that gives a route says in 'needs_level' up to which level.")
        return
    steps = ROUTES.index(catalogue.route_table.by_level[relief.needs_level]) - ROUTES.index(relief.route)
    if steps > 1 or (relief.route == "fast_track" and relief.needs_level != "low"):
        yield Problem("rules", rule_id, f"{relief.route} is lighter than the level {relief.needs_level} allows.")


def _direction_faults(catalogue: Catalogue, spec: Any, scope: Scope, *, riskier_adds: bool) -> Iterator[str]:
    """Where a riskier answer, or one more row, would switch a condition off (for relief: on)."""
    switched = "off" if riskier_adds else "on"
    for leaf in leaves_of(catalogue, spec, scope):
        if leaf.kind == "unsure":
            yield f"reads 'unsure' of {leaf.id}; only a rule without points may."
            continue
        grows = riskier_adds is not leaf.negated
        if any((quantifier == "every") is grows for quantifier in leaf.quantifiers):
            yield f"one more row could switch '{' '.join(leaf.quantifiers)}' over {leaf.id} {switched}."
        if fault := _leaf_fault(catalogue, leaf, grows):
            yield f"{fault}, which would switch the condition {switched}."


def _leaf_fault(catalogue: Catalogue, leaf: Leaf, grows: bool) -> str:
    """A pair of values, safer and riskier, between which the leaf goes against its direction."""
    ranks = ranks_of(catalogue, leaf)
    if leaf.kind == "answer":
        question = catalogue.question(leaf.id)
        unplaced = [option for option in choices_of(question) if ranks.get(option) is None]
        if unplaced and question.type != "multi" and any(leaf_truth(catalogue, leaf, option) for option in unplaced):
            return f"{leaf.id} reads {unplaced[0]}, which has no place in the risk order"
    if leaf.is_set:
        return _set_fault(catalogue, leaf, ranks, grows)
    placed = [(value, rank) for value, rank in ranks.items() if rank is not None]
    for value, rank in placed:
        for worse, higher in placed:
            if rank < higher:
                before, after = leaf_truth(catalogue, leaf, value), leaf_truth(catalogue, leaf, worse)
                first, second = (before, after) if grows else (after, before)
                if first is True and second is False:
                    return f"{leaf.id} goes from {value} to the riskier {worse}"
    return ""


def _set_fault(catalogue: Catalogue, leaf: Leaf, ranks: dict[str, int | None], grows: bool) -> str:
    """A set grows riskier by one more member, or by leaving an option that stands alone."""
    read = [value for value in ranks if leaf_truth(catalogue, leaf, (value,))]
    if grows:
        alone = [value for value in read if leaf.kind == "answer" and value == "none"]
        return f"{leaf.id} goes from {alone[0]} to anything else" if alone else ""
    risky = [value for value in read if (ranks[value] or 0) > 0 or leaf.kind == "fact"]
    return f"{leaf.id} takes {risky[0]} in" if risky else ""


def _dead_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for question in catalogue.questions:
        if question.when is not None and can_be_true(catalogue, [question.when], question.scope) is False:
            yield Problem("questions", question.id, "is never asked, whatever the answers.")
    for rule in catalogue.rules:
        if can_be_true(catalogue, [rule.when], rule.scope) is False:
            yield Problem("rules", rule.id, "never fires, whatever the answers and facts.")
            continue
        for number, row in enumerate(rule.rows, 1):
            if row.when is not None and can_be_true(catalogue, [rule.when, row.when], rule.scope) is False:
                yield Problem("rules", rule.id, f"row {number} never fires, whatever the answers and facts.")


def _golden_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for case in catalogue.golden:
        try:
            result = assess(catalogue, case.facts, on=case.on)
        except FactsError as fault:
            for problem in fault.problems:
                yield Problem("golden", case.id, f"facts: {problem}.")
            continue
        for sentence in golden_faults(case, result):
            yield Problem("golden", case.id, sentence)


def golden_faults(case: GoldenCase, result: Assessment) -> Iterator[str]:
    """Where an assessment is not what the case expects."""
    found = {
        "lower": result.inherent.lower,
        "upper": result.inherent.upper,
        "residual": result.residual.upper,
        "route": result.route,
        "deciders": result.deciders,
        "holds": sorted({hold.rule for hold in result.holds if hold.state == "firm"}),
        "possible_holds": sorted({hold.rule for hold in result.holds if hold.state == "possible"}),
        "escalations": sorted({remark.rule for remark in result.escalations}),
        "relief": sorted({remark.rule for remark in result.relief}),
    }
    scores = {dimension.id: dimension.score for dimension in result.dimensions}
    findings = {finding.key: finding.score for finding in result.firm_findings}
    present = {finding.rule for finding in result.findings} | {hold.rule for hold in result.holds}
    for key, wanted in case.expect.items():
        if key in found:
            expected = sorted(wanted) if isinstance(wanted, list) else wanted
            if found[key] != expected:
                yield f"expects {key} {_said(expected)}, and it is {_said(found[key])}."
        elif key == "findings":
            differing = {name: findings.get(name) for name in wanted if findings.get(name) != wanted[name]}
            for name, score in differing.items():
                yield f"expects the finding {name} with {wanted[name]}, and it has {score}."
            if findings and not wanted:
                yield f"expects no findings, and there are {_said(findings)}."
        elif key == "scores":
            missed = {name: scores.get(name) for name in wanted if scores.get(name) != wanted[name]}
            for name, score in missed.items():
                yield f"expects {name} to score {wanted[name]}, and it scores {score}."
        elif key == "absent":
            for rule in sorted(present & set(wanted)):
                yield f"expects nothing of {rule}, and it is there."
        else:
            yield f"expect has no key {key!r}; known are {', '.join([*found, 'findings', 'scores', 'absent'])}."


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {score}" for key, score in sorted(value.items())) or "none"
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)

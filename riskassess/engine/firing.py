"""The first pass: every rule in force on every row, and what it found, stopped, escalated or advised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from riskassess.engine.catalogue import Catalogue, Rule, Scope
from riskassess.engine.conditions import compile_condition
from riskassess.engine.deciding import decided_by, needed_by, questions_read, rows_read
from riskassess.engine.facts import ROW_LISTS, Facts, View
from riskassess.engine.grading import Fired, Points, points_of
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.leaves import Condition, Outcome, on_row, once
from riskassess.engine.results import Because, GradeTrace, RuleTrace

SCOPES: tuple[Scope, ...] = ("proposal", *ROW_LISTS)
OUTCOMES = {True: "fired", None: "possible", False: "quiet"}
_new = tuple.__new__  # a named tuple in one step


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule: Rule
    id: str
    scope: Scope
    is_relief: bool
    when: Condition
    rows: tuple[tuple[Points, Condition | None], ...]
    is_dated: bool
    reads: frozenset[str]  # questions, with those that decide whether these are asked, or whether there are rows


@dataclass(slots=True)
class Said:
    """A stop, escalation or piece of advice without or beside points, firm or possible, on one row."""

    rule: Rule
    view: View
    effect: str
    firm: bool
    reasons: tuple[Because, ...]

    @property
    def order(self) -> tuple[str, str]:
        return self.rule.id, self.view.id


@dataclass(slots=True)
class Run:
    """What the first pass found."""

    fired: list[Fired]
    said: list[Said]
    trace: list[RuleTrace]
    loud: set[str] = field(default_factory=set)  # rules that are not quiet on every row

    def firm(self) -> list[Fired]:
        return [item for item in self.fired if item.firm]

    def upper(self) -> list[Fired]:
        """Firm and possible findings; a possible stop is listed as a hold and not counted."""
        return [item for item in self.fired if item.firm or item.effect != "stop"]


@once_a_catalogue
def plan_of(catalogue: Catalogue) -> tuple[CompiledRule, ...]:
    """The catalogue's rules, compiled."""
    return tuple(_compiled(catalogue, rule) for rule in catalogue.rules)


@once_a_catalogue
def _plans_reading(catalogue: Catalogue) -> dict[str, tuple[CompiledRule, ...]]:
    """For each question the compiled rules that depend on it."""
    return {
        question.id: tuple(compiled for compiled in plan_of(catalogue) if question.id in compiled.reads)
        for question in catalogue.questions
    }


def rules_of(catalogue: Catalogue) -> list[str]:
    """The ids of all rules, in the catalogue's order."""
    return [compiled.id for compiled in plan_of(catalogue)]


def _compiled(catalogue: Catalogue, rule: Rule) -> CompiledRule:
    conditions = [compile_condition(catalogue, row.when, rule.scope) if row.when else None for row in rule.rows]
    specs = [rule.when, *(row.when for row in rule.rows)]
    reads = decided_by(catalogue, questions_read(specs))
    asked_when = [catalogue.question(question).when for question in sorted(reads)]
    return CompiledRule(
        rule,
        rule.id,
        rule.scope,
        rule.effect == "relieve",
        compile_condition(catalogue, rule.when, rule.scope),
        tuple(zip(points_of(rule), conditions, strict=True)),
        bool(rule.valid_from or rule.valid_to),
        reads | needed_by(catalogue, {rule.scope, *rows_read([*specs, *asked_when])}),
    )


def first_pass(
    catalogue: Catalogue, views: Facts, on: date, *, traced: bool = False, reading: str | None = None
) -> Run:
    """Every rule in force (that depends on the question `reading`) on every row; relief comes last and is left out."""
    run = Run([], [], [])
    plan = plan_of(catalogue) if reading is None else _plans_reading(catalogue)[reading]
    scopes = SCOPES if reading is None else {compiled.scope for compiled in plan}
    judged = {scope: [(view, view.id, view.outcomes) for view in views.judged(scope)] for scope in scopes}
    of_proposal, trace = views.proposal.outcomes, run.trace
    for compiled in plan:
        rule = compiled.rule
        if compiled.is_relief:
            continue
        if compiled.is_dated and not is_in_force(rule, on):
            if traced:
                trace.append(RuleTrace(rule.id, "", "not_in_force", (), dated(rule, on)))
            continue
        when, rule_id = compiled.when.on, compiled.id
        for view, row, of_row in judged[compiled.scope]:
            truth, reasons = when(of_row, of_proposal)
            if truth is False:
                if traced:
                    trace.append(_new(RuleTrace, (rule_id, row, "quiet", reasons, "", ())))
                continue
            outcome = on_row(view, (truth, reasons))
            run.loud.add(rule_id)
            grades = _fire(compiled, view, outcome, run, traced)
            if traced:
                trace.append(_new(RuleTrace, (rule_id, row, OUTCOMES[outcome[0]], outcome[1], "", grades)))
    return run


def is_in_force(rule: Rule, on: date) -> bool:
    return (rule.valid_from is None or rule.valid_from <= on) and (rule.valid_to is None or on <= rule.valid_to)


def dated(rule: Rule, on: date) -> str:
    """The day from which a rule that is not in force will be, or on which it ended."""
    if rule.valid_from is not None and on < rule.valid_from:
        return f"from {rule.valid_from.isoformat()}"
    return f"until {rule.valid_to}"


def _fire(compiled: CompiledRule, view: View, outcome: Outcome, run: Run, traced: bool) -> tuple[GradeTrace, ...]:
    """Note what a rule that is not quiet finds and says, and what its rows of points came to."""
    rule, (truth, reasons) = compiled.rule, outcome
    if not compiled.rows:
        run.said.append(Said(rule, view, rule.effect, truth is True, reasons))
        return ()
    effects: dict[str, Said] = {}
    trace = []
    for points, when in compiled.rows:
        firm, why = truth is True, reasons
        if when is not None:
            row_truth, row_reasons = when(view)
            if traced:
                told = OUTCOMES[row_truth and truth]
                trace.append(_new(GradeTrace, (points.grade + 1, told, points.likelihood, points.impact, row_reasons)))
            if row_truth is False:
                continue
            firm = firm and row_truth is True
            why = once((reasons, row_reasons))
        elif traced:
            trace.append(_new(GradeTrace, (points.grade + 1, OUTCOMES[truth], points.likelihood, points.impact, ())))
        effect = points.effect
        run.fired.append(Fired(rule, view, points, firm, why))
        if effect != "advise":
            said = effects.get(effect)
            if said is None or (firm and not said.firm):
                effects[effect] = Said(rule, view, effect, firm, why)
    run.said += effects.values()
    return tuple(trace)

"""The first pass: every rule in force on every row, and what it found, stopped, escalated or advised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskassess.engine.catalogue import Catalogue, Row, Rule
from riskassess.engine.conditions import Condition, compile_condition, questions_read
from riskassess.engine.explaining import describe
from riskassess.engine.facts import Facts, Reason, Truth, View
from riskassess.engine.grading import Fired
from riskassess.engine.results import RuleTrace
from riskassess.engine.visibility import decided_by


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule: Rule
    when: Condition
    rows: tuple[tuple[Row, Condition | None], ...]
    reads: frozenset[str]  # questions, with those that decide whether these are asked


@dataclass(frozen=True, slots=True)
class Said:
    """A stop, escalation or piece of advice without or beside points, firm or possible, on one row."""

    rule: Rule
    view: View
    effect: str
    firm: bool
    reasons: tuple[Reason, ...]

    @property
    def order(self) -> tuple[str, str]:
        return self.rule.id, self.view.id


@dataclass(slots=True)
class Run:
    """What the first pass found."""

    fired: list[Fired]
    said: list[Said]
    trace: list[RuleTrace]

    def firm(self) -> list[Fired]:
        return [item for item in self.fired if item.firm]

    def upper(self) -> list[Fired]:
        """Firm and possible findings; a possible stop is listed as a hold and not counted."""
        return [item for item in self.fired if item.firm or item.effect != "stop"]

    def has(self, effect: str, *, firm: bool) -> bool:
        return any(item.effect == effect and (item.firm or not firm) for item in self.said)


_KEPT = 16
_plans: dict[str, tuple[CompiledRule, ...]] = {}


def plan_of(catalogue: Catalogue) -> tuple[CompiledRule, ...]:
    """The catalogue's rules, compiled once a process."""
    plan = _plans.get(catalogue.sha256)
    if plan is None:
        if len(_plans) >= _KEPT:
            _plans.clear()
        plan = _plans[catalogue.sha256] = tuple(
            CompiledRule(
                rule,
                compile_condition(catalogue, rule.when, rule.scope),
                tuple(
                    (row, compile_condition(catalogue, row.when, rule.scope) if row.when else None) for row in rule.rows
                ),
                decided_by(catalogue, questions_read([rule.when, *(row.when for row in rule.rows)])),
            )
            for rule in catalogue.rules
        )
    return plan


def first_pass(
    catalogue: Catalogue, views: Facts, on: date, *, traced: bool = False, reading: str | None = None
) -> Run:
    """Every rule in force (that depends on the question `reading`) on every row; relief comes last and is left out."""
    run = Run([], [], [])
    for compiled in plan_of(catalogue):
        rule = compiled.rule
        if rule.effect == "relieve" or (reading is not None and reading not in compiled.reads):
            continue
        if not is_in_force(rule, on):
            if traced:
                run.trace.append(RuleTrace(rule.id, "", "not_in_force", ()))
            continue
        for view in views.rows[rule.scope]:
            truth, reasons = compiled.when(view)
            if truth is not False:
                _fire(compiled, view, truth, reasons, run)
            if traced:
                outcome = {True: "fired", None: "possible", False: "quiet"}[truth]
                run.trace.append(RuleTrace(rule.id, view.id, outcome, describe(catalogue, views, reasons)))
    return run


def is_in_force(rule: Rule, on: date) -> bool:
    return (rule.valid_from is None or rule.valid_from <= on) and (rule.valid_to is None or on <= rule.valid_to)


def _fire(compiled: CompiledRule, view: View, truth: Truth, reasons: tuple[Reason, ...], run: Run) -> None:
    rule = compiled.rule
    if not compiled.rows:
        run.said.append(Said(rule, view, rule.effect, truth is True, reasons))
        return
    effects: dict[str, Said] = {}
    for grade, (row, when) in enumerate(compiled.rows):
        row_truth, row_reasons = when(view) if when else (True, ())
        if row_truth is False:
            continue
        firm = truth is True and row_truth is True
        why = tuple(dict.fromkeys(reasons + row_reasons))
        effect = row.effect or rule.effect
        factors = frozenset(row.factors if row.factors is not None else rule.factors)
        run.fired.append(
            Fired(
                rule, view, grade, firm, row.likelihood, row.impact, effect, factors, row.explain or rule.explain, why
            )
        )
        said = effects.get(effect)
        if effect != "advise" and (said is None or (firm and not said.firm)):
            effects[effect] = Said(rule, view, effect, firm, why)
    run.said += effects.values()

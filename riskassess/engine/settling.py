"""Open questions about rows that can change nothing any more, whatever the other open answers turn out to be.

Such a question need not be seen: each condition that reads it is decided beside it already. It stays asked in the
engine, so that no riskier answer ever closes a question there; where another answer changes, it is shown again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from riskassess.engine.catalogue import Catalogue, ConditionSpec, Scope
from riskassess.engine.conditions import compile_condition
from riskassess.engine.deciding import decided_by, questions_read, rows_read
from riskassess.engine.facts import Facts, View
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.leaves import Condition
from riskassess.engine.visibility import Asked, missing_answers, read_facts, visible_questions


@dataclass(frozen=True, slots=True)
class Part:
    """A condition that reads a question, with those of its parts that read it, too."""

    scope: Scope
    condition: Condition | None  # None: rows that are named later may turn it, so that it decides nothing by itself
    over: Scope | None  # the rows that its parts are about
    parts: tuple[Part, ...]  # none: it reads the answer itself
    beside: tuple[Condition, ...]  # its other parts, each of which decides it alone by being `decisive`
    decisive: bool


@once_a_catalogue
def _readings(catalogue: Catalogue) -> dict[str, tuple[Part, ...]]:
    """For each question of rows that may be settled, the conditions that read it. One on which others hang, or of which
    being unsure says something by itself, never is."""
    conditions: list[tuple[ConditionSpec, Scope]] = []
    for rule in catalogue.rules:
        for points in rule.rows or (None,):
            graded = points.when if points is not None else None
            conditions.append(({"all": [rule.when, graded]} if graded else rule.when, rule.scope))
    conditions += [(question.when, question.scope) for question in catalogue.questions if question.when]
    conditions += [(each.row_needed_when, "proposal") for each in catalogue.sections if each.row_needed_when]
    never = {name for each in catalogue.questions for name in (each.follows, each.part_of)}
    never |= {catalogue.benefit_question}.union(*(_unsure_read(spec) for spec, _scope in conditions))
    found: dict[str, tuple[Part, ...]] = {}
    for question in catalogue.questions:
        if question.scope != "proposal" and question.required and not question.field and question.id not in never:
            read = [each for each in conditions if question.id in questions_read(each[0])]
            found[question.id] = tuple(_part(catalogue, question.id, spec, scope) for spec, scope in read)
    return {name: readings for name, readings in found.items() if readings}


def _unsure_read(spec: Any) -> set[str]:
    parts = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ()
    own = {spec["unsure"]} if isinstance(spec, dict) and "unsure" in spec else set()
    return own.union(*(_unsure_read(part) for part in parts))


def _part(catalogue: Catalogue, question: str, spec: ConditionSpec, scope: Scope) -> Part:
    over: Scope | None = None
    inner: Any = []
    if "answer" not in spec:
        over = next((spec[name] for name in ("any", "every", "count") if isinstance(spec.get(name), str)), None)
        inner = [spec["where"]] if over else spec.get("all") or spec.get("any") or [spec["not"]]
    reading = [each for each in inner if question in questions_read(each)]
    others = [] if over else [each for each in inner if each not in reading and _is_steady(catalogue, each)]
    return Part(
        scope,
        compile_condition(catalogue, spec, scope) if _is_steady(catalogue, spec) else None,
        over,
        tuple(_part(catalogue, question, each, over or scope) for each in reading),
        tuple(compile_condition(catalogue, each, scope) for each in others),
        "any" in spec,
    )


def _is_steady(catalogue: Catalogue, spec: ConditionSpec) -> bool:
    """Whether no row that is named later can turn it: neither it nor what decides whether its questions are asked goes
    over such rows. Those of the first page are named before anything is asked about them."""
    asked = [catalogue.question(name).when for name in decided_by(catalogue, questions_read(spec))]
    return not any("technology" in rows_read(each) for each in (spec, *asked))


def settled_among(catalogue: Catalogue, views: Facts, asked: Iterable[Asked]) -> set[tuple[str, str]]:
    """Those of the asked questions, as (id, row), that have no answer and need none any more."""
    readings = _readings(catalogue)
    candidates = [each for each in asked if each.question.id in readings]
    if not candidates:
        return set()
    rows = {(scope, view.id): view for scope, of_scope in views.rows.items() for view in of_scope}
    return {
        (each.question.id, each.row)
        for each in candidates
        if rows[each.question.scope, each.row].value(each.question.id) in (None, "", [])
        and not any(
            _may_turn(part, view, views, each)
            for part in readings[each.question.id]
            for view in views.judged(part.scope) or (None,)
        )
    }


def needed_questions(catalogue: Catalogue, facts: Mapping[str, Any]) -> list[Asked]:
    """As `visible_questions`, without those that have no answer and need none any more."""
    return _needed(catalogue, facts, visible_questions(catalogue, facts))


def needed_answers(catalogue: Catalogue, facts: Mapping[str, Any]) -> list[Asked]:
    """As `missing_answers`, likewise."""
    return _needed(catalogue, facts, missing_answers(catalogue, facts))


def _needed(catalogue: Catalogue, facts: Mapping[str, Any], asked: list[Asked]) -> list[Asked]:
    settled = settled_among(catalogue, read_facts(catalogue, facts), asked)
    return [each for each in asked if (each.question.id, each.row) not in settled]


def _may_turn(part: Part, view: View | None, views: Facts, asked: Asked) -> bool:
    """Whether an answer to the question may still decide the condition. What is decided without it never turns, and
    neither does a whole that another of its parts decides. No row yet: it may come."""
    if view is None:
        return True
    if part.condition is not None and part.condition(view)[0] is not None:
        return False
    if any(other(view)[0] is part.decisive for other in part.beside):
        return False
    if not part.parts:
        return asked.question.scope == "proposal" or view.id == asked.row
    rows = views.judged(part.over) if part.over else (view,)
    return any(_may_turn(inner, each, views, asked) for each in rows for inner in part.parts)

"""Which questions are asked, given the answers so far. An open answer opens what the riskier one opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskassess.engine.catalogue import Catalogue, Question, Scope, Section
from riskassess.engine.conditions import compile_condition
from riskassess.engine.facts import Facts
from riskassess.engine.fitting import ReadRows
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.leaves import Condition
from riskassess.engine.results import Because


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on one row (empty: the proposal), and the answers that called it."""

    question: Question
    row: str
    row_label: str
    because: tuple[Because, ...]


@once_a_catalogue
def asking_of(catalogue: Catalogue) -> dict[str, Condition]:
    """The compiled conditions of the questions that are not always asked."""
    return {
        question.id: compile_condition(catalogue, question.when, question.scope)
        for question in catalogue.questions
        if question.when is not None
    }


@once_a_catalogue
def needing_of(catalogue: Catalogue) -> dict[Scope, tuple[Condition, ...]]:
    """The compiled conditions under which a row of a kind has to be named."""
    needing: dict[Scope, tuple[Condition, ...]] = {}
    for section in catalogue.sections:
        if section.row_needed_when is not None:
            needed = compile_condition(catalogue, section.row_needed_when, "proposal")
            needing[section.scope] = (*needing.get(section.scope, ()), needed)
    return needing


def read_facts(catalogue: Catalogue, data: Mapping[str, Any], read: ReadRows | None = None) -> Facts:
    """Views over facts that were checked or made by us; `read` is what checking them gave."""
    return Facts(catalogue, data, asking_of(catalogue), needing_of(catalogue), read)


@once_a_catalogue
def questionnaire_of(catalogue: Catalogue) -> tuple[tuple[Question, str, Scope], ...]:
    """The questions that are no fields of the proposal, each with its id and scope, in the catalogue's order."""
    return tuple((each, each.id, each.scope) for each in catalogue.questions if each.field is None)


Required = dict[Scope, tuple[frozenset[str], dict[str, tuple[int, Question]]]]


@once_a_catalogue
def required_of(catalogue: Catalogue) -> Required:
    """By scope: the required questions of the questionnaire, and all of them with their places in it."""
    places: dict[Scope, dict[str, tuple[int, Question]]] = {}
    for place, (question, name, scope) in enumerate(questionnaire_of(catalogue)):
        places.setdefault(scope, {})[name] = place, question
    return {
        scope: (frozenset(name for name, (_place, question) in of_scope.items() if question.required), of_scope)
        for scope, of_scope in places.items()
    }


def visible_questions(catalogue: Catalogue, facts: Mapping[str, Any]) -> list[Asked]:
    """The asked questions in the catalogue's order; those of rows once for each row. Proposal fields are left out."""
    views = read_facts(catalogue, facts)
    return [
        Asked(question, view.id, view.label, view.asking(question.id)[1])
        for question, name, scope in questionnaire_of(catalogue)
        for view in views.rows[scope]
        if view.asked(name) is not False
    ]


def missing_answers(catalogue: Catalogue, facts: Mapping[str, Any]) -> list[Asked]:
    """Asked, required, and neither answered nor unsure; proposal fields included."""
    views = read_facts(catalogue, facts)
    return [
        Asked(question, view.id, view.label, ())
        for question in catalogue.questions
        if question.required and question.type != "evidence" and question.field not in FIELD_ROWS | GIVEN_LATER
        for view in views.rows[question.scope]
        if view.asked(question.id) is not False and view.value(question.id) is None
    ] + [
        Asked(question, "", "", ())
        for question in catalogue.questions
        if question.field in FIELD_ROWS and question.required and not views.rows[FIELD_ROWS[question.field]]
    ]


def needed_rows(catalogue: Catalogue, facts: Mapping[str, Any]) -> list[Section]:
    """Sections that need at least one row by the answers so far. An open answer asks as a yes does."""
    views = read_facts(catalogue, facts)
    return [
        section
        for section in catalogue.sections
        if section.row_needed_when is not None
        and compile_condition(catalogue, section.row_needed_when, "proposal")(views.proposal)[0] is not False
    ]


def missing_rows(catalogue: Catalogue, facts: Mapping[str, Any]) -> list[Section]:
    """Those of the `needed_rows` that have none."""
    views = read_facts(catalogue, facts)
    return [section for section in needed_rows(catalogue, facts) if not views.rows[section.scope]]


# Fields whose answer is a list of rows: missing while there is no row.
FIELD_ROWS: dict[str | None, Scope] = {"partners": "partner"}
# Fields that are given with or after the last look: the statement at submitting, and the safeguards.
GIVEN_LATER: dict[str | None, Scope] = {"attest": "proposal", "safeguards": "proposal"}

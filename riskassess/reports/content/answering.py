from datetime import date

from django.utils.formats import date_format
from django.utils.translation import pgettext

from riskassess.assessments.wording import SCOPES, words_of
from riskassess.engine.catalogue import UNSURE, Catalogue
from riskassess.engine.settling import needed_questions
from riskassess.reports.shapes import AnswerGroup, AnswerLine


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def day_words(day: date) -> str:
    """A date that no end of a line takes apart."""
    return date_format(day, pgettext("a day in a report", "j F Y")).replace(" ", "\u00a0")


def answer_groups(catalogue: Catalogue, facts: dict) -> tuple[AnswerGroup, ...]:
    """Every question that was asked with its answer, section by section and row by row, in the catalogue's order.

    What is asked as a field of the proposal (kinds, partners, funders) stands in the proposal's own part.
    """
    rows = {(scope, row["id"]): row for scope, name in SCOPES.items() for row in facts.get(name, ())}
    lines: dict[tuple[str, str], list[AnswerLine]] = {}
    labels: dict[tuple[str, str], str] = {}
    for asked in needed_questions(catalogue, facts):
        question, row_id = asked.question, asked.row or ""
        if question.field:
            continue
        row = rows.get((question.scope, row_id))
        value = (row if row is not None else facts)["answers"].get(question.id)
        unsure = value == UNSURE or (isinstance(value, list) and UNSURE in value)
        key = (question.section, row_id)
        labels[key] = row["label"] if row is not None else ""
        lines.setdefault(key, []).append(
            AnswerLine(question.text, words_of(question, value), unsure, bool(question.follows))
        )
    sections = {section.id: place for place, section in enumerate(catalogue.sections)}
    places = {row_id: place for place, (_scope, row_id) in enumerate(rows)}  # as the proposal names them
    return tuple(
        AnswerGroup(catalogue.section(section).title, labels[section, row], tuple(found))
        for (section, row), found in sorted(
            lines.items(), key=lambda item: (sections[item[0][0]], places.get(item[0][1], -1))
        )
    )

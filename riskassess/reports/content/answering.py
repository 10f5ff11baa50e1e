from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from riskassess.engine.catalogue import UNSURE, Catalogue, Question
from riskassess.engine.visibility import visible_questions
from riskassess.reports.content.shapes import AnswerGroup, AnswerLine

ROWS = {"partner": "partners", "technology": "technology", "funder": "funders"}


def day_words(day: date) -> str:
    """A date that no end of a line takes apart."""
    return date_format(day, pgettext("a day in a report", "j F Y")).replace(" ", "\u00a0")


def words_of(question: Question, value) -> str:
    """An answer as its options say it; nothing for an empty one."""
    if isinstance(value, list | tuple):
        return "; ".join(words_of(question, one) for one in value)
    if value is None or value == "":
        return ""
    if value == UNSURE:
        return _("Unsure")
    option = question.option(str(value))
    if option is not None:
        return option.text
    if question.type == "date":
        return day_words(date.fromisoformat(str(value)))
    return {"yes": _("Yes"), "no": _("No")}.get(value, str(value)) if question.type == "yes_no" else str(value)


def answer_groups(catalogue: Catalogue, facts: dict) -> tuple[AnswerGroup, ...]:
    """Every question that was asked with its answer, section by section and row by row, in the catalogue's order.

    What is asked as a field of the proposal (kinds, partners, funders) stands in the proposal's own part.
    """
    rows = {(scope, row["id"]): row for scope, name in ROWS.items() for row in facts.get(name, ())}
    lines: dict[tuple[str, str], list[AnswerLine]] = {}
    labels: dict[tuple[str, str], str] = {}
    for asked in visible_questions(catalogue, facts):
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
    order = {section.id: place for place, section in enumerate(catalogue.sections)}
    return tuple(
        AnswerGroup(catalogue.section(section).title, labels[section, row], tuple(found))
        for (section, row), found in sorted(lines.items(), key=lambda item: order[item[0][0]])
    )

"""Answers as a person reads them: questions in their order, each answer in words. For pages and reports alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from riskassess.assessments.models import ProposalVersion
from riskassess.engine.catalogue import UNSURE, Catalogue, Question
from riskassess.proposals.visits import visit_words

SCOPES = {"partner": "partners", "technology": "technology", "funder": "funders"}


@dataclass(frozen=True)
class AnswerLine:
    question: Question
    row: str
    row_label: str
    words: str  # empty: not answered
    is_unsure: bool


@dataclass(frozen=True)
class AnswerGroup:
    title: str
    lines: tuple[AnswerLine, ...]


def words_of(question: Question, value) -> str:
    """An answer in words; empty where there is none."""
    if value in (None, "", []):
        return ""
    values = value if isinstance(value, list) else [value]
    words = []
    for item in values:
        option = question.option(item) if isinstance(item, str) else None
        if item == UNSURE:
            words.append(_("Unsure"))
        elif option is not None:
            words.append(option.text)
        elif question.type == "yes_no":
            words.append({"yes": _("Yes"), "no": _("No")}.get(item, str(item)))
        else:
            words.append(str(item))
    return ", ".join(words)


def answer_groups(content: dict, catalogue: Catalogue) -> list[AnswerGroup]:
    """What a version says, section by section; questions without an answer are left out."""
    groups = []
    for section in catalogue.sections:
        asked = catalogue.questions_of(section.id)
        lines = tuple(line for question in asked for line in lines_of(content, question) if line.words)
        if lines:
            groups.append(AnswerGroup(section.title, lines))
    return groups


def lines_of(content: dict, question: Question) -> Iterator[AnswerLine]:
    if question.scope == "proposal":
        yield _line(question, "", "", content["answers"].get(question.id))
        return
    for row in content[SCOPES[question.scope]]:
        yield _line(question, row["id"], row["label"], row["answers"].get(question.id))


def _line(question, row, label, value) -> AnswerLine:
    unsure = value == UNSURE or (isinstance(value, list) and UNSURE in value)
    return AnswerLine(question, row, label, words_of(question, value), unsure)


def visits_of(content: dict) -> list[str]:
    """The planned visits of a version in words, a line each; versions from before there were any have none."""
    partners = {row["id"]: row["label"] for row in content["partners"]}
    lines = []
    for visit in content.get("visits", []):
        words = visit_words(visit, partners)
        lines.append(f"{words}: {visit['access']}" if visit["access"] else words)
    return lines


@dataclass(frozen=True)
class Change:
    question: str
    row_label: str
    before: str
    after: str


def changes_between(before: ProposalVersion, after: ProposalVersion, catalogue: Catalogue) -> list[Change]:
    """What another version says differently, answers and the fields of the proposal alike."""
    found = []
    names = {"title": _("Title"), "summary": _("Summary"), "unit": _("Unit"), "starts": _("Start"), "ends": _("End")}
    for name, label in names.items():
        old, new = before.content["proposal"].get(name) or "", after.content["proposal"].get(name) or ""
        if old != new:
            found.append(Change(label, "", str(old), str(new)))
    for key, label in (("partners", _("Partners")), ("funders", _("Funders")), ("technology", _("Technology"))):
        old, new = (", ".join(row["label"] for row in v.content[key]) for v in (before, after))
        if old != new:
            found.append(Change(label, "", old, new))
    old, new = ("; ".join(visits_of(v.content)) for v in (before, after))
    if old != new:
        found.append(Change(_("Planned visits"), "", old, new))
    for question in catalogue.questions:
        old_lines = {line.row: line for line in lines_of(before.content, question)}
        new_lines = {line.row: line for line in lines_of(after.content, question)}
        for row in {**old_lines, **new_lines}:
            old_words = old_lines[row].words if row in old_lines else ""
            new_words = new_lines[row].words if row in new_lines else ""
            if old_words != new_words:
                label = (new_lines.get(row) or old_lines[row]).row_label
                found.append(Change(question.text, label, old_words, new_words))
    return found

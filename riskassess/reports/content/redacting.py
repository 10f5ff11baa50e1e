"""Facts and content without names, partners and free text; what was chosen from a list stays, as rules read it."""

from django.utils.translation import gettext as _

from riskassess.assessments.facts import CHOSEN, ROWS
from riskassess.engine.catalogue import UNSURE, Catalogue

KEPT_TYPES = CHOSEN | {"date"}


def left_out() -> str:
    return _("left out")


def redacted_facts(catalogue: Catalogue, facts: dict) -> dict:
    told = _told(catalogue)
    rows = {name: [_row(row, label, told) for row, label in _labelled(name, facts.get(name, []))] for name in ROWS}
    return {**facts, "answers": _answers(facts["answers"], told), **rows}


def redacted_content(catalogue: Catalogue, content: dict) -> dict:
    """Of a version what may still be told: kinds, days, roles, how many; no evidence and no visit, whose words are
    free text."""
    told, said = _told(catalogue), content["proposal"]
    proposal = {
        **said,
        "title": _("Title left out"),
        "summary": "",
        "owner": left_out(),
        "coinvestigators": [],
    }
    rows = {
        name: [
            {**_row(row, label, told), **{part: "" for part in ("country", "ror", "partner") if part in row}}
            for row, label in _labelled(name, content[name])
        ]
        for name in ROWS
    }
    bare = {name: value for name, value in content.items() if name not in ("evidence", "visits")}
    return {**bare, "proposal": proposal, "answers": _answers(content["answers"], told), **rows}


def labels_of(content: dict) -> dict[str, str]:
    """Row id -> the label that stands for its name."""
    return {row["id"]: label for name in ROWS for row, label in _labelled(name, content.get(name, []))}


def _labelled(name: str, rows: list[dict]):
    words = {"partners": _("Partner %(number)d"), "funders": _("Funder %(number)d"), "technology": _("Item %(number)d")}
    for number, row in enumerate(rows, start=1):
        yield row, words[name] % {"number": number}


def _row(row: dict, label: str, told: set[str]) -> dict:
    redacted = {**row, "label": label, "answers": _answers(row["answers"], told)}
    redacted.pop("contacts", None)
    return redacted


def _told(catalogue: Catalogue) -> set[str]:
    return {question.id for question in catalogue.questions if question.type in KEPT_TYPES}


def _answers(answers: dict, told: set[str]) -> dict:
    """Free text is replaced, so that what was answered still counts as answered; a date says when, nothing of whom."""
    return {question: _answer(question, value, told) for question, value in answers.items()}


def _answer(question: str, value, told: set[str]):
    is_free = isinstance(value, str) and value not in ("", UNSURE) and question not in told
    return left_out() if is_free else value

"""What if: an assessment's facts with safeguards, rows or answers otherwise. Nothing here is ever stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.wording import SCOPES, words_of
from riskassess.engine.catalogue import UNSURE, Catalogue, Question
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import visible_questions

LEFT_OUT = ("partners", "technology")
TOGGLED = {"yes_no", "single", "scale", "multi"}
MOST_ANSWERS = 12


@dataclass(frozen=True)
class AnswerTried:
    """One answer put in place of the filed one: of a question on a row (empty: the proposal)."""

    question: Question
    row: str
    row_label: str
    value: str

    @property
    def key(self) -> str:
        return f"{self.question.id}|{self.row}|{self.value}"

    @property
    def words(self) -> str:
        name = f"{self.question.text} ({self.row_label})" if self.row_label else self.question.text
        return f"{name}: {words_of(self.question, self.value)}"


@dataclass(frozen=True)
class Tried:
    """The three kinds of toggles, and what the engine makes of them."""

    safeguards: frozenset[tuple[str, str]]
    without: frozenset[str]
    answers: tuple[AnswerTried, ...]
    facts: dict
    result: Assessment


def try_out(
    record: AssessmentRecord, *, safeguards: Iterable[tuple[str, str]], without: Iterable[str], answers: Iterable[str]
) -> Tried:
    """Assess the stored facts anew with these (finding, mitigation) taken up and no other, without these rows, with
    these answers. What the record does not know is left aside, so that an old address never fails."""
    catalogue = catalogue_of(record.release)
    facts = record.facts
    known = {row["id"] for name in LEFT_OUT for row in facts[name]}
    gone = frozenset(without) & known
    given = dict.fromkeys(_read_answers(catalogue, facts, list(answers)[:MOST_ANSWERS]))
    taken = frozenset(pair for pair in safeguards if _is_offered(catalogue, *pair))
    changed = _with_answers(facts, given) if given else dict(facts)
    for name in LEFT_OUT:
        changed[name] = [row for row in changed[name] if row["id"] not in gone]
    states = {(row["finding"], row["mitigation"]): row["state"] for row in facts.get("safeguards") or ()}
    changed["safeguards"] = [
        {"finding": pair[0], "mitigation": pair[1], "state": states.get(pair, "proposed")} for pair in sorted(taken)
    ]
    return Tried(taken, gone, tuple(given), changed, assess(catalogue, changed, on=record.as_of))


def standing_safeguards(record: AssessmentRecord) -> frozenset[tuple[str, str]]:
    """The (finding, mitigation) of what is proposed or agreed in the stored facts."""
    rows = record.facts.get("safeguards") or ()
    return frozenset((row["finding"], row["mitigation"]) for row in rows if row["state"] != "refused")


def answers_to_try(catalogue: Catalogue, facts: dict) -> list[tuple[str, list[tuple[str, str]]]]:
    """(question in words, (key, answer in words) of each answer that is not the present one), in the catalogue's
    order; also what only an officer's finding of fact can set."""
    values = {("", question): value for question, value in facts["answers"].items()}
    values |= {
        (row["id"], question): value
        for name in SCOPES.values()
        for row in facts[name]
        for question, value in row["answers"].items()
    }
    found = []
    for asked in visible_questions(catalogue, facts):
        if asked.question.type not in TOGGLED:
            continue
        present = values.get((asked.row, asked.question.id))
        options = []
        for value in choices_of(asked.question):
            tried = AnswerTried(asked.question, asked.row, asked.row_label, value)
            words = words_of(asked.question, value)
            if asked.question.type == "multi" and value != UNSURE:
                chosen = isinstance(present, list) and value in present
                words = (_("without: %(answer)s") if chosen else _("also: %(answer)s")) % {"answer": words}
            elif present == value or present == [value]:
                continue
            options.append((tried.key, words))
        name = f"{asked.question.text} ({asked.row_label})" if asked.row_label else asked.question.text
        found.append((name, options))
    return found


def choices_of(question: Question) -> list[str]:
    values = [option.id for option in question.options] or (["yes", "no"] if question.type == "yes_no" else [])
    return [*values, UNSURE] if question.unsure else values


def _is_offered(catalogue: Catalogue, finding: str, mitigation: str) -> bool:
    rule = next((rule for rule in catalogue.rules if rule.id == finding.partition(":")[0]), None)
    return rule is not None and mitigation in rule.mitigations


def _read_answers(catalogue: Catalogue, facts: dict, keys: list[str]) -> list[AnswerTried]:
    found = []
    labels = {(scope, row["id"]): row["label"] for scope, name in SCOPES.items() for row in facts[name]}
    labels["proposal", ""] = ""
    for key in keys:
        question_id, _bar, rest = key.partition("|")
        row, _bar, value = rest.partition("|")
        if not catalogue.has_question(question_id):
            continue
        question = catalogue.question(question_id)
        fits = question.type in TOGGLED and question.field is None and value in choices_of(question)
        if fits and (question.scope, row) in labels:
            found.append(AnswerTried(question, row, labels[question.scope, row], value))
    return found


def _with_answers(facts: dict, given: Iterable[AnswerTried]) -> dict:
    changed = {**facts, "answers": dict(facts["answers"])}
    for name in SCOPES.values():
        changed[name] = [{**row, "answers": dict(row["answers"])} for row in facts[name]]
    for tried in given:
        rows = (
            [changed] if not tried.row else [r for r in changed[SCOPES[tried.question.scope]] if r["id"] == tried.row]
        )
        answers = rows[0]["answers"]
        answers[tried.question.id] = value_after(tried, answers.get(tried.question.id))
    return changed


def value_after(tried: AnswerTried, present):
    """The answer that the toggle leads to: of several choices, this one in or out."""
    if tried.question.type != "multi" or tried.value == UNSURE:
        return tried.value
    chosen = [item for item in present if item != UNSURE] if isinstance(present, list) else []
    return [item for item in chosen if item != tried.value] if tried.value in chosen else [*chosen, tried.value]


def read_answer(catalogue: Catalogue, facts: dict, key: str) -> AnswerTried | None:
    """The answer that a key of `answers_to_try` stands for; none where the facts do not know it."""
    return next(iter(_read_answers(catalogue, facts, [key])), None)

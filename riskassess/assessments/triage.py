"""Six answers, and the engine's word on them: what an ordinary proposal would come to that differs in these alone."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskassess.assessments.facts import NO_VALUE
from riskassess.engine.catalogue import LEVELS, ROUTES, UNSURE, Catalogue, Mitigation, Question
from riskassess.engine.fitting import ROW_LISTS
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import missing_answers, missing_rows, visible_questions

# They call up most other questions, so they leave least to guess. A release that lacks one asks the others.
QUESTIONS = ("T4", "D1", "T5", "X1", "Y1", "O4")
QUICK, FULL, HELP = "quick", "full", "help"
CALM_ROUTES = {"fast_track", "light"}


@dataclass(frozen=True)
class Triage:
    verdict: str  # QUICK, FULL or HELP
    result: Assessment
    calm: Assessment  # the same where all that these answers call up turns out ordinary
    called: tuple[Question, ...]  # what these answers call up, and what stays open here
    safeguards: tuple[Mitigation, ...]  # what would lower the findings, the cheapest first
    unsure: int  # how many of the questions are open

    @property
    def is_mostly_open(self) -> bool:
        return self.unsure * 2 >= len(QUESTIONS)


def triage_questions(catalogue: Catalogue) -> list[Question]:
    return [catalogue.question(name) for name in QUESTIONS if catalogue.has_question(name)]


def triage(catalogue: Catalogue, answers: dict[str, Any], *, on: date) -> Triage:
    """Assess an ordinary proposal with these answers. What only they call up stays open, so that no doubt is hidden.

    Nobody is asked where the partner is: one inside the zones that a law names and one outside are tried, and the
    heavier result is shown.
    """
    facts = deepcopy(_ordinary(catalogue)) | {"as_of": on.isoformat()}
    for question in triage_questions(catalogue):
        _place(facts, question)[question.id] = answers.get(question.id, UNSURE)
    for section in missing_rows(catalogue, facts):
        facts[ROW_LISTS[section.scope]] = [{"id": "r1", "label": "", "answers": {}, "facts": {}}]
    elsewhere = deepcopy(facts)
    elsewhere[ROW_LISTS["partner"]][0]["facts"] |= dict.fromkeys(_place_facts(catalogue), "no")
    facts, result = max(((each, assess(catalogue, each, on=on)) for each in (facts, elsewhere)), key=_weight)
    called = {item.question.id: item.question for item in missing_answers(catalogue, facts) if not item.question.field}
    calm = deepcopy(facts)
    _fill(catalogue, calm)
    named = {name for finding in result.findings for name in finding.mitigations}
    unsure = sum(_is_unsure(answers.get(question.id)) for question in triage_questions(catalogue))
    return Triage(
        _verdict(result, unsure),
        result,
        assess(catalogue, calm, on=on),
        tuple(called.values()),
        tuple(sorted((catalogue.mitigation(name) for name in named), key=lambda item: (item.effort, item.name))),
        unsure,
    )


def _verdict(result: Assessment, unsure: int) -> str:
    """Early help where a law, a panel or more doubt than knowledge is in sight; else what the route says."""
    if result.route == "panel" or any(hold.state == "firm" for hold in result.holds):
        return HELP
    if unsure * 2 >= len(QUESTIONS):
        return HELP
    return QUICK if result.route in CALM_ROUTES else FULL


def _weight(tried: tuple[dict[str, Any], Assessment]) -> tuple[int, int, int]:
    result = tried[1]
    return ROUTES.index(result.route), LEVELS.index(result.inherent.upper), len(result.findings)  # type: ignore[arg-type]


def _place_facts(catalogue: Catalogue) -> list[str]:
    """Dated legal facts about a partner's place: in a zone, or not."""
    return [name for name, values in catalogue.facts.get("partner", {}).items() if set(values) == {"yes", "no"}]


def _is_unsure(value: Any) -> bool:
    return value in (None, UNSURE, [], [UNSURE])


@once_a_catalogue
def _ordinary(catalogue: Catalogue) -> dict[str, Any]:
    """A proposal with one partner in which each question that is asked has its least risky answer."""
    row: dict[str, Any] = {"id": "p1", "label": "", "answers": {}, "facts": _facts(catalogue, "partner")}
    funder: dict[str, Any] = {"id": "f1", "label": "", "answers": {}, "facts": _facts(catalogue, "funder")}
    facts: dict[str, Any] = {"as_of": None, "answers": {}, "facts": _facts(catalogue, "proposal")}
    facts |= {name: [] for name in ROW_LISTS.values()} | {"safeguards": []}
    facts[ROW_LISTS["partner"]], facts[ROW_LISTS["funder"]] = [row], [funder]
    for question in catalogue.questions:
        if question.when is None and question.scope != "technology" and question.options:
            _place(facts, question)[question.id] = _least(question)
    _fill(catalogue, facts)
    return facts


def _fill(catalogue: Catalogue, facts: dict[str, Any]) -> None:
    """Give what is asked and not answered its least risky answer; an answer may call up the next question."""
    grew = True
    while grew:  # an answer may call up the next question
        asked = [item.question for item in visible_questions(catalogue, facts)]
        new = [question for question in asked if question.id not in _place(facts, question)]
        new = [question for question in new if question.type == "yes_no" or question.options]
        for question in new:
            _place(facts, question)[question.id] = _least(question)
        grew = bool(new)


def _place(facts: dict[str, Any], question: Question) -> dict[str, Any]:
    """Where the answer stands: with the proposal, or with the one row of its kind."""
    if question.scope == "proposal":
        answers: dict[str, Any] = facts["answers"]
    else:
        answers = facts[ROW_LISTS[question.scope]][0]["answers"]
    return answers


def _least(question: Question) -> Any:
    if question.type == "yes_no" and not question.options:
        return "no"
    least = min(question.options, key=lambda option: option.risk if option.risk is not None else 0).id
    return [least] if question.type == "multi" else least


def _facts(catalogue: Catalogue, scope: str) -> dict[str, Any]:
    """What registers say of most: nothing, or the value with the least risk."""
    singles = catalogue.facts.get(scope, {})  # type: ignore[call-overload]
    sets = catalogue.fact_sets.get(scope, {})  # type: ignore[call-overload]
    least = {
        name: next((value for value in values if value != NO_VALUE), values[0]) for name, values in singles.items()
    }
    return least | {name: [] for name in sets}

"""Whether facts fit a catalogue; a problem names its place as a JSON path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.keeping import once_a_catalogue

ROW_LISTS: dict[Scope, str] = {"partner": "partners", "technology": "technology", "funder": "funders"}
SAFEGUARD_STATES = ("proposed", "agreed", "fulfilled", "refused")
MOST_ROWS = 200


class FactsError(ValueError):
    """The facts cannot be read. Each problem names its place as a JSON path."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def check_facts(catalogue: Catalogue, data: Any) -> None:
    """Raise FactsError unless the engine can read these facts."""
    if _plain_of(catalogue).fits(data):
        return
    problems = list(_problems(catalogue, data))
    if problems:
        raise FactsError(problems)


class _Usual(dict[str, frozenset[str]]):
    def __missing__(self, name: str) -> frozenset[str]:
        return frozenset()


class _Plain:
    """Sees quickly that facts are as they nearly always are; what it does not know is left to the slow look."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.questions: dict[Scope, dict[str, tuple[Question, frozenset[str]]]] = {}
        # Questions and facts of one value, with the values that they take.
        self.usual: dict[Scope, _Usual] = {scope: _Usual() for scope in ("proposal", *ROW_LISTS)}
        self.usual_facts = {scope: _Usual() for scope in self.usual}
        for question in catalogue.questions:
            allowed = frozenset([*_choices(question), UNSURE] if question.unsure else _choices(question))
            self.questions.setdefault(question.scope, {})[question.id] = question, allowed
            if question.type != "multi":
                self.usual[question.scope][question.id] = allowed
        self.facts, self.fact_sets = catalogue.facts, catalogue.fact_sets
        for scope, facts in catalogue.facts.items():
            self.usual_facts[scope].update({name: frozenset(values) for name, values in facts.items()})
        self.mitigations = {mitigation.id for mitigation in catalogue.mitigations}

    def fits(self, data: Any) -> bool:
        try:
            return self._fits(data)
        except TypeError:  # a value where none can be
            return False

    def _fits(self, data: Any) -> bool:
        if type(data) is not dict or not self._row_fits(data, "proposal"):
            return False
        ids, count = set(), 0
        for scope, name in ROW_LISTS.items():
            rows = data.get(name, [])
            if type(rows) is not list or len(rows) > MOST_ROWS:
                return False
            for row in rows:
                if type(row) is not dict or type(row.get("id")) is not str or not self._row_fits(row, scope):
                    return False
                ids.add(row["id"])
            count += len(rows)
        return len(ids) == count and "" not in ids and self._safeguards_fit(data.get("safeguards", []))

    def _row_fits(self, row: Mapping[str, Any], scope: Scope) -> bool:
        answers, facts = row.get("answers"), row.get("facts")
        answers, facts = {} if answers is None else answers, {} if facts is None else facts
        if type(answers) is not dict or type(facts) is not dict:
            return False
        questions, usual = self.questions.get(scope, {}), self.usual[scope]
        for question_id, value in [
            item for item in answers.items() if type(item[1]) is not str or item[1] not in usual[item[0]]
        ]:
            if question_id not in questions:
                return False
            question, allowed = questions[question_id]
            if type(value) is list and question.type == "multi":
                if not allowed.issuperset(value):
                    return False
            elif value is not None and value_problem(question, value):
                return False
        sets, usual = self.fact_sets.get(scope, {}), self.usual_facts[scope]
        return all(
            name in sets and type(value) is list and all(item in sets[name] for item in value)
            for name, value in facts.items()
            if type(value) is not str or value not in usual[name]
        )

    def _safeguards_fit(self, safeguards: Any) -> bool:
        return type(safeguards) is list and all(
            type(item) is dict
            and type(item.get("mitigation")) is str
            and item["mitigation"] in self.mitigations
            and item.get("state") in SAFEGUARD_STATES
            for item in safeguards
        )


@once_a_catalogue
def _plain_of(catalogue: Catalogue) -> _Plain:
    return _Plain(catalogue)


def _choices(question: Question) -> list[str]:
    return [option.id for option in question.options] or (["yes", "no"] if question.type == "yes_no" else [])


def _problems(catalogue: Catalogue, data: Any) -> Iterator[str]:
    if not isinstance(data, dict):
        yield "$: expected an object with answers, partners, technology and funders"
        return
    yield from answer_problems(catalogue, data.get("answers"), "proposal", "answers")
    yield from fact_problems(catalogue, data.get("facts"), "proposal", "facts")
    seen: dict[str, str] = {}  # reasons and findings name a row by its id alone
    for scope, name in ROW_LISTS.items():
        rows = data.get(name, [])
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            yield f"{name}: expected a list of at most {MOST_ROWS} rows"
            continue
        for index, row in enumerate(rows):
            path = f"{name}[{index}]"
            if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
                yield f"{path}.id: each row needs an id"
                continue
            if row["id"] in seen:
                yield f'{path}.id: "{row["id"]}" is the id of {seen[row["id"]]} already; give each row its own'
            seen[row["id"]] = path
            yield from answer_problems(catalogue, row.get("answers"), scope, f"{path}.answers")
            yield from fact_problems(catalogue, row.get("facts"), scope, f"{path}.facts")
    yield from safeguard_problems(catalogue, data.get("safeguards", []))


def answer_problems(catalogue: Catalogue, answers: Any, scope: Scope, path: str) -> Iterator[str]:
    if answers is None:
        return
    if not isinstance(answers, dict):
        yield f"{path}: expected an object of question ids and answers"
        return
    for question_id, value in answers.items():
        where = f"{path}.{question_id}"
        if not catalogue.has_question(question_id):
            yield f"{where}: there is no question {question_id}"
            continue
        question = catalogue.question(question_id)
        if question.scope != scope:
            yield f"{where}: {question_id} is asked for each {question.scope}, not here"
        elif problem := value_problem(question, value):
            yield f"{where}: {problem}"


def value_problem(question: Question, value: Any) -> str:
    """What is wrong with an answer; empty when it fits."""
    if value in (None, "", []):
        return ""
    choices = _choices(question)
    allowed = [*choices, UNSURE] if question.unsure else choices
    if question.type in {"yes_no", "single", "scale"}:
        if not isinstance(value, str | int) or isinstance(value, bool):
            return f"expected one of {', '.join(allowed)}"
        return "" if value in allowed else f"{json.dumps(value)} is not one of {', '.join(allowed)}"
    if question.type == "multi":
        if isinstance(value, str) and value == UNSURE and question.unsure:
            return ""
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return f"expected a list out of {', '.join(allowed)}"
        wrong = [item for item in value if item not in allowed]
        return f"{json.dumps(wrong[0])} is not one of {', '.join(allowed)}" if wrong else ""
    if question.type == "number":
        return "" if isinstance(value, int) and not isinstance(value, bool) else "expected a whole number"
    if not isinstance(value, str):
        return "expected a text"
    return "" if len(value) <= 10_000 else "longer than 10,000 characters"


def fact_problems(catalogue: Catalogue, facts: Any, scope: Scope, path: str) -> Iterator[str]:
    singles, sets = catalogue.facts.get(scope, {}), catalogue.fact_sets.get(scope, {})
    if not isinstance(facts or {}, dict):
        yield f"{path}: expected an object of facts"
        return
    facts = facts or {}
    for name, value in facts.items():
        if name in sets:
            wrong = [v for v in value if v not in sets[name]] if isinstance(value, list) else [value]
            if wrong:
                yield f"{path}.{name}: {json.dumps(wrong[0])} is not one of {', '.join(sets[name])}"
        elif name not in singles:
            yield f"{path}.{name}: there is no such fact"
        elif value not in singles[name]:
            yield f"{path}.{name}: {json.dumps(value)} is not one of {', '.join(singles[name])}"


def safeguard_problems(catalogue: Catalogue, safeguards: Any) -> Iterator[str]:
    if not isinstance(safeguards, list):
        yield "safeguards: expected a list"
        return
    known = {mitigation.id for mitigation in catalogue.mitigations}
    for index, item in enumerate(safeguards):
        if not isinstance(item, dict) or not isinstance(item.get("mitigation"), str):
            yield f"safeguards[{index}].mitigation: expected an object with the id of a safeguard and its state"
        elif item["mitigation"] not in known:
            yield f"safeguards[{index}].mitigation: there is no such safeguard"
        elif not isinstance(item.get("finding") or "", str):
            yield f"safeguards[{index}].finding: expected a rule such as K04, or a rule and a row such as K04:p1"
        elif item.get("state") not in SAFEGUARD_STATES:
            yield f"safeguards[{index}].state: expected one of {', '.join(SAFEGUARD_STATES)}"

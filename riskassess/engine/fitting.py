"""Whether facts fit a catalogue; a problem names its place as a JSON path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.nearness import in_brackets

ROW_LISTS: dict[Scope, str] = {"partner": "partners", "technology": "technology", "funder": "funders"}
SAFEGUARD_STATES = ("proposed", "agreed", "fulfilled", "refused")
MOST_ROWS = 200
MOST_LETTERS = 10_000
MOST_LISTS = 2_000
_new = tuple.__new__  # a named tuple in one step
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


class FactsError(ValueError):
    """The facts cannot be read. Each problem names its place as a JSON path."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class ReadRow(NamedTuple):
    """A row as the engine keeps it: answers and facts by name, with several values in order and nothing empty; and
    each of them as JSON writes it, with its name in front."""

    id: str
    label: str
    values: dict[str, Any]
    facts: Mapping[str, Any]
    answer_texts: list[str]
    fact_texts: list[str]


ReadRows = dict[Scope, list[ReadRow]]
Lists = dict[tuple[str, ...], tuple[Any, str]]  # kind of row, name and values -> values in order, and as JSON


def check_facts(catalogue: Catalogue, data: Any) -> ReadRows | None:
    """Raise FactsError unless the engine can read these facts. Gives them read, where they are as they nearly always
    are."""
    read = _quick_of(catalogue).read(data)
    if read is None:
        problems = list(_problems(catalogue, data))
        if problems:
            raise FactsError(problems)
    return read


class _FreeTexts(dict[str, str]):
    """What JSON writes of answers in free form, each of which is met once."""

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most

    def __missing__(self, value: str) -> str:
        if not value or len(value) > self.most:
            raise KeyError(value)
        return _written(self.name, value)


class _Quick:
    """Checks, orders and writes facts in one go, as long as they are as they nearly always are; what it does not know
    is left to the slow look."""

    def __init__(self, catalogue: Catalogue) -> None:
        scopes: tuple[Scope, ...] = ("proposal", *ROW_LISTS)
        self.questions: dict[Scope, dict[str, tuple[Question, frozenset[str]]]] = {scope: {} for scope in scopes}
        # Answers and facts that are one word out of a list -> how JSON writes them.
        self.answers: dict[Scope, dict[str, dict[str, str]]] = {scope: {} for scope in scopes}
        self.facts: dict[Scope, dict[str, dict[str, str]]] = {scope: {} for scope in scopes}
        self.fact_sets = {scope: catalogue.fact_sets.get(scope, {}) for scope in scopes}
        self.mitigations = {mitigation.id for mitigation in catalogue.mitigations}
        self.answer_lists: Lists = {}
        self.fact_lists: Lists = {}
        for question in catalogue.questions:
            choices = _choices(question)
            allowed = frozenset([*choices, UNSURE] if question.unsure else choices)
            self.questions[question.scope][question.id] = question, allowed
            self.answers[question.scope][question.id] = self._usual(question, allowed)
        for scope, facts in catalogue.facts.items():
            for name, values in facts.items():
                self.facts[scope][name] = {value: _written(name, value) for value in values}

    def _usual(self, question: Question, allowed: frozenset[str]) -> dict[str, str]:
        if question.type in {"yes_no", "single", "scale"}:
            return {value: _written(question.id, value) for value in allowed}
        if question.type == "multi":
            return {UNSURE: _written(question.id, UNSURE)} if question.unsure else {}
        return {} if question.type == "number" else _FreeTexts(question.id, MOST_LETTERS)

    def read(self, data: Any) -> ReadRows | None:
        try:
            return self._read(data)
        except (KeyError, TypeError):  # a name or a value that is not usual, or of a kind that none has
            return None

    def _read(self, data: Any) -> ReadRows | None:
        if type(data) is not dict or not self._safeguards_fit(data.get("safeguards", [])):
            return None
        found: ReadRows = {"proposal": [self._row(data, "proposal", "", "")]}
        ids, count = {""}, 1
        for scope, name in ROW_LISTS.items():
            rows = data.get(name, [])
            if type(rows) is not list or len(rows) > MOST_ROWS:
                return None
            read = []
            for row in rows:
                row_id = row["id"]
                if type(row) is not dict or type(row_id) is not str:
                    return None
                ids.add(row_id)
                read.append(self._row(row, scope, row_id, row.get("label", "")))
            if len(read) > 1:
                read.sort(key=_by_id)
            found[scope] = read
            count += len(rows)
        return found if len(ids) == count else None

    def _row(self, row: Mapping[str, Any], scope: Scope, row_id: str, label: str) -> ReadRow:
        answers, facts = row.get("answers"), row.get("facts")
        answers, facts = {} if answers is None else answers, {} if facts is None else facts
        if type(answers) is not dict or type(facts) is not dict:
            raise TypeError
        known, of_facts = self.answers[scope], self.facts[scope]
        texts = [known[name][value] for name, value in answers.items() if type(value) is str]
        fact_texts = [of_facts[name][value] for name, value in facts.items() if type(value) is str]
        values = answers.copy()  # an answer tried out is put among them
        if len(texts) < len(answers):
            texts += self._other_answers(values, scope)
        if len(fact_texts) < len(facts):
            facts = facts.copy()
            fact_texts += self._other_facts(facts, scope)
        return _new(ReadRow, (row_id, label, values, facts, texts, fact_texts))

    def _other_answers(self, values: dict[str, Any], scope: Scope) -> list[str]:
        """Put lists in order and take off what is empty; how JSON writes the rest."""
        texts, lists = [], self.answer_lists
        for name, value in [item for item in values.items() if type(item[1]) is not str]:
            if type(value) is list and value:
                ready = lists.get((scope, name, *value)) or self._list_of_answers(scope, name, value)
                values[name] = ready[0]
                texts.append(ready[1])
                continue
            question, _allowed = self.questions[scope][name]
            if value is None or (type(value) is list and question.type == "multi"):
                del values[name]
            elif type(value) is int and question.type == "number":
                texts.append(_written(name, value))
            else:
                raise TypeError
        return texts

    def _list_of_answers(self, scope: Scope, name: str, value: list[Any]) -> tuple[Any, str]:
        question, allowed = self.questions[scope][name]
        if question.type != "multi" or not allowed.issuperset(value):
            raise TypeError
        return _kept(self.answer_lists, (scope, name, *value), UNSURE if UNSURE in value else tuple(sorted(value)))

    def _other_facts(self, facts: dict[str, Any], scope: Scope) -> list[str]:
        texts, lists = [], self.fact_lists
        for name, value in [item for item in facts.items() if type(item[1]) is not str]:
            if type(value) is not list:
                raise TypeError
            ready = lists.get((scope, name, *value)) or self._list_of_facts(scope, name, value)
            facts[name] = ready[0]
            texts.append(ready[1])
        return texts

    def _list_of_facts(self, scope: Scope, name: str, value: list[Any]) -> tuple[Any, str]:
        if not frozenset(self.fact_sets[scope][name]).issuperset(value):
            raise TypeError
        return _kept(self.fact_lists, (scope, name, *value), tuple(sorted(value)))

    def _safeguards_fit(self, safeguards: Any) -> bool:
        return type(safeguards) is list and all(
            type(item) is dict
            and type(item.get("mitigation")) is str
            and item["mitigation"] in self.mitigations
            and item.get("state") in SAFEGUARD_STATES
            for item in safeguards
        )


def _kept(lists: Lists, key: tuple[str, ...], value: Any) -> tuple[Any, str]:
    """The list in order, or unsure, and how JSON writes it: the same few come again and again."""
    ready = value, _written(key[1], value)
    if len(lists) < MOST_LISTS:
        lists[key] = ready
    return ready


def _by_id(row: ReadRow) -> str:
    return row.id


def _written(name: str, value: Any) -> str:
    return f"{_encode(name)}:{_encode(value)}"


@once_a_catalogue
def _quick_of(catalogue: Catalogue) -> _Quick:
    return _Quick(catalogue)


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
            near = in_brackets(question_id, [each.id for each in catalogue.questions])
            yield f"{where}: there is no question {question_id}{near}"
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
    return "" if len(value) <= MOST_LETTERS else f"longer than {MOST_LETTERS:,} characters"


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
            yield f"{path}.{name}: there is no such fact{in_brackets(name, [*singles, *sets])}"
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
            near = in_brackets(item["mitigation"], sorted(known))
            yield f"safeguards[{index}].mitigation: there is no safeguard {item['mitigation']}{near}"
        elif not isinstance(item.get("finding") or "", str):
            yield f"safeguards[{index}].finding: expected a rule such as K04, or a rule and a row such as K04:p1"
        elif item.get("state") not in SAFEGUARD_STATES:
            yield f"safeguards[{index}].state: expected one of {', '.join(SAFEGUARD_STATES)}"

"""Facts as the engine reads them: one view for the proposal and one for each partner, technology item and funder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.results import Because

Truth = bool | None  # None: unknown
ROW_LISTS: dict[Scope, str] = {"partner": "partners", "technology": "technology", "funder": "funders"}
SAFEGUARD_STATES = ("proposed", "agreed", "fulfilled", "refused")
MOST_ROWS = 200


class FactsError(ValueError):
    """The facts cannot be read. Each problem names its place as a JSON path."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class Reason(NamedTuple):
    """One answer or fact, on the proposal or one of its rows, that a condition rested on."""

    kind: str  # "answer" | "fact"
    id: str
    row: str


class Applied(NamedTuple):
    """A safeguard taken up: for one finding, every finding of a rule, or wherever a rule names the mitigation."""

    mitigation: str
    finding: str
    state: str


Asking = Mapping[str, "Callable[[View], tuple[Truth, tuple[Reason, ...]]]"]


class View:
    """What a condition sees: the answers and facts of one row, and the proposal behind it."""

    __slots__ = ("_asked", "_asking", "_facts", "id", "label", "parent", "proposal", "scope", "values")

    def __init__(
        self,
        parent: Facts,
        scope: Scope,
        row_id: str,
        label: str,
        values: dict[str, Any],
        facts: Mapping[str, Any],
        asking: Asking,
    ) -> None:
        self.parent, self.scope, self.id, self.label = parent, scope, row_id, label
        self.values, self._facts, self._asking = values, facts, asking
        self.proposal: View = self if scope == "proposal" else parent.proposal
        self._asked: dict[str, Truth] = {}

    def asked(self, question_id: str) -> Truth:
        """Whether the question is asked here; unknown while an open answer decides it."""
        if question_id not in self._asked:
            when = self._asking.get(question_id)
            self._asked[question_id] = True if when is None else when(self)[0]
        return self._asked[question_id]

    def open_reasons(self, question_id: str) -> tuple[Reason, ...]:
        """What decides whether the question is asked."""
        when = self._asking.get(question_id)
        return () if when is None else when(self)[1]

    def value(self, question_id: str) -> Any:
        return self.values.get(question_id)

    def fact(self, name: str) -> Any:
        return self._facts.get(name)

    def reason(self, question_id: str) -> Reason:
        return Reason("answer", question_id, self.id)

    def fact_reason(self, name: str) -> Reason:
        return Reason("fact", name, self.id)

    def rows(self, scope: Scope) -> tuple[View, ...]:
        return self.parent.rows[scope]

    def forget(self) -> None:
        self._asked.clear()


class Facts:
    """All views of one assessment. `sha256` is over facts alone: no labels, whatever the order of answers or rows."""

    def __init__(self, catalogue: Catalogue, data: Mapping[str, Any], asking: Asking) -> None:
        self.rows: dict[Scope, tuple[View, ...]] = {}
        self.described: dict[Reason, Because] = {}  # reasons once put into words
        self.proposal = View(self, "proposal", "", "", _answers(data), data.get("facts") or {}, asking)
        self.rows["proposal"] = (self.proposal,)
        for scope, name in ROW_LISTS.items():
            rows = sorted(data.get(name) or (), key=lambda row: str(row["id"]))
            self.rows[scope] = tuple(
                View(self, scope, row["id"], row.get("label", ""), _answers(row), row.get("facts") or {}, asking)
                for row in rows
            )
        self.safeguards = tuple(
            Applied(item["mitigation"], item.get("finding") or "", item["state"])
            for item in data.get("safeguards") or ()
        )
        self.sha256 = hashlib.sha256(_canonical(data)).hexdigest()

    def views(self) -> Iterator[View]:
        for rows in self.rows.values():
            yield from rows

    def view(self, question: Question, row: str) -> View:
        return next(view for view in self.rows[question.scope] if view.id == row)

    def label(self, row: str) -> str:
        return next((view.label for view in self.views() if view.id == row), "")

    def forget(self) -> None:
        for view in self.views():
            view.forget()


def _answers(row: Mapping[str, Any]) -> dict[str, Any]:
    """Question -> value; nothing is None, several answers with unsure among them are unsure."""
    values = {}
    for question, value in (row.get("answers") or {}).items():
        if value in (None, "", []):
            continue
        if isinstance(value, list):
            value = UNSURE if UNSURE in value else tuple(sorted(value))
        values[question] = value
    return values


def _canonical(data: Mapping[str, Any]) -> bytes:
    def row(item: Mapping[str, Any]) -> dict[str, Any]:
        facts = {k: sorted(v) if isinstance(v, list) else v for k, v in (item.get("facts") or {}).items()}
        return {"id": item.get("id", ""), "answers": _answers(item), "facts": facts}

    plain: dict[str, Any] = {"as_of": data.get("as_of"), "proposal": row(data)}
    for name in ROW_LISTS.values():
        plain[name] = sorted((row(item) for item in data.get(name) or ()), key=lambda item: str(item["id"]))
    plain["safeguards"] = sorted(
        [item["mitigation"], item.get("finding") or "", item["state"]] for item in data.get("safeguards") or ()
    )
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def check_facts(catalogue: Catalogue, data: Any) -> None:
    """Raise FactsError unless the engine can read these facts."""
    problems = list(_problems(catalogue, data))
    if problems:
        raise FactsError(problems)


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
    choices = [option.id for option in question.options] or (["yes", "no"] if question.type == "yes_no" else [])
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
        if not isinstance(item, dict) or item.get("mitigation") not in known:
            yield f"safeguards[{index}].mitigation: there is no such safeguard"
        elif item.get("state") not in SAFEGUARD_STATES:
            yield f"safeguards[{index}].state: expected one of {', '.join(SAFEGUARD_STATES)}"

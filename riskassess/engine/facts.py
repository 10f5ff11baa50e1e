"""Facts as the engine reads them: one view for the proposal and one for each partner, technology item and funder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from riskassess.engine.catalogue import UNSURE, Catalogue, Scope
from riskassess.engine.fitting import (
    MOST_ROWS,
    ROW_LISTS,
    SAFEGUARD_STATES,
    FactsError,
    ReadRow,
    ReadRows,
    answer_problems,
    check_facts,
    fact_problems,
    safeguard_problems,
    value_problem,
)
from riskassess.engine.leaves import ALWAYS, Condition, Outcome, Outcomes, TriedOutcomes, Truth, once
from riskassess.engine.results import Because

__all__ = [
    "MOST_ROWS",
    "ROW_LISTS",
    "SAFEGUARD_STATES",
    "Applied",
    "Facts",
    "FactsError",
    "Truth",
    "View",
    "answer_problems",
    "check_facts",
    "fact_problems",
    "safeguard_problems",
    "value_problem",
]
OPEN_ROW, NOT_NAMED = "open", "Not yet named"
Asking = Mapping[str, Condition]  # questions that are not always asked
Needing = Mapping[Scope, tuple[Condition, ...]]  # when a row of this kind has to be named
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


class Applied(NamedTuple):
    """A safeguard taken up: for one finding, every finding of a rule, or wherever a rule names the mitigation."""

    mitigation: str
    finding: str
    state: str


class Askings(dict[Condition, Outcome]):
    """What each condition under which questions are asked comes to on one row, found when first looked for."""

    __slots__ = ("view",)

    def __init__(self, view: View) -> None:
        self.view = view

    def __missing__(self, when: Condition) -> Outcome:
        view = self.view
        found = self[when] = when.on(view.outcomes, view.proposal.outcomes)
        return found


class TriedAskings(Askings):
    """The same row while an answer is tried out."""

    __slots__ = ("before", "question")

    def __init__(self, view: View, before: Askings, question: str) -> None:
        super().__init__(view)
        self.before, self.question = before, question

    def __missing__(self, when: Condition) -> Outcome:
        if self.question in when.decided_by:
            return super().__missing__(when)
        found = self[when] = self.before[when]
        return found


class View:
    """What a condition sees: the answers and facts of one row, and the proposal behind it.

    `why_open` is what asks for a row that is not named yet; on every other row it is empty.
    """

    __slots__ = (
        "answer_texts", "askings", "conditions", "fact_texts", "facts", "id", "is_open", "label", "outcomes", "parent",
        "proposal", "scope", "values", "why_open",
    )  # fmt: skip

    def __init__(
        self,
        parent: Facts,
        scope: Scope,
        row: ReadRow,
        why_open: tuple[Because, ...] = (),
    ) -> None:
        self.parent, self.scope = parent, scope
        self.id, self.label, self.values, self.facts, self.answer_texts, self.fact_texts = row
        self.conditions = parent.asking
        self.is_open, self.why_open = bool(why_open), why_open
        self.proposal: View = self if scope == "proposal" else parent.proposal
        self.outcomes = Outcomes(self)
        self.askings = Askings(self)

    def asking(self, question_id: str) -> Outcome:
        """Whether the question is asked here, unknown while an open answer decides it; and what decides."""
        when = self.conditions.get(question_id)
        return ALWAYS if when is None else self.askings[when]

    def asked(self, question_id: str) -> Truth:
        return self.asking(question_id)[0]

    def value(self, question_id: str) -> Any:
        return self.values.get(question_id)


class Facts:
    """All views of one assessment. `rows` holds those that are named; `judged` adds one where it is open whether there
    is any, so that a row named later stays inside what is shown."""

    def __init__(
        self,
        catalogue: Catalogue,
        data: Mapping[str, Any],
        asking: Asking,
        needing: Needing | None = None,
        read: ReadRows | None = None,
    ) -> None:
        read = read or _read(data)
        self.asking, self._needing = asking, needing or {}
        # Question and row that a condition read and found not asked -> what decides that.
        self.unasked: dict[tuple[str, str], tuple[Because, ...]] = {}
        self._named = {"as_of": data.get("as_of"), "id": data.get("id", "")}
        self.proposal = View(self, "proposal", read["proposal"][0])
        self.rows: dict[Scope, tuple[View, ...]] = {"proposal": (self.proposal,)}
        for scope in ROW_LISTS:
            self.rows[scope] = tuple([View(self, scope, row) for row in read[scope]])
        self._judged: dict[Scope, tuple[View, ...]] = {scope: rows for scope, rows in self.rows.items() if rows}
        self._opened: set[Scope] = set()
        self.safeguards = tuple(
            Applied(item["mitigation"], item.get("finding") or "", item["state"])
            for item in data.get("safeguards") or ()
        )

    @cached_property
    def sha256(self) -> str:
        """Over facts alone: no labels, whatever the order of answers or rows."""
        parts = {
            "as_of": _encode(self._named["as_of"]),
            "proposal": _text(self.proposal, _encode(self._named["id"])),
            "safeguards": _encode(sorted(self.safeguards)) if self.safeguards else "[]",
        }
        for scope, name in ROW_LISTS.items():
            parts[name] = f"[{','.join([_text(view, encode_basestring(view.id)) for view in self.rows[scope]])}]"
        text = ",".join([f'"{name}":{parts[name]}' for name in sorted(parts)])
        return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()

    def judged(self, scope: Scope) -> tuple[View, ...]:
        """The rows of this kind that rules look at."""
        rows = self._judged.get(scope)
        if rows is None:
            self._judged[scope] = ()  # what asks for a row reads no row of that kind
            rows = self._judged[scope] = self._open_row(scope)
        return rows

    def _open_row(self, scope: Scope) -> tuple[View, ...]:
        """One row with everything open while it is unknown whether any is needed. Once looked at so, it stays until
        none is needed: an answer tried out names no row."""
        outcomes = [needed(self.proposal) for needed in self._needing.get(scope, ())]
        is_needed = any(truth is True for truth, _why in outcomes)
        why = once([reasons for truth, reasons in outcomes if truth is not False] or [()])
        if not why or (is_needed and scope not in self._opened):
            return ()
        self._opened.add(scope)
        return (View(self, scope, ReadRow(OPEN_ROW, NOT_NAMED, {}, {}, [], []), why),)

    def views(self) -> Iterator[View]:
        """Every row, one that is not named yet included once a rule looked at it."""
        for rows in {**self.rows, **self._judged}.values():
            yield from rows

    def let_go(self) -> None:
        """Nothing is read any more. Views refer to each other in circles, which would wait for the collector."""
        for view in self.views():
            del view.outcomes, view.askings, view.proposal
        del self.proposal
        self.rows, self._judged = {}, {}

    @contextmanager
    def trying(self, view: View, question: str, value: Any) -> Iterator[None]:
        """With this answer on this row all that the question decides is looked at afresh; then all is as before."""
        self._close_rows(question)
        had, before = question in view.values, view.values.get(question)
        view.values[question] = value
        kept = [(each, each.outcomes, each.askings) for each in self.views()]
        for each, outcomes, askings in kept:
            each.outcomes = TriedOutcomes(each, outcomes, question)
            each.askings = TriedAskings(each, askings, question)
        try:
            yield
        finally:
            if had:
                view.values[question] = before
            else:
                del view.values[question]
            for each, outcomes, askings in kept:
                each.outcomes, each.askings = outcomes, askings
            self._close_rows(question)

    def _close_rows(self, question: str) -> None:
        """Look afresh at whether there are rows that are not named yet, where this question decides that."""
        if any(question in needed.decided_by for of_scope in self._needing.values() for needed in of_scope):
            self._judged = {scope: rows for scope, rows in self.rows.items() if rows}


def _read(data: Mapping[str, Any]) -> ReadRows:
    """Rows of facts that were not read when they were checked, or are only a part of what is needed."""
    found: ReadRows = {"proposal": [_read_row({**data, "id": "", "label": ""})]}
    for scope, name in ROW_LISTS.items():
        found[scope] = [_read_row(row) for row in sorted(data.get(name) or (), key=lambda row: str(row["id"]))]
    return found


def _read_row(row: Mapping[str, Any]) -> ReadRow:
    """Nothing is None, several answers with unsure among them are unsure."""
    values = {}
    for question, value in (row.get("answers") or {}).items():
        if type(value) is list and value:
            values[question] = UNSURE if UNSURE in value else tuple(sorted(value))
        elif value is not None and value != "" and type(value) is not list:
            values[question] = value
    facts = {
        name: tuple(sorted(value)) if type(value) is list else value for name, value in (row.get("facts") or {}).items()
    }
    return ReadRow(row["id"], row.get("label", ""), values, facts, _texts(values), _texts(facts))


def _texts(values: Mapping[str, Any]) -> list[str]:
    return [f"{_encode(name)}:{_encode(value)}" for name, value in values.items()]


def _text(view: View, named: str) -> str:
    """A row as JSON. Texts begin with their names, so that they stand in the order of these."""
    answers, facts = ",".join(sorted(view.answer_texts)), ",".join(sorted(view.fact_texts))
    return f'{{"answers":{{{answers}}},"facts":{{{facts}}},"id":{named}}}'

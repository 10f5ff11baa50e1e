"""Where conditions get their truths: answers, registry facts and rows, each looked at once and shared by all rules.

A `Leaf` is one test. All tests of one question or fact hang on a `Source`, which looks its value up once and puts the
outcome of every test of it on the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.results import Because
from riskassess.engine.words import ROWS_NAMED, answer_words, fact_text, fact_words

if TYPE_CHECKING:
    from riskassess.engine.facts import View

Truth = bool | None  # None: unknown
Outcome = tuple[Truth, tuple[Because, ...]]  # with the answers and facts that made it so
Condition = Callable[["View"], Outcome]
Test = Callable[[Any], Truth]

ALWAYS: Outcome = (True, ())
MOST_VALUES = 2_000
_new = tuple.__new__  # a named tuple in one step


class Leaf:
    """One test of one source; the key under which a row keeps its outcome."""

    __slots__ = ("source", "test")

    def __init__(self, source: Source, test: Test) -> None:
        self.source, self.test = source, test


class Outcomes(dict[Leaf, Outcome]):
    """What each leaf comes to on one row, found when first asked for."""

    __slots__ = ("view",)

    def __init__(self, view: View) -> None:
        self.view = view

    def __missing__(self, leaf: Leaf) -> Outcome:
        leaf.source.look(self.view, self)
        return self[leaf]


class Source:
    """One question or fact with all leaves that read it, and for each value met so far what they say of it."""

    kind = ""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._leaves: tuple[Leaf, ...] = ()
        self._by_spec: dict[str, Leaf] = {}
        self._known: dict[Any, tuple[str, tuple[Leaf, ...], tuple[Leaf, ...], tuple[Leaf, ...]]] = {}

    def leaf(self, spec: str, test: Test) -> Leaf:
        """The leaf of this test; the same object for the same words of the catalogue."""
        leaf = self._by_spec.get(spec)
        if leaf is None:
            leaf = self._by_spec[spec] = Leaf(self, test)
            self._leaves = (*self._leaves, leaf)
            self._known = {}
        return leaf

    def look(self, view: View, outcomes: Outcomes) -> None:
        raise NotImplementedError

    def words(self, value: Any) -> str:
        raise NotImplementedError

    def _enter(self, value: Any) -> tuple[str, tuple[Leaf, ...], tuple[Leaf, ...], tuple[Leaf, ...]]:
        """A value's words, and the leaves that are true, false and unknown of it."""
        known = self._known  # before the leaves are read: a leaf that comes meanwhile begins another table
        truths = [(leaf, leaf.test(value)) for leaf in self._leaves]
        if len(known) >= MOST_VALUES:
            known.clear()
        known[value] = entry = (
            self.words(value),
            tuple(leaf for leaf, truth in truths if truth is True),
            tuple(leaf for leaf, truth in truths if truth is False),
            tuple(leaf for leaf, truth in truths if truth is None),
        )
        return entry


class AnswerSource(Source):
    kind = "answer"

    def __init__(self, question: Question) -> None:
        super().__init__(question.id, question.text)
        self.question = question

    def words(self, value: Any) -> str:
        return answer_words(self.question, value)

    def look(self, view: View, outcomes: Outcomes) -> None:
        name = self.name
        asked, opened = view.asking(name) if name in view.conditions else ALWAYS
        if asked is False:
            never: Outcome = (False, (Because("not_asked", name, view.id, self.text, None, "not asked"),))
            for leaf in self._leaves:
                outcomes[leaf] = never
            view.parent.unasked[view, name] = None
            return
        value = view.values.get(name)
        words, true, false, unknown = self._known.get(value) or self._enter(value)
        why = (_new(Because, ("answer", name, view.id, self.text, value, words)),)
        if true:
            outcome: Outcome = (True, why) if asked else (None, why + opened)
            for leaf in true:
                outcomes[leaf] = outcome
        if false:
            outcome = (False, why)
            for leaf in false:
                outcomes[leaf] = outcome
        if unknown:
            outcome = (None, why)
            for leaf in unknown:
                outcomes[leaf] = outcome


class FactSource(Source):
    kind = "fact"

    def __init__(self, name: str) -> None:
        super().__init__(name, fact_text(name))

    def words(self, value: Any) -> str:
        return fact_words(value)

    def look(self, view: View, outcomes: Outcomes) -> None:
        value = view.facts.get(self.name)
        if type(value) is list:
            value = tuple(sorted(value))
        words, true, false, unknown = self._known.get(value) or self._enter(value)
        why = (_new(Because, ("fact", self.name, view.id, self.text, value, words)),)
        for truth, leaves in ((True, true), (False, false), (None, unknown)):
            if leaves:
                outcome: Outcome = (truth, why)
                for leaf in leaves:
                    outcomes[leaf] = outcome


class RowsSource(Source):
    """`any`, `every` or `count` over the rows of a kind; it stands on the proposal, so it is answered once."""

    kind = "rows"

    def __init__(self, over: Scope, how: str, least: int, inner: Condition) -> None:
        super().__init__(over, ROWS_NAMED[over])
        self.over, self.how, self.least, self.inner = over, how, least, inner
        self._own = self.leaf("", lambda value: None)

    @property
    def own(self) -> Leaf:
        return self._own

    def look(self, view: View, outcomes: Outcomes) -> None:
        rows = view.rows(self.over)
        if not rows:
            outcomes[self._own] = (False, (Because("no_row", self.over, "", self.text, None, "none named"),))
            return
        true: list[tuple[Because, ...]] = []
        unknown: list[tuple[Because, ...]] = []
        false: list[tuple[Because, ...]] = []
        for row in rows:
            truth, why = on_row(row, self.inner(row))
            (true if truth else false if truth is False else unknown).append(why)
        outcomes[self._own] = self._joined(true, unknown, false)

    def _joined(self, true: list[Any], unknown: list[Any], false: list[Any]) -> Outcome:
        if self.how == "every":
            return (False, once(false)) if false else (None, once(unknown)) if unknown else (True, once(true))
        if len(true) >= self.least:
            return True, once(true)
        return (None, once(unknown)) if len(true) + len(unknown) >= self.least else (False, once(false))


def on_row(row: View, outcome: Outcome) -> Outcome:
    """The outcome on a row; on one that is not named yet nothing is sure, and what asks for the row is open too."""
    if row.is_open and outcome[0] is True:
        return None, once([outcome[1], row.why_open])
    return outcome


def once(parts: Iterable[tuple[Because, ...]]) -> tuple[Because, ...]:
    """Reasons one after the other, each once."""
    return tuple(dict.fromkeys(reason for part in parts for reason in part))


class Sources:
    """Every question and fact of a catalogue as a source, made when a condition first reads it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._answers: dict[str, AnswerSource] = {}
        self._facts: dict[tuple[str, str], FactSource] = {}

    def answer(self, question: Question) -> AnswerSource:
        return self._answers.setdefault(question.id, AnswerSource(question))

    def fact(self, place: str, name: str) -> FactSource:
        return self._facts.setdefault((place, name), FactSource(name))


def answer_test(test: Callable[[Any], bool]) -> Test:
    """A test of an answer; an open one is unknown."""
    return lambda value: None if value is None or value == UNSURE else test(value)


def unsure_test(value: Any) -> Truth:
    return None if value is None else value == UNSURE

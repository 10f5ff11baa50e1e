"""Where conditions get their truths: answers, registry facts and rows, each looked at once and shared by all rules.

A `Leaf` is one test. All tests of one question or fact hang on a `Source`, which looks its value up once and puts the
outcome of every test of it on the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.deciding import decided_by
from riskassess.engine.results import Because
from riskassess.engine.words import ROWS_NAMED, answer_words, fact_text, fact_words

if TYPE_CHECKING:
    from riskassess.engine.facts import View

Truth = bool | None  # None: unknown
Outcome = tuple[Truth, tuple[Because, ...]]  # with the answers and facts that made it so
Test = Callable[[Any], Truth]
Look = Callable[["View", "Outcomes"], None]  # puts what the leaf comes to on the row

ALWAYS: Outcome = (True, ())
MOST_VALUES = 2_000
_new = tuple.__new__  # a named tuple in one step


class Condition:
    """A compiled condition. Called with a view; `on` takes what each leaf comes to there and on the proposal."""

    __slots__ = ("decided_by", "on")

    def __init__(self, on: Callable[[Outcomes, Outcomes], Outcome], decided_by: frozenset[str]) -> None:
        self.on, self.decided_by = on, decided_by

    def __call__(self, view: View) -> Outcome:
        return self.on(view.outcomes, view.proposal.outcomes)


class Leaf:
    """One test of one source; the key under which a row keeps its outcome."""

    __slots__ = ("decided_by", "look", "test")

    def __init__(self, look: Look, decided_by: frozenset[str], test: Test | None = None) -> None:
        self.look, self.decided_by, self.test = look, decided_by, test


Effect = tuple[tuple[Truth, tuple[Leaf, ...]], ...]  # of an answer or fact: the leaves that are true, false, unknown


class Outcomes(dict[Leaf, Outcome]):
    """What each leaf comes to on one row, found when first asked for."""

    __slots__ = ("view",)

    def __init__(self, view: View) -> None:
        self.view = view

    def __missing__(self, leaf: Leaf) -> Outcome:
        leaf.look(self.view, self)
        return self[leaf]


class TriedOutcomes(Outcomes):
    """The same row while an answer is tried out: what its question does not decide is as it was before."""

    __slots__ = ("before", "question")

    def __init__(self, view: View, before: Outcomes, question: str) -> None:
        super().__init__(view)
        self.before, self.question = before, question

    def __missing__(self, leaf: Leaf) -> Outcome:
        if self.question in leaf.decided_by:
            leaf.look(self.view, self)
        else:
            self[leaf] = self.before[leaf]
        return self[leaf]


class Source:
    """One question or fact with all leaves that read it, and for each value met so far what they say of it."""

    kind = ""

    def __init__(self, name: str, text: str, scope: Scope, decided_by: frozenset[str]) -> None:
        self.name, self.text = name, text
        self.look: Look = self.look_on_proposal if scope == "proposal" else self.look_on_row
        self.decided_by = decided_by  # questions
        self._leaves: tuple[Leaf, ...] = ()
        self._by_spec: dict[str, Leaf] = {}
        self._known: dict[Any, tuple[str, Effect]] = {}
        self._on_proposal: dict[Any, dict[Leaf, Outcome]] = {}
        self._never: dict[Leaf, Outcome] = {}

    def leaf(self, spec: str, test: Test) -> Leaf:
        """The leaf of this test; the same object for the same words of the catalogue."""
        leaf = self._by_spec.get(spec)
        if leaf is None:
            leaf = self._by_spec[spec] = Leaf(self.look, self.decided_by, test)
            self._leaves = (*self._leaves, leaf)
            self._known, self._on_proposal = {}, {}
            never = False, (Because("not_asked", self.name, "", self.text, None, "not asked"),)
            self._never = dict.fromkeys(self._leaves, never)
        return leaf

    def effect(self, value: Any) -> Effect:
        return (self._known.get(value) or self._enter(value))[1]

    def words(self, value: Any) -> str:
        raise NotImplementedError

    def look_on_row(self, view: View, outcomes: Outcomes) -> None:
        """Put what each leaf comes to on this row."""
        raise NotImplementedError

    def look_on_proposal(self, view: View, outcomes: Outcomes) -> None:
        raise NotImplementedError

    def _say_on_row(self, value: Any, view: View, outcomes: Outcomes) -> None:
        words, groups = self._known.get(value) or self._enter(value)
        why = (_new(Because, (self.kind, self.name, view.id, self.text, value, words)),)
        for truth, leaves in groups:
            outcome = truth, why
            for leaf in leaves:
                outcomes[leaf] = outcome

    def _say_on_proposal(self, value: Any, outcomes: Outcomes) -> None:
        """The outcomes of a value. The proposal has no id, so that they are the same for every proposal."""
        ready = self._on_proposal.get(value)
        if ready is None:
            known = self._on_proposal  # before the leaves are read: a leaf that comes meanwhile begins another table
            words, groups = self._enter(value)
            why = (Because(self.kind, self.name, "", self.text, value, words),)
            ready = {leaf: (truth, why) for truth, leaves in groups for leaf in leaves}
            _keep(known, value, ready)
        outcomes.update(ready)

    def _enter(self, value: Any) -> tuple[str, Effect]:
        """A value's words, and the leaves that are true, false and unknown of it."""
        known = self._known  # before the leaves are read, as above
        truths = [(leaf, leaf.test(value)) for leaf in self._leaves if leaf.test]
        groups = [(wanted, tuple(leaf for leaf, truth in truths if truth is wanted)) for wanted in (True, False, None)]
        entry = self.words(value), tuple((truth, leaves) for truth, leaves in groups if leaves)
        _keep(known, value, entry)
        return entry


def _keep(known: dict[Any, Any], value: Any, entry: Any) -> None:
    if len(known) >= MOST_VALUES:
        known.clear()
    known[value] = entry


class AnswerSource(Source):
    kind = "answer"

    def __init__(self, question: Question, decided_by: frozenset[str]) -> None:
        super().__init__(question.id, question.text, question.scope, decided_by)
        self.question = question

    def words(self, value: Any) -> str:
        return answer_words(self.question, value)

    def look_on_row(self, view: View, outcomes: Outcomes) -> None:
        name = self.name
        when = view.conditions.get(name)
        if when is not None:
            asked, opened = view.askings[when]
            if not asked:
                if asked is None:
                    self._say_on_row(view.values.get(name), view, outcomes)
                    self._open(opened, outcomes)
                    return
                never = False, (_new(Because, ("not_asked", name, view.id, self.text, None, "not asked")),)
                for leaf in self._leaves:
                    outcomes[leaf] = never
                view.parent.unasked[name, view.id] = opened
                return
        value = view.values.get(name)  # as _say_on_row, which would be a call more for every answer of every row
        words, groups = self._known.get(value) or self._enter(value)
        why = (_new(Because, ("answer", name, view.id, self.text, value, words)),)
        for truth, leaves in groups:
            outcome = truth, why
            for leaf in leaves:
                outcomes[leaf] = outcome

    def look_on_proposal(self, view: View, outcomes: Outcomes) -> None:
        name = self.name
        when = view.conditions.get(name)
        if when is not None:
            asked, opened = view.askings[when]
            if not asked:
                if asked is None:
                    self._say_on_proposal(view.values.get(name), outcomes)
                    self._open(opened, outcomes)
                    return
                outcomes.update(self._never)
                view.parent.unasked[name, ""] = opened
                return
        value = view.values.get(name)
        ready = self._on_proposal.get(value)
        if ready is None:
            self._say_on_proposal(value, outcomes)
        else:
            outcomes.update(ready)

    def _open(self, opened: tuple[Because, ...], outcomes: Outcomes) -> None:
        """A question that may be asked says yes to nothing for sure."""
        for leaf in self._leaves:
            truth, why = outcomes[leaf]
            if truth:
                outcomes[leaf] = None, why + opened


class FactSource(Source):
    kind = "fact"

    def __init__(self, name: str, scope: Scope) -> None:
        super().__init__(name, fact_text(name), scope, frozenset())

    def words(self, value: Any) -> str:
        return fact_words(value)

    def look_on_row(self, view: View, outcomes: Outcomes) -> None:
        self._say_on_row(view.facts.get(self.name), view, outcomes)

    def look_on_proposal(self, view: View, outcomes: Outcomes) -> None:
        self._say_on_proposal(view.facts.get(self.name), outcomes)


class SharedSource:
    """A condition that reads the proposal alone, where rows ask for it: it comes to the same on each of them."""

    def __init__(self, inner: Condition) -> None:
        self.inner = inner.on
        self.own = Leaf(self.look, inner.decided_by)

    def look(self, view: View, outcomes: Outcomes) -> None:
        outcomes[self.own] = self.inner(outcomes, outcomes)


class RowsSource:
    """`any`, `every` or `count` over the rows of a kind; it stands on the proposal, so it is answered once."""

    def __init__(self, over: Scope, how: str, least: int, inner: Condition) -> None:
        self.over, self.how, self.least, self.inner = over, how, least, inner
        self.own = Leaf(self.look, inner.decided_by)

    def look(self, view: View, outcomes: Outcomes) -> None:
        rows, inner = view.parent.judged(self.over), self.inner.on
        if not rows:
            outcomes[self.own] = (False, (Because("no_row", self.over, "", ROWS_NAMED[self.over], None, "none named"),))
        elif len(rows) == 1 and self.least == 1:
            outcomes[self.own] = on_row(rows[0], inner(rows[0].outcomes, outcomes))
        else:
            outcomes[self.own] = self._joined([inner(row.outcomes, outcomes) for row in rows])

    def _joined(self, outcomes: list[Outcome]) -> Outcome:
        truths = [truth for truth, _why in outcomes]
        true, unknown = truths.count(True), truths.count(None)
        if self.how == "every":
            truth = False if true + unknown < len(truths) else None if unknown else True
        elif true >= self.least:
            truth = True
        else:
            truth = None if true + unknown >= self.least else False
        return truth, once([why for found, why in outcomes if found is truth])


def on_row(row: View, outcome: Outcome) -> Outcome:
    """The outcome on a row; on one that is not named yet nothing is sure, and what asks for the row is open too."""
    if row.is_open and outcome[0] is True:
        return None, once([outcome[1], row.why_open])
    return outcome


def once(parts: Sequence[tuple[Because, ...]]) -> tuple[Because, ...]:
    """Reasons one after the other, each once."""
    return parts[0] if len(parts) == 1 else tuple(dict.fromkeys(chain.from_iterable(parts)))


class Sources:
    """Every question and fact of a catalogue as a source, made when a condition first reads it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._answers: dict[str, AnswerSource] = {}
        self._facts: dict[tuple[Scope, str], FactSource] = {}

    def answer(self, question: Question) -> AnswerSource:
        source = self._answers.get(question.id)
        if source is None:
            decided = decided_by(self.catalogue, frozenset({question.id}))
            source = self._answers.setdefault(question.id, AnswerSource(question, decided))
        return source

    def fact(self, place: Scope, name: str) -> FactSource:
        return self._facts.setdefault((place, name), FactSource(name, place))


def answer_test(test: Callable[[Any], bool]) -> Test:
    """A test of an answer; an open one is unknown."""
    return lambda value: None if value is None or value == UNSURE else test(value)


def unsure_test(value: Any) -> Truth:
    return None if value is None else value == UNSURE

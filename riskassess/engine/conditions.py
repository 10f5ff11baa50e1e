"""The small condition language: data, never code. Checked and compiled once; three-valued; says what made it so.

A condition is `{all: […]}`, `{any: […]}`, `{not: …}`, `{any: partner, where: …}`, `{every: partner, where: …}`,
`{count: partner, where: …, at_least: n}`, `{unsure: id}`, or a leaf `{answer: id, …}` or `{fact: name, …}` with one of
is, in, includes, at_least, at_most, in_group (options of a vocabulary, by the term above them). A leaf on a question
that is not asked is false; on an open answer it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from riskassess.engine.catalogue import Catalogue, ConditionSpec, Question, Scope
from riskassess.engine.deciding import decided_by, needed_by
from riskassess.engine.emitting import Joined, Node, Read, emit
from riskassess.engine.keeping import once_a_catalogue
from riskassess.engine.leaves import (
    Condition,
    Effect,
    Leaf,
    RowsSource,
    SharedSource,
    Sources,
    Test,
    answer_test,
    unsure_test,
)
from riskassess.engine.nearness import did_you_mean

DEEPEST = 8
LONGEST = 60
MOST_KNOWN = 5_000
SCOPES: tuple[Scope, ...] = ("partner", "technology", "funder")
OPERATORS = ("is", "in", "in_group", "includes", "at_least", "at_most")


class ConditionError(ValueError):
    """A condition that cannot be compiled, with the reason and, where one is near, the id that was meant."""


def compile_condition(catalogue: Catalogue, spec: ConditionSpec, scope: Scope) -> Condition:
    """A function of a view (the proposal and the row at hand) to (truth, reasons); raises ConditionError."""
    compiler = _compiler_of(catalogue)
    key = f"{scope} {spec!r}"
    condition = compiler.known.get(key)
    if condition is None:
        if _size(spec) > LONGEST:
            raise ConditionError(f"more than {LONGEST} parts; split the rule.")
        node = compiler.node(spec, scope, 0)
        condition = emit(node, compiler.decided_by(node.reads))
        if len(compiler.known) >= MOST_KNOWN:
            compiler.known.clear()
        compiler.known[key] = condition
    return condition


def effect_of(catalogue: Catalogue, question: Question, value: Any) -> Effect:
    """What the conditions compiled so far read out of an answer; two with equal effects can't be told apart by them."""
    return _compiler_of(catalogue).sources.answer(question).effect(value)


def _size(spec: Any) -> int:
    if isinstance(spec, dict):
        return 1 + sum(_size(value) for value in spec.values() if isinstance(value, dict | list))
    return sum(_size(value) for value in spec if isinstance(value, dict)) if isinstance(spec, list) else 0


class _Compiler:
    """What is compiled of one catalogue so far; its sources are shared by all its conditions."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.sources = Sources(catalogue)
        self.known: dict[str, Condition] = {}
        self.shared: dict[str, Leaf] = {}  # what is looked at once a proposal

    def node(self, spec: Any, scope: Scope, depth: int) -> Node:
        """The checked tree of a condition."""
        if depth > DEEPEST:
            raise ConditionError(f"nested deeper than {DEEPEST} levels.")
        if not isinstance(spec, dict) or not spec:
            raise ConditionError(f"expected a condition, found {spec!r}.")
        keys = set(spec)
        if keys == {"all"} or (keys == {"any"} and isinstance(spec["any"], list)):
            how: Literal["all", "any"] = "all" if "all" in spec else "any"
            parts = spec[how]
            if not isinstance(parts, list) or not parts:
                raise ConditionError(f"'{how}' needs a list of conditions.")
            nodes = tuple(self.node(part, scope, depth + 1) for part in parts)
            return nodes[0] if len(nodes) == 1 else self._shared(Joined(how, nodes), spec, scope)
        if keys == {"not"}:
            return Joined("not", (self.node(spec["not"], scope, depth + 1),))
        for name in ("any", "every", "count"):
            if name in keys:
                return self._over_rows(spec, name, depth)
        if keys == {"unsure"}:
            question = _question(self.catalogue, spec["unsure"], scope)
            return self._answer(question, spec, unsure_test)
        if "answer" in keys:
            return self._answer_leaf(spec, scope)
        if "fact" in keys:
            return self._fact_leaf(spec, scope)
        raise ConditionError(
            f"no condition begins with {', '.join(sorted(keys))}; use all, any, not, answer, fact, every or count."
        )

    def _shared(self, node: Joined, spec: ConditionSpec, scope: Scope) -> Node:
        """On rows, what reads the proposal alone is looked at once for all of them."""
        if scope == "proposal" or node.on_row:
            return node
        key = repr(spec)
        if key not in self.shared:
            self.shared[key] = SharedSource(emit(node, self.decided_by(node.reads))).own
        return Read(self.shared[key], False, node.reads)

    def _over_rows(self, spec: ConditionSpec, name: str, depth: int) -> Read:
        over = spec[name]
        if over not in SCOPES:
            raise ConditionError(f"'{name}' goes over {', '.join(SCOPES)}, not {over!r}.")
        wanted = {name, "where", "at_least"} if name == "count" else {name, "where"}
        if set(spec) != wanted:
            raise ConditionError(f"'{name}: {over}' needs {', '.join(sorted(wanted - {name}))} and nothing else.")
        inner = self.node(spec["where"], over, depth + 1)
        least = spec.get("at_least", 1)
        if not isinstance(least, int) or least < 1:
            raise ConditionError("'at_least' is a whole number from 1 on.")
        key = repr(spec)
        if key not in self.shared:
            condition = emit(inner, self.decided_by(inner.reads | {over}))
            self.shared[key] = RowsSource(over, name, least, condition).own
        return Read(self.shared[key], False, inner.reads | {over})

    def decided_by(self, reads: frozenset[str]) -> frozenset[str]:
        """The questions that decide what a condition comes to that reads these questions, facts and kinds of rows."""
        questions = frozenset(name for name in reads if self.catalogue.has_question(name))
        return decided_by(self.catalogue, questions) | needed_by(self.catalogue, reads.intersection(SCOPES))

    def _answer_leaf(self, spec: ConditionSpec, scope: Scope) -> Read:
        question_id = spec["answer"]
        question = _question(self.catalogue, question_id, scope)
        operator, wanted = _operator(spec, "answer")
        if not _choices(question) and question.type != "number":
            raise ConditionError(f"{question_id} is answered in free form ({question.type}); no condition reads that.")
        if question.type == "number" and (operator not in {"at_least", "at_most"} or not isinstance(wanted, int)):
            raise ConditionError(f"{question_id} is a number: use at_least or at_most with a whole number.")
        if operator == "in_group":
            if question.type == "multi":
                raise ConditionError(f"{question_id} holds several values: use includes.")
            operator, wanted = "in", _options_under(question, wanted)
        test = _test(operator, wanted, _ranks_of(question), _choices(question), question.type == "multi", question_id)
        return self._answer(question, spec, answer_test(test))

    def _answer(self, question: Question, spec: ConditionSpec, test: Test) -> Read:
        leaf = self.sources.answer(question).leaf(repr(spec), test)
        return Read(leaf, question.scope != "proposal", frozenset({question.id}))

    def _fact_leaf(self, spec: ConditionSpec, scope: Scope) -> Read:
        name = spec["fact"]
        operator, wanted = _operator(spec, "fact")
        if operator == "in_group":
            raise ConditionError(f"'in_group' reads the options of a question; {name} is a fact: use in.")
        singles, sets = self.catalogue.facts, self.catalogue.fact_sets
        for place in dict.fromkeys((scope, "proposal")):
            vocabulary = singles.get(place, {}).get(name) or sets.get(place, {}).get(name)
            if vocabulary:
                break
        else:
            names = {n for table in (singles, sets) for facts in table.values() for n in facts}
            raise ConditionError(f"there is no fact {name!r} here{did_you_mean(name, names)}")
        is_set = name in sets.get(place, {})
        ranks = {value: rank for rank, value in enumerate(vocabulary)}
        test = _test(operator, wanted, ranks, vocabulary, is_set, name)
        tested = {wanted} if isinstance(wanted, str) else set(wanted) if isinstance(wanted, list) else set()
        unknown = {None, *self.catalogue.unknown_facts} - tested
        leaf = self.sources.fact(place, name).leaf(
            repr(spec), lambda value: None if (not is_set and value in unknown) or value is None else test(value)
        )
        return Read(leaf, place != "proposal", frozenset({name}))


@once_a_catalogue
def _compiler_of(catalogue: Catalogue) -> _Compiler:
    return _Compiler(catalogue)


def _question(catalogue: Catalogue, question_id: Any, scope: Scope) -> Question:
    if not isinstance(question_id, str) or not catalogue.has_question(question_id):
        near = did_you_mean(question_id, (question.id for question in catalogue.questions))
        raise ConditionError(f"there is no question {question_id!r}{near}")
    question = catalogue.question(question_id)
    if question.scope not in {"proposal", scope}:
        raise ConditionError(
            f"{question_id} is asked for each {question.scope}. Write {{any: {question.scope}, where: "
            f"{_example(question)}}} (or 'every'), or give the rule 'scope: {question.scope}'."
        )
    return question


def _example(question: Question) -> str:
    """A test of this question as an author writes it."""
    choices = _choices(question)
    riskiest = max(choices, key=lambda choice: _ranks_of(question).get(choice, 0), default="")
    if question.type == "number":
        return f"{{answer: {question.id}, at_least: 1}}"
    operator = "includes" if question.type == "multi" else "is"
    return f'{{answer: {question.id}, {operator}: "{riskiest}"}}'


def _operator(spec: ConditionSpec, leaf: str) -> tuple[str, Any]:
    rest = [key for key in spec if key != leaf]
    if len(rest) != 1 or rest[0] not in OPERATORS:
        raise ConditionError(f"'{leaf}: {spec[leaf]}' needs exactly one of {', '.join(OPERATORS)}.")
    return rest[0], spec[rest[0]]


def _options_under(question: Question, groups: Any) -> list[str]:
    """The options that stand under one of these terms of the question's vocabulary."""
    wanted = groups if isinstance(groups, list) else [groups]
    known = {option.group for option in question.options if option.group}
    for group in wanted:
        if group not in known:
            raise ConditionError(f"{group!r} is no group of {question.id}'s options{did_you_mean(group, known)}")
    return [option.id for option in question.options if option.group in wanted]


def _choices(question: Question) -> tuple[str, ...]:
    if question.type == "yes_no":
        return ("yes", "no")
    return tuple(option.id for option in question.options)


def _ranks_of(question: Question) -> dict[str, int]:
    if question.type == "yes_no" and not question.options:
        return {"no": 0, "yes": 1}
    return {option.id: option.risk for option in question.options if option.risk is not None}


def _test(
    operator: str, wanted: Any, ranks: dict[str, int], choices: Iterable[str], is_set: bool, name: str
) -> Callable[[Any], bool]:
    choices = tuple(choices)
    values = wanted if isinstance(wanted, list) else [wanted]
    if operator in {"at_least", "at_most"}:
        if isinstance(wanted, int):
            bound = wanted
        elif isinstance(wanted, str) and wanted in ranks:
            bound = ranks[wanted]
        else:
            if wanted in choices:
                where = f"the option {wanted} of {name} has no 'risk'"
                raise ConditionError(
                    f"{where}, so nothing is above or below it; give it one, or compare with is or in."
                )
            raise ConditionError(f"{wanted!r} has no place in the risk order of {name}{did_you_mean(wanted, ranks)}")
        up = operator == "at_least"

        def ranked(value: Any) -> bool:
            rank = value if isinstance(value, int) else ranks.get(value)
            return rank is not None and (rank >= bound if up else rank <= bound)

        return (lambda value: any(ranked(item) for item in value)) if is_set else ranked
    for value in values:
        if choices and value not in choices:
            raise ConditionError(f"{value!r} is no value of {name}{did_you_mean(value, choices)}")
    if (operator == "includes") != is_set:
        raise ConditionError(f"{name} holds {'several values: use includes' if is_set else 'one value: use is or in'}.")
    if operator == "is" and isinstance(wanted, list):
        raise ConditionError(f"'is' compares {name} with one value; use 'in' for several.")
    found = frozenset(values)
    return (lambda value: not found.isdisjoint(value)) if is_set else (lambda value: value in found)

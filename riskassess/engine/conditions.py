"""The small condition language: data, never code. Compiled once into closures; three-valued; says what made it so.

A condition is `{all: […]}`, `{any: […]}`, `{not: …}`, `{any: partner, where: …}`, `{every: partner, where: …}`,
`{count: partner, where: …, at_least: n}`, `{unsure: id}`, or a leaf `{answer: id, …}` or `{fact: name, …}` with one of
is, in, includes, at_least, at_most, in_group (options of a vocabulary, by the term above them). A leaf on a question
that is not asked is false; on an open answer it is unknown.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from riskassess.engine.catalogue import UNSURE, Catalogue, ConditionSpec, Question, Scope
from riskassess.engine.facts import Reason, Truth, View

DEEPEST = 8
LONGEST = 60
SCOPES = ("partner", "technology", "funder")
OPERATORS = ("is", "in", "in_group", "includes", "at_least", "at_most")

Outcome = tuple[Truth, tuple[Reason, ...]]
Condition = Callable[[View], Outcome]
ALWAYS: Outcome = (True, ())


class ConditionError(ValueError):
    """A condition that cannot be compiled, with the reason and, where one is near, the id that was meant."""


def compile_condition(catalogue: Catalogue, spec: ConditionSpec, scope: Scope) -> Condition:
    """A function of a view (the proposal and the row at hand) to (truth, reasons); raises ConditionError."""
    if _size(spec) > LONGEST:
        raise ConditionError(f"more than {LONGEST} parts; split the rule.")
    return _compile(catalogue, spec, scope, 0)


def questions_read(spec: Any) -> frozenset[str]:
    """The questions that a condition reads itself, not those that decide whether these are asked."""
    if isinstance(spec, dict):
        own = {spec[leaf] for leaf in ("answer", "unsure") if isinstance(spec.get(leaf), str)}
        return frozenset(own).union(*(questions_read(value) for value in spec.values()))
    return frozenset().union(*(questions_read(part) for part in spec)) if isinstance(spec, list) else frozenset()


def _size(spec: Any) -> int:
    if isinstance(spec, dict):
        return 1 + sum(_size(value) for value in spec.values() if isinstance(value, dict | list))
    return sum(_size(value) for value in spec if isinstance(value, dict)) if isinstance(spec, list) else 0


def _compile(catalogue: Catalogue, spec: Any, scope: Scope, depth: int) -> Condition:
    if depth > DEEPEST:
        raise ConditionError(f"nested deeper than {DEEPEST} levels.")
    if not isinstance(spec, dict) or not spec:
        raise ConditionError(f"expected a condition, found {spec!r}.")
    keys = set(spec)
    if keys == {"all"} or (keys == {"any"} and isinstance(spec["any"], list)):
        name = "all" if "all" in spec else "any"
        parts = spec[name]
        if not isinstance(parts, list) or not parts:
            raise ConditionError(f"'{name}' needs a list of conditions.")
        compiled = [_compile(catalogue, part, scope, depth + 1) for part in parts]
        return _all(compiled) if name == "all" else _any(compiled)
    if keys == {"not"}:
        return _not(_compile(catalogue, spec["not"], scope, depth + 1))
    for name in ("any", "every", "count"):
        if name in keys:
            return _over_rows(catalogue, spec, name, scope, depth)
    if keys == {"unsure"}:
        return _unsure_leaf(_question(catalogue, spec["unsure"], scope))
    if "answer" in keys:
        return _answer_leaf(catalogue, spec, scope)
    if "fact" in keys:
        return _fact_leaf(catalogue, spec, scope)
    raise ConditionError(
        f"no condition begins with {', '.join(sorted(keys))}; use all, any, not, answer, fact, every or count."
    )


def _all(parts: list[Condition]) -> Condition:
    def condition(view: View) -> Outcome:
        truth: Truth = True
        reasons: tuple[Reason, ...] = ()
        for part in parts:
            one, why = part(view)
            if one is False:
                return False, why
            if one is None:
                reasons = why if truth is True else reasons + why
                truth = None
            elif truth is True:
                reasons += why
        return truth, reasons

    return condition


def _any(parts: list[Condition]) -> Condition:
    def condition(view: View) -> Outcome:
        truth: Truth = False
        reasons: tuple[Reason, ...] = ()
        for part in parts:
            one, why = part(view)
            if one is truth:
                reasons += why
            elif one is True or (one is None and truth is False):
                truth, reasons = one, why
        return truth, reasons

    return condition


def _not(part: Condition) -> Condition:
    def condition(view: View) -> Outcome:
        truth, reasons = part(view)
        return (None if truth is None else not truth), reasons

    return condition


def _over_rows(catalogue: Catalogue, spec: ConditionSpec, name: str, scope: Scope, depth: int) -> Condition:
    over = spec[name]
    if over not in SCOPES:
        raise ConditionError(f"'{name}' goes over {', '.join(SCOPES)}, not {over!r}.")
    wanted = {name, "where", "at_least"} if name == "count" else {name, "where"}
    if set(spec) != wanted:
        raise ConditionError(f"'{name}: {over}' needs {', '.join(sorted(wanted - {name}))} and nothing else.")
    inner = _compile(catalogue, spec["where"], over, depth + 1)
    least = spec.get("at_least", 1)
    if not isinstance(least, int) or least < 1:
        raise ConditionError("'at_least' is a whole number from 1 on.")

    def condition(view: View) -> Outcome:
        outcomes = [inner(each) for each in view.rows(over)]
        if name == "every":
            if not outcomes:
                return False, ()
            return _every(outcomes)
        true = [why for truth, why in outcomes if truth is True]
        open_ = [why for truth, why in outcomes if truth is None]
        if len(true) >= least:
            return True, tuple(reason for why in true for reason in why)
        if len(true) + len(open_) >= least:
            return None, tuple(reason for why in open_ for reason in why)
        return False, tuple(reason for truth, why in outcomes if truth is False for reason in why)

    return condition


def _question(catalogue: Catalogue, question_id: Any, scope: Scope) -> Question:
    if not isinstance(question_id, str) or not catalogue.has_question(question_id):
        near = _near(question_id, (question.id for question in catalogue.questions))
        raise ConditionError(f"there is no question {question_id!r}{near}.")
    question = catalogue.question(question_id)
    if question.scope not in {"proposal", scope}:
        raise ConditionError(
            f"{question_id} is asked for each {question.scope}; say 'any: {question.scope}' or 'every'."
        )
    return question


def _every(outcomes: list[Outcome]) -> Outcome:
    for wanted in (False, None):
        found = tuple(reason for truth, why in outcomes if truth is wanted for reason in why)
        if any(truth is wanted for truth, _why in outcomes):
            return wanted, found
    return True, tuple(reason for _truth, why in outcomes for reason in why)


def _answer_leaf(catalogue: Catalogue, spec: ConditionSpec, scope: Scope) -> Condition:
    question_id = spec["answer"]
    question = _question(catalogue, question_id, scope)
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
    on_row = question.scope != "proposal"

    def condition(view: View) -> Outcome:
        place = view if on_row else view.proposal
        asked = place.asked(question_id)
        if asked is False:
            return False, ()
        reason = place.reason(question_id)
        value = place.value(question_id)
        if value is None or value == UNSURE:
            return None, (reason,)
        truth: Truth = test(value)
        if truth and asked is None:
            return None, (reason, *place.open_reasons(question_id))
        return truth, (reason,)

    return condition


def _unsure_leaf(question: Question) -> Condition:
    def condition(view: View) -> Outcome:
        place = view if question.scope != "proposal" else view.proposal
        asked = place.asked(question.id)
        if asked is False:
            return False, ()
        value = place.value(question.id)
        reason = (place.reason(question.id),)
        if value is None:
            return None, reason
        return (asked if value == UNSURE else False), reason

    return condition


def _fact_leaf(catalogue: Catalogue, spec: ConditionSpec, scope: Scope) -> Condition:
    name = spec["fact"]
    operator, wanted = _operator(spec, "fact")
    if operator == "in_group":
        raise ConditionError(f"'in_group' reads the options of a question; {name} is a fact: use in.")
    singles, sets = catalogue.facts, catalogue.fact_sets
    for place in dict.fromkeys((scope, "proposal")):
        vocabulary = singles.get(place, {}).get(name) or sets.get(place, {}).get(name)
        if vocabulary:
            break
    else:
        names = {n for table in (singles, sets) for facts in table.values() for n in facts}
        raise ConditionError(f"there is no fact {name!r} here{_near(name, names)}.")
    is_set = name in sets.get(place, {})
    ranks = {value: rank for rank, value in enumerate(vocabulary)}
    test = _test(operator, wanted, ranks, vocabulary, is_set, name)
    unknown = set(catalogue.unknown_facts)
    on_row = place != "proposal"
    tested = {wanted} if isinstance(wanted, str) else set(wanted) if isinstance(wanted, list) else set()

    def condition(view: View) -> Outcome:
        at = view if on_row else view.proposal
        value, reason = at.fact(name), (at.fact_reason(name),)
        if value is None or (isinstance(value, str) and value in unknown and value not in tested):
            return None, reason
        return test(value), reason

    return condition


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
            raise ConditionError(f"{group!r} is no group of {question.id}'s options{_near(group, known)}.")
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
            raise ConditionError(f"{wanted!r} has no place in the risk order of {name}{_near(wanted, ranks)}.")
        up = operator == "at_least"

        def ranked(value: Any) -> bool:
            rank = value if isinstance(value, int) else ranks.get(value)
            return rank is not None and (rank >= bound if up else rank <= bound)

        return (lambda value: any(ranked(item) for item in value)) if is_set else ranked
    for value in values:
        if choices and value not in choices:
            raise ConditionError(f"{value!r} is no value of {name}{_near(value, choices)}.")
    if (operator == "includes") != is_set:
        raise ConditionError(f"{name} holds {'several values: use includes' if is_set else 'one value: use is or in'}.")
    if operator == "is" and isinstance(wanted, list):
        raise ConditionError(f"'is' compares {name} with one value; use 'in' for several.")
    found = frozenset(values)
    return (lambda value: not found.isdisjoint(value)) if is_set else (lambda value: value in found)


def _near(word: Any, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""

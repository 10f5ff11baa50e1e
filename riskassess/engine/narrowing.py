"""For every open answer: how far it alone could move the level. What would settle most comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from riskassess.engine.catalogue import LEVELS, UNSURE, Catalogue, Question
from riskassess.engine.conditions import effect_of
from riskassess.engine.facts import Facts, View
from riskassess.engine.results import Hold, Interval, Narrowing

HoldSet = frozenset[tuple[str, str, bool]]
_RANK: dict[str, int] = {level: rank for rank, level in enumerate(LEVELS)}
CHOICES = frozenset({"yes_no", "single", "multi", "scale"})
Levels = Callable[[str], tuple[Interval, HoldSet]]


def narrow(
    catalogue: Catalogue,
    views: Facts,
    candidates: frozenset[str],
    levels: Levels,
    now: Interval,
    holds: tuple[Hold, ...],
) -> tuple[Narrowing, ...]:
    """Try each way to answer each open candidate and see what interval it would leave. `levels` computes afresh what
    depends on the question it is given."""
    possible = {(hold.rule, hold.row) for hold in holds if hold.state == "possible"}
    if not now.is_open and not possible:
        return ()
    found = []
    for order, (question, view) in enumerate(_open(catalogue, views, candidates)):
        outcomes, decides = [], set()
        tried: dict[Any, tuple[Interval, HoldSet]] = {}  # answers that every condition reads alike are tried once
        for value, option, words in _ways(question):
            effect = effect_of(catalogue, question, value)
            if effect not in tried:
                with views.trying(view, question.id, value):
                    tried[effect] = levels(question.id)
            with_answer, held = tried[effect]
            outcomes.append((option, words, with_answer.lower, with_answer.upper))
            decides |= {rule for rule, row in possible if (rule, row, False) not in held}
        if decides or any((lower, upper) != (now.lower, now.upper) for _o, _w, lower, upper in outcomes):
            best = min(_width(lower, upper) for _o, _w, lower, upper in outcomes)
            found.append((best, order, question, view, tuple(outcomes), tuple(sorted(decides))))
    found.sort(key=lambda item: item[:2])
    return tuple(
        Narrowing(question.id, view.id, view.label, question.text, outcomes, decides)
        for _best, _order, question, view, outcomes, decides in found
    )


def _open(catalogue: Catalogue, views: Facts, candidates: frozenset[str]) -> Iterator[tuple[Question, View]]:
    for question in catalogue.questions:
        if question.id not in candidates or question.type not in CHOICES or question.field:
            continue
        for view in views.rows[question.scope]:
            if view.asked(question.id) is not False and view.value(question.id) in {None, UNSURE}:
                yield question, view


def _ways(question: Question) -> Iterator[tuple[Any, str, str]]:
    if question.type == "yes_no" and not question.options:
        yield from (("yes", "yes", "Yes"), ("no", "no", "No"))
    for option in question.options:
        yield (option.id,) if question.type == "multi" else option.id, option.id, option.text


def _width(lower: str, upper: str) -> int:
    return _RANK[upper] - _RANK[lower]

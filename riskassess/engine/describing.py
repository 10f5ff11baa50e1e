"""Conditions in plain words: as one sentence, or as an outline where a sentence would be too long to follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from riskassess.engine.catalogue import Catalogue, ConditionSpec, Question, Scope
from riskassess.engine.words import fact_text, fact_words

SHOWN_VALUES = 6
ROWS = {"partner": "partner", "technology": "technology or item", "funder": "funder"}
MANY_ROWS = {"partner": "partners", "technology": "technologies or items", "funder": "funders"}
Maker = Callable[[Catalogue, ConditionSpec, Any], "Clause"]
JOINS = {"all": ("all of these hold", " and "), "any": ("at least one of these holds", " or ")}


@dataclass(frozen=True, slots=True)
class Clause:
    """A test, or a heading with the clauses that it joins. `reads` names the question or fact of a test."""

    words: str
    parts: tuple[Clause, ...] = ()
    joined_by: str = ""  # " and ", " or "; empty where the words introduce a single part
    reads: str = ""

    def sentence(self) -> str:
        """The whole in one sentence; brackets say what belongs together."""
        if not self.parts:
            return self.words
        inner = [f"({part.sentence()})" if part.parts else part.sentence() for part in self.parts]
        return self.joined_by.join(inner) if self.joined_by else f"{self.words} {inner[0]}"


def outline(catalogue: Catalogue, spec: ConditionSpec) -> Clause:
    """The condition of a question, rule or row; it must be one that compiles."""
    ((name, value),) = [(key, spec[key]) for key in spec if key in _MAKERS][:1]
    return _MAKERS[name](catalogue, spec, value)


def in_words(catalogue: Catalogue, spec: ConditionSpec | None) -> str:
    """The condition as a sentence without its full stop; a question or row without one always applies."""
    return outline(catalogue, spec).sentence() if spec else "always"


def _joined(name: str) -> Maker:
    heading, between = JOINS[name]

    def make(catalogue: Catalogue, _spec: ConditionSpec, parts: Any) -> Clause:
        clauses = tuple(outline(catalogue, part) for part in parts)
        return clauses[0] if len(clauses) == 1 else Clause(heading, clauses, between)

    return make


def _any(catalogue: Catalogue, spec: ConditionSpec, value: Any) -> Clause:
    if isinstance(value, list):
        return _joined("any")(catalogue, spec, value)
    return Clause(f"for at least one {ROWS[value]},", (outline(catalogue, spec["where"]),))


def _every(catalogue: Catalogue, spec: ConditionSpec, scope: Scope) -> Clause:
    return Clause(f"for every {ROWS[scope]},", (outline(catalogue, spec["where"]),))


def _count(catalogue: Catalogue, spec: ConditionSpec, scope: Scope) -> Clause:
    least = spec["at_least"]
    rows = ROWS[scope] if least == 1 else MANY_ROWS[scope]
    return Clause(f"for at least {least} {rows},", (outline(catalogue, spec["where"]),))


def _not(catalogue: Catalogue, _spec: ConditionSpec, inner: Any) -> Clause:
    return Clause("it is not so that", (outline(catalogue, inner),))


def _unsure(catalogue: Catalogue, _spec: ConditionSpec, question_id: str) -> Clause:
    return Clause(f"{_named(catalogue, question_id)} is answered “unsure”", reads=question_id)


def _answer(catalogue: Catalogue, spec: ConditionSpec, question_id: str) -> Clause:
    question = catalogue.question(question_id)
    ((operator, wanted),) = [(key, value) for key, value in spec.items() if key != "answer"]
    named = _named(catalogue, question_id)
    if question.type == "number":
        return Clause(f"{named} is {operator.replace('_', ' ')} {wanted}", reads=question_id)
    if operator == "in_group":
        groups = {option.group: option.group_text for option in question.options if option.group}
        if set(groups) > set(_list(wanted)) or all(option.group for option in question.options):
            names = [f"“{groups[group] or group}”" for group in _list(wanted)]
            return Clause(f"{named} falls under {_one_of(names)}", reads=question_id)
        operator, wanted = "in", [option.id for option in question.options if option.group in _list(wanted)]
    verb = "includes" if question.type == "multi" else "is"
    words = _either_or(question, operator, wanted)
    return Clause(f"{named} {verb} {words}", reads=question_id)


def _either_or(question: Question, operator: str, wanted: Any) -> str:
    """The options that make a test true; where naming the others is shorter, all but those."""
    options = {option.id: option.text for option in question.options} or {"no": "No", "yes": "Yes"}
    chosen = [option for option in options if option in set(_meant(question, operator, wanted))]
    left = [option for option in options if option not in chosen]
    if len(chosen) > SHOWN_VALUES and 0 < len(left) <= SHOWN_VALUES:
        return "anything but " + " and ".join(f"“{options[option]}”" for option in left)
    return _one_of([f"“{options[option]}”" for option in chosen])


def _meant(question: Question, operator: str, wanted: Any) -> Iterator[str]:
    if operator not in {"at_least", "at_most"}:
        yield from _list(wanted)
        return
    ranks = {option.id: option.risk for option in question.options if option.risk is not None} or {"no": 0, "yes": 1}
    bound = wanted if isinstance(wanted, int) else ranks[wanted]
    for option, rank in ranks.items():
        if rank >= bound if operator == "at_least" else rank <= bound:
            yield option


def _fact(catalogue: Catalogue, spec: ConditionSpec, name: str) -> Clause:
    ((operator, wanted),) = [(key, value) for key, value in spec.items() if key != "fact"]
    several = any(name in names for names in catalogue.fact_sets.values())
    values = [str(value) for value in _list(wanted)]
    if operator in {"at_least", "at_most"}:
        order = next(facts[name] for facts in catalogue.facts.values() if name in facts)
        bound = wanted if isinstance(wanted, int) else order.index(wanted)
        values = [*order[bound:]] if operator == "at_least" else [*order[: bound + 1]]
    words = _one_of([f"“{fact_words(value)}”" for value in values])
    return Clause(f"the registry fact “{fact_text(name)}” {'includes' if several else 'is'} {words}", reads=name)


def _named(catalogue: Catalogue, question_id: str) -> str:
    return f"“{catalogue.question(question_id).text}” ({question_id})"


def _list(wanted: Any) -> list[Any]:
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


_MAKERS: dict[str, Maker] = {
    "all": _joined("all"),
    "not": _not,
    "every": _every,
    "count": _count,
    "any": _any,
    "unsure": _unsure,
    "answer": _answer,
    "fact": _fact,
}

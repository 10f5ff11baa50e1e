"""What one entry of a catalogue says of another: unknown ids, missing entries, conditions that do not compile."""

from __future__ import annotations

from collections.abc import Iterator

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue
from riskassess.engine.conditions import ConditionError, compile_condition
from riskassess.engine.deciding import questions_read
from riskassess.engine.nearness import did_you_mean

Fault = tuple[str, str, str]  # part, id, reason


def reference_faults(catalogue: Catalogue) -> list[Fault]:
    """Everything that names what is not there; a catalogue with any of it cannot be used."""
    return [*_unknown_references(catalogue), *_missing_parts(catalogue), *_faulty_conditions(catalogue)]


def _unknown_references(catalogue: Catalogue) -> Iterator[Fault]:
    for kind in (
        "dimensions",
        "levels",
        "routes",
        "sections",
        "questions",
        "rules",
        "mitigations",
        "sources",
        "vocabularies",
        "golden",
    ):
        ids = [item.id for item in getattr(catalogue, kind)]
        for twice in sorted({item for item in ids if ids.count(item) > 1}):
            yield kind, twice, "this id stands twice."
    known = {
        kind: {item.id for item in getattr(catalogue, kind)}
        for kind in ("dimensions", "sections", "questions", "mitigations", "sources", "vocabularies")
    }
    for question in catalogue.questions:
        if question.section not in known["sections"]:
            yield "questions", question.id, _none("section", question.section, known["sections"])
        if question.part_of and question.part_of not in known["questions"]:
            yield "questions", question.id, _no_question("it is part of", question.part_of, known)
        if question.follows and question.follows not in known["questions"]:
            yield "questions", question.id, _no_question("it follows", question.follows, known)
        if question.vocabulary and question.vocabulary not in known["vocabularies"]:
            yield "questions", question.id, _none("vocabulary", question.vocabulary, known["vocabularies"])
        elif question.type in {"single", "multi"} and not question.options and not question.field:
            yield "questions", question.id, "a choice needs options."
        for citation in question.sources:
            if citation.source not in known["sources"]:
                yield "questions", question.id, _none("source", citation.source, known["sources"])
    for vocabulary in catalogue.vocabularies:
        terms = [term.id for term in vocabulary.terms]
        for twice in sorted({term for term in terms if terms.count(term) > 1}):
            yield "vocabularies", vocabulary.id, f"the term '{twice}' stands twice."
        for term in vocabulary.terms:
            if term.group and term.group not in terms:
                yield (
                    "vocabularies",
                    vocabulary.id,
                    f"{term.id} stands under '{term.group}', which is no term of it{did_you_mean(term.group, terms)}",
                )
    for rule in catalogue.rules:
        for dimension in rule.dimensions:
            if dimension not in known["dimensions"]:
                yield "rules", rule.id, _none("dimension", dimension, known["dimensions"])
        for mitigation in rule.mitigations:
            if mitigation not in known["mitigations"]:
                yield "rules", rule.id, _none("safeguard", mitigation, known["mitigations"])
        for citation in rule.sources:
            if citation.source not in known["sources"]:
                yield "rules", rule.id, _none("source", citation.source, known["sources"])
        if rule.rows and not rule.dimensions:
            yield "rules", rule.id, "a rule with a score names at least one dimension."
        if rule.rows and not all(row.factors or rule.factors for row in rule.rows):
            yield "rules", rule.id, "a rule with a score names at least one factor."
        if (rule.effect == "relieve") != (rule.relief is not None):
            yield "rules", rule.id, "a relieve rule says in 'relief' what it gives, and no other rule has one."
        if rule.effect == "relieve" and rule.rows:
            yield "rules", rule.id, "relief has no points."
        for question_id in rule.relief.needs_answers if rule.relief else ():
            if question_id not in known["questions"]:
                yield "rules", rule.id, _no_question("needs_answers names", question_id, known)


def _none(what: str, name: str, known: set[str]) -> str:
    return f"there is no {what} '{name}'{did_you_mean(name, sorted(known))}"


def _no_question(how: str, name: str, known: dict[str, set[str]]) -> str:
    return f"{how} '{name}', which is no question{did_you_mean(name, sorted(known['questions']))}"


def _missing_parts(catalogue: Catalogue) -> Iterator[Fault]:
    for kind, wanted in (("levels", LEVELS), ("routes", ROUTES)):
        for missing in sorted(set(wanted) - {item.id for item in getattr(catalogue, kind)}):
            yield kind, missing, "this entry is missing."
    for level in sorted(set(LEVELS) - set(catalogue.route_table.by_level)):
        yield "route_table", level, "by_level names no route for this level."
    benefit = catalogue.benefit_question
    if benefit and not catalogue.has_question(benefit):
        yield (
            "benefit_question",
            benefit,
            f"there is no such question{did_you_mean(benefit, [question.id for question in catalogue.questions])}",
        )


def _faulty_conditions(catalogue: Catalogue) -> Iterator[Fault]:
    for section in catalogue.sections:
        try:
            if section.row_needed_when is not None:
                compile_condition(catalogue, section.row_needed_when, "proposal")
        except ConditionError as fault:
            yield "sections", section.id, f"row_needed_when: {fault}"
    for question in catalogue.questions:
        try:
            if question.when is not None:
                compile_condition(catalogue, question.when, question.scope)
        except ConditionError as fault:
            yield "questions", question.id, f"when: {fault}"
    for rule in catalogue.rules:
        for spec in (rule.when, *(row.when for row in rule.rows)):
            try:
                if spec is not None:
                    compile_condition(catalogue, spec, rule.scope)
            except ConditionError as fault:
                yield "rules", rule.id, f"when: {fault}"
    for question_id in _circles(catalogue):
        yield "questions", question_id, "when: whether it is asked depends, in the end, on its own answer."


def _circles(catalogue: Catalogue) -> Iterator[str]:
    opens = {question.id: questions_read(question.when) for question in catalogue.questions}
    for question_id in opens:
        reached: set[str] = set()
        waiting = [*opens[question_id]]
        while waiting:
            each = waiting.pop()
            if each not in reached:
                reached.add(each)
                waiting += opens.get(each, ())
        if question_id in reached:
            yield question_id

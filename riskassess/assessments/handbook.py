"""A release as a handbook tells it: questions, rules with their conditions in words, safeguards, sources."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from riskassess.engine.catalogue import Catalogue, Citation, Mitigation, Question, Rule, Section, Source
from riskassess.engine.deciding import questions_read
from riskassess.engine.describing import Clause, outline
from riskassess.engine.words import fact_text, fact_words

# The fact on which some rules tell two places of a partner apart, and only because a law does.
LICENSED_ZONE = "eu_or_eu001"


@dataclass(frozen=True)
class Cited:
    source: Source
    section: str


@dataclass(frozen=True)
class QuestionEntry:
    question: Question
    when: Clause | None
    groups: tuple[tuple[str, tuple], ...]  # options under the words of their term; without one where there is none
    read_by: tuple[Rule, ...]
    sources: tuple[Cited, ...]


@dataclass(frozen=True)
class Grade:
    likelihood: int
    impact: int
    score: int
    level: object
    effect: str  # in words, where it is another than the rule's
    when: Clause | None
    explain: str


@dataclass(frozen=True)
class RuleEntry:
    rule: Rule
    does: str
    notes: tuple[str, ...]
    when: Clause
    grades: tuple[Grade, ...]
    mitigations: tuple[Mitigation, ...]
    sources: tuple[Cited, ...]
    reads_zone: bool


@dataclass(frozen=True)
class Handbook:
    catalogue: Catalogue
    sections: tuple[tuple[object, tuple[QuestionEntry, ...]], ...]
    dimensions: tuple[tuple[object, tuple[RuleEntry, ...]], ...]
    safeguards: tuple[tuple[Mitigation, tuple[Rule, ...]], ...]
    levels: tuple[tuple[object, int, object], ...]  # band, its highest score, the route it asks for
    facts: tuple[tuple[str, str, tuple[str, ...]], ...]  # id, in words, values in words
    vocabularies: tuple[tuple[object, tuple], ...]
    policies: tuple[tuple[object, tuple[Cited, ...]], ...]


def handbook_of(catalogue: Catalogue) -> Handbook:
    return Handbook(
        catalogue=catalogue,
        sections=tuple(question_sections(catalogue)),
        dimensions=tuple(_dimensions(catalogue)),
        safeguards=tuple(
            (item, tuple(rule for rule in catalogue.rules if item.id in rule.mitigations))
            for item in catalogue.mitigations
        ),
        levels=tuple(_levels(catalogue)),
        facts=tuple(_facts(catalogue)),
        vocabularies=tuple((each, tuple(_terms(each.terms))) for each in catalogue.vocabularies),
        policies=tuple((policy, cited(catalogue, policy.sources)) for policy in catalogue.policies),
    )


def question_sections(catalogue: Catalogue) -> Iterator[tuple[Section, tuple[QuestionEntry, ...]]]:
    """Every question by its section, with the rules that read it."""
    reading: dict[str, list[Rule]] = {}
    for rule in catalogue.rules:
        for question in questions_read([rule.when, *(row.when for row in rule.rows)]):
            reading.setdefault(question, []).append(rule)
    for section in catalogue.sections:
        yield (
            section,
            tuple(
                QuestionEntry(
                    question,
                    outline(catalogue, question.when) if question.when else None,
                    tuple(_terms(question.options)),
                    tuple(reading.get(question.id, ())),
                    cited(catalogue, question.sources),
                )
                for question in catalogue.questions_of(section.id)
            ),
        )


def _terms(items: tuple) -> Iterator[tuple[str, tuple]]:
    """Options or terms under the words of the term above them, in their order."""
    words = {item.id: item.text for item in items}
    groups: dict[str, list] = {}
    above = {item.group for item in items}
    for item in items:
        if item.id in above:
            continue
        name = getattr(item, "group_text", "") or words.get(item.group, "") or ""
        groups.setdefault(name, []).append(item)
    for name, members in groups.items():
        yield name, tuple(members)


def _dimensions(catalogue: Catalogue) -> Iterator[tuple]:
    """Rules under the first of their dimensions."""
    for dimension in catalogue.dimensions:
        rules = [rule for rule in catalogue.rules if rule.dimensions[:1] == (dimension.id,)]
        yield dimension, tuple(_rule(catalogue, rule) for rule in rules)
    if rest := [rule for rule in catalogue.rules if not rule.dimensions]:
        yield None, tuple(_rule(catalogue, rule) for rule in rest)


def _rule(catalogue: Catalogue, rule: Rule) -> RuleEntry:
    when = outline(catalogue, rule.when)
    grades = tuple(
        Grade(
            row.likelihood,
            row.impact,
            row.likelihood * row.impact,
            catalogue.level(catalogue.level_of(row.likelihood * row.impact)),
            _effects()[row.effect] if row.effect and row.effect != rule.effect else "",
            outline(catalogue, row.when) if row.when else None,
            row.explain,
        )
        for row in rule.rows
    )
    return RuleEntry(
        rule,
        _effects()[rule.effect] if rule.effect != "advise" or not rule.rows else _("It counts towards the level."),
        tuple(_notes(catalogue, rule)),
        when,
        grades,
        tuple(catalogue.mitigation(item) for item in rule.mitigations),
        cited(catalogue, rule.sources),
        any(LICENSED_ZONE in _reads(each) for each in (when, *(grade.when for grade in grades if grade.when))),
    )


def _effects() -> dict[str, str]:
    return {
        "stop": _("A legal hold: this waits until the authority's evidence is there. The rest may go on."),
        "escalate": _("A second person looks, whatever the level."),
        "advise": _("Advice, without points."),
        "relieve": _("It makes the way lighter and changes no level."),
    }


def _notes(catalogue: Catalogue, rule: Rule) -> Iterator[str]:
    if rule.kind == "context":
        words = _("It describes the surroundings of the work, so it counts for at most %(most)d points.")
        yield words % {"most": catalogue.caps.context}
    if rule.kind == "gap":
        yield _("It is about a safeguard that is missing. It raises no other finding.")
    if rule.membership:
        words = _("Unless another finding raises it, it counts for at most %(most)d points.")
        yield words % {"most": catalogue.caps.membership}
    if len(rule.rows) > 1:
        yield _("The highest of its grades that applies is shown.")


def _reads(clause: Clause) -> set[str]:
    return {clause.reads}.union(*(_reads(part) for part in clause.parts))


def _levels(catalogue: Catalogue) -> Iterator[tuple]:
    bands = sorted(catalogue.levels, key=lambda band: band.lowest)
    for band, above in zip(bands, [*(each.lowest for each in bands[1:]), 26], strict=True):
        yield band, above - 1, catalogue.route(catalogue.route_table.by_level[band.id])


def _facts(catalogue: Catalogue) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for table in (catalogue.facts, catalogue.fact_sets):
        for facts in table.values():
            for name, values in facts.items():
                yield name, fact_text(name), tuple(fact_words(value) for value in values)


def cited(catalogue: Catalogue, citations: tuple[Citation, ...]) -> tuple[Cited, ...]:
    return tuple(Cited(catalogue.source(each.source), each.section) for each in citations)

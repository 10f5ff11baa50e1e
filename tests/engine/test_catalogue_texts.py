"""The words of the released catalogue: short, plain, sourced, and about work and terms, never about origins."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from partners.countries import TABLE
from riskassess.engine.loading import load_catalogue

FOLDER = sorted((Path(settings.CATALOGUES_DIR) / "allea-eu").iterdir())[-1]
MOST_WORDS = 20
NEVER = [
    "fail", "violat", "suspicio", "justify", "pursuant", "hereby", "shall ", "warning", "threat", "enemy", "adversar",
    "risky", "hostile", "unfriendly", "dangerous country", "invalid", "oops", "awesome", "nationalit", "citizen",
    "ethnic", "birthplace", "religio", "you must", "!",
]  # fmt: skip
# Where the law itself draws the line, its members may be named.
NAMED_BY_LAW = {"Y2": {"Iceland", "Liechtenstein", "Norway"}}


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(FOLDER)


def _question_texts(question):
    texts = [question.text, question.help, question.example, question.why, question.unsure_help]
    return [*texts, *(option.text for option in question.options), *(option.help for option in question.options)]


def _rule_texts(rule):
    texts = [rule.title, rule.explain, rule.activity, rule.lifted_by, *(row.explain for row in rule.rows)]
    return [*texts, *([rule.relief.sentence] if rule.relief else [])]


def _texts(catalogue):
    """Everything a researcher may read, by where it stands."""
    for question in catalogue.questions:
        yield from ((question.id, text) for text in _question_texts(question) if text)
    for rule in catalogue.rules:
        yield from ((rule.id, text) for text in _rule_texts(rule) if text)
    for mitigation in catalogue.mitigations:
        yield from ((mitigation.id, text) for text in (mitigation.name, mitigation.text, mitigation.evidence))
    for part in (*catalogue.levels, *catalogue.routes):
        yield part.id, part.meaning
    for part in (*catalogue.dimensions, *catalogue.sections):
        yield part.id, part.help
    yield from ((policy.id, policy.text) for policy in catalogue.policies)
    yield from ((case.id, case.story) for case in catalogue.golden)


def test_sentences_are_short(catalogue):
    sentences = [
        (place, sentence) for place, text in _texts(catalogue) for sentence in re.split(r"(?<=[.?:;])\s+", text)
    ]

    assert [s for s in sentences if len(s[1].split()) > MOST_WORDS] == []


def test_no_text_accuses_or_alarms(catalogue):
    found = [(place, word) for place, text in _texts(catalogue) for word in NEVER if word in text.lower()]

    assert found == []


def test_no_text_names_a_country(catalogue):
    names = {str(name) for _code, _three, name in TABLE}
    found = [
        (place, name)
        for place, text in _texts(catalogue)
        for name in names
        if re.search(rf"\b{re.escape(name)}\b", text) and name not in NAMED_BY_LAW.get(place, ())
    ]

    assert found == []


def test_every_question_says_why_and_who_reads_it(catalogue):
    bare = [q.id for q in catalogue.questions if not (q.why and q.seen_by and q.sources)]

    assert bare == []


def test_every_question_that_offers_unsure_says_how_to_find_out(catalogue):
    assert [q.id for q in catalogue.questions if q.unsure and not q.unsure_help] == []


def test_every_risk_question_offers_unsure(catalogue):
    """What a scoring rule reads from the questionnaire may be unsure; fields and the fixed point of T4 are known."""
    read = {
        key
        for rule in catalogue.rules
        if rule.effect != "relieve"
        for spec in (rule.when, *(row.when for row in rule.rows))
        for key in _answers_read(spec)
    }

    assert [q for q in sorted(read) if not (catalogue.question(q).unsure or catalogue.question(q).field)] == []


def _answers_read(spec):
    if isinstance(spec, dict):
        yield from ([spec["answer"]] if "answer" in spec else [])
        for value in spec.values():
            yield from _answers_read(value)
    elif isinstance(spec, list | tuple):
        for value in spec:
            yield from _answers_read(value)


def test_every_rule_explains_itself_and_names_a_source(catalogue):
    assert [rule.id for rule in catalogue.rules if not (rule.title and rule.explain and rule.sources)] == []


def test_every_stop_says_what_waits_and_what_lifts_it(catalogue):
    stops = [rule for rule in catalogue.rules if rule.effect == "stop"]

    assert [rule.id for rule in stops if not (rule.activity and rule.lifted_by)] == []


def test_every_scoring_finding_can_be_lowered_unless_it_is_context(catalogue):
    stuck = [r.id for r in catalogue.rules if r.rows and r.kind != "context" and not (r.mitigations or r.no_mitigation)]

    assert stuck == []


def test_nothing_lies_unused(catalogue):
    cited = {c.source for part in (*catalogue.questions, *catalogue.rules, *catalogue.policies) for c in part.sources}
    offered = {mitigation for rule in catalogue.rules for mitigation in rule.mitigations}

    assert {source.id for source in catalogue.sources} - cited == set()
    assert {mitigation.id for mitigation in catalogue.mitigations} - offered == set()


def test_every_policy_names_a_service_that_exists(catalogue):
    for policy in catalogue.policies:
        module, _dot, name = policy.service.rpartition(".")

        assert callable(getattr(import_module(module), name)), policy.id


def test_every_dimension_effect_kind_and_scope_is_in_use(catalogue):
    rules = catalogue.rules

    assert {d for rule in rules for d in rule.dimensions} == {dimension.id for dimension in catalogue.dimensions}
    assert {rule.effect for rule in rules} == {"stop", "escalate", "advise", "relieve"}
    assert {rule.kind for rule in rules} == {"finding", "context", "gap"}
    assert {rule.scope for rule in rules} == {"proposal", "partner", "technology", "funder"}


def test_four_golden_cases_keep_doors_open(catalogue):
    open_doors = [case.id for case in catalogue.golden if case.expect.get("route") == "fast_track"]

    assert len(open_doors) >= 4


def test_folder_is_named_after_the_release(catalogue):
    assert (catalogue.id, catalogue.version) == (FOLDER.parent.name, FOLDER.name)

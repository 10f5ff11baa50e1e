"""Every condition of every release says the same when another language reads it, wherever nothing is open."""

import json
from functools import cache

import pytest
from hypothesis import given

from riskassess.engine.conditions import compile_condition
from riskassess.engine.proposals import read_proposal
from riskassess.engine.visibility import read_facts
from tests.engine.laws import EXAMPLES, LAW, NEWEST, ON, over_all_releases, over_releases, released
from tests.engine.worlds import picks, settled, world_of

pytest.importorskip("cel_expr_python", reason="the oracle comes with the dependency group 'dev'")
from tests.engine.oracle import Oracle


@cache
def oracle(release):
    return Oracle(released(release))


def said_by_engine(catalogue, facts, conditions):
    views = read_facts(catalogue, facts)
    return {
        (place, view.id): compile_condition(catalogue, spec, scope)(view)[0]
        for place, scope, spec, _program in conditions
        for view in views.rows[scope]
    }


def differing(release, facts):
    """Where the engine and CEL differ on facts that leave nothing open; and how many conditions were compared."""
    catalogue, other = released(release), oracle(release)
    engine, told = said_by_engine(catalogue, facts, other.conditions), other.truths(facts)
    assert engine.keys() == told.keys()
    return {at: (engine[at], told[at]) for at in told if engine[at] is not told[at]}, len(told)


def is_settled(catalogue, facts):
    """Whether every asked question that a condition may read has an answer, and every registry fact a value."""
    views = read_facts(catalogue, facts)
    is_answered = all(
        view.value(question.id) not in (None, "unsure")
        for question in catalogue.questions
        if question.options and question.required and question.field != "attest"
        for view in views.rows[question.scope]
        if view.asked(question.id) is not False
    )
    unknown = (None, *catalogue.unknown_facts)
    return is_answered and not any(
        view.facts.get(name) in unknown for view in views.views() for name in catalogue.facts.get(view.scope, {})
    )


@over_all_releases
def test_golden_cases_without_open_answers_read_alike_in_cel(release):
    catalogue = released(release)
    cases = [case for case in catalogue.golden if is_settled(catalogue, case.facts)]

    assert len(cases) >= len(catalogue.golden) // 2
    for case in cases:
        found, count = differing(release, case.facts)
        assert found == {}, case.id
        assert count >= len(catalogue.rules)


def test_examples_without_open_answers_read_alike_in_cel():
    catalogue = released(NEWEST.name)
    files = [read_proposal(catalogue, json.loads(path.read_text(encoding="utf-8")), on=ON) for path in EXAMPLES]
    examples = [{**facts, "facts": {"prior_assessment": "none"}} for facts in files]
    sure = [facts for facts in examples if is_settled(catalogue, facts)]

    assert len(sure) >= 4
    for facts in sure:
        assert differing(NEWEST.name, facts)[0] == {}


@over_releases
@LAW
@given(drawn=picks())
def test_random_settled_facts_read_alike_in_cel(release, drawn):
    catalogue = released(release)
    world = settled(drawn, catalogue, world_of(drawn, catalogue, open_share=0))

    assert differing(release, world)[0] == {}

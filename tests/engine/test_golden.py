"""The stories that releases carry: complete, told of every rule from both sides, and mostly of open doors."""

from collections import defaultdict

import pytest

from partners.countries import NAMES
from riskassess.engine.checks.golden import golden_faults
from riskassess.engine.scoring import assess
from tests.engine.laws import FOLDERS, NEWEST, released

TOLD = [folder.name for folder in FOLDERS if folder.name != "0.1.0"]
SAID = {"lower", "upper", "route", "deciders", "holds", "possible_holds", "escalations", "findings"}
over_told = pytest.mark.parametrize("release", TOLD)


@pytest.fixture(scope="module")
def results():
    return {
        release: [(case, assess(released(release), case.facts, on=case.on)) for case in released(release).golden]
        for release in TOLD
    }


@over_told
def test_every_case_comes_out_as_it_is_told(release, results):
    told = {case.id: list(golden_faults(case, result)) for case, result in results[release]}

    assert {case: faults for case, faults in told.items() if faults} == {}


@over_told
def test_case_tells_the_whole_result(release, results):
    for case, result in results[release]:
        assert case.expect.keys() >= SAID, case.id
        assert set(case.expect["findings"]) == {finding.key for finding in result.firm_findings}, case.id
        if case.facts.get("safeguards"):
            assert "residual" in case.expect, case.id


@over_told
def test_there_are_forty_stories_and_ten_open_doors(release, results):
    cases = [case for case, _result in results[release]]
    doors = [case for case in cases if (case.expect["upper"], case.expect["route"]) == ("low", "fast_track")]

    assert len(cases) >= 40
    assert len(doors) >= 10
    assert len({case.story for case in cases}) == len(cases)


@over_told
def test_every_rule_speaks_in_a_case_and_is_quiet_in_another(release, results):
    speaks, quiet = defaultdict(set), defaultdict(set)
    for case, result in results[release]:
        firm = [*result.firm_findings, *result.escalations, *result.relief]
        spoken = {item.rule for item in firm} | {hold.rule for hold in result.holds if hold.state == "firm"}
        maybe = {item.rule for item in (*result.findings, *result.holds, *result.possible_escalations)}
        for rule in released(release).rules:
            (speaks if rule.id in spoken else quiet if rule.id not in maybe else defaultdict(set))[rule.id].add(case.id)

    rules = {rule.id for rule in released(release).rules}
    assert rules - speaks.keys() == set()
    assert rules - quiet.keys() == set()


@over_told
def test_every_row_of_points_decides_in_a_case(release, results):
    catalogue = released(release)
    met = {
        (line.rule, grade.grade)
        for _case, result in results[release]
        for line in result.trace
        for grade in line.grades
        if grade.outcome == "fired"
    }

    assert {(rule.id, n) for rule in catalogue.rules for n in range(1, len(rule.rows) + 1)} - met == set()


@over_told
def test_every_dimension_has_a_very_high_without_a_stop_and_a_low_with_every_question_answered(release, results):
    catalogue = released(release)
    risks = {dimension.id for dimension in catalogue.dimensions if dimension.is_risk}
    very_high, low = set(), set()
    for _case, result in results[release]:
        if not result.holds:
            very_high |= {each.id for each in result.dimensions if each.inherent.lower == "very_high"}
        if not result.open_answers and result.inherent.upper == "low":
            low |= {each.id for each in result.dimensions}

    assert very_high == risks
    assert low == risks


@over_told
def test_stories_name_no_country(release, results):
    names = {str(name) for name in NAMES.values()}
    for case, _result in results[release]:
        assert not [name for name in names if name in case.story], case.id


def test_later_release_keeps_the_stories_of_the_earlier(results):
    earlier = {case.id for case, _result in results["1.0.0"]}

    assert earlier <= {case.id for case, _result in results[NEWEST.name]}

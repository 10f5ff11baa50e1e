"""What differs between two assessments, and what changes of the facts come to."""

from datetime import date

import pytest

from riskassess.engine.changing import apply_changes
from riskassess.engine.comparing import compare
from riskassess.engine.facts import FactsError
from riskassess.engine.scoring import assess
from tests.engine.making import catalogue, facts, mitigation, rule

ON = date(2026, 11, 23)
IS = {name: {"answer": name, "is": "yes"} for name in ("A", "B", "P")}
MADE = catalogue(
    rule("R", IS["A"], (3, 4), mitigations=["M1"]),
    rule("S", IS["B"], (2, 5), effect="stop", dimensions=["legal"], title="A permit is needed"),
    rule("Q", IS["P"], (2, 3), scope="partner", factors=["own"]),
    mitigations=[mitigation("M1")],
)
WORLD = facts({"A": "yes", "B": "no"}, partners=[{"P": "no"}])


def difference(changes, before=WORLD):
    changed = apply_changes(MADE, before, changes)
    return compare(MADE, assess(MADE, before, on=ON), assess(MADE, changed, on=ON))


def told(changes, part, before=WORLD):
    return [change.sentence for change in difference(changes, before).changes if change.part == part]


def test_nothing_changed_says_so():
    found = difference({})

    assert (found.headline, found.moves, found.changes) == ("The level stays high; nothing changes.", (), ())


def test_a_level_that_falls_names_the_finding_and_the_answer_behind_it():
    found = difference({"answers": {"A": "no"}})

    assert found.headline == (
        "As filed: from high to low, because “Rule R” (R) is no longer found (“Question A?” was “Yes”, now “No”)."
    )
    assert (found.moves_level, found.through) == (True, ("R",))
    assert told({"answers": {"A": "no"}}, "finding") == ["No longer found: “Rule R” (R)."]
    assert told({"answers": {"A": "no"}}, "dimension") == ["Knowledge goes from high to low."]
    assert told({"answers": {"A": "no"}}, "route") == [
        "The route goes from full (10 working days) to light (3 working days), because of this: low as filed."
    ]


def test_a_level_that_rises_names_what_came():
    found = difference({"answers": {"A": "yes"}}, facts({"A": "no", "B": "no"}))

    assert found.headline.startswith(
        "As filed: from low to high, because “Rule R” (R) is found (“Question A?” was “No”"
    )


def test_an_answer_taken_back_opens_the_level():
    found = difference({"answers": {"A": None}})

    assert found.headline.startswith("As filed: from high to “low to high”, because “Rule R” (R) is now only possible")
    assert told({"answers": {"A": None}}, "open") == ["Open now: “Question A?”."]
    assert told({"answers": {"A": None}}, "finding") == ["Now only possible: “Rule R” (R)."]


def test_a_finding_that_another_raises_says_so():
    found = difference({"partners": {"p1": {"answers": {"P": "yes"}}}})

    assert (
        found.headline
        == "As filed: from high to very_high, because “Rule R” (R) goes from 12 to 16 of 25, raised by another finding."
    )


def test_a_partner_left_out_takes_its_findings_along():
    before = facts({"A": "yes", "B": "no"}, partners=[{"P": "yes"}])

    found = difference({"partners": {"p1": None}}, before)

    assert found.headline == (
        "As filed: from very_high to high, because “Rule R” (R) goes from 16 to 12 of 25, as no other finding raises "
        "it any more."
    )


def test_a_safeguard_moves_what_is_left_and_not_what_was_filed():
    agreed = {"safeguards": [{"mitigation": "M1", "finding": "R", "state": "agreed"}]}

    found = difference(agreed)

    assert not found.moves_level
    assert found.headline == (
        "With the agreed safeguards: from high to moderate, because a safeguard lowers “Rule R” (R) from 12 to 8 of 25."
    )
    assert told(agreed, "finding") == ["“Rule R” (R) goes from 12 (high) to 8 (moderate) with the agreed safeguards."]


def test_a_safeguard_turned_off_counts_no_more():
    before = facts({"A": "yes", "B": "no"}, safeguards=[("M1", "R", "agreed")])

    found = difference({"safeguards": [{"mitigation": "M1", "finding": "R", "state": "refused"}]}, before)

    assert "from moderate to high, because a safeguard for “Rule R” (R) is gone" in found.headline


def test_holds_that_come_and_go_are_told_beside_the_level():
    assert told({"answers": {"B": "yes"}}, "hold") == ["A legal hold: “A permit is needed” (S). What waits: It waits."]
    assert told({"answers": {"B": "no"}}, "hold", facts({"B": "yes"})) == [
        "No legal hold any more: “A permit is needed” (S)."
    ]
    assert told({"answers": {"B": "unsure"}}, "hold", facts({"B": "yes"})) == [
        "A possible legal hold now: “A permit is needed” (S)."
    ]


def test_facts_of_before_stay_untouched():
    before = facts({"A": "yes"}, partners=[{"P": "yes"}])
    again = facts({"A": "yes"}, partners=[{"P": "yes"}])

    apply_changes(MADE, before, {"answers": {"A": None}, "partners": {"p1": {"answers": {"P": "no"}}}})

    assert before == again


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ([], "$: expected an object with any of answers, facts, partners, technology, funders, safeguards"),
        ({"title": "x"}, "title: there is no such key"),
        ({"answers": {"ZZ": "yes"}}, "answers.ZZ: there is no question ZZ"),
        ({"answers": {"A": "maybe"}}, 'answers.A: "maybe" is not one of no, yes, unsure'),
        ({"answers": []}, "answers: expected an object; null takes a value back"),
        ({"partners": []}, "partners: expected an object of row ids; null leaves a row out"),
        ({"partners": {"p9": None}}, "partners.p9: the proposal has no such row; it has p1"),
        ({"partners": {"p1": 3}}, "partners.p1: expected an object with answers and facts, or null to leave it out"),
        ({"partners": {"p1": {"facts": {"zone": "far"}}}}, 'partners.p1.facts.zone: "far" is not one of in, out'),
        ({"safeguards": {}}, "safeguards: expected a list"),
        ({"safeguards": [{"mitigation": []}]}, "safeguards[0].mitigation: expected an object with the id"),
        ({"safeguards": [{"mitigation": "M1", "state": "on"}]}, "safeguards[0].state: expected one of proposed"),
        (
            {"safeguards": [{"mitigation": "M1", "state": "agreed", "finding": 3}]},
            "safeguards[0].finding: expected a rule such as K04",
        ),
    ],
)  # fmt: skip
def test_a_change_that_fits_nothing_is_refused_with_its_place(changes, problem):
    with pytest.raises(FactsError) as refused:
        apply_changes(MADE, WORLD, changes)

    assert refused.value.problems[0].startswith(problem)

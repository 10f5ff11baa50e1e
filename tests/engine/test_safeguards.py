"""What would lower it: the smallest sets of safeguards that reach a target."""

from datetime import date
from itertools import combinations

import pytest

from riskassess.engine.catalogue import LEVELS
from riskassess.engine.safeguards import suggest
from riskassess.engine.scoring import assess
from tests.engine.making import catalogue, facts, mitigation, rule

ON = date(2026, 11, 23)
IS = {name: {"answer": name, "is": "yes"} for name in ("A", "B", "C")}
M = [
    mitigation("M1", effort=1),
    mitigation("M2", steps=2, kind="control", effort=3),
    mitigation("M3", kind="training", effort=2),
    mitigation("M4", lowers="impact", kind="scope", effort=3),
    mitigation("M5", steps=0, lowers="nothing", kind="authority"),
]
ALL = [each["id"] for each in M]


def sets(rules, answers, target="moderate", **more):
    found = suggest(catalogue(*rules, mitigations=M), facts(answers, **more), on=ON, target=target)
    return [(each.items, each.level, each.effort) for each in found]


@pytest.mark.parametrize(
    ("points", "mitigations", "target", "expected"),
    [
        ((3, 3), ALL, "moderate", []),
        ((3, 4), ["M5"], "moderate", []),
        ((3, 4), ["M1", "M2"], "moderate", [((("R", "M1"),), "moderate", 1), ((("R", "M2"),), "low", 3)]),
        ((4, 4), ["M1", "M3"], "moderate", [((("R", "M1"), ("R", "M3")), "moderate", 3)]),
        ((4, 4), ["M1", "M3"], "low", []),
        ((2, 5), ["M4"], "low", []),
        ((2, 5), ["M4"], "moderate", [((("R", "M4"),), "moderate", 3)]),
    ],
)
def test_smallest_sets_come_with_least_effort_first(points, mitigations, target, expected):
    assert sets([rule("R", IS["A"], points, mitigations=mitigations)], {"A": "yes"}, target) == expected


def test_each_finding_needs_its_own():
    rules = [rule(f"R{n}", IS["A"], (3, 4), mitigations=["M1"], dimensions=["legal"]) for n in (1, 2, 3)]

    assert sets(rules, {"A": "yes"}) == [((("R1", "M1"), ("R2", "M1"), ("R3", "M1")), "moderate", 3)]
    assert sets([*rules, {**rules[0], "id": "R4"}], {"A": "yes"}) == []


def test_lowering_what_raises_another_finding_counts():
    rules = [
        rule("R", IS["A"], (3, 3), mitigations=[]),
        rule("Q", IS["A"], (2, 2), factors=["own"], mitigations=["M1"]),
    ]

    assert sets(rules, {"A": "yes"}) == [((("Q", "M1"),), "moderate", 1)]


def test_agreed_safeguards_are_taken_as_given_and_not_offered_again():
    rules = [rule("R", IS["A"], (4, 4), mitigations=["M1", "M3"])]

    assert sets(rules, {"A": "yes"}, safeguards=[("M1", "R", "agreed")]) == [((("R", "M3"),), "moderate", 2)]
    assert sets(rules, {"A": "yes"}, safeguards=[("M1", "R", "proposed")]) != [((("R", "M3"),), "moderate", 2)]


def test_suggested_sets_are_exactly_the_smallest_that_reach_the_target():
    rules = [
        rule("R1", IS["A"], (3, 4), mitigations=["M1", "M2", "M3"]),
        rule("R2", IS["B"], (2, 4), mitigations=["M1", "M4"], factors=["own"]),
    ]
    made, answers = catalogue(*rules, mitigations=M), {"A": "yes", "B": "yes"}
    offers = [(f"R{n}", m) for n, names in ((1, ["M1", "M2", "M3"]), (2, ["M1", "M4"])) for m in names]

    def level(items):
        taken = facts(answers, safeguards=[(m, finding, "agreed") for finding, m in items])
        return assess(made, taken, on=ON).residual.upper

    reaching = [
        items
        for size in (1, 2, 3)
        for items in combinations(sorted(offers), size)
        if LEVELS.index(level(items)) <= LEVELS.index("moderate")
    ]
    smallest = min(len(items) for items in reaching)
    found = suggest(made, facts(answers), on=ON)

    assert smallest > 1
    assert {each.items for each in found} == {items for items in reaching if len(items) == smallest}
    assert all(each.level == level(each.items) for each in found)
    assert [each.effort for each in found] == sorted(each.effort for each in found)

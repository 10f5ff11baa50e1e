"""What would lower it: the smallest sets of safeguards that reach a target."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskassess.engine.catalogue import LEVELS
from riskassess.engine.safeguards import suggest
from riskassess.engine.scoring import assess
from tests.engine.making import catalogue, facts, mitigation, rule

ON = date(2026, 11, 23)
IS = {name: {"answer": name, "is": "yes"} for name in ("A", "B", "C", "P")}
M = [
    mitigation("M1", effort=1),
    mitigation("M2", steps=2, kind="control", effort=3),
    mitigation("M3", kind="training", effort=2),
    mitigation("M4", lowers="impact", kind="scope", effort=3),
    mitigation("M5", steps=0, lowers="nothing", kind="authority"),
]
ALL = [each["id"] for each in M]


def suggested(rules, answers, target="moderate", **more):
    return suggest(catalogue(*rules, mitigations=M), facts(answers, **more), on=ON, target=target)


def sets(rules, answers, target="moderate", **more):
    found = suggested(rules, answers, target, **more)
    return [(tuple(m.mitigation for m in each.measures), each.level, each.effort) for each in found.sets]


@pytest.mark.parametrize(
    ("points", "mitigations", "target", "expected"),
    [
        ((3, 3), ALL, "moderate", []),
        ((3, 4), ["M5"], "moderate", []),
        ((3, 4), ["M1", "M2"], "moderate", [(("M1",), "moderate", 1), (("M2",), "low", 3)]),
        ((4, 4), ["M1", "M2", "M3"], "moderate", [(("M1", "M3"), "moderate", 3), (("M2",), "moderate", 3)][::-1]),
        ((4, 4), ["M1", "M3"], "low", []),
        ((2, 5), ["M4"], "low", []),
        ((2, 5), ["M4"], "moderate", [(("M4",), "moderate", 3)]),
    ],
)
def test_smallest_sets_come_with_least_effort_then_fewest_first(points, mitigations, target, expected):
    assert sets([rule("R", IS["A"], points, mitigations=mitigations)], {"A": "yes"}, target) == expected


def test_one_measure_counts_for_every_finding_that_names_it():
    rules = [rule(f"R{n}", IS["A"], (3, 4), mitigations=["M1"], dimensions=["legal"]) for n in (1, 2, 3)]

    (found,) = suggested(rules, {"A": "yes"}).sets

    assert [(m.mitigation, m.row, m.findings) for m in found.measures] == [("M1", "", ("R1", "R2", "R3"))]
    assert found.effort == 1


def test_a_measure_is_taken_up_for_each_partner():
    rules = [rule("R", IS["P"], (3, 4), scope="partner", mitigations=["M1"])]

    (three,) = suggested(rules, {}, partners=[{"P": "yes"}] * 3).sets
    four = suggested(rules, {}, partners=[{"P": "yes"}] * 4)

    assert [(m.mitigation, m.row) for m in three.measures] == [("M1", "p1"), ("M1", "p2"), ("M1", "p3")]
    assert four.sets == ()
    assert [(each.kind, each.finding) for each in four.obstacles] == [("too_many", "R:p1")]
    assert "It and 3 more findings would have to fall together" in four.obstacles[0].sentence


def test_lowering_what_raises_another_finding_counts():
    rules = [
        rule("R", IS["A"], (3, 3), mitigations=[]),
        rule("Q", IS["A"], (2, 2), factors=["own"], mitigations=["M1"]),
    ]

    assert sets(rules, {"A": "yes"}) == [(("M1",), "moderate", 1)]


def test_agreed_safeguards_are_taken_as_given_and_not_offered_again():
    rules = [rule("R", IS["A"], (4, 4), mitigations=["M1", "M3"])]

    assert sets(rules, {"A": "yes"}, safeguards=[("M1", "R", "agreed")]) == [(("M3",), "moderate", 2)]
    assert sets(rules, {"A": "yes"}, safeguards=[("M1", "R", "proposed")]) != [(("M3",), "moderate", 2)]


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        (
            {"effect": "stop", "mitigations": ["M5"], "lifted_by": "The export office, with a permit."},
            "hold",
            "It is a legal hold, and only evidence lifts it. The export office, with a permit.",
        ),
        ({"no_mitigation": "The field itself is the reason."}, "none_named", "The field itself is the reason."),
        ({"mitigations": ["M1"]}, "not_enough", "All its safeguards together leave it at very_high."),
    ],
)
def test_none_can_names_the_finding_in_the_way_and_why(changes, kind, says):
    found = suggested([rule("R", IS["A"], (5, 5), **changes), rule("Q", IS["A"], (2, 2))], {"A": "yes"})

    assert (found.level, found.is_reached, found.sets) == ("very_high", False, ())
    assert [(each.finding, each.kind, each.sentence) for each in found.obstacles] == [("R", kind, says)]


def test_context_is_lowered_by_no_safeguard():
    found = suggested([rule("R", IS["A"], (3, 3), kind="context")], {"A": "yes"}, target="low")

    assert [each.kind for each in found.obstacles] == ["context"]


def test_possible_findings_show_beside_what_a_set_reaches():
    rules = [
        rule("R", IS["A"], (3, 4), mitigations=["M1"]),
        rule("Q", IS["B"], (5, 5), mitigations=["M1"]),
    ]

    (found,) = suggested(rules, {"A": "yes", "B": "unsure"}).sets

    assert (found.level, found.upper) == ("moderate", "very_high")


def test_what_is_low_enough_needs_nothing():
    found = suggested([rule("R", IS["A"], (3, 3), mitigations=["M1"])], {"A": "yes"})

    assert (found.is_reached, found.sets, found.obstacles) == (True, (), ())


POINTS = st.tuples(st.integers(1, 5), st.integers(1, 5))
RULES = st.lists(
    st.tuples(
        st.lists(POINTS, min_size=1, max_size=2),
        st.sets(st.sampled_from(["M1", "M2", "M3", "M4"]), max_size=3),
        st.sampled_from(["own", "partner", "country"]),
        st.sampled_from(["finding", "finding", "context", "gap"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=80)
@given(given_rules=RULES, target=st.sampled_from(["low", "moderate", "high"]))
def test_sets_are_exactly_the_minimal_ones_that_assess_finds_to_reach_the_target(given_rules, target):
    rules = [
        rule(
            f"R{n}",
            IS["P"] if on_partner else IS["A"],
            *points,
            mitigations=sorted(names),
            factors=[factor],
            kind=kind,
            scope="partner" if on_partner else "proposal",
        )
        for n, (points, names, factor, kind, on_partner) in enumerate(given_rules)
    ]
    made, world = catalogue(*rules, mitigations=M), {"partners": [{"P": "yes"}, {"P": "yes"}]}
    found = suggest(made, facts({"A": "yes"}, **world), on=ON, target=target)

    offers = {}
    for each in assess(made, facts({"A": "yes"}, **world), on=ON).findings:
        for name in each.mitigations if each.kind != "context" else ():
            offers.setdefault((name, each.row), []).append(each.key)

    def level(items):
        taken = [(name, key, "agreed") for name, row in items for key in offers[name, row]]
        return LEVELS.index(assess(made, facts({"A": "yes"}, **world, safeguards=taken), on=ON).residual.lower)

    goal = LEVELS.index(target)
    reaching = [set(items) for size in (0, 1, 2, 3) for items in combinations(offers, size) if level(items) <= goal]
    minimal = [items for items in reaching if not any(other < items for other in reaching)]
    assert found.is_reached is (set() in reaching)
    assert {frozenset((m.mitigation, m.row) for m in each.measures) for each in found.sets} == {
        frozenset(items) for items in minimal if items
    }
    assert bool(found.obstacles) is (not reaching)
    order = [(each.effort, len(each.measures), each.measures) for each in found.sets]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("count", "beside"), [(2, "It and one more finding"), (3, "It and 2 more findings"), (4, "It and 3 more findings")]
)
def test_more_than_three_safeguards_are_said_to_be_too_many(count, beside):
    points = (4, 4) if count < 4 else (3, 4)
    made = [mitigation(f"N{n}{k}", kind=f"kind{k}") for n in range(count) for k in range(2)]
    rules = [rule(f"R{n}", IS["A"], points, title=f"Title {n}", mitigations=[f"N{n}0", f"N{n}1"]) for n in range(count)]

    (obstacle,) = suggest(catalogue(*rules, mitigations=made), facts({"A": "yes"}), on=ON).obstacles

    assert obstacle.to_json() == {
        "finding": "R0",
        "rule": "R0",
        "row_label": "",
        "title": "Title 0",
        "level": "very_high" if count < 4 else "high",
        "kind": "too_many",
        "sentence": f"{beside} would have to fall together: the target is within reach, "
        "but only with more than 3 safeguards.",
    }


@pytest.mark.parametrize(
    ("changes", "kind", "sentence"),
    [
        ({"kind": "context", "mitigations": ["M1"]}, "context",
         "It describes the surroundings of the work, and no safeguard changes these."),
        ({"no_mitigation": ""}, "none_named", "The catalogue names no further safeguard for it."),
        ({"mitigations": ["M1"]}, "not_enough", "All its safeguards together leave it at moderate."),
    ],
)  # fmt: skip
def test_obstacle_names_place_level_and_reason(changes, kind, sentence):
    rules = [rule("R", IS["P"], (3, 3), scope="partner", title="A title", **changes)]
    given = facts(partners=[{"P": "yes"}])
    given["partners"][0]["label"] = "Archive"

    found = suggest(catalogue(*rules, mitigations=M), given, on=ON, target="low")

    assert (found.target, found.level) == ("low", "moderate")
    (obstacle,) = found.obstacles
    assert obstacle.to_json() == {
        "finding": "R:p1",
        "rule": "R",
        "row_label": "Archive",
        "title": "A title",
        "level": "moderate",
        "kind": kind,
        "sentence": sentence,
    }


def test_target_is_moderate_unless_said_and_stands_in_the_answer():
    made = catalogue(rule("R", IS["A"], (3, 4), mitigations=["M1"]), mitigations=M)

    assert suggest(made, facts({"A": "yes"}), on=ON).target == "moderate"
    assert suggest(made, facts({"A": "no"}), on=ON).to_json() == {
        "target": "moderate",
        "level": "low",
        "is_reached": True,
        "sets": [],
        "obstacles": [],
    }
    with_low = suggest(made, facts({"A": "yes"}), on=ON, target="low")
    assert (with_low.target, with_low.is_reached) == ("low", False)


def test_context_before_a_finding_hides_none_of_its_safeguards():
    rules = [
        rule("C", IS["A"], (2, 2), kind="context", factors=["country"]),
        rule("R", IS["A"], (4, 4), mitigations=["M2"]),
    ]

    assert [each.mitigation for each in suggested(rules, {"A": "yes"}, "high").sets[0].measures] == ["M2"]


def test_safeguard_agreed_for_everything_is_not_offered_again():
    rules = [rule("R", IS["A"], (4, 4), mitigations=["M1", "M3"])]

    assert sets(rules, {"A": "yes"}, safeguards=[("M1", None, "agreed")]) == [(("M3",), "moderate", 2)]


def test_measure_is_not_said_to_count_for_surroundings():
    rules = [
        rule("C", IS["A"], (2, 2), kind="context", mitigations=["M1"]),
        rule("R", IS["A"], (3, 4), mitigations=["M1"]),
    ]

    (found,) = suggested(rules, {"A": "yes"}).sets

    assert [(m.mitigation, m.findings) for m in found.measures] == [("M1", ("R",))]

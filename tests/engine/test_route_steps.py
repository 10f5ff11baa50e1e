"""Each step on the way to a route, to the word: what a person recomputes it from."""

from datetime import date

import pytest

from riskassess.engine.scoring import assess
from tests.engine.making import MAIN, catalogue, facts, mitigation, rule

ON = date(2026, 11, 23)
A, B, C = ({"answer": name, "is": "yes"} for name in "ABC")
LOW = ("level", "", "light", "low as filed")
HIGH = ("level", "", "full", "high as filed")
STOP = {"effect": "stop", "dimensions": ["legal"], "factors": ["domain"]}
RELIEF = {"effect": "relieve", "factors": [], "dimensions": []}


def steps(made, answers, **more):
    given = {"A": "no", "B": "no", "C": "no", **answers}
    result = assess(made, facts(given, **more), on=ON)
    assert result.route_steps[-1].after == result.route
    return [tuple(step) for step in result.route_steps]


def relief(name, when, **says):
    return rule(name, when, **RELIEF, relief={"sentence": f"{name} makes it lighter.", **says})


def test_level_alone_is_one_step():
    made = catalogue(rule("R", A, (2, 5)))

    assert steps(made, {"A": "no"}) == [LOW]
    assert steps(made, {"A": "yes"}) == [HIGH]


def test_escalation_lifts_a_lighter_route_and_no_other():
    made = catalogue(rule("R", A, (2, 5)), rule("E", B, effect="escalate"))
    asked = ("escalated", "light", "full", "a second pair of eyes is asked for")

    assert steps(made, {"B": "yes"}) == [LOW, asked]
    assert steps(made, {"A": "yes", "B": "yes"}) == [HIGH]


def test_open_answer_brings_a_person_and_no_panel():
    made = catalogue(rule("R", A, (5, 5)))
    why = "very_high as filed, if open answers turn out that way"

    assert steps(made, {"A": "unsure"}) == [LOW, ("possible", "light", "full", why)]
    assert steps(made, {"A": "yes"}) == [("level", "", "panel", "very_high as filed")]


def test_open_answer_that_could_lift_no_further_is_no_step():
    made = catalogue(rule("R", A, (2, 5)), rule("S", B, (3, 5)))

    assert steps(made, {"A": "yes", "B": "unsure"}) == [HIGH]


def test_possible_escalation_is_told_as_open():
    made = catalogue(rule("E", A, effect="escalate"))
    why = "a second pair of eyes is asked for, if open answers turn out that way"

    assert steps(made, {"A": "unsure"}) == [LOW, ("possible", "light", "full", why)]


@pytest.mark.parametrize(("answer", "why"), [("yes", "a legal hold"), ("unsure", "a possible legal hold")])
def test_hold_lifts_the_route_whatever_its_points(answer, why):
    made = catalogue(rule("S", A, (5, 5), **STOP))

    assert steps(made, {"A": answer}) == [LOW, ("hold", "light", "full", why)]


def test_hold_says_firm_where_one_of_two_is():
    made = catalogue(rule("R", A, (5, 5), **STOP), rule("S", B, (5, 5), **STOP))

    assert steps(made, {"A": "unsure", "B": "yes"})[-1] == ("hold", "light", "full", "a legal hold")


def test_hold_on_a_route_that_is_grave_enough_is_no_step():
    made = catalogue(rule("R", A, (2, 5)), rule("S", B, (5, 5), **STOP))

    assert steps(made, {"A": "yes", "B": "yes"}) == [HIGH]


FACTORS = [
    rule("R", A, (2, 5), factors=["partner"]),
    rule("S", B, (2, 2), factors=["domain"]),
    rule("T", C, (2, 2), factors=["country"]),
]
TOGETHER = ("three_factors", "full", "panel", "three factors come together in a dimension that is high")


def test_three_factors_in_a_high_dimension_call_the_panel():
    made = catalogue(*FACTORS)

    assert steps(made, {"A": "yes", "B": "yes", "C": "yes"}) == [HIGH, TOGETHER]
    assert steps(made, {"A": "yes", "B": "yes"}) == [HIGH]


def test_three_factors_in_a_dimension_that_is_not_high_ask_for_a_second_person_alone():
    low = [rule("R", A, (2, 2), factors=["partner"]), *FACTORS[1:]]

    assert [step[0] for step in steps(catalogue(*low), {"A": "yes", "B": "yes", "C": "yes"})] == ["level", "escalated"]


def test_three_factors_add_nothing_to_a_panel():
    table = {**MAIN["route_table"], "by_level": {**MAIN["route_table"]["by_level"], "high": "panel"}}

    assert steps(catalogue(*FACTORS, route_table=table), {"A": "yes", "B": "yes", "C": "yes"}) == [
        ("level", "", "panel", "high as filed")
    ]


def test_points_of_a_stop_do_not_bring_three_factors_together():
    stops = [rule("R", A, (2, 5), **{**STOP, "dimensions": ["knowledge"], "factors": ["partner"]}), *FACTORS[1:]]

    told = [step[0] for step in steps(catalogue(*stops), {"A": "yes", "B": "yes", "C": "yes"})]

    assert "three_factors" not in told


def test_relief_makes_the_route_lighter_and_says_which():
    made = catalogue(relief("P", B, route="fast_track", needs_level="low"))

    assert steps(made, {"B": "yes"})[-1] == ("relief", "light", "fast_track", "P makes it lighter.")
    assert steps(made, {"B": "no"}) == [LOW]


def test_relief_that_is_over_is_told_with_its_day():
    made = catalogue({**relief("P", B, route="fast_track", needs_level="low"), "valid_to": "2026-01-31"})

    result = assess(made, facts({"A": "no", "B": "yes", "C": "no"}), on=ON)

    assert [tuple(line[:5]) for line in result.trace if line.rule == "P"] == [
        ("P", "", "not_in_force", (), "until 2026-01-31")
    ]
    assert (result.relief, result.route) == ((), "light")


def test_relief_that_holds_is_told_as_fired_and_others_as_quiet():
    made = catalogue(relief("P", B, route="fast_track", needs_level="low"), relief("Q", C))

    result = assess(made, facts({"A": "no", "B": "yes", "C": "no"}), on=ON)

    assert [(line.rule, line.outcome) for line in result.trace] == [("P", "fired"), ("Q", "quiet")]
    assert "P" not in result.quiet_rules


def test_relief_to_the_route_that_stands_is_no_step():
    made = catalogue(relief("P", B, route="light", needs_level="low"))

    assert steps(made, {"B": "yes"}) == [LOW]


def test_safeguard_is_a_step_in_all_dimensions_at_once():
    both = rule("R", A, (4, 3), dimensions=["legal", "knowledge"], mitigations=["M"])
    made = catalogue(both, mitigations=[mitigation("M", 2)])

    result = assess(made, facts({"A": "yes"}, safeguards=[("M", "R", "agreed")]), on=ON)

    assert [tuple(step) for step in result.steps] == [
        ("agreed", "lower", "R", 1, "", "safeguard", (4, 3, 12), (2, 3, 6), ("M",))
    ]


def test_certain_finding_stands_before_a_possible_one_of_the_same_score():
    made = catalogue(rule("A1", B, (3, 3)), rule("Z1", A, (3, 3)))

    result = assess(made, facts({"A": "yes", "B": "unsure", "C": "no"}), on=ON)

    assert [(finding.key, finding.firm) for finding in result.findings] == [("Z1", True), ("A1", False)]

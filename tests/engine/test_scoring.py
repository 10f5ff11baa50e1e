"""Levels, holds, routes and relief on small catalogues that can be worked out on paper."""

from datetime import date

import pytest

from riskassess.engine.facts import FactsError
from riskassess.engine.results import SourceRef
from riskassess.engine.scoring import assess
from tests.engine.making import catalogue, facts, mitigation, question, rule

ON = date(2026, 11, 23)
IS = {name: {"answer": name, "is": "yes"} for name in ("A", "B", "C", "P")}
YES = {"A": "yes", "B": "yes", "C": "yes"}


def run(rules, answers=None, on=ON, mitigations=(), partners=(), safeguards=(), **more):
    given = facts({**YES, **(answers or {})}, partners=partners, safeguards=safeguards)
    return assess(catalogue(*rules, mitigations=mitigations, **more), given, on=on)


def scores(result):
    return {finding.key: finding.score for finding in result.findings}


def score(result, dimension="knowledge"):
    return next(each.score for each in result.dimensions if each.id == dimension)


def always(rule_id, *points, **changes):
    return rule(rule_id, IS["A"], *points, **changes)


@pytest.mark.parametrize("likelihood", range(1, 6))
@pytest.mark.parametrize("impact", range(1, 6))
def test_level_is_the_band_of_likelihood_times_impact(likelihood, impact):
    result = run([always("R", (likelihood, impact))])

    product = likelihood * impact
    band = "low" if product < 5 else "moderate" if product < 10 else "high" if product < 16 else "very_high"
    assert (scores(result), result.inherent.upper) == ({"R": product}, band)


def test_nothing_fired_is_low():
    result = run([always("R", (5, 5))], {"A": "no"})

    assert (result.findings, result.inherent.upper, result.quiet_rules) == ((), "low", ("R",))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # likelihood, impact, factors, kind of one finding; of the other; scores of both
        ((3, 3, ["partner"], "finding"), (2, 2, ["country"], "context"), {"R1": 12, "R2": 6}),
        ((3, 3, ["partner"], "finding"), (1, 3, ["country"], "finding"), {"R1": 9, "R2": 6}),
        ((3, 3, ["partner"], "finding"), (2, 2, ["country", "partner"], "finding"), {"R1": 9, "R2": 4}),
        ((3, 3, ["partner"], "finding"), (5, 5, ["own"], "gap"), {"R1": 9, "R2": 25}),
        ((5, 4, ["partner"], "finding"), (2, 2, ["own"], "finding"), {"R1": 20, "R2": 6}),
        ((4, 4, ["country"], "context"), (4, 4, ["partner"], "context"), {"R1": 9, "R2": 9}),
        ((2, 2, ["country"], "context"), (2, 2, ["domain"], "context"), {"R1": 6, "R2": 6}),
    ],
    ids=["raised", "too small", "same factor", "gap", "stops at five", "context capped", "context raises"],
)
def test_other_factors_raise_one_step(first, second, expected):
    rules = [
        always(name, points[:2], factors=points[2], kind=points[3]) for name, points in (("R1", first), ("R2", second))
    ]

    assert scores(run(rules)) == expected


def test_every_finding_that_qualifies_is_raised_before_the_largest_is_taken():
    raised = [always("R1", (3, 3)), always("R2", (2, 2), factors=["country"], kind="context")]

    assert score(run(raised)) == 12
    assert score(run([*raised, always("R3", (5, 2), factors=["partner", "country"])])) == 12


def test_findings_of_other_dimensions_do_not_raise():
    result = run([always("R1", (3, 3)), always("R2", (3, 3), factors=["own"], dimensions=["legal"])])

    assert scores(result) == {"R1": 9, "R2": 9}


def test_finding_names_what_raised_it():
    result = run([always("R1", (3, 3)), always("R2", (2, 2), factors=["country"], kind="context")])

    assert result.finding("R1").raised_by == ("knowledge:R2",)
    assert result.finding("R1").raw == (3, 3)
    assert result.dimensions[1].decided_by == ("R1",)


@pytest.mark.parametrize(("raiser", "expected"), [([], 9), ([("own", "finding")], 20), ([("own", "gap")], 9)])
def test_membership_counts_at_most_moderate_unless_raised(raiser, expected):
    rules = [always("M", (4, 4), factors=["domain"], membership=True)]
    rules += [always("O", (2, 2), factors=[factor], kind=kind) for factor, kind in raiser]

    assert score(run(rules)) == expected


def test_rows_are_cumulative_and_the_highest_is_shown():
    rows = [{"likelihood": 2, "impact": 2}, {"likelihood": 3, "impact": 4, "when": IS["B"]}]

    assert scores(run([always("R", rows=rows)])) == {"R": 12}
    assert scores(run([always("R", rows=rows)], {"B": "no"})) == {"R": 4}
    unsure = run([always("R", rows=rows)], {"B": "unsure"})
    assert [(finding.score, finding.firm) for finding in unsure.findings] == [(12, False), (4, True)]
    assert (unsure.inherent.lower, unsure.inherent.upper) == ("low", "high")


def test_missing_paper_is_no_third_factor():
    rules = [always(f"R{n}", (2, 2), factors=[factor]) for n, factor in enumerate(("domain", "partner"))]

    assert run([*rules, always("G", (2, 3), factors=["own"], kind="gap")]).escalations == ()
    assert run([*rules, always("G", (2, 3), factors=["own"], kind="context")]).escalations != ()


def test_third_factor_that_is_open_is_a_possible_escalation():
    rules = [always(f"R{n}", (2, 2), factors=[factor]) for n, factor in enumerate(("domain", "partner"))]

    result = run([*rules, rule("O", IS["B"], (2, 2), factors=["own"])], {"B": "unsure"})

    assert ([r.rule for r in result.escalations], [r.rule for r in result.possible_escalations]) == (
        [],
        ["three_factors"],
    )
    assert (result.route, result.deciders) == ("full", "moderate")


@pytest.mark.parametrize(
    ("factors", "points", "escalated", "route"),
    [
        ([["own"], ["domain"], ["partner"]], (2, 2), ["three_factors"], "full"),
        ([["own"], ["domain"], ["partner"]], (3, 3), ["three_factors"], "panel"),
        ([["own"], ["domain", "partner"], ["partner"]], (2, 2), ["three_factors"], "full"),
        ([["own"], ["own"], ["partner"]], (2, 2), [], "light"),
        ([["own"], ["domain"], ["partner"]], (1, 3), [], "light"),
    ],
)
def test_three_factors_in_one_dimension_ask_for_a_second_person(factors, points, escalated, route):
    result = run([always(f"R{n}", points, factors=each) for n, each in enumerate(factors)])

    assert [remark.rule for remark in result.escalations] == escalated
    assert result.route == route


STOP = rule("S", {"answer": "B", "is": "yes"}, (5, 5), effect="stop", dimensions=["legal"])


def test_firm_stop_counts_in_the_level_and_not_in_the_route():
    result = run([STOP])

    assert (result.inherent.lower, result.inherent.upper, result.deciders) == ("very_high", "very_high", "high")
    assert [(hold.rule, hold.state, hold.activity) for hold in result.holds] == [("S", "firm", "It waits.")]
    assert (result.route, result.due_days) == ("full", 10)


def test_possible_stop_is_listed_and_counted_nowhere():
    result = run([STOP], {"B": "unsure"})

    assert (result.inherent.lower, result.inherent.upper, result.deciders) == ("low", "low", "low")
    assert [(hold.rule, hold.state) for hold in result.holds] == [("S", "possible")]
    assert [reason.id for reason in result.holds[0].because] == ["B"]
    assert (result.findings, result.route) == ((), "full")
    assert [(item.question, item.decides_holds) for item in result.narrowing] == [("B", ("S",))]


@pytest.mark.parametrize(
    ("points", "route_if_open", "route_if_true"),
    [((1, 3), "light", "light"), ((3, 3), "light", "light"), ((3, 4), "full", "full"), ((5, 5), "full", "panel")],
)
def test_possible_findings_alone_bring_at_most_a_full_review(points, route_if_open, route_if_true):
    assert run([always("R", points)], {"A": "unsure"}).route == route_if_open
    assert run([always("R", points)]).route == route_if_true


def test_unsure_never_lowers_and_the_interval_shows_both_ends():
    rules = [always("R", (3, 3)), rule("Q", IS["B"], (2, 2), factors=["country"], kind="context")]

    result = run(rules, {"B": "unsure"})

    assert (result.inherent.lower, result.inherent.upper) == ("moderate", "high")
    assert result.dimensions[1].score == 9
    assert result.dimensions[1].upper_score == 12


def test_narrowing_tells_for_each_way_to_answer_what_would_be_left():
    rules = [always("R", (4, 4)), rule("Q", IS["B"], (3, 3))]

    result = run(rules, {"A": "unsure", "B": "unsure"})

    (first, second) = result.narrowing
    assert [(first.question, option, lower, upper) for option, _text, lower, upper in first.outcomes] == [
        ("A", "no", "low", "moderate"),
        ("A", "yes", "very_high", "very_high"),
    ]
    assert second.question == "B"


SAFEGUARDS = [
    mitigation("M1"),
    mitigation("M2", steps=2, kind="control"),
    mitigation("M3", kind="clause"),
    mitigation("M4", lowers="impact", kind="scope"),
    mitigation("M5", kind="training"),
]
ALL = [each["id"] for each in SAFEGUARDS]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], (4, 4)),
        (["M1"], (3, 4)),
        (["M2"], (2, 4)),
        (["M1", "M3"], (3, 4)),
        (["M1", "M5"], (2, 4)),
        (["M1", "M2", "M5"], (2, 4)),
        (["M4"], (4, 3)),
        (["M2", "M4"], (2, 3)),
    ],
)
def test_agreed_safeguards_lower_by_steps(taken, expected):
    result = run(
        [always("R", (4, 4), mitigations=ALL)],
        mitigations=SAFEGUARDS,
        safeguards=[(name, None, "agreed") for name in taken],
    )

    finding = result.finding("R")
    assert (finding.agreed.likelihood, finding.agreed.impact) == expected
    assert (finding.filed.likelihood, finding.filed.impact, finding.score) == (4, 4, 16)


@pytest.mark.parametrize(
    ("state", "residual", "if_agreed"),
    [
        ("proposed", "very_high", "moderate"),
        ("agreed", "moderate", "moderate"),
        ("fulfilled", "moderate", "moderate"),
        ("refused", "very_high", "very_high"),
    ],
)
def test_only_agreed_safeguards_count_and_proposed_ones_show(state, residual, if_agreed):
    result = run([always("R", (4, 4), mitigations=ALL)], mitigations=SAFEGUARDS, safeguards=[("M2", "R", state)])

    assert (result.inherent.upper, result.residual.upper, result.if_agreed.upper) == ("very_high", residual, if_agreed)
    assert (result.route, result.deciders) == ("panel", "high")


def test_firm_finding_is_lowered_from_where_it_stands_for_sure():
    rules = [
        always("R", (3, 3), mitigations=["M1"]),
        rule("Q", IS["B"], (2, 2), factors=["country"], mitigations=["M1"]),
        always("O", (1, 3), factors=["own"], dimensions=["legal"]),
    ]

    result = run(rules, {"B": "unsure"}, mitigations=SAFEGUARDS, safeguards=[("M1", "R", "agreed")])

    assert [(f.key, f.firm, f.filed.score, f.agreed.score, f.if_agreed.score) for f in result.findings] == [
        ("R", True, 9, 6, 6),
        ("Q", False, 6, 6, 6),
        ("O", True, 3, 3, 3),
    ]
    assert [(d.id, d.score, d.upper_score, d.residual_score) for d in result.dimensions] == [
        ("legal", 3, 3, 3),
        ("knowledge", 9, 12, 6),
    ]
    assert (result.residual.lower, result.residual.upper) == ("moderate", "moderate")


@pytest.mark.parametrize(
    ("finding", "expected"),
    [(None, {"R:p1": 6, "R:p2": 6}), ("R", {"R:p1": 6, "R:p2": 6}), ("R:p2", {"R:p1": 9, "R:p2": 6}), ("Q", None)],
)
def test_safeguard_lowers_the_finding_it_was_taken_for(finding, expected):
    result = run(
        [rule("R", IS["P"], (3, 3), scope="partner", mitigations=["M1"])],
        partners=[{"P": "yes"}, {"P": "yes"}],
        mitigations=SAFEGUARDS,
        safeguards=[("M1", finding, "agreed")],
    )

    assert {each.key: each.agreed.score for each in result.findings} == (expected or {"R:p1": 9, "R:p2": 9})


def test_safeguard_lifts_no_hold_and_lowers_no_context():
    rules = [{**STOP, "mitigations": ["M2"]}, always("K", (3, 3), kind="context", mitigations=["M2"])]

    result = run(rules, mitigations=SAFEGUARDS, safeguards=[("M2", None, "agreed")])

    assert [hold.state for hold in result.holds] == ["firm"]
    assert result.finding("K").agreed.score == 9


@pytest.mark.parametrize(
    ("points", "escalate", "deciders"),
    [((1, 4), False, "low"), ((1, 4), True, "moderate"), ((3, 3), True, "moderate"), ((3, 4), False, "high")],
)
def test_deciders_follow_the_inherent_upper_end_and_escalation(points, escalate, deciders):
    result = run([always("R", points, effect="escalate" if escalate else "advise")])

    assert result.deciders == deciders


RELIEF = rule(
    "F",
    {"not": {"answer": "B", "is": "yes"}},
    effect="relieve",
    factors=[],
    dimensions=[],
    relief={
        "route": "fast_track",
        "needs_level": "low",
        "needs_no_escalation": True,
        "needs_no_hold": True,
        "needs_answers": ["C"],
        "sentence": "Go ahead.",
    },
)


@pytest.mark.parametrize(
    ("others", "answers", "route"),
    [
        ([], {"B": "no"}, "fast_track"),
        ([always("R", (1, 4))], {"B": "no"}, "fast_track"),
        ([always("R", (3, 3))], {"B": "no"}, "light"),
        ([always("R", (1, 1), effect="escalate")], {"B": "no"}, "full"),
        ([rule("R", IS["B"], (3, 3))], {"B": "unsure"}, "light"),
        ([], {"B": "yes"}, "light"),
        ([], {"B": "unsure"}, "light"),
        ([], {"B": "no", "C": "unsure"}, "light"),
        ([], {"B": "no", "C": None}, "light"),
        ([rule("R", {"answer": "G", "is": "d"}, (5, 5), effect="stop")], {"B": "no", "G": "unsure"}, "full"),
    ],
    ids=["plain", "low", "level", "escalated", "open", "risk", "unsure", "base unsure", "base empty", "possible hold"],
)
def test_fast_track_needs_low_and_nobody_waiting(others, answers, route):
    result = run([*others, RELIEF], answers)

    assert result.route == route
    assert [remark.sentence for remark in result.relief] == (["Go ahead."] if route == "fast_track" else [])


@pytest.mark.parametrize(
    ("others", "answers"),
    [
        ([always("E", effect="escalate")], {}),
        ([rule("E", {"answer": "G", "is": "d"}, effect="escalate")], {"G": "unsure"}),
        ([rule("S", {"answer": "G", "is": "d"}, effect="stop")], {"G": "unsure"}),
        ([rule("S", {"answer": "G", "is": "d"}, effect="stop")], {"G": "d"}),
    ],
    ids=["escalation", "possible escalation", "possible hold", "hold"],
)
def test_relief_that_asks_for_little_still_never_goes_round_a_person(others, answers):
    careless = {**RELIEF, "relief": {"route": "fast_track", "needs_level": "very_high", "sentence": "Go ahead."}}

    assert run([*others, careless], {"B": "no", **answers}).route == "full"


def test_question_that_is_not_asked_is_no_obstacle_to_relief():
    relief = {**RELIEF, "relief": {**RELIEF["relief"], "needs_answers": ["H"]}}

    assert run([relief], {"A": "no", "B": "no"}).route == "fast_track"
    assert run([relief], {"A": "yes", "B": "no"}).route == "light"


@pytest.mark.parametrize(
    ("day", "fires"),
    [("2026-01-31", False), ("2026-02-01", True), ("2026-03-31", True), ("2026-04-01", False)],
)
def test_rule_counts_from_its_first_day_to_its_last(day, fires):
    law = always("R", (3, 3), valid_from="2026-02-01", valid_to="2026-03-31")

    result = run([law], on=date.fromisoformat(day))

    assert bool(result.findings) is fires
    assert [entry.outcome for entry in result.trace] == ["fired" if fires else "not_in_force"]


def test_rule_without_points_escalates_or_advises_alone():
    result = run([rule("E", {"unsure": "B"}, effect="escalate"), always("D", effect="advise")], {"B": "unsure"})

    assert (result.findings, result.inherent.upper) == ((), "low")
    assert ([r.rule for r in result.escalations], [r.rule for r in result.advice]) == (["E"], ["D"])
    assert (result.route, result.deciders) == ("full", "moderate")


def test_benefit_stands_beside_and_is_never_netted():
    reasons = question("Z", type="multi", unsure=False, options=[{"id": "g", "text": "Good data"}])
    rules = [always("R", (3, 4)), always("V", effect="advise", dimensions=["benefit"])]

    result = run(rules, {"Z": ["g"]}, questions=[reasons], benefit_question="Z")

    assert (result.benefit, result.inherent.upper) == (("Good data",), "high")
    assert "benefit" not in [dimension.id for dimension in result.dimensions]


def test_row_rules_find_once_for_each_row_and_say_which():
    result = run(
        [rule("R", {"fact": "zone", "is": "out"}, (2, 3), scope="partner")],
        partners=[{"zone": "out"}, {"zone": "in"}, {"zone": "out"}],
    )

    assert scores(result) == {"R:p1": 6, "R:p3": 6}
    assert [(reason.kind, reason.id, reason.row, reason.value) for reason in result.finding("R:p3").because] == [
        ("fact", "zone", "p3", "out")
    ]


def test_open_answers_are_listed_with_their_state():
    result = run([], {"A": "unsure", "B": None, "C": "no", "G": "a", "T": ["none"], "N": 0})

    assert [(item.question, item.state) for item in result.open_answers] == [
        ("A", "unsure"),
        ("B", "missing"),
        ("H", "missing"),
        ("I", "missing"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answers": {"Z": "yes"}}, "answers.Z: there is no question Z"),
        ({"answers": {"A": "perhaps"}}, 'answers.A: "perhaps" is not one of no, yes, unsure'),
        ({"answers": {"P": "yes"}}, "answers.P: P is asked for each partner"),
        ({"answers": {"T": "x"}}, "answers.T: expected a list"),
        ({"answers": {"T": ["x", "q"]}}, 'answers.T: "q" is not one of'),
        ({"answers": {"N": "three"}}, "answers.N: expected a whole number"),
        ({"answers": []}, "answers: expected an object"),
        ({"partners": {}}, "partners: expected a list"),
        ({"partners": [{"answers": {}}]}, "partners[0].id: each row needs an id"),
        ({"partners": [{"id": "a"}, {"id": "a"}]}, 'partners[1].id: "a" is the id of partners[0] already'),
        ({"partners": [{"id": "a"}], "technology": [{"id": "a"}]}, 'technology[0].id: "a" is the id of partners[0]'),
        ({"partners": [{"id": "a", "facts": {"hit": "maybe"}}]}, 'partners[0].facts.hit: "maybe" is not one of'),
        (
            {"safeguards": [{"mitigation": "M9", "state": "agreed"}]},
            "safeguards[0].mitigation: there is no safeguard M9",
        ),
    ],
)
def test_facts_that_do_not_fit_are_refused_with_their_place(change, said):
    with pytest.raises(FactsError) as refused:
        assess(catalogue(), {**facts(), **change}, on=ON)

    assert any(problem.startswith(said) for problem in refused.value.problems), refused.value.problems


def test_finding_carries_the_whole_of_its_sources():
    made = catalogue(rule("R", {"answer": "A", "is": "yes"}, (2, 2)))

    source = assess(made, facts({"A": "yes"}), on=ON).findings[0].sources[0]

    assert source == SourceRef("S", "A source", "1", "https://example.org/s", "2024-05-23", "2026-11-01")

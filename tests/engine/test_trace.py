"""From the trace alone a person can work the level out by hand: this file does."""

from datetime import date

from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from tests.engine.making import catalogue, facts, mitigation, rule

ON = date(2026, 11, 23)
IS_A, IS_B, IS_C = ({"answer": name, "is": "yes"} for name in "ABC")
RULES = [
    rule("R", IS_A, (3, 3), factors=["domain"], mitigations=["M1"]),
    rule("C", IS_B, (4, 4), kind="context", factors=["country"]),
    rule("M", IS_A, (3, 4), membership=True, factors=["country"], dimensions=["legal"]),
    {
        **rule("G", IS_A, factors=["own"]),
        "rows": [
            {"likelihood": 1, "impact": 2},
            {"likelihood": 2, "impact": 2, "when": IS_C},
            {"likelihood": 5, "impact": 2, "when": {"answer": "G", "at_least": "d"}},
        ],
    },
    rule("OLD", IS_A, (5, 5), valid_to="2020-01-01"),
    rule("NEW", IS_A, (5, 5), valid_from="2030-01-01"),
    rule("Q", {"answer": "I", "is": "yes"}, (2, 2)),
    rule("E", IS_C, effect="escalate", factors=["own"]),
]
GIVEN = {"A": "yes", "B": "yes", "C": "unsure", "G": "a", "H": "no"}
LEVELS = [(1, "low"), (5, "moderate"), (10, "high"), (16, "very_high")]


def assessed(**more):
    small = catalogue(*RULES, mitigations=[mitigation("M1", steps=2)])
    return small, assess(small, facts(GIVEN, safeguards=[("M1", "R", "agreed")], **more), on=ON)


def by_hand(small, result, safeguards, end):
    """The level worked out of the trace and the steps, with nothing else of the engine."""
    points = {}
    for line in result.trace:
        key = f"{line.rule}:{line.row}" if line.row else line.rule
        for grade in line.grades:
            if grade.outcome == "fired" or (end == "upper" and grade.outcome == "possible"):
                for dimension in small.rule(line.rule).dimensions:
                    points[key, grade.grade, dimension] = grade.likelihood * grade.impact
    ends = {end} if any(step.end == end for step in result.steps if step.safeguards == safeguards) else {"lower"}
    for step in result.steps:
        if step.safeguards == safeguards and step.end in ends:
            for place in points:
                if place[:2] == (step.finding, step.grade) and step.dimension in ("", place[2]):
                    points[place] = step.after[2]
    highest = max(points.values())
    return [level for lowest, level in LEVELS if lowest <= highest][-1]


def test_level_can_be_worked_out_of_the_trace():
    small, result = assessed()

    assert by_hand(small, result, "filed", "lower") == result.inherent.lower
    assert by_hand(small, result, "filed", "upper") == result.inherent.upper
    assert by_hand(small, result, "agreed", "lower") == result.residual.lower


def test_steps_say_what_moved_the_points_and_why():
    _small, result = assessed()

    lower = [step for step in result.steps if step.end == "lower"]
    assert sorted((s.safeguards, s.finding, s.kind, s.before, s.after, s.why) for s in lower) == [
        ("agreed", "C", "context_cap", (4, 4, 16), (4, 4, 9), ()),
        ("agreed", "G", "raise", (1, 2, 2), (2, 2, 4), ("C",)),
        ("agreed", "M", "membership_cap", (3, 4, 12), (3, 4, 9), ()),
        ("agreed", "R", "raise", (1, 3, 3), (2, 3, 6), ("C",)),
        ("agreed", "R", "safeguard", (3, 3, 9), (1, 3, 3), ("M1",)),
        ("filed", "C", "context_cap", (5, 4, 20), (5, 4, 9), ()),
        ("filed", "C", "raise", (4, 4, 16), (5, 4, 20), ("R",)),
        ("filed", "G", "raise", (1, 2, 2), (2, 2, 4), ("C",)),
        ("filed", "M", "membership_cap", (3, 4, 12), (3, 4, 9), ()),
        ("filed", "R", "raise", (3, 3, 9), (4, 3, 12), ("C",)),
    ]


def test_steps_are_told_in_order_at_both_ends_of_what_is_open():
    made = catalogue(
        rule("R", IS_A, (3, 3), factors=["domain"], mitigations=["M1", "M2"]),
        rule("C", IS_C, (2, 2), factors=["country"]),
        mitigations=[mitigation("M1"), mitigation("M2", kind="training")],
    )

    taken = [("M1", "R", "agreed"), ("M2", "R", "proposed")]
    steps = assess(made, facts({"A": "yes", "C": "unsure"}, safeguards=taken), on=ON).steps

    assert [tuple(step) for step in steps] == [
        ("filed", "upper", "R", 1, "knowledge", "raise", (3, 3, 9), (4, 3, 12), ("C",)),
        ("filed", "upper", "C", 1, "knowledge", "raise", (2, 2, 4), (3, 2, 6), ("R",)),
        ("agreed", "lower", "R", 1, "", "safeguard", (3, 3, 9), (2, 3, 6), ("M1",)),
        ("agreed", "upper", "R", 1, "", "safeguard", (3, 3, 9), (2, 3, 6), ("M1",)),
        ("agreed", "upper", "R", 1, "knowledge", "raise", (2, 3, 6), (3, 3, 9), ("C",)),
        ("agreed", "upper", "C", 1, "knowledge", "raise", (2, 2, 4), (3, 2, 6), ("R",)),
        ("if_agreed", "lower", "R", 1, "", "safeguard", (3, 3, 9), (1, 3, 3), ("M1", "M2")),
        ("if_agreed", "upper", "R", 1, "", "safeguard", (3, 3, 9), (1, 3, 3), ("M1", "M2")),
        ("if_agreed", "upper", "R", 1, "knowledge", "raise", (1, 3, 3), (2, 3, 6), ("C",)),
    ]


def test_safeguard_that_changes_nothing_makes_no_step():
    made = catalogue(
        rule("R", IS_A, (1, 3), factors=["domain"], mitigations=["M1", "M2"]),
        rule("K", IS_A, (1, 3), factors=["domain"], mitigations=["M2"]),
        mitigations=[mitigation("M1"), mitigation("M2", lowers="impact", kind="scope")],
    )

    def steps(*taken):
        return [tuple(step) for step in assess(made, facts({"A": "yes"}, safeguards=taken), on=ON).steps]

    assert steps(("M1", "R", "agreed")) == []
    assert steps(("M1", "R", "agreed"), ("M2", "K", "proposed")) == [
        ("if_agreed", "lower", "K", 1, "", "safeguard", (1, 3, 3), (1, 2, 2), ("M2",))
    ]


def test_each_row_of_points_says_what_made_it_so():
    _small, result = assessed()

    (line,) = [line for line in result.trace if line.rule == "G"]
    assert [(grade.grade, grade.outcome, [reason.id for reason in grade.because]) for grade in line.grades] == [
        (1, "fired", []),
        (2, "possible", ["C"]),
        (3, "quiet", ["G"]),
    ]


def test_rule_out_of_force_says_since_or_until_when():
    _small, result = assessed()

    assert {line.rule: line.dated for line in result.trace if line.outcome == "not_in_force"} == {
        "OLD": "until 2020-01-01",
        "NEW": "from 2030-01-01",
    }


def test_quiet_rule_says_what_stood_in_the_way():
    _small, result = assessed()

    (line,) = [line for line in result.trace if line.rule == "Q"]
    assert [(reason.kind, reason.id) for reason in line.because] == [("not_asked", "I")]
    assert [(item.question, [reason.id for reason in item.because]) for item in result.unasked] == [("I", ["H"])]


def test_route_is_told_step_by_step():
    _small, result = assessed()

    assert [(step.kind, step.before, step.after) for step in result.route_steps] == [("level", "", "full")]
    assert result.route_steps[-1].after == result.route


def test_results_stored_before_these_fields_were_there_are_read_and_keep_their_bytes():
    _small, result = assessed()
    stored = result.to_json()
    for name in ("steps", "route_steps", "unasked"):
        stored.pop(name, None)
    for line in stored["trace"]:
        line.pop("dated", None)
        line.pop("grades", None)

    read = Assessment.from_json(stored)

    assert (read.steps, read.route_steps, read.trace[0].grades) == ((), (), ())
    assert read.to_json() == stored

"""The solver's reading of a catalogue is that of the engine; and what it is asked, it answers with worlds or proofs."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from riskassess.engine.catalogue import LEVELS, ROUTES
from riskassess.engine.checks.algebra import Plain, Question, Symbolic
from riskassess.engine.checks.encoding import GIVEN, MISSING, Encoding
from riskassess.engine.checks.laws import law_problems, prove_laws
from riskassess.engine.checks.outcomes import Outcome
from riskassess.engine.checks.proving import Proof, prove_reach
from riskassess.engine.loading import load_catalogue
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import read_facts
from tests.engine.making import catalogue, question, rule
from tests.engine.worlds import places, worlds

pytest.importorskip("z3", reason="the solver comes with the dependency group 'proof'")
RELEASES = sorted((Path(settings.CATALOGUES_DIR) / "allea-eu").iterdir())
ROWS = {"partner": 2, "technology": 2, "funder": 1}
ON = date(2026, 11, 23)
AGREE = examples(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def named(released, world):
    """The variables that are true in these facts."""
    held, counts = {}, {}
    for scope, item in places(world):
        row = str(counts.get(scope, 0))
        counts[scope] = counts.get(scope, 0) + 1
        if scope != "proposal":
            held["row", scope, row] = True
        for question_id, value in item["answers"].items():
            is_free = not released.question(question_id).options
            values = value if isinstance(value, list) else [GIVEN if is_free and value else value]
            values = ["unsure"] if "unsure" in values else values
            held |= {("answer", scope, row, question_id, str(one)): True for one in values if one is not None}
        for name in (*released.facts.get(scope, {}), *released.fact_sets.get(scope, {})):
            value = item["facts"].get(name)
            values = [MISSING] if value is None else value if isinstance(value, list) else [value]
            held |= {("fact", scope, row, name, str(one)): True for one in values}
    return held


def told(outcome, read):
    """Everything that the engine tells too, out of the formulas."""
    rules = {}
    for each in outcome.rules:
        if each.effect != "relieve":
            for row in range(ROWS.get(each.scope, 1)):
                if read(outcome.encoding.exists(each.scope, row)):
                    truth = outcome.encoding.truth(each.when, each.scope, row)
                    rules[each.id, row] = "fired" if read(truth.true) else "quiet" if read(truth.false) else "possible"
    reached = [level for level in LEVELS if read(outcome.level_reaches(level, outcome.firm))]
    upper = [level for level in LEVELS if read(outcome.level_reaches(level, outcome.upper))]
    scores = {
        dimension: tuple(
            max([0, *(n for n in range(1, 26) if read(outcome.reaches(dimension, n, fires)))])
            for fires in (outcome.firm, outcome.upper)
        )
        for dimension in outcome.scale.dimensions
    }
    return {
        "rules": rules,
        "levels": (reached[-1], upper[-1]),
        "scores": scores,
        "route": [route for route in ROUTES if read(outcome.route_reaches(route))][-1],
        "is held": read(outcome.held),
        "escalated": (read(outcome.escalated(firm=True)), read(outcome.escalated(firm=False))),
        "relief": {each.id for each in outcome.rules if each.relief and read(outcome.relieved(each))},
    }


def told_by_engine(released, world):
    result = assess(released, world, on=ON)
    scopes = {each.id: each.scope for each in released.rules}
    order = {scope: sorted(item["id"] for at, item in places(world) if at == scope) for scope in ROWS}
    return {
        "rules": {
            (item.rule, order[scopes[item.rule]].index(item.row) if item.row else 0): item.outcome
            for item in result.trace
            if item.outcome != "not_in_force" and released.rule(item.rule).effect != "relieve"
        },
        "levels": (result.inherent.lower, result.inherent.upper),
        "scores": {dimension.id: (dimension.score, dimension.upper_score) for dimension in result.dimensions},
        "route": result.route,
        "is held": bool(result.holds),
        "escalated": (bool(result.escalations), bool(result.escalations or result.possible_escalations)),
        "relief": {remark.rule for remark in result.relief},
    }


def has_open_row(released, world):
    """Whether the engine judges a row that is not named yet; the formulas know named rows alone."""
    views = read_facts(released, world)
    return any(view.is_open for scope in ROWS for view in views.judged(scope))


@pytest.mark.parametrize("folder", RELEASES, ids=lambda folder: folder.name)
def test_formulas_say_what_the_engine_says(folder):
    released = load_catalogue(folder)

    @AGREE
    @given(worlds(released, open_share=3))
    def agree(world):
        assume(not has_open_row(released, world))
        encoding = Encoding(released, Plain(named(released, world)), ROWS)

        assert told(Outcome(encoding, ON), bool) == told_by_engine(released, world)

    agree()


@examples(AGREE, max_examples=3)
@given(data=st.data())
def test_solver_says_what_the_engine_says(released, data):
    world = data.draw(worlds(released, open_share=3).filter(lambda world: not has_open_row(released, world)))
    algebra, held = Symbolic(), named(released, world)
    outcome = Outcome(Encoding(released, algebra, ROWS), ON)
    given_ = {name: algebra.var(name) for name in held}
    formulas = told(outcome, lambda _formula: True)
    assert formulas["levels"] == ("very_high", "very_high")  # every formula was made, and every variable with it
    fixed = [formula if held.get(name) else algebra.no(formula) for name, formula in (algebra.names | given_).items()]

    model = Question(*outcome.encoding.bounds()).world(*fixed)

    assert told(outcome, model.holds) == told_by_engine(released, world)


IS_A = {"answer": "A", "is": "yes"}


def proof_of(*rules, **parts):
    proof = Proof()
    made = catalogue(*rules, **parts)
    proof.problems += law_problems(made, proof)
    prove_reach(made, proof)
    prove_laws(made, proof)
    return [str(problem) for problem in proof.problems]


def reaching_all():
    """Rules that reach every level and route, so that nothing is found but what a test plants."""
    relief = {"sentence": "Go ahead.", "route": "fast_track", "needs_level": "low"}
    bare = {"dimensions": [], "factors": [], "effect": "relieve", "relief": relief}
    grades = [{"likelihood": 2, "impact": 3}, {"likelihood": 3, "impact": 4, "when": {"answer": "B", "is": "yes"}}]
    worst = {"likelihood": 5, "impact": 5, "when": {"answer": "C", "is": "yes"}}
    return [rule("Z1", IS_A, rows=[*grades, worst]), rule("Z2", {"not": IS_A}, **bare)]


def planted(*rules, **parts):
    return proof_of(*reaching_all(), *rules, **parts)


def test_sound_rules_have_nothing_found():
    assert planted() == []


@pytest.mark.parametrize(
    "when",
    [
        {"any": [{"answer": "G", "is": "b"}, {"answer": "G", "at_least": "c"}]},
        {"any": [{"not": {"answer": "B", "is": "yes"}}, {"answer": "B", "is": "yes"}]},
        {"all": [{"answer": "G", "at_least": "b"}, {"not": {"answer": "G", "at_most": "a"}}]},
    ],
)
def test_condition_whose_parts_make_up_for_each_other_is_proven(when):
    assert [each for each in planted(rule("R", when, (1, 1))) if "risk" in each] == []


def test_broken_law_is_shown_by_two_worlds():
    (told_,) = planted(rule("R", {"all": [{"answer": "G", "at_most": "b"}, {"answer": "C", "is": "yes"}]}, (1, 1)))

    assert told_.startswith(
        "rules, R: when: G goes from a to the riskier c, which would switch the condition off. "
        "Shown: it stops being true when G goes from "
    )
    assert told_.endswith(" (while C is yes).")


def test_rule_that_can_never_fire_is_proven_and_not_tried():
    many = [question(f"M{n}") for n in range(40)]
    every = {"all": [{"answer": each["id"], "is": "yes"} for each in many]}
    hidden = question("Y", when={"all": [IS_A, {"answer": "H", "is": "no"}, {"answer": "I", "is": "yes"}]})
    dead = rule("R", {"all": [*every["all"], {"answer": "M3", "is": "no"}]}, (1, 1))

    found = planted(rule("S", every, (1, 1)), dead, questions=[*many, hidden])

    assert "rules, R: never fires, whatever the answers and facts; mend its 'when'." in found
    assert "questions, Y: is never asked, whatever the answers; mend its 'when'." in found
    assert not any(each.startswith("rules, S") for each in found)


def test_row_that_can_never_fire_is_found():
    row = {"likelihood": 1, "impact": 1, "when": {"answer": "G", "is": "d"}}
    capped = rule("R", {"all": [IS_A, {"not": {"answer": "G", "at_least": "d"}}]}, rows=[row, {**row, "when": IS_A}])

    assert "rules, R: row 1 never fires, whatever the answers and facts; mend it or leave it out." in planted(capped)


def test_two_rules_that_always_fire_together_are_found():
    twin = rule("R", {"any": "partner", "where": {"answer": "P", "at_least": "yes"}}, (1, 1))
    other = rule("S", {"answer": "P", "is": "yes"}, (1, 2), scope="partner")

    (told_,) = planted(twin, other)

    assert told_ == ("rules, S: fires exactly when R does; make one rule of the two, or say in 'when' what parts them.")
    assert planted({**twin, "valid_to": "2026-01-01"}, {**other, "valid_from": "2026-01-02"}) == []


def test_level_and_route_that_nothing_reaches_are_found():
    found = proof_of(rule("R", IS_A, (2, 3)))

    assert [each.partition(":")[0] for each in found] == [
        "levels, high", "levels, very_high", "routes, fast_track", "routes, full", "routes, panel",
    ]  # fmt: skip


def test_relief_that_can_stand_beside_a_stop_is_found():
    stop = rule("L", {"answer": "P", "is": "yes"}, scope="partner", effect="stop")

    assert "rules, Z2: it can be given while L stops the work; add 'needs_no_hold: true'." in planted(stop)


def test_escalation_that_a_worse_fact_takes_away_lowers_the_route():
    asks = rule("R", {"fact": "hit", "is": "cleared"}, scope="partner", effect="escalate")

    found = planted(asks)

    assert any("the route full falls when hit of partner " in each for each in found)
    assert any("the number of deciders falls" in each for each in found)
    holds = rule("L", {"fact": "hit", "is": "confirmed"}, (5, 5), scope="partner", effect="stop")
    waits = rule("R", {"fact": "hit", "at_least": "not_screened"}, scope="partner", effect="escalate")
    assert not any("falls" in each for each in planted(waits, holds))


def test_count_of_more_rows_than_three_is_proven_with_as_many():
    four = {"count": "partner", "where": {"answer": "P", "is": "yes"}, "at_least": 4}

    assert planted(rule("R", four, (1, 1))) == []

"""What would settle most: each outcome shown is what the whole engine says after that answer, and none is left out."""

from copy import deepcopy
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from riskassess.engine.loading import load_catalogue
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import visible_questions
from tests.engine.conftest import RELEASE
from tests.engine.making import catalogue, facts, question, rule
from tests.engine.worlds import places, worlds

ON = date(2026, 11, 23)
RELEASED = load_catalogue(RELEASE)


def answered(world, question, row, option):
    changed = deepcopy(world)
    place = next(item for _scope, item in places(changed) if item.get("id", "") == row)
    place["answers"][question.id] = [option] if question.type == "multi" else option
    return assess(RELEASED, changed, on=ON)


def possible_holds(result):
    return {(hold.rule, hold.row) for hold in result.holds if hold.state == "possible"}


def brute_force(world, now):
    """Every open question, with the interval that each answer leaves and the possible holds that one would settle."""
    found = {}
    for asked in visible_questions(RELEASED, world):
        row = next(item for _scope, item in places(world) if item.get("id", "") == asked.row)
        if row["answers"].get(asked.question.id) not in (None, "unsure"):
            continue
        results = {
            option.id: answered(world, asked.question, asked.row, option.id) for option in asked.question.options
        }
        intervals = [(option, result.inherent.lower, result.inherent.upper) for option, result in results.items()]
        settled = {rule for result in results.values() for rule, _row in possible_holds(now) - possible_holds(result)}
        if settled or any(interval[1:] != (now.inherent.lower, now.inherent.upper) for interval in intervals):
            found[asked.question.id, asked.row] = (intervals, sorted(settled))
    return found


@examples(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(worlds(RELEASED, open_share=3))
def test_narrowing_is_what_trying_everything_gives(world):
    now = assess(RELEASED, world, on=ON)

    shown = {
        (item.question, item.row): (
            [(option, lower, upper) for option, _text, lower, upper in item.outcomes],
            list(item.decides_holds),
        )
        for item in now.narrowing
    }
    assert shown == (brute_force(world, now) if now.inherent.is_open or possible_holds(now) else {})


def test_answer_that_decides_whether_another_is_asked_narrows_too():
    made = catalogue(rule("R", {"answer": "I", "is": "yes"}, (4, 4)))

    result = assess(made, facts({"A": "unsure", "H": "yes", "I": "yes"}), on=ON)

    assert [(item.question, item.outcomes[0][2:], item.outcomes[1][2:]) for item in result.narrowing] == [
        ("A", ("low", "low"), ("very_high", "very_high"))
    ]


@pytest.mark.parametrize(
    "when",
    [
        {"any": "partner", "where": {"answer": "P", "is": "yes"}},
        {"any": "partner", "where": {"all": [{"answer": "B", "is": "yes"}, {"answer": "P", "is": "yes"}]}},
        {"all": [{"answer": "B", "is": "yes"}, {"any": "partner", "where": {"answer": "Q", "is": "yes"}}]},
    ],
)
def test_answer_of_a_row_narrows_what_goes_over_rows(when):
    made = catalogue(rule("R", when, (4, 4)), rule("O", {"answer": "B", "is": "yes"}, (1, 1), scope="partner"))
    given = facts({"B": "yes"}, partners=[{"P": "unsure", "Q": "yes"}, {"P": "no"}])

    result = assess(made, given, on=ON)

    assert [(item.question, item.row, [way[2:] for way in item.outcomes]) for item in result.narrowing] == [
        ("P", "p1", [("low", "low"), ("very_high", "very_high")])
    ]


def test_yes_and_no_are_the_ways_to_answer_a_question_without_options():
    made = catalogue(rule("R", {"answer": "K", "is": "yes"}, (4, 4)), questions=[question("K", options=[])])

    result = assess(made, facts({"K": "unsure"}), on=ON)

    assert [item.outcomes for item in result.narrowing] == [
        (("yes", "Yes", "very_high", "very_high"), ("no", "No", "low", "low"))
    ]


def test_answer_that_rows_share_narrows_them_all():
    both = {"any": [{"answer": "A", "is": "yes"}, {"answer": "B", "is": "yes"}]}
    made = catalogue(rule("R", {"all": [{"answer": "P", "is": "yes"}, both]}, (4, 4), scope="partner"))

    result = assess(made, facts({"A": "unsure", "B": "no"}, partners=[{"P": "yes"}, {"P": "yes"}]), on=ON)

    assert [(item.question, [way[2:] for way in item.outcomes]) for item in result.narrowing] == [
        ("A", [("low", "low"), ("very_high", "very_high")])
    ]


def test_nothing_is_shown_where_nothing_is_open():
    made = catalogue(rule("R", {"answer": "A", "is": "yes"}, (4, 4)))

    assert assess(made, facts({"A": "yes", "B": "unsure"}), on=ON).narrowing == ()

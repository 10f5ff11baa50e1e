"""A row that may still be named is judged as one whose every answer is open, and shown nowhere as a row to fill in."""

from datetime import date

import pytest

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.facts import NOT_NAMED, OPEN_ROW
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import missing_answers, missing_rows, visible_questions
from tests.engine.making import catalogue, facts, question, rule

ON = date(2026, 11, 23)
SECTIONS = [
    {"id": "all", "title": "All"},
    {
        "id": "items",
        "title": "Items",
        "scope": "technology",
        "row_needed_when": {"answer": "A", "is": "yes"},
        "row_needed": "Name one.",
    },
]
STOP = rule(
    "S",
    {"answer": "X", "is": "yes"},
    (4, 5),
    scope="technology",
    effect="stop",
    dimensions=["legal"],
    factors=["domain"],
)
HIGH = rule("R", {"any": "technology", "where": {"answer": "X", "is": "yes"}}, (4, 3))
ALWAYS = rule("B", {"answer": "B", "is": "yes"}, (3, 3), scope="technology")


@pytest.fixture(scope="module")
def small():
    made = catalogue(HIGH, STOP, ALWAYS, questions=[question("Z", scope="technology")])
    fields = {name: getattr(made, name) for name in Catalogue.model_fields}
    return Catalogue.model_validate({**fields, "sections": SECTIONS, "sha256": made.sha256[::-1]})


@pytest.mark.parametrize(("answer", "seen"), [("unsure", True), (None, True), ("no", False), ("yes", False)])
def test_row_is_supposed_only_while_it_is_open_whether_one_is_needed(small, answer, seen):
    result = assess(small, facts({"A": answer}), on=ON)

    assert any(line.row == OPEN_ROW for line in result.trace) is seen
    assert [(hold.rule, hold.state, hold.row_label) for hold in result.holds] == (
        [("S", "possible", NOT_NAMED)] if seen else []
    )
    assert (result.inherent.lower, result.inherent.upper) == ("low", "high" if seen else "low")


def test_nothing_is_firm_on_a_supposed_row(small):
    result = assess(small, facts({"A": "unsure", "B": "yes"}), on=ON)

    assert result.firm_findings == ()
    assert [reason.id for reason in result.finding("B:open").because] == ["B", "A"]


def test_named_row_takes_the_place_of_the_supposed_one(small):
    result = assess(small, facts({"A": "unsure", "B": "no"}, technology=[{"X": "no"}]), on=ON)

    assert {line.row for line in result.trace} == {"", "t1"}
    assert (result.inherent.lower, result.inherent.upper) == ("low", "low")


def test_supposed_row_is_nothing_to_fill_in(small):
    given = facts({"A": "unsure"})

    assert [item for item in visible_questions(small, given) if item.row] == []
    assert [item for item in missing_answers(small, given) if item.row] == []
    assert [section.id for section in missing_rows(small, given)] == ["items"]
    assert [item for item in assess(small, given, on=ON).open_answers if item.row] == []


@pytest.mark.parametrize(
    ("answer", "technology", "named"),
    [("yes", (), ["items"]), (None, (), ["items"]), ("no", (), []), ("yes", ({"X": "no"},), [])],
)
def test_row_is_missing_where_one_may_be_needed_and_none_is_named(small, answer, technology, named):
    assert [section.id for section in missing_rows(small, facts({"A": answer}, technology=technology))] == named


def test_narrowing_names_the_question_that_decides_whether_there_is_a_row(small):
    narrowing = {item.question: item for item in assess(small, facts({"A": "unsure"}), on=ON).narrowing}

    assert narrowing["A"].decides_holds == ("S",)
    assert {outcome[0]: outcome[2:] for outcome in narrowing["A"].outcomes} == {
        "yes": ("low", "high"),
        "no": ("low", "low"),
    }


def test_fingerprint_of_the_facts_knows_no_supposed_row(small):
    given = facts({"A": "unsure"})

    assert assess(small, given, on=ON).facts_sha256 == assess(catalogue(), given, on=ON).facts_sha256


def test_result_reads_itself_back(small):
    result = assess(small, facts({"A": "unsure", "B": "yes"}), on=ON)

    assert Assessment.from_json(result.to_json()) == result

"""Which questions are asked, of whom, and which answers are still missing."""

import pytest

from riskassess.engine.visibility import missing_answers, visible_questions
from tests.engine.making import catalogue, facts, question

CATALOGUE = catalogue(
    questions=[
        question("K", type="multi", field="kinds", options=[{"id": "x", "text": "X", "risk": 0}], unsure=False),
        question("O", required=False),
        question("R", when={"any": "partner", "where": {"answer": "P", "is": "yes"}}),
    ]
)


def asked(given):
    return [(each.question.id, each.row) for each in visible_questions(CATALOGUE, given)]


def missing(given):
    return [(each.question.id, each.row) for each in missing_answers(CATALOGUE, given)]


@pytest.mark.parametrize(
    ("answers", "opened"),
    [
        ({"A": "no"}, []),
        ({"A": "yes"}, ["H", "I"]),
        ({"A": "yes", "H": "no"}, ["H"]),
        ({"A": "yes", "H": "unsure"}, ["H", "I"]),
        ({"A": "unsure"}, ["H", "I"]),
        ({"A": "unsure", "H": "no"}, ["H"]),
        ({"A": "no", "H": "yes"}, []),
    ],
)
def test_open_answer_opens_what_the_riskier_one_opens(answers, opened):
    assert [name for name, _row in asked(facts(answers)) if name in {"H", "I"}] == opened


def test_questions_of_rows_are_asked_for_each_row():
    given = facts(partners=[{"P": "yes"}, {"P": "no"}, {"P": "unsure"}])

    assert [entry for entry in asked(given) if entry[0] in {"P", "Q"}] == [
        ("P", "p1"),
        ("P", "p2"),
        ("P", "p3"),
        ("Q", "p1"),
        ("Q", "p3"),
    ]
    assert ("X", "t1") not in asked(given)


def test_row_can_open_a_question_of_the_proposal():
    assert ("R", "") in asked(facts(partners=[{"P": "no"}, {"P": "yes"}]))
    assert ("R", "") not in asked(facts(partners=[{"P": "no"}]))


def test_follow_up_says_what_called_it():
    (follow_up,) = [each for each in visible_questions(CATALOGUE, facts({"A": "yes"})) if each.question.id == "H"]

    assert [(reason.kind, reason.id, reason.row) for reason in follow_up.because] == [("answer", "A", "")]


def test_fields_are_not_asked_again_but_may_be_missing():
    assert "K" not in [name for name, _row in asked(facts())]
    assert ("K", "") in missing(facts())
    assert ("K", "") not in missing(facts({"K": ["x"]}))


def test_missing_is_asked_required_and_open():
    answers = {"A": "no", "B": "unsure", "C": "yes", "G": "a", "T": ["none"], "N": 0, "K": ["x"]}

    assert missing(facts(answers)) == []
    assert missing(facts({**answers, "A": "yes"})) == [("H", ""), ("I", "")]
    assert missing(facts({**answers, "G": None, "T": []})) == [("G", ""), ("T", "")]
    assert missing(facts(answers, partners=[{"P": "yes"}])) == [("Q", "p1"), ("R", "")]


def test_partners_are_missing_while_none_is_named_and_later_fields_never():
    made = catalogue(
        questions=[
            question("F2", field="partners", type="text", options=[], unsure=False),
            question("F4", field="attest", unsure=False),
            question("F5", field="safeguards", type="text", options=[], unsure=False),
            question("E", type="evidence", options=[], unsure=False),
        ]
    )

    def missing_of(given):
        return {(each.question.id, each.row, each.row_label, each.because) for each in missing_answers(made, given)}

    nobody = missing_of(facts())
    somebody = missing_of({**facts(), "partners": [{"id": "p1", "label": "Archive", "answers": {}, "facts": {}}]})

    assert ("F2", "", "", ()) in nobody
    assert {name for name, *_rest in nobody} & {"F4", "F5", "E"} == set()
    assert ("P", "p1", "Archive", ()) in somebody
    assert "F2" not in {name for name, *_rest in somebody}


def test_asked_question_carries_the_label_of_its_row():
    given = {**facts(), "partners": [{"id": "p1", "label": "Archive", "answers": {"P": "yes"}, "facts": {}}]}

    labels = {(each.question.id, each.row_label) for each in visible_questions(CATALOGUE, given)}

    assert {("P", "Archive"), ("Q", "Archive"), ("A", "")} <= labels

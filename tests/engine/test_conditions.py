"""The condition language, leaf by leaf: what is true, false and unknown, and which answers made it so."""

import pytest

from riskassess.engine.conditions import ConditionError, compile_condition
from riskassess.engine.results import Because
from riskassess.engine.visibility import read_facts
from tests.engine.making import catalogue, facts, question

CATALOGUE = catalogue()
IS_A = {"answer": "A", "is": "yes"}
IS_B = {"answer": "B", "is": "yes"}
IS_P = {"answer": "P", "is": "yes"}


def outcome(spec, given, scope="proposal"):
    views = read_facts(CATALOGUE, given)
    truth, reasons = compile_condition(CATALOGUE, spec, scope)(views.rows[scope][0])
    return truth, sorted(f"{reason.id}:{reason.row}" if reason.row else reason.id for reason in set(reasons))


@pytest.mark.parametrize(
    ("spec", "answers", "truth"),
    [
        (IS_A, {"A": "yes"}, True),
        (IS_A, {"A": "no"}, False),
        (IS_A, {"A": "unsure"}, None),
        (IS_A, {}, None),
        (IS_A, {"A": ""}, None),
        ({"answer": "G", "in": ["b", "d"]}, {"G": "d"}, True),
        ({"answer": "G", "in": ["b", "d"]}, {"G": "c"}, False),
        ({"answer": "G", "at_least": "c"}, {"G": "d"}, True),
        ({"answer": "G", "at_least": "c"}, {"G": "b"}, False),
        ({"answer": "G", "at_most": "b"}, {"G": "b"}, True),
        ({"answer": "G", "at_most": "b"}, {"G": "c"}, False),
        ({"answer": "G", "at_most": "c"}, {"G": "a"}, True),
        ({"answer": "T", "at_least": "x"}, {"T": ["none", "y"]}, True),
        ({"answer": "T", "at_least": "x"}, {"T": ["none"]}, False),
        ({"answer": "T", "includes": "x"}, {"T": ["y", "x"]}, True),
        ({"answer": "T", "includes": ["x", "z"]}, {"T": ["y"]}, False),
        ({"answer": "T", "includes": "x"}, {"T": ["unsure"]}, None),
        ({"answer": "T", "includes": "x"}, {"T": []}, None),
        ({"answer": "N", "at_least": 3}, {"N": 3}, True),
        ({"answer": "N", "at_least": 3}, {"N": 2}, False),
        ({"unsure": "A"}, {"A": "unsure"}, True),
        ({"unsure": "A"}, {"A": "no"}, False),
        ({"unsure": "A"}, {}, None),
        ({"not": IS_A}, {"A": "no"}, True),
        ({"not": IS_A}, {"A": "unsure"}, None),
        ({"all": [IS_A, IS_B]}, {"A": "yes", "B": "yes"}, True),
        ({"all": [IS_A, IS_B]}, {"A": "yes"}, None),
        ({"all": [IS_A, IS_B]}, {"B": "no"}, False),
        ({"any": [IS_A, IS_B]}, {"B": "yes"}, True),
        ({"any": [IS_A, IS_B]}, {"A": "no"}, None),
        ({"any": [IS_A, IS_B]}, {"A": "no", "B": "no"}, False),
    ],
)
def test_leaves_and_groups_have_three_values(spec, answers, truth):
    assert outcome(spec, facts(answers))[0] is truth


@pytest.mark.parametrize(
    ("answers", "truth", "reasons"),
    [
        ({"A": "yes", "H": "yes"}, True, ["H"]),
        ({"A": "yes", "H": "no"}, False, ["H"]),
        ({"A": "no", "H": "yes"}, False, ["H"]),
        ({"A": "no"}, False, ["H"]),
        ({"A": "unsure"}, None, ["H"]),
        ({"A": "unsure", "H": "yes"}, None, ["A", "H"]),
        ({"A": "unsure", "H": "no"}, False, ["H"]),
    ],
)
def test_leaf_on_hidden_question_is_false_and_under_an_open_one_never_sure(answers, truth, reasons):
    assert outcome({"answer": "H", "is": "yes"}, facts(answers)) == (truth, reasons)


def test_hiding_a_question_hides_what_it_opened():
    assert outcome({"answer": "I", "is": "yes"}, facts({"A": "no", "H": "yes", "I": "yes"}))[0] is False
    assert outcome({"answer": "I", "is": "yes"}, facts({"A": "unsure", "H": "unsure", "I": "yes"}))[0] is None


@pytest.mark.parametrize(
    ("partner", "spec", "truth"),
    [
        ({"hit": "confirmed"}, {"fact": "hit", "is": "confirmed"}, True),
        ({"hit": "cleared"}, {"fact": "hit", "is": "confirmed"}, False),
        ({"hit": "not_screened"}, {"fact": "hit", "is": "confirmed"}, None),
        ({"hit": "not_screened"}, {"fact": "hit", "is": "not_screened"}, True),
        ({}, {"fact": "hit", "is": "confirmed"}, None),
        ({"hit": "cleared"}, {"fact": "hit", "at_least": "cleared"}, True),
        ({"measures": ["ban"]}, {"fact": "measures", "includes": "ban"}, True),
        ({"measures": []}, {"fact": "measures", "includes": "ban"}, False),
        ({}, {"fact": "measures", "includes": "ban"}, None),
    ],
)
def test_only_what_nobody_has_looked_up_is_unknown_in_the_registry(partner, spec, truth):
    assert outcome(spec, facts(partners=[partner]), "partner")[0] is truth


@pytest.mark.parametrize(
    ("partners", "any_row", "every_row", "two_rows"),
    [
        ([], False, False, False),
        (["yes"], True, True, False),
        (["no"], False, False, False),
        (["unsure"], None, None, False),
        (["yes", "no"], True, False, False),
        (["yes", "unsure"], True, None, None),
        (["yes", "no", "yes"], True, False, True),
        (["unsure", "unsure", "no"], None, False, None),
    ],
)
def test_conditions_over_rows_count_what_is_true_and_open(partners, any_row, every_row, two_rows):
    given = facts(partners=[{"P": value} for value in partners])

    assert outcome({"any": "partner", "where": IS_P}, given)[0] is any_row
    assert outcome({"every": "partner", "where": IS_P}, given)[0] is every_row
    assert outcome({"count": "partner", "where": IS_P, "at_least": 2}, given)[0] is two_rows


def test_condition_on_a_row_reads_that_row_and_the_proposal():
    given = facts({"A": "yes"}, partners=[{"P": "no"}, {"P": "yes"}])

    assert outcome({"all": [IS_A, IS_P]}, given, "partner") == (False, ["P:p1"])
    assert outcome({"any": "partner", "where": {"all": [IS_A, IS_P]}}, given) == (True, ["A", "P:p2"])


def test_reasons_of_unknown_are_the_open_answers():
    spec = {"any": [{"all": [IS_A, IS_B]}, {"answer": "C", "is": "yes"}]}

    assert outcome(spec, facts({"A": "yes", "C": "no"})) == (None, ["B"])
    assert outcome(spec, facts({"A": "yes", "B": "yes"})) == (True, ["A", "B"])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, "expected a condition"),
        (["A"], "expected a condition"),
        ({"maybe": IS_A}, "no condition begins with maybe"),
        ({"all": []}, "needs a list"),
        ({"answer": "Z", "is": "yes"}, "there is no question 'Z'"),
        ({"answer": "A"}, "needs exactly one of"),
        ({"answer": "A", "is": "yes", "in": ["no"]}, "needs exactly one of"),
        ({"answer": "A", "is": "maybe"}, "'maybe' is no value of A"),
        ({"answer": "A", "is": ["yes"]}, "use 'in'"),
        ({"answer": "A", "is": True}, "no value of A"),
        ({"answer": "A", "includes": "yes"}, "use is or in"),
        ({"answer": "T", "is": "x"}, "use includes"),
        ({"answer": "G", "at_least": "z"}, "no place in the risk order"),
        ({"answer": "N", "is": 3}, "is a number"),
        ({"answer": "N", "at_least": "three"}, "is a number"),
        ({"answer": "W", "is": "anything"}, "free form"),
        ({"answer": "P", "is": "yes"}, "asked for each partner"),
        ({"unsure": "P"}, "asked for each partner"),
        ({"any": "country", "where": IS_A}, "goes over partner, technology, funder"),
        ({"any": "partner"}, "needs where"),
        ({"count": "partner", "where": IS_P, "at_least": 0}, "whole number from 1"),
        ({"fact": "hit", "is": "none"}, "there is no fact 'hit' here"),
        ({"any": "partner", "where": {"fact": "hit", "is": "yes"}}, "no value of hit"),
        ({"any": "partner", "where": {"fact": "measures", "is": "ban"}}, "use includes"),
        ({"all": [IS_A] * 80}, "split the rule"),
    ],
)
def test_wrong_condition_is_refused_with_its_reason(spec, said):
    with pytest.raises(ConditionError, match=said):
        compile_condition(CATALOGUE, spec, "proposal")


def test_deep_condition_is_refused():
    spec = IS_A
    for _n in range(12):
        spec = {"not": spec}

    with pytest.raises(ConditionError, match="nested deeper"):
        compile_condition(CATALOGUE, spec, "proposal")


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ([], "expected a condition, found []."),
        ({"all": "A"}, "'all' needs a list of conditions."),
        ({"any": []}, "'any' needs a list of conditions."),
        (
            {"perhaps": 1, "maybe": 2},
            "no condition begins with maybe, perhaps; use all, any, not, answer, fact, every or count.",
        ),
        ({"answer": "AA", "is": "yes"}, "there is no question 'AA'; did you mean A?"),
        ({"unsure": 3}, "there is no question 3."),
        (
            {"answer": "A", "was": "yes"},
            "'answer: A' needs exactly one of is, in, in_group, includes, at_least, at_most.",
        ),
        ({"answer": "A", "is": "yess"}, "'yess' is no value of A; did you mean yes?"),
        ({"answer": "A", "is": ["yes"]}, "'is' compares A with one value; use 'in' for several."),
        ({"answer": "A", "includes": "yes"}, "A holds one value: use is or in."),
        ({"answer": "T", "in": ["x"]}, "T holds several values: use includes."),
        ({"answer": "T", "in_group": "x"}, "T holds several values: use includes."),
        ({"answer": "A", "in_group": "x"}, "'x' is no group of A's options."),
        ({"answer": "A", "at_least": "yess"}, "'yess' has no place in the risk order of A; did you mean yes?"),
        ({"answer": "W", "is": "x"}, "W is answered in free form (text); no condition reads that."),
        ({"answer": "N", "is": 3}, "N is a number: use at_least or at_most with a whole number."),
        (
            {"answer": "P", "is": "yes"},
            "P is asked for each partner. Write {any: partner, where: {answer: P, is: \"yes\"}} (or 'every'), or give "
            "the rule 'scope: partner'.",
        ),
        ({"every": "person", "where": IS_A}, "'every' goes over partner, technology, funder, not 'person'."),
        ({"every": "partner"}, "'every: partner' needs where and nothing else."),
        ({"count": "partner", "where": IS_P}, "'count: partner' needs at_least, where and nothing else."),
        ({"count": "partner", "where": IS_P, "at_least": "2"}, "'at_least' is a whole number from 1 on."),
        (
            {"any": "partner", "where": {"fact": "hitt", "is": "none"}},
            "there is no fact 'hitt' here; did you mean hit?",
        ),
        (
            {"any": "partner", "where": {"fact": "hit", "in_group": "none"}},
            "'in_group' reads the options of a question; hit is a fact: use in.",
        ),
        ({"all": [{"not": IS_A}] * 31}, "more than 60 parts; split the rule."),
    ],
)
def test_refusal_says_what_is_wrong_and_the_way_out(spec, sentence):
    with pytest.raises(ConditionError) as refusal:
        compile_condition(CATALOGUE, spec, "proposal")

    assert str(refusal.value) == sentence


@pytest.mark.parametrize("inside", [{"not": IS_P}, {"all": [IS_P, IS_A]}, {"any": [IS_P, IS_A]}])
def test_depth_goes_on_inside_rows(inside):
    spec = inside
    for _n in range(7):
        spec = {"any": "partner", "where": spec} if _n == 3 else {"not": spec}

    with pytest.raises(ConditionError, match="nested deeper"):
        compile_condition(CATALOGUE, {"not": spec}, "proposal")


def test_group_that_does_not_exist_is_refused_with_the_one_that_was_meant():
    terms = [{"id": "metals", "text": "Metals"}, {"id": "iron", "text": "Iron", "group": "metals"}]
    made = catalogue(
        questions=[question("V", type="single", options=[], vocabulary="ores")],
        vocabularies=[{"id": "ores", "title": "Ores", "terms": terms}],
    )

    with pytest.raises(ConditionError) as refusal:
        compile_condition(made, {"answer": "V", "in_group": "metal"}, "proposal")

    assert str(refusal.value) == "'metal' is no group of V's options; did you mean metals?"


def test_reason_that_two_conditions_over_rows_share_is_told_once():
    shared = {"any": "partner", "where": IS_P}
    spec = {"any": [shared, {"any": "partner", "where": {"all": [IS_P, IS_A]}}]}
    views = read_facts(CATALOGUE, facts({"A": "yes"}, partners=[{"P": "yes"}, {"P": "yes"}]))

    truth, reasons = compile_condition(CATALOGUE, spec, "proposal")(views.proposal)

    assert truth is True
    assert [(reason.id, reason.row) for reason in reasons] == [("P", "p1"), ("P", "p2"), ("A", "")]


def test_reason_that_opens_a_question_of_several_rows_is_told_once():
    made = catalogue(questions=[question("Z", scope="partner", when=IS_A)])
    spec = {"any": "partner", "where": {"answer": "Z", "is": "yes"}}
    views = read_facts(made, facts({"A": "unsure"}, partners=[{"Z": "yes"}, {"Z": "yes"}]))

    truth, reasons = compile_condition(made, spec, "proposal")(views.proposal)

    assert truth is None
    assert [(reason.id, reason.row) for reason in reasons] == [("Z", "p1"), ("A", ""), ("Z", "p2")]


@pytest.mark.parametrize(("answer", "at_least", "at_most"), [("yes", True, False), ("no", False, True)])
def test_yes_is_the_riskier_of_yes_and_no(answer, at_least, at_most):
    made = catalogue(questions=[question("K", options=[])])
    view = read_facts(made, facts({"K": answer})).proposal

    assert compile_condition(made, {"answer": "K", "at_least": "yes"}, "proposal")(view)[0] is at_least
    assert compile_condition(made, {"answer": "K", "at_most": "no"}, "proposal")(view)[0] is at_most
    assert compile_condition(made, {"answer": "K", "at_least": "no"}, "proposal")(view)[0] is True


def test_reasons_name_what_was_asked_where_and_what_stood_there():
    views = read_facts(CATALOGUE, facts({"A": "no"}, partners=[{"P": "no", "hit": "cleared"}]))
    row = views.rows["partner"][0]

    def reason(spec, scope, view):
        return compile_condition(CATALOGUE, spec, scope)(view)[1]

    assert reason(IS_A, "proposal", views.proposal) == (Because("answer", "A", "", "Question A?", "no", "No"),)
    assert reason(IS_P, "partner", row) == (Because("answer", "P", "p1", "Question P?", "no", "No"),)
    hit = reason({"fact": "hit", "is": "none"}, "partner", row)[0]
    assert (hit.kind, hit.id, hit.row, hit.value) == ("fact", "hit", "p1", "cleared")
    assert hit.text
    assert reason({"answer": "H", "is": "yes"}, "proposal", views.proposal) == (
        Because("not_asked", "H", "", "Question H?", None, "not asked"),
    )
    assert reason({"answer": "Q", "is": "yes"}, "partner", row) == (
        Because("not_asked", "Q", "p1", "Question Q?", None, "not asked"),
    )


def test_every_row_is_true_where_each_one_is():
    spec = {"every": "partner", "where": IS_P}

    assert outcome(spec, facts(partners=[{"P": "yes"}, {"P": "yes"}])) == (True, ["P:p1", "P:p2"])
    assert outcome(spec, facts(partners=[{"P": "yes"}, {"P": "no"}])) == (False, ["P:p2"])
    assert outcome(spec, facts(partners=[{"P": "yes"}, {}])) == (None, ["P:p2"])


def test_rows_read_facts_of_the_proposal_too():
    made = catalogue(facts={"proposal": {"call": ["open", "closed"]}, "partner": {"hit": ["none", "confirmed"]}})
    given = facts(partners=[{"hit": "none"}]) | {"facts": {"call": "closed"}}
    row = read_facts(made, given).rows["partner"][0]

    truth, reasons = compile_condition(made, {"fact": "call", "is": "closed"}, "partner")(row)

    assert (truth, [(reason.id, reason.row) for reason in reasons]) == (True, [("call", "")])


def test_reason_that_makes_two_parts_false_is_told_once():
    spec = {"any": [{"any": "partner", "where": IS_P}, {"any": "partner", "where": {"all": [IS_P, IS_A]}}]}
    views = read_facts(CATALOGUE, facts({"A": "yes"}, partners=[{"P": "no"}, {"P": "no"}]))

    truth, reasons = compile_condition(CATALOGUE, spec, "proposal")(views.proposal)

    assert truth is False
    assert [(reason.id, reason.row) for reason in reasons] == [("P", "p1"), ("P", "p2")]


def test_condition_of_the_longest_length_and_depth_is_taken():
    deep = IS_A
    for _n in range(8):
        deep = {"not": deep}

    assert outcome(deep, facts({"A": "yes"}))[0] is True
    assert outcome({"all": [IS_A] * 59}, facts({"A": "yes"}))[0] is True


@pytest.mark.parametrize(
    ("spec", "answers", "told"),
    [
        ({"any": [{"all": [IS_A, IS_B]}, {"all": [IS_A, IS_P]}]}, {"A": "yes", "B": "yes"}, ["A", "B", "P"]),
        ({"any": [IS_A, {"all": [IS_A, IS_B]}]}, {"A": "yes", "B": "yes"}, ["A", "B"]),
        ({"all": [{"any": [IS_A, IS_B]}, IS_A]}, {"A": "yes", "B": "no"}, ["A"]),
        ({"all": [IS_A, {"not": IS_A}]}, {}, ["A"]),
        ({"any": [IS_A, {"not": IS_A}]}, {}, ["A"]),
        ({"any": [IS_A, {"answer": "A", "is": "no"}]}, {"A": "unsure"}, ["A"]),
        ({"any": [IS_B, {"all": [IS_A, IS_B]}]}, {"A": "no", "B": "no"}, ["B", "A"]),
        ({"any": "partner", "where": {"all": [IS_A, IS_P]}}, {"A": "yes"}, ["A", "P", "P"]),
        ({"every": "partner", "where": {"all": [IS_A, IS_P]}}, {"A": "yes"}, ["A", "P", "P"]),
        ({"any": "partner", "where": {"all": [IS_A, IS_P]}}, {}, ["A"]),
    ],
)
def test_every_reason_is_told_once_and_in_order(spec, answers, told):
    views = read_facts(CATALOGUE, facts(answers, partners=[{"P": "yes"}, {"P": "yes"}]))

    _truth, reasons = compile_condition(CATALOGUE, spec, "partner")(views.rows["partner"][0])

    assert [reason.id for reason in reasons] == told
    assert len(set(reasons)) == len(reasons)

"""Conditions in plain words."""

import pytest

from riskassess.engine.describing import in_words, outline
from tests.engine.making import GRADES, TOPICS, catalogue, question

YES = {"answer": "A", "is": "yes"}
NO = {"answer": "B", "is": "no"}
A, B, P = "“Question A?” (A) is “Yes”", "“Question B?” (B) is “No”", "“Question P?” (P) is “Yes”"
FACT = "the registry fact"


@pytest.fixture(scope="module")
def small():
    many = [{"id": f"o{n}", "text": f"Option {n}", "risk": n} for n in range(9)]
    grouped = {"id": "areas", "title": "Areas", "terms": [
        {"id": "sea", "text": "The sea", "risk": 1},
        {"id": "fish", "text": "Fish", "group": "sea", "risk": 1},
        {"id": "salt", "text": "Salt", "group": "sea", "risk": 1},
        {"id": "sky", "text": "The sky", "risk": 1},
        {"id": "birds", "text": "Birds", "group": "sky", "risk": 1},
    ]}  # fmt: skip
    return catalogue(
        questions=[
            question("L", type="single", options=many),
            question("V", type="single", options=[], vocabulary="areas"),
        ],
        vocabularies=[grouped],
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (None, "always"),
        (YES, A),
        ({"all": [YES]}, A),
        ({"all": [YES, NO]}, f"{A} and {B}"),
        ({"any": [YES, {"all": [YES, NO]}]}, f"{A} or ({A} and {B})"),
        ({"not": YES}, f"it is not so that {A}"),
        ({"unsure": "A"}, "“Question A?” (A) is answered “unsure”"),
        ({"any": "partner", "where": {"answer": "P", "is": "yes"}}, f"for at least one partner, {P}"),
        ({"every": "partner", "where": {"fact": "zone", "is": "in"}}, f"for every partner, {FACT} “zone” is “in”"),
        (
            {"count": "partner", "at_least": 2, "where": {"fact": "measures", "includes": ["ban", "embargo"]}},
            f"for at least 2 partners, {FACT} “Restrictive measures in force where the partner is” includes one of "
            "“ban”, “embargo”",
        ),
        ({"answer": "G", "at_least": "c"}, "“Question G?” (G) is one of “c”, “d”"),
        ({"answer": "G", "at_most": 0}, "“Question G?” (G) is “a”"),
        ({"answer": "T", "includes": ["z", "x"]}, "“Question T?” (T) includes one of “x”, “z”"),
        ({"answer": "N", "at_least": 3}, "“Question N?” (N) is at least 3"),
        ({"answer": "L", "at_least": 1}, "“Question L?” (L) is anything but “Option 0”"),
        ({"answer": "V", "in_group": "sea"}, "“Question V?” (V) falls under “The sea”"),
        ({"fact": "hit", "at_least": "not_screened"}, f"{FACT} “hit” is one of “not compared yet”, “confirmed match”"),
    ],
)
def test_conditions_read_as_sentences(small, spec, words):
    assert in_words(small, spec) == words


def test_outline_keeps_what_belongs_together(small):
    clause = outline(small, {"any": [YES, {"all": [YES, NO]}]})

    assert (clause.words, [part.words for part in clause.parts]) == (
        "at least one of these holds",
        [A, "all of these hold"],
    )
    assert [part.reads for part in clause.parts[1].parts] == ["A", "B"]


def test_options_are_said_in_the_order_of_the_question():
    assert [each["id"] for each in GRADES] == ["a", "b", "c", "d"]
    made = catalogue(questions=[question("Z", type="multi", options=TOPICS)])

    assert in_words(made, {"answer": "Z", "includes": ["z", "y"]}).endswith("includes one of “y”, “z”")

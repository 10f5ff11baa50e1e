"""What a catalogue owes its sources, its readers and those it finds something about, each by a planted mistake."""

import json

import pytest

from riskassess.engine.checking import check_catalogue
from riskassess.engine.loading import CatalogueError, load_texts
from tests.engine.making import MAIN, YES_NO, catalogue, mitigation, question, rule, texts
from tests.engine.test_checking import IS_A, found, relief

A_PART = {"key": "SO-A1", "where": "First paragraph", "gist": "Doors stay open."}


def with_source(questions=(), rules=(), **source):
    given = json.loads(texts(rules, questions)["rest.yaml"])
    given["sources"] = [{**given["sources"][0], **source}, *source.get("more", [])]
    for each in given["sources"]:
        each.pop("more", None)
    return [str(problem) for problem in check_catalogue(load_texts({**texts(), "rest.yaml": json.dumps(given)}))]


def test_part_of_a_source_that_nothing_answers_to_is_found():
    assert with_source(parts=[A_PART]) == [
        "sources, S: no question and no rule answers to SO-A1 (First paragraph); cite it with 'parts: [SO-A1]', or say "
        "in 'not_covered' why nothing does."
    ]
    assert with_source(parts=[{**A_PART, "not_covered": "It speaks to states."}]) == []


def test_part_that_is_answered_and_said_not_to_be_is_found():
    asks = question("Z", sources=[{"source": "S", "section": "1", "parts": ["SO-A1"]}])

    assert with_source([asks], parts=[A_PART]) == []
    assert with_source([asks], parts=[{**A_PART, "not_covered": "It speaks to states."}]) == [
        "sources, S: SO-A1 is said to be not covered, yet Z answers to it; take one of the two out."
    ]


def test_unknown_part_and_idle_source_are_found():
    asks = question("Z", sources=[{"source": "S", "section": "1", "parts": ["SO-A2"]}])
    idle = {"id": "T", "title": "T", "publisher": "T", "dated": "2024-01-01", "url": "https://example.org/t"}

    told = with_source([asks], parts=[A_PART], more=[{**idle, "last_checked": "2026-11-01"}])

    assert "questions, Z: cites SO-A2, which is no part of S; did you mean SO-A1?" in told
    assert "sources, T: nothing rests on this source; cite it or leave it out." in told


def test_entry_without_a_source_is_found():
    assert found(questions=[question("Z", sources=[])]) == [
        "questions, Z: names no source; say in 'sources' which text asks for it, and where."
    ]
    with pytest.raises(CatalogueError, match=r"R: sources: "):
        catalogue(rule("R", IS_A, (1, 1), sources=[]))


def test_stop_that_rests_on_no_law_is_found():
    told = with_source(rules=[rule("R", IS_A, (5, 5), effect="stop")], binding=False)

    assert told == ["rules, R: a stop rests on a law: cite one whose source says 'binding: true', or let it escalate."]


def test_stop_that_something_hides_is_found():
    graded = rule("R", IS_A, rows=[{"likelihood": 5, "impact": 5, "effect": "advise"}], effect="stop")
    table = {**MAIN["route_table"], "held": "light"}

    assert any("rules, R: a row says 'advise', which hides the stop" in each for each in found(graded))
    assert found(rule("R", IS_A, (5, 5), effect="stop"), relief({"not": IS_A}, needs_no_hold=False)) == [
        "rules, F: its lighter route would hide a legal stop such as R; add 'needs_no_hold: true'."
    ]
    assert "route_table, held: a legal hold asks for 'full' at least, or a lighter route would hide it." in found(
        route_table=table
    )


@pytest.mark.parametrize(
    ("changes", "given", "said"),
    [
        ({"mitigations": []}, [], "rules, R: no safeguard lowers it; name one in 'mitigations', or say in"),
        ({"mitigations": ["M"]}, [mitigation("M", steps=0, lowers="nothing")], "rules, R: no safeguard lowers it"),
        (
            {"mitigations": ["M"], "no_mitigation": "None does."},
            [mitigation("M")],
            "rules, R: says in 'no_mitigation' that nothing lowers it, and a safeguard does.",
        ),
        (
            {"mitigations": ["M"]},
            [mitigation("M", steps=0)],
            "mitigations, M: lowers likelihood by 0 steps; one of the two is wrong.",
        ),
        (
            {"mitigations": ["M"]},
            [mitigation("M"), mitigation("N")],
            "mitigations, N: no rule offers it; name it in a rule's 'mitigations'.",
        ),
    ],
)
def test_safeguards_are_checked(changes, given, said):
    assert any(each.startswith(said) for each in found(rule("R", IS_A, (3, 3), **changes), mitigations=given))


@pytest.mark.parametrize(
    ("place", "changes", "said"),
    [
        ("questions", {"text": "a" * 161}, "text has 161 letters, at most 160 are read; say it shorter."),
        ("questions", {"why": "a" * 301}, "why has 301 letters, at most 300 are read; say it shorter."),
        (
            "questions",
            {"options": [{**YES_NO[0], "text": "a" * 121}, YES_NO[1]]},
            "options.no.text has 121 letters, at most 120 are read; say it shorter.",
        ),
    ],
)
def test_text_over_its_length_is_found(place, changes, said):
    assert found(**{place: [question("Z", **changes)]}) == [f"{place}, Z: {said}"]


def in_french(*entries):
    given = {**texts(languages=["en", "fr"]), "translations.yaml": json.dumps({"translations": list(entries)})}
    return [str(problem) for problem in check_catalogue(load_texts(given))]


def french(part, item, **given):
    words = {name.replace("__", "."): text for name, text in given.items()}
    return {"language": "fr", "part": part, "item": item, "texts": words}


def test_missing_translation_is_found():
    whole = french("sections", "all", title="Tout")

    assert "sections, all: its translation into fr lacks title; add it to 'translations'." in in_french()
    assert not any(each.startswith("sections") for each in in_french(whole))
    told = in_french(french("questions", "A", text="Question A ?", options__yes__text="Oui"))
    lacking = "its translation into fr lacks why, seen_by, options.no.text; add it to 'translations'."
    assert f"questions, A: {lacking}" in told


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            french("sections", "al", title="T"),
            "al: the translation into fr is of no entry of sections; did you",
        ),
        (
            french("sections", "all", titel="T"),
            "all: the translation into fr has titel, which is no text of it; did you",
        ),
        (
            {**french("sections", "all", title="T"), "language": "de"},
            "all: the translation into de is in no",
        ),
        (french("questions", "A", text="a" * 225), "questions, A: text has 225 letters, at most 224 are read"),
    ],
)
def test_faulty_translation_is_found(entry, said):
    assert any(said in each for each in in_french(entry))

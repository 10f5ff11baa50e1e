"""What differs between two releases, in words."""

import json

import pytest

from riskassess.engine.loading import load_texts
from riskassess.engine.releases import compare_releases
from tests.engine.making import GRADES, STORY, YES_NO, catalogue, mitigation, question, rule, texts

A = {"answer": "A", "is": "yes"}
B = {"answer": "B", "is": "yes"}


def edits(before, after):
    found = compare_releases(catalogue(*before[0], **before[1]), catalogue(*after[0], **after[1]))
    return [(edit.part, edit.sentence(), list(edit.details)) for edit in found]


def ruled(*rules, **parts):
    return list(rules), parts


def test_the_same_release_differs_in_nothing():
    assert edits(ruled(rule("R", A, (2, 2))), ruled(rule("R", A, (2, 2)))) == []


def test_what_came_and_went_stands_with_its_title():
    before = ruled(rule("R", A, (2, 2)), questions=[question("Y")])
    after = ruled(rule("Q", A, (2, 2)), mitigations=[mitigation("M")])

    assert edits(before, after) == [
        ("questions", "Y removed: Question Y?", []),
        ("rules", "Q added: Rule Q", []),
        ("rules", "R removed: Rule R", []),
        ("mitigations", "M added: M", []),
    ]


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        ({"title": "Something else"}, ["Title was: Rule R. Now: Something else."]),
        (
            {"when": {"all": [A, B]}},
            [
                "Condition was: “Question A?” (A) is “Yes”. Now: “Question A?” (A) is “Yes” and “Question B?” (B) is "
                "“Yes”."
            ],
        ),
        (
            {"rows": [{"likelihood": 2, "impact": 3}, {"likelihood": 4, "impact": 3, "when": B}]},
            [
                "Row 1 was: likelihood 2 times impact 2. Now: likelihood 2 times impact 3.",
                "Row 2 is new: likelihood 4 times impact 3 when “Question B?” (B) is “Yes”.",
            ],
        ),
        ({"valid_to": "2027-12-31"}, ["Valid until is new: 2027-12-31."]),
        ({"factors": ["own"]}, ["Factors added: own.", "Factors removed: partner."]),
        ({"mitigations": ["M"]}, ["Mitigations added: “M” (M)."]),
        (
            {"sources": [{"source": "S", "section": "2"}]},
            ["Sources added: A source, 2.", "Sources removed: A source, 1."],
        ),
    ],
)  # fmt: skip
def test_a_rule_that_changed_says_in_what(changes, details):
    made = mitigation("M")
    before = ruled(rule("R", A, (2, 2)), mitigations=[made])
    after = ruled({**rule("R", A, (2, 2)), **changes}, mitigations=[made])

    ((part, sentence, found),) = edits(before, after)

    assert (part, sentence.partition(":")[0], found) == ("rules", "R changed", details)


def test_options_are_told_one_by_one():
    more = [*YES_NO, {"id": "often", "text": "Often", "risk": 2}]
    before = ruled(questions=[question("Y", options=YES_NO[::-1]), question("Z", type="single", options=GRADES)])
    after = ruled(questions=[question("Y", options=more), question("Z", type="single", options=GRADES[:-1])])

    assert edits(before, after) == [
        (
            "questions",
            "Y changed: Question Y?",
            ["Option often is new: “Often”, place 2 in the order of risk.", "The options stand in another order."],
        ),
        ("questions", "Z changed: Question Z?", ["Option d is gone: “d”, place 3 in the order of risk."]),
    ]


def test_bands_caps_routes_and_facts_are_told():
    caps = {"context": 8, "membership": 9, "raise_from": 4, "mitigation_steps": 2}
    table = {
        "by_level": {"low": "light", "moderate": "full", "high": "full", "very_high": "panel"},
        "escalated": "full",
        "held": "full",
        "three_factors_high": "panel",
        "most_on_possible": "full",
    }
    facts = {"partner": {"hit": ["none", "cleared", "not_screened", "confirmed"], "size": ["small", "large"]}}

    assert edits(ruled(), ruled(caps=caps, route_table=table, facts=facts)) == [
        ("settings", "caps changed: Caps and steps", ["Context was: 9. Now: 8."]),
        (
            "settings",
            "route_table changed: Which level asks for which route",
            [
                "By level was: low to light, moderate to light, high to full, very_high to panel. "
                "Now: low to light, moderate to full, high to full, very_high to panel."
            ],
        ),
        ("facts", "zone removed", []),
        ("facts", "size added: one of small, large", []),
    ]


def test_stories_that_came_went_or_changed_are_told():
    one = {**STORY, "id": "S1", "story": "One.", "expect": {"upper": "low", "findings": {"R": 4}}}
    other = {**STORY, "id": "S2", "story": "Two."}
    changed = {
        **one,
        "on": "2026-11-24",
        "facts": {"answers": {"T": ["x", "y"]}, "partners": [{"id": "p1", "answers": {"P": "yes"}}]},
        "expect": {"upper": "low", "findings": {"R": 6}},
    }

    assert edits(ruled(golden=[one, STORY]), ruled(golden=[changed, other])) == [
        ("golden", "S2 added: Two.", []),
        ("golden", "S0 removed: Nothing is planned yet.", []),
        (
            "golden",
            "S1 changed: One.",
            [
                "Assessed as of was: 2026-11-23. Now: 2026-11-24.",
                "Given answers T is new: x, y.",
                "Given partners p1 id is new: p1.",
                "Given partners p1 answers P is new: yes.",
                "Expected findings R was: 4. Now: 6.",
            ],
        ),
    ]


def test_stories_of_the_base_are_not_missed_in_its_overlay():
    under = texts(golden=[STORY])
    head = {"id": "ours", "version": "1.0.0", "date": "2026-12-01", "title": "Ours", "extends": "small@0.1.0"}
    over = load_texts({"overlay.yaml": json.dumps(head), **{f"base/{name}": text for name, text in under.items()}})

    assert compare_releases(load_texts(under), over) == ()


def test_facts_that_count_as_the_organisations_are_told():
    assert edits(ruled(), ruled(organisation_facts=["hit", "zone"])) == [
        (
            "settings",
            "organisation_facts changed: Facts about the organisation itself",
            ["Facts was: hit. Now: hit, zone."],
        )
    ]

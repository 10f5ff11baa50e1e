"""What the static checks find in a catalogue that loads, each by a planted mistake."""

import json
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from jsonschema import Draft202012Validator

from riskassess.engine.checking import check_catalogue, dead_problems
from riskassess.engine.loading import load_texts
from riskassess.engine.reaching import can_be_true
from riskassess.engine.schema import json_schema
from tests.engine.making import GRADES, MAIN, YES_NO, catalogue, facts, mitigation, question, rule

IS_A = {"answer": "A", "is": "yes"}
RELIEF = {"sentence": "Go ahead.", "route": "fast_track", "needs_level": "low"}


def found(*rules, **parts):
    made = catalogue(*rules, **parts)
    return [str(problem) for problem in (*check_catalogue(made), *dead_problems(made))]


def relief(when, **changes):
    return rule("F", when, effect="relieve", factors=[], dimensions=[], relief={**RELIEF, **changes})


def test_released_catalogue_has_no_problems(released):
    assert check_catalogue(released) == []


def test_plain_catalogue_has_no_problems():
    assert found(rule("R", IS_A, (3, 3)), relief({"not": IS_A})) == []


@pytest.mark.parametrize(
    "when",
    [
        IS_A,
        {"answer": "G", "at_least": "b"},
        {"answer": "G", "in": ["c", "d"]},
        {"answer": "T", "includes": ["x", "y"]},
        {"not": {"answer": "A", "is": "no"}},
        {"not": {"answer": "G", "at_most": "b"}},
        {"any": "partner", "where": {"fact": "hit", "is": "confirmed"}},
        {"count": "partner", "where": {"answer": "P", "is": "yes"}, "at_least": 2},
        {"all": [IS_A, {"any": "partner", "where": {"fact": "measures", "includes": "ban"}}]},
        {"not": {"every": "partner", "where": {"answer": "P", "is": "no"}}},
        {"answer": "N", "at_least": 3},
    ],
)
def test_condition_that_only_grows_with_risk_passes(when):
    assert found(rule("R", when, (3, 3))) == []
    assert found(relief({"not": when})) == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"answer": "A", "is": "no"}, "A goes from no to the riskier yes, which would switch the condition off."),
        ({"not": IS_A}, "A goes from no to the riskier yes"),
        ({"answer": "G", "is": "b"}, "G goes from b to the riskier c"),
        ({"answer": "G", "at_most": "b"}, "G goes from a to the riskier c"),
        ({"all": [IS_A, {"not": {"answer": "G", "at_least": "c"}}]}, "G goes from a to the riskier c"),
        ({"answer": "T", "includes": "none"}, "T goes from none to anything else"),
        ({"not": {"answer": "T", "includes": "x"}}, "T takes x in"),
        ({"unsure": "A"}, "reads 'unsure' of A; only a rule without points may."),
        (
            {"any": "partner", "where": {"fact": "hit", "is": "cleared"}},
            "hit goes from cleared to the riskier not_screened",
        ),
        ({"any": "partner", "where": {"not": {"fact": "measures", "includes": "ban"}}}, "measures takes embargo in"),
        ({"every": "partner", "where": {"answer": "P", "is": "yes"}}, "one more row could switch 'every' over P off."),
        (
            {"not": {"any": "partner", "where": {"answer": "P", "is": "no"}}},
            "one more row could switch 'any' over P off.",
        ),
    ],
)
def test_condition_that_a_riskier_answer_would_switch_off_is_found(when, said):
    said = said.replace("measures takes embargo", "measures takes ban")

    assert any(problem.startswith(f"rules, R: when: {said}") for problem in found(rule("R", when, (3, 3))))
    in_row = rule("R", {"answer": "B", "is": "yes"}, rows=[{"likelihood": 1, "impact": 1, "when": when}])
    assert any(problem.startswith(f"rules, R: when: {said}") for problem in found(in_row))
    asked = question("Z", when=when)
    reads = rule("R", {"answer": "Z", "is": "yes"}, (1, 1))
    assert any(problem.startswith(f"questions, Z: when: {said}") for problem in found(reads, questions=[asked]))


@pytest.mark.parametrize(
    "when", [IS_A, {"answer": "G", "at_least": "b"}, {"any": "partner", "where": {"answer": "P", "is": "no"}}]
)
def test_relief_that_an_added_risk_would_bring_is_found(when):
    assert any("would switch the condition on" in p or "could switch" in p for p in found(relief(when)))


def test_question_that_no_points_hang_on_may_be_hidden_again():
    waiting = question("Z", scope="partner", when={"fact": "hit", "is": "not_screened"})
    asks = rule("R", {"any": "partner", "where": {"answer": "Z", "is": "yes"}}, effect="escalate")

    assert found(asks, questions=[waiting]) == []
    told = found(rule("S", {"answer": "Z", "is": "yes"}, (1, 1), scope="partner"), questions=[waiting])
    assert any(
        each.startswith("questions, Z: when: hit goes from not_screened to the riskier confirmed") for each in told
    )
    assert any(each.startswith("questions, Z: when: reads hit while it is not_screened, which means") for each in told)


@pytest.mark.parametrize("effect", ["escalate", "advise"])
def test_rule_without_points_may_read_unsure(effect):
    assert found(rule("R", {"unsure": "A"}, effect=effect)) == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"all": [IS_A, {"not": IS_A}]}, "rules, R: never fires, whatever the answers and facts; mend its 'when'."),
        ({"all": [{"answer": "G", "is": "d"}, {"answer": "G", "is": "c"}]}, "rules, R: never fires"),
        ({"all": [{"answer": "H", "is": "yes"}, {"answer": "A", "is": "no"}]}, "rules, R: never fires"),
    ],
)
def test_rule_that_can_never_fire_is_found(when, said):
    assert any(problem.startswith(said) for problem in found(rule("R", when, (3, 3))))


def test_row_and_question_that_can_never_be_reached_are_found():
    hidden = question("Z", when={"all": [{"answer": "H", "is": "yes"}, {"answer": "A", "is": "no"}]})
    row = {"likelihood": 1, "impact": 1, "when": {"answer": "A", "is": "no"}}

    assert "questions, Z: is never asked, whatever the answers; mend its 'when'." in found(questions=[hidden])
    assert "rules, R: row 1 never fires, whatever the answers and facts; mend it or leave it out." in found(
        rule("R", IS_A, rows=[row])
    )


def test_too_many_ways_and_numbers_are_not_tried():
    many = [question(f"M{n}") for n in range(16)]
    made = catalogue(questions=many)
    every = {"all": [{"answer": each["id"], "is": "yes"} for each in many]}

    assert can_be_true(made, [every], "proposal") is None
    assert can_be_true(made, [{"answer": "N", "at_least": 3}], "proposal") is None
    assert can_be_true(made, [{"count": "partner", "where": {"answer": "P", "is": "yes"}, "at_least": 3}], "proposal")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"questions": [question("Z", options=[*YES_NO, YES_NO[0]])]}, "questions, Z: the option no stands twice."),
        (
            {"questions": [question("Z", type="single", options=[*GRADES, {"id": "unsure", "text": "?"}])]},
            "questions, Z: 'unsure' is no option; say 'unsure: true'.",
        ),
        (
            {"questions": [question("Z", options=GRADES)]},
            "questions, Z: a yes_no question has the options yes and no, or none listed.",
        ),
        (
            {"levels": [{**level, "lowest": 5} for level in MAIN["levels"]]},
            "levels, low: each band begins above the one before; these begin at [5, 5, 5, 5].",
        ),
        (
            {
                "route_table": {
                    **MAIN["route_table"],
                    "by_level": {"low": "full", "moderate": "light", "high": "full", "very_high": "panel"},
                }
            },
            "route_table, by_level: a higher level asks for a route at least as thorough.",
        ),
    ],
)
def test_scales_and_questions_are_checked(parts, said):
    assert said in found(**parts)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"effect": "stop", "activity": ""}, "a stop says in 'activity' what waits; add it."),
        (
            {"effect": "stop", "lifted_by": ""},
            "a stop says in 'lifted_by' whose answer lifts it, and what shows it; add it.",
        ),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to lies before valid_from."),
        ({"rows": [{"likelihood": 1, "impact": 1}] * 5}, "a rule has at most four rows; make two rules of it."),
        ({"kind": "context", "mitigations": ["M"]}, "no safeguard lowers context; leave 'mitigations' out."),
    ],
)
def test_rules_are_checked(changes, said):
    assert f"rules, R: {said}" in found(rule("R", IS_A, (1, 1), **changes), mitigations=[mitigation("M")])


def test_optional_question_that_a_rule_reads_and_unplaced_option_are_found():
    free = question("Z", required=False)
    loose = question("Y", type="single", options=[{"id": "a", "text": "a"}, {"id": "b", "text": "b", "risk": 1}])

    told = found(rule("R", {"answer": "Z", "is": "yes"}, (1, 1)), questions=[free])
    assert told == ["questions, Z: a rule or another question reads this; make it required."]
    told = found(rule("R", {"answer": "Y", "is": "a"}, (1, 1)), questions=[loose])
    assert "rules, R: when: Y reads a, which has no place in the risk order" in told[0]


def test_relief_with_a_route_names_its_level():
    bare = relief({"not": IS_A})
    bare["relief"] = {"sentence": "Go ahead.", "route": "fast_track"}

    assert found(bare) == ["rules, F: a relief that gives a route says in 'needs_level' up to which level."]


@pytest.mark.parametrize(
    ("route", "level", "allowed"),
    [
        ("fast_track", "low", True),
        ("fast_track", "moderate", False),
        ("light", "moderate", True),
        ("light", "high", True),
        ("light", "very_high", False),
        ("full", "very_high", True),
    ],
)
def test_relief_gives_only_routes_that_the_level_allows(route, level, allowed):
    told = found(relief({"not": IS_A}, route=route, needs_level=level))

    assert told == ([] if allowed else [f"rules, F: {route} is lighter than the level {level} allows."])


GOLDEN = {"id": "One", "story": "A story.", "on": "2026-11-23", "facts": facts({"A": "yes", "B": "no"})}
EXPECT = {"lower": "moderate", "upper": "moderate", "route": "light", "findings": {"R": 9}, "scores": {"knowledge": 9}}


def test_golden_case_that_holds_is_silent():
    assert found(rule("R", IS_A, (3, 3)), golden=[{**GOLDEN, "expect": {**EXPECT, "absent": [], "holds": []}}]) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"upper": "high"}, "expects upper high, and it is moderate."),
        ({"residual": "low"}, "expects residual low, and it is moderate."),
        ({"deciders": "low"}, "expects deciders low, and it is moderate."),
        ({"route": "panel"}, "expects route panel, and it is light."),
        ({"holds": ["R"]}, "expects holds R, and it is none."),
        ({"possible_holds": ["R"]}, "expects possible_holds R, and it is none."),
        ({"findings": {"R": 12}}, "expects the finding R with 12, and it has 9."),
        ({"findings": {"R:p1": 12}}, "expects the finding R:p1 with 12, and it is not found."),
        ({"findings": {}}, "expects no findings, and there are R 9."),
        ({"scores": {"knowledge": 4}}, "expects knowledge to score 4, and it scores 9."),
        ({"absent": ["R"]}, "expects nothing of R, and it is there."),
        ({"level": "high"}, "expect has no key 'level'"),
        ({"upper": "High"}, "expect: upper: 'High' is not one of low, moderate, high, very_high; did you mean high?"),
        ({"route": "fast track"}, "expect: route: 'fast track' is not one of fast_track, light, full, panel; did you"),
        ({"findings": {"RR": 9}}, "expect: findings: there is no rule 'RR'; did you mean R?"),
        ({"absent": ["RR"]}, "expect: absent: there is no rule 'RR'; did you mean R?"),
        ({"absent": "R"}, "expect: absent is a list of rules; write absent: [R]."),
        ({"findings": ["R"]}, "expect: findings gives each its points; write findings: {R: 9}."),
        ({"findings": {"R": "9"}}, "expect: findings: R: '9' is no whole number; write it without quotes."),
        ({"scores": {"knowlege": 9}}, "expect: scores: there is no dimension 'knowlege'; did you mean knowledge?"),
    ],
)
def test_golden_case_that_fails_says_how(changes, said):
    told = found(rule("R", IS_A, (3, 3)), golden=[{**GOLDEN, "expect": {**EXPECT, **changes}}])

    assert len(told) == 1
    assert told[0].startswith(f"golden, One: {said}")


def test_story_that_comes_out_otherwise_in_many_ways_is_one_line():
    expect = {"lower": "low", "upper": "low", "findings": {"R": 4}}

    assert found(rule("R", IS_A, (3, 3)), golden=[{**GOLDEN, "expect": expect}]) == [
        "golden, One: expects lower low, and it is moderate; expects upper low, and it is moderate; "
        "expects the finding R with 4, and it has 9."
    ]


def test_story_with_an_answer_that_nobody_asks_for_is_told_so():
    given = facts({"A": "no", "H": "yes"})
    case = {**GOLDEN, "facts": given, "expect": {"findings": {"R": 9}}}

    assert found(rule("R", {"answer": "H", "is": "yes"}, (3, 3)), golden=[case]) == [
        "golden, One: expects the finding R with 9, and it is not found. The story answers H, which its other answers "
        "do not call up, so nothing reads it: answer what comes before it, or leave it out."
    ]


def test_story_whose_safeguard_speaks_of_no_rule_is_found():
    case = {**GOLDEN, "facts": {**GOLDEN["facts"], "safeguards": [{"mitigation": "M", "finding": "RR:p1"}]}}
    case["expect"] = {"upper": "moderate"}

    (told,) = found(rule("R", IS_A, (3, 3)), golden=[case])

    assert told == "golden, One: facts: safeguards: finding: there is no rule 'RR'; did you mean R?"


def test_rule_that_alone_turns_several_stories_round_is_named():
    cases = [{**GOLDEN, "id": name, "expect": {"lower": "low", "upper": "low"}} for name in ("One", "Two")]
    small = rule("S", IS_A, (1, 2))

    *_stories, cause = found(small, rule("R", IS_A, (3, 3)), golden=cases)
    without = found(small, golden=cases)

    assert without == []
    assert cause.startswith("rules, R: all 2 stories that come out differently do so through this rule alone: without")


def test_golden_case_that_a_new_question_opens_names_the_question():
    asked = [rule("R", {"answer": "A", "is": "yes"}, (3, 3)), rule("S", {"answer": "B", "is": "yes"}, (5, 5))]
    case = {**GOLDEN, "facts": facts({"A": "yes"}), "expect": {"upper": "moderate"}}

    assert found(*asked, golden=[case]) == [
        "golden, One: expects upper moderate, and it is very_high. "
        "The story does not answer B, which decides: answer it there."
    ]


def test_golden_case_whose_residual_alone_a_new_question_opens_names_it():
    lowered = rule("R", {"answer": "A", "is": "yes"}, (3, 5), mitigations=["M"])
    asked = [lowered, rule("S", {"answer": "B", "is": "yes"}, (3, 5))]
    given = facts({"A": "yes"}, safeguards=[("M", "R", "agreed")])
    case = {**GOLDEN, "facts": given, "expect": {"residual": "moderate"}}

    assert found(*asked, golden=[case], mitigations=[mitigation("M", 2)]) == [
        "golden, One: expects residual moderate, and it is high. "
        "The story does not answer B, C, G, T, N, H, I, which decides: answer it there."
    ]


def test_golden_case_with_facts_that_do_not_fit_is_found():
    case = {**GOLDEN, "facts": facts({"A": "perhaps"}), "expect": {"upper": "low"}}

    assert found(golden=[case]) == ['golden, One: facts: answers.A: "perhaps" is not one of no, yes, unsure.']


MISTAKES = [
    ("rules.yaml", "{answer: D1b, at_least: applied}", "{answer: D1b, at_most: applied}"),
    ("rules.yaml", "when: {fact: sanction_hit, is: confirmed}", "when: {fact: sanction_hit, is: cleared}"),
    ("rules.yaml", '{answer: O4, is: "yes"}', '{not: {answer: O4, is: "yes"}}'),
    ("rules.yaml", "when: {answer: V5, is: none}", "when: {unsure: V5}"),
    ("rules.yaml", "kind: context", "kind: gap"),
    ("rules.yaml", "likelihood: 3\n        impact: 4", "likelihood: 2\n        impact: 4"),
    ("catalogue.yaml", "raise_from: 4", "raise_from: 9"),
    ("catalogue.yaml", "lowest: 10", "lowest: 13"),
    ("catalogue.yaml", "held: full", "held: light"),
    ("questions.yaml", 'when: {answer: O4, is: "yes"}', 'when: {answer: O4, is: "no"}'),
]


@pytest.mark.parametrize(("name", "old", "new"), MISTAKES, ids=[new for _name, _old, new in MISTAKES])
def test_mistake_planted_in_the_released_catalogue_is_found(name, old, new, release_texts):
    assert old in release_texts[name]
    planted = {**release_texts, name: release_texts[name].replace(old, new)}

    assert check_catalogue(load_texts(planted)) != []


def as_editor_reads(text):
    """The files as an editor's YAML reads them: true and false are truth values, dates are text."""

    class EditorLoader(yaml.SafeLoader):
        pass

    EditorLoader.yaml_implicit_resolvers = {
        letter: [
            (tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] not in {"timestamp", "bool", "float"}
        ]
        for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    plain = yaml.load(text, Loader=EditorLoader)
    return json.loads(json.dumps(plain).replace('"true"', "true").replace('"false"', "false"))


def test_schema_accepts_the_released_files(release_texts):
    schema = json_schema()
    Draft202012Validator.check_schema(schema)

    for name, text in release_texts.items():
        faults = [error.message for error in Draft202012Validator(schema).iter_errors(as_editor_reads(text))]
        assert faults == [], name


@pytest.mark.parametrize(
    "when", [{"answer": "A"}, {"answer": "A", "is": "yes", "in": ["no"]}, {"all": []}, {"any": "country", "where": {}}]
)
def test_schema_refuses_what_the_engine_refuses(when):
    wrong = {"rules": [rule("R", when)]}

    assert not Draft202012Validator(json_schema()).is_valid(wrong)
    assert Draft202012Validator(json_schema()).is_valid({"rules": [rule("R", IS_A)]})


def test_published_schema_is_that_of_the_engine():
    published = Path(settings.BASE_DIR) / "docs" / "catalogue.schema.json"

    assert json.loads(published.read_text(encoding="utf-8")) == json_schema()

"""Reading a catalogue: each fault is one sentence with file, line, id and reason, and hostile YAML does no harm."""

import json
import time

import pytest

from riskassess.engine.loading import CatalogueError, UnreadableError, load_catalogue, load_texts
from tests.engine.making import MAIN, QUESTIONS, SOURCE, facts, mitigation, question, rule, texts

RULES = """\
rules:
  - id: R1
    title: Something is the case
    explain: It is the case.
    when: {answer: A, is: yes}
    rows: [{likelihood: 3, impact: 3}]
    dimensions: [knowledge]
    factors: [partner]
    effect: advise
    sources: [{source: S, section: "1"}]
"""


def with_rules(text):
    given = texts()
    rest = json.loads(given["rest.yaml"])
    del rest["rules"]
    return {"catalogue.yaml": given["catalogue.yaml"], "rest.yaml": json.dumps(rest), "rules.yaml": text}


def problems(given):
    with pytest.raises(CatalogueError) as refused:
        load_texts(given)
    return refused.value.problems


def test_yaml_and_json_say_the_same():
    catalogue = load_texts(with_rules(RULES))

    assert catalogue.rule("R1").when == {"answer": "A", "is": "yes"}
    assert catalogue.rule("R1").rows[0].likelihood == 3


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "Yes", "y", "null", "~", "1.5", "2026-11-23", "0o7"])
def test_plain_words_stay_the_text_they_are(word):
    catalogue = load_texts(with_rules(RULES.replace("Something is the case", word)))

    assert catalogue.rule("R1").title == word


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("answer: A", "answer: Q9", "rules.yaml, line 2, R1: when: there is no question 'Q9'"),
        ("is: yes", "is: maybe", "rules.yaml, line 2, R1: when: 'maybe' is no value of A"),
        ("source: S", "source: T", "rules.yaml, line 2, R1: there is no source 'T'."),
        ("dimensions: [knowledge]", "dimensions: [money]", "rules.yaml, line 2, R1: there is no dimension 'money'."),
        ("effect: advise", "effect: advise\n    mitigations: [M]", "R1: there is no safeguard 'M'."),
        ("likelihood: 3", "likelihood: 6", "rules.yaml, line 6, R1: rows 1, likelihood: "),
        ("likelihood: 3", "likelihood: often", "rules.yaml, line 6, R1: rows 1, likelihood: "),
        ("effect: advise", "effect: forbid", "rules.yaml, line 9, R1: effect: "),
        ('[{source: S, section: "1"}]', "[]", "rules.yaml, line 10, R1: sources: "),
        ("    explain: It is the case.\n", "", "rules.yaml, line 2, R1: explain: 'explain' is missing; add"),
        ("factors: [partner]", "factors: [nationality]", "rules.yaml, line 8, R1: factors 1: "),
        ("factors: [partner]", "factors: []", "R1: a rule with a score names at least one factor."),
        ("dimensions: [knowledge]", "dimensions: []", "R1: a rule with a score names at least one dimension."),
        (
            "effect: advise",
            "effect: advise\n    weight: 3",
            "rules.yaml, line 10, R1: weight: 'weight' is no name that belongs here",
        ),
        ("effect: advise", "effect: advise\n    effect: stop", "rules.yaml, line 10: 'effect' stands here a second"),
        ("effect: advise", "effect: relieve", "rules.yaml, line 2, R1: relief has no points."),
        ("rules:", "countries:", "rules.yaml: 'countries' belongs into catalogue.yaml."),
        ("title: Something", "title: [Something", "rules.yaml, line 4: this is not YAML"),
        (
            "title: Something is the case",
            "title: &here x",
            "rules.yaml, line 3: anchors and aliases are not used here.",
        ),
        ("title: Something is the case", "title: *here", "rules.yaml, line 3: anchors and aliases are not used here."),
        ("title: Something is the case", "title: !!python/name:os.system x", "rules.yaml, line 3: the tag"),
        ("title: Something is the case", "? [a, b]\n    : x", "rules.yaml, line 3: a name must be plain text."),
        ("title: Something is the case", "title: \x00", "rules.yaml"),
    ],
)
def test_fault_names_file_line_id_and_reason(old, new, said):
    found = problems(with_rules(RULES.replace(old, new, 1)))

    assert said in found[-1]


def test_all_faults_are_told_at_once():
    found = problems(with_rules(RULES.replace("likelihood: 3", "likelihood: 9").replace("impact: 3", "impact: 0")))

    assert len(found) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (texts(rules=[rule("R", {"answer": "A", "is": "yes"})] * 2), "R: this id stands twice (first on line 1)."),
        (texts(questions=[question("Z", section="none")]), "Z: there is no section 'none'."),
        (texts(questions=[question("Z", follows="Y")]), "Z: it follows 'Y', which is no question."),
        (texts(questions=[question("Z", when={"answer": "Z", "is": "yes"})]), "Z: when: whether it is asked depends"),
        (texts(questions=[question("Z", type="single", options=[])]), "Z: a choice needs options."),
        (texts(levels=MAIN["levels"][:3]), "very_high: this entry is missing."),
        (texts(routes=MAIN["routes"][1:]), "fast_track: this entry is missing."),
        (texts(route_table={**MAIN["route_table"], "by_level": {"low": "light"}}), "by_level names no route"),
        (texts(benefit_question="Z"), "Z: there is no such question."),
        (texts(id="Small Catalogue"), "catalogue.yaml, line 1: id: "),
        (texts(mitigations=[mitigation("M", steps=5)]), "M: steps: "),
        (texts(questions=[question("Z", when={"fact": "country", "is": "X"})]), "there is no fact 'country' here."),
    ],
)
def test_catalogue_that_does_not_hang_together_is_refused(given, said):
    found = problems(given)

    assert any(said in problem for problem in found), found


def test_questions_that_open_each_other_are_refused():
    circle = [
        question("Y", when={"answer": "Z", "is": "yes"}),
        question("Z", when={"all": [{"answer": "A", "is": "yes"}, {"not": {"answer": "Y", "is": "yes"}}]}),
    ]

    assert [problem.partition(": ")[0].rpartition(" ")[2] for problem in problems(texts(questions=circle))] == [
        "Y",
        "Z",
    ]


BOMB = "a: &a [x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "rules: " + "[" * 100_000,
        "rules: " + "{a: " * 50_000,
        "rules:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 2000)),
        "rules: !!python/object/apply:os.system [echo]",
        "rules: !!binary aGVsbG8=",
        "x" * 2_000_001,
        "\ufffe",
        "rules: []\n---\nrules: []\n",
        "- a\n- b\n",
        "",
        "just words",
        "%YAML 9.9\n---\nrules: []",
        "rules: \ud800",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_hostile_text_is_refused_quickly(text):
    begun = time.perf_counter()

    found = problems(with_rules(text))

    assert len(found) == 1
    assert found[0].startswith("rules.yaml")
    assert time.perf_counter() - begun < 5


def test_same_name_in_two_files_is_refused():
    given = {**texts(), "more.yaml": "rules: []"}

    assert problems(given) == ["rest.yaml: 'rules' is given in more.yaml already."]


def test_hash_is_of_what_is_said_and_not_of_how():
    first = with_rules(RULES)
    second = with_rules("# a comment\r\n" + RULES.replace("is: yes", 'is: "yes"').replace("\n", "\r\n"))
    third = with_rules(RULES.replace("impact: 3", "impact: 4"))

    assert load_texts(first).sha256 == load_texts(second).sha256
    assert load_texts(first).sha256 != load_texts(third).sha256


def test_folder_without_catalogue_or_with_bytes_is_unreadable(tmp_path):
    with pytest.raises(UnreadableError, match="there is no catalogue in this folder"):
        load_catalogue(tmp_path)
    (tmp_path / "catalogue.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableError, match="saved as UTF-16"):
        load_catalogue(tmp_path)


def test_loaded_catalogue_cannot_be_changed():
    catalogue = load_texts(texts())

    with pytest.raises(ValueError, match="frozen"):
        catalogue.title = "Another"
    assert (catalogue.source("S").title, len(catalogue.questions)) == (SOURCE["title"], len(QUESTIONS))
    assert facts()["answers"] == {}

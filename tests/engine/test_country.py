"""A country alone is context: every way to make more of it is found, in overlays and in whole releases."""

import json
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from riskassess.engine.catalogue import LEVELS
from riskassess.engine.checking import check_catalogue
from riskassess.engine.loading import CatalogueError, load_catalogue, load_texts
from riskassess.engine.scoring import assess
from tests.engine.making import MAIN, SOURCE, catalogue, facts, question, rule

BASE = Path(settings.CATALOGUES_DIR) / "allea-eu" / "1.1.1"
UNDER = {f"base/{path.name}": path.read_text(encoding="utf-8") for path in BASE.glob("*.yaml")}
HEAD = {"id": "ours", "version": "1.0.0", "date": "2026-12-01", "title": "Ours", "extends": "allea-eu@1.1.1"}
OUT = {"fact": "zone", "is": "out"}
P = {"answer": "P", "is": "yes"}


def laid_over_newest(**parts):
    return load_texts({"overlay.yaml": json.dumps({**HEAD, **parts}), **UNDER})


def found(over):
    return [str(problem) for problem in check_catalogue(over)]


def scored(when, **changes):
    return {**rule("OU_R", when, (5, 5), scope="partner"), "dimensions": ["values"], **changes}


@pytest.mark.parametrize(
    ("when", "fact"),
    [
        ({"fact": "afi_band", "in": ["D", "E"]}, "afi_band"),
        ({"fact": "rule_of_law", "is": "low"}, "rule_of_law"),
        ({"fact": "eu_eea", "is": "no"}, "eu_eea"),
        ({"fact": "eu_or_eu001", "is": "no"}, "eu_or_eu001"),
        ({"fact": "gdpr_adequate", "is": "no"}, "gdpr_adequate"),
        ({"fact": "measures", "includes": "sectoral"}, "measures"),
        ({"not": {"fact": "eu_eea", "is": "yes"}}, "eu_eea"),
        ({"any": [{"fact": "eu_eea", "is": "no"}, {"answer": "O4", "is": "yes"}]}, "eu_eea"),
        ({"all": [{"fact": "eu_eea", "is": "no"}, {"answer": "T6", "in": ["new", "renewal", "change"]}]}, "eu_eea"),
        ({"all": [{"fact": "eu_eea", "is": "no"}, {"fact": "sanction_hit", "at_least": "none"}]}, "eu_eea"),
        ({"all": [{"fact": "eu_eea", "is": "no"}, {"fact": "prior_assessment", "is": "none"}]}, "eu_eea"),
        (
            {"all": [{"fact": "eu_eea", "is": "no"}, {"any": "funder", "where": {"answer": "F1", "at_most": "own"}}]},
            "eu_eea",
        ),
        ({"answer": "V1", "at_least": "s5"}, "afi_band"),  # asked where the index is low, and true whatever is said
    ],
)
def test_points_on_a_country_alone_are_found_in_an_overlay(when, fact):
    over = laid_over_newest(rules=[scored(when)], sources=[SOURCE])

    (problem,) = [each for each in found(over) if each.startswith("rules, OU_R: it ")]
    assert problem.startswith(f"rules, OU_R: it scores on {fact} alone, which tells of a country and of nothing")
    assert "Write 'kind: context'" in problem


@pytest.mark.parametrize(
    "when",
    [
        {"all": [{"fact": "eu_eea", "is": "no"}, {"answer": "O4", "is": "yes"}]},
        {"all": [{"fact": "eu_eea", "is": "no"}, {"answer": "T5", "is": "no"}]},
        {"all": [{"fact": "eu_eea", "is": "no"}, {"any": "technology", "where": {"answer": "X2", "is": "annex_iv"}}]},
        {"fact": "legal_list", "at_least": "other"},
        {"answer": "V1", "at_least": "s2"},
    ],
)
def test_points_on_what_is_done_in_a_country_are_allowed(when):
    assert found(laid_over_newest(rules=[scored(when)], sources=[SOURCE])) == []


@pytest.mark.parametrize("over", ["partner", "proposal"])
def test_points_on_a_country_alone_are_found_in_a_whole_release(over):
    when = OUT if over == "partner" else {"any": "partner", "where": OUT}
    (problem,) = found(catalogue(rule("R", when, (5, 5), scope=over)))

    assert problem.startswith("rules, R: it scores on zone alone")


def test_row_that_rests_on_a_country_alone_is_found_beside_others():
    rows = [{"likelihood": 2, "impact": 2, "when": P}, {"likelihood": 5, "impact": 5, "when": OUT}]
    asked = rule("R", {"any": [P, OUT]}, rows=rows, scope="partner")

    assert found(catalogue(asked))[0].startswith("rules, R: it scores on zone alone")
    asked["rows"][1]["when"] = {"all": [P, OUT]}
    assert found(catalogue(asked)) == []


@pytest.mark.parametrize(
    ("when", "is_quiet"),
    [
        ({"not": {"answer": "A", "is": "yes"}}, True),
        ({"not": {"answer": "A", "is": "no"}}, False),
        ({"not": {"all": [{"answer": "A", "is": "no"}, {"answer": "B", "is": "yes"}]}}, True),
        ({"not": {"any": [{"answer": "A", "is": "no"}, {"answer": "B", "is": "yes"}]}}, False),
        ({"not": {"any": "technology", "where": {"answer": "X", "is": "no"}}}, True),
        ({"not": {"any": "partner", "where": {"answer": "P", "is": "no"}}}, False),
        ({"any": "technology", "where": {"answer": "X", "is": "no"}}, True),
        ({"unsure": "A"}, False),
        ({"not": {"unsure": "A"}}, True),
        ({"not": {"fact": "measures", "includes": ["embargo", "ban"]}}, True),
        ({"answer": "T", "includes": ["none", "x"]}, True),
        ({"answer": "T", "includes": "x"}, False),
        ({"answer": "N", "at_least": 0}, True),
        ({"answer": "N", "at_least": 3}, False),
        ({"answer": "H", "is": "no"}, False),  # asked where A is yes
        ({"not": {"answer": "H", "is": "no"}}, True),
        ({"fact": "hit", "is": "confirmed"}, False),
        ({"fact": "hit", "at_least": "none"}, True),
    ],
)
def test_country_is_alone_where_all_else_is_as_safe_as_can_be(when, is_quiet):
    told = found(catalogue(rule("R", {"all": [OUT, when]}, (5, 5), scope="partner")))

    assert any("it scores on" in each for each in told) is is_quiet


def test_condition_that_reads_no_country_is_none_of_this():
    told = found(catalogue(rule("R", {"answer": "A", "at_least": "no"}, (5, 5))))

    assert not any("alone" in each for each in told)


def test_effect_of_the_row_that_rests_on_a_country_counts():
    rows = [{"likelihood": 2, "impact": 2, "when": P}, {"likelihood": 2, "impact": 2, "when": OUT, "effect": "advise"}]
    asked = rule("R", {"any": [P, OUT]}, rows=rows, scope="partner", kind="context", factors=["country"])
    del asked["no_mitigation"]

    assert found(catalogue({**asked, "effect": "escalate"})) == []
    rows[1]["effect"] = "escalate"
    assert found(catalogue(asked))[0].startswith("rules, R: it stops or escalates on zone alone")


def test_question_that_a_country_opens_does_not_hide_it():
    opened = question("Z", scope="partner", when=OUT)
    either = rule("R", {"answer": "Z", "at_least": "no"}, (5, 5), scope="partner")
    riskier = rule("R", {"answer": "Z", "is": "yes"}, (5, 5), scope="partner")

    assert found(catalogue(either, questions=[opened]))[0].startswith("rules, R: it scores on zone alone")
    assert found(catalogue(riskier, questions=[opened])) == []


@pytest.mark.parametrize("effect", ["stop", "escalate"])
@pytest.mark.parametrize("points", [(), ((2, 2),)])
def test_country_alone_stops_and_escalates_nothing(effect, points):
    asked = rule("R", OUT, *points, scope="partner", effect=effect, kind="context", factors=["country"])
    asked.pop("no_mitigation", None)
    if not points:
        asked["kind"] = "finding"

    told = found(catalogue(asked))
    assert any(
        each.startswith("rules, R: it stops or escalates on zone alone, which tells of a country") for each in told
    )


def test_measure_of_law_may_stop_where_the_law_is_cited():
    embargo = {"fact": "measures", "includes": "cooperation_ban"}
    by_law = scored(embargo, effect="stop", activity="It waits.", lifted_by="The authority.", no_mitigation="")

    assert found(laid_over_newest(rules=[by_law], sources=[SOURCE])) == []
    told = found(laid_over_newest(rules=[by_law], sources=[{**SOURCE, "binding": False}]))
    assert any(each.startswith("rules, OU_R: it stops or escalates on measures alone") for each in told)
    index = {**by_law, "when": {"fact": "afi_band", "is": "E"}}
    (told,) = found(laid_over_newest(rules=[index], sources=[SOURCE]))
    assert "read an act of measures and cite it as a source with 'binding: true'" in told


def test_context_of_a_country_counts_for_the_country():
    context = {"scope": "partner", "kind": "context"}
    right = rule("R", OUT, (2, 2), factors=["country"], **context)
    wrong = rule("R", OUT, (2, 2), factors=["country", "partner"], **context)
    for each in (right, wrong):
        del each["no_mitigation"]

    assert found(catalogue(right)) == []
    assert found(catalogue(wrong)) == [
        "rules, R: it rests on zone alone, and its factors are country, partner. Write 'factors: [country]', or a "
        "country would count twice."
    ]


def test_fact_about_a_country_cannot_be_declared_one_about_the_organisation():
    values = {"partner": {**MAIN["facts"]["partner"], "eu_eea": ["yes", "no"]}}
    told = found(catalogue(facts=values, organisation_facts=["hit", "eu_eea"]))

    assert told == [
        "organisation_facts, eu_eea: eu_eea is a fact about a country, whatever a catalogue says; take it out of the "
        "list."
    ]


def test_bands_under_which_a_country_alone_would_be_more_than_moderate_are_found():
    low = [{"id": "moderate", "lowest": 2}, {"id": "high", "lowest": 3}, {"id": "very_high", "lowest": 4}]

    assert found(laid_over_newest(levels=low)) == [
        "levels, high: high begins at 3, and what a country's facts say alone may score up to 9 (caps, context): it "
        "would be very high, and moderate is the most. Begin high at 10 or above, or write 2 or less for context in "
        "'caps'.",
        "levels, high: high begins at 3, and a technology area alone may score up to 9 (caps, membership): it would be "
        "very high, and moderate is the most. Begin high at 10 or above, or write 2 or less for membership in 'caps'.",
    ]
    assert found(laid_over_newest(levels=low, caps={"context": 2, "membership": 2})) == []
    whole = catalogue(caps={**MAIN["caps"], "context": 10})
    assert [each.partition(", and")[0] for each in found(whole)] == ["levels, high: high begins at 10"]


def test_overlay_that_makes_more_of_a_country_is_refused_where_a_folder_is_read(tmp_path):
    """What is stored stays readable, since proposals were filed under it."""
    place = tmp_path / "ours" / "1.0.0"
    place.mkdir(parents=True)
    low = [{"id": "high", "lowest": 9}]
    rules = [scored({"fact": "eu_eea", "is": "no"})]
    text = json.dumps({**HEAD, "levels": low, "rules": rules, "sources": [SOURCE]}, indent=1)
    (place / "overlay.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(CatalogueError) as refused:
        load_catalogue(place, bases=[settings.CATALOGUES_DIR])

    bands, area, points = refused.value.problems
    assert bands.startswith("overlay.yaml, line 8, high: high begins at 9, and what a country's facts say alone")
    assert area.startswith("overlay.yaml, line 8, high: high begins at 9, and a technology area alone")
    assert points.startswith("overlay.yaml, line 14, OU_R: it scores on eu_eea alone")
    assert load_texts({"overlay.yaml": text, **UNDER}).rule("OU_R").effect == "advise"


def test_no_country_alone_is_more_than_moderate_under_the_lowest_bands_that_pass():
    """Every country there can be, with the safest answers and no measure that stops by law."""
    low = [{"id": "moderate", "lowest": 2}, {"id": "high", "lowest": 3}, {"id": "very_high", "lowest": 4}]
    over = laid_over_newest(levels=low, caps={"context": 2, "membership": 2})
    declared = over.facts["partner"]
    names = [name for name in declared if name not in over.organisation_facts]
    safe = {name: declared[name][0] for name in over.organisation_facts}
    answers = {"T1": ["publication"], "T4": "humanities", "T5": "yes", "T6": "new", "Y1": ["none"]}

    for values in product(*(declared[name] for name in names)):
        partner = {
            "id": "p1",
            "label": "",
            "answers": {"O1": "public_university", "O2": "met", "O4": "no", "V1": "s5", "G3": "yes"},
            "facts": {**safe, **dict(zip(names, values, strict=True)), "measures": ["arms_embargo", "comprehensive"]},
        }
        result = assess(over, {**facts(answers), "partners": [partner]}, on=over.date)
        assert LEVELS.index(result.inherent.lower) <= LEVELS.index("moderate")
        assert not result.holds

"""Overlays: what they add and tighten arrives, and each way to weaken the base is refused where it stands."""

import json
from pathlib import Path

import pytest

from riskassess.engine.catalogue import LEVELS, ROUTES
from riskassess.engine.checking import check_catalogue
from riskassess.engine.loading import CatalogueError, load_catalogue, load_texts, read_texts
from riskassess.engine.scoring import assess
from tests.engine.making import facts, mitigation, question, rule, texts

CATALOGUES = Path(__file__).parents[2] / "fixtures" / "catalogues"
SHIPPED = sorted(path.parent for path in CATALOGUES.glob("*/*/overlay.yaml"))
BASE_RULES = [
    rule("R1", {"answer": "A", "is": "yes"}, (2, 2), mitigations=["M1"]),
    rule("S1", {"fact": "hit", "is": "confirmed"}, (5, 5), scope="partner", effect="stop"),
    rule("C1", {"fact": "zone", "is": "out"}, (3, 3), scope="partner", kind="context", factors=["country"]),
]
HEAD = {
    "id": "mine",
    "version": "1.0.0",
    "date": "2026-11-23",
    "title": "Our overlay",
    "extends": "small@0.1.0",
}


def base():
    return texts(BASE_RULES, mitigations=[mitigation("M1")])


def overlay(**parts):
    under = {f"base/{name}": text for name, text in base().items()}
    return {"overlay.yaml": json.dumps({**HEAD, **parts}, indent=1), **under}


def problems(given):
    with pytest.raises(CatalogueError) as refused:
        load_texts(given)
    return refused.value.problems


def under_it(given):
    return load_texts({name.removeprefix("base/"): text for name, text in given.items() if name.startswith("base/")})


def own_problems(over, given):
    """What the overlay brings; its base is proven elsewhere."""
    known = check_catalogue(under_it(given))
    return [problem for problem in check_catalogue(over) if problem not in known]


def test_overlay_adds_to_its_base():
    added = load_texts(
        overlay(
            questions=[question("M_A", follows="A")],
            rules=[rule("M_R1", {"answer": "M_A", "is": "yes"}, (3, 4), mitigations=["M_M1"])],
            mitigations=[mitigation("M_M1")],
        )
    )

    result = assess(added, facts({"A": "yes", "M_A": "yes"}), on=added.date)

    assert (added.id, added.version, added.base) == ("mine", "1.0.0", "small@0.1.0")
    assert added.base_sha256 == load_texts(base()).sha256
    assert {finding.rule: finding.score for finding in result.findings if finding.firm} == {"R1": 4, "M_R1": 12}
    assert [each.id for each in added.questions][:3] == ["A", "M_A", "B"]
    assert {"M1", "M_M1"} == {each.id for each in added.mitigations}
    assert check_catalogue(added) == []


def test_overlay_tightens_bands_caps_routes_and_days():
    tighter = load_texts(
        overlay(
            levels=[{"id": "moderate", "lowest": 4}, {"id": "low", "meaning": "Nothing to do."}],
            caps={"context": 4, "mitigation_steps": 1},
            route_table={"by_level": {"moderate": "full"}, "escalated": "panel"},
            routes=[{"id": "full", "days": 15}],
        )
    )

    assert tighter.level_of(4) == "moderate"
    assert tighter.level("low").meaning == "Nothing to do."
    assert (tighter.caps.context, tighter.caps.membership, tighter.caps.mitigation_steps) == (4, 9, 1)
    assert tighter.route_table.by_level == {"low": "light", "moderate": "full", "high": "full", "very_high": "panel"}
    assert (tighter.route_table.escalated, tighter.route_table.held) == ("panel", "full")
    assert [route.days for route in tighter.routes] == [0, 3, 15, 20]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"rules": [rule("S1", {"answer": "A", "is": "yes"})]}, "line 8, S1: S1 is a legal stop of small@0.1.0"),
        ({"rules": [rule("R1", {"answer": "A", "is": "yes"})]}, "line 8, R1: R1 is a rule of small@0.1.0, and"),
        ({"questions": [question("A")]}, "A: A is a question of small@0.1.0, and"),
        ({"mitigations": [mitigation("M1")]}, "M1 is a safeguard of small@0.1.0"),
        ({"remove": ["S1"]}, "overlay.yaml, line 7: an overlay has no 'remove'. It adds"),
        ({"facts": {}}, "an overlay has no 'facts'"),
        ({"dimensions": []}, "an overlay has no 'dimensions'"),
        ({"levels": [{"id": "high", "lowest": 12}]}, "line 10, high: high begins at 10 in small@0.1.0; from 12 on"),
        ({"levels": [{"id": "high", "lowest": 5}]}, "these would begin at [1, 5, 5, 16]"),
        ({"levels": [{"id": "high"}, {"id": "high"}]}, "high stands here twice"),
        ({"caps": {"context": 12}}, "line 8, context: it is 9 in small@0.1.0, and what a country's facts say never"),
        ({"caps": {"raise_from": 5}}, "raise_from: it is 4 in small@0.1.0, and a cap may only be lower"),
        ({"caps": {"mitigation_steps": 3}}, "mitigation_steps: it is 2"),
        ({"route_table": {"by_level": {"high": "light"}}}, "line 9, high: the route is full in small@"),
        ({"route_table": {"held": "light"}}, "held: the route is full in small@0.1.0 and may only be more thorough"),
        ({"routes": [{"id": "full", "days": 61}]}, "days: '61' is more than 60."),
        (
            {"rules": [rule("M_P", {"answer": "A", "is": "no"}, effect="relieve",
                            relief={"sentence": "Go on.", "route": "fast_track", "needs_level": "low"})]},
            "M_P: an overlay makes no route lighter",
        ),
        ({"extends": "small@9.9.9"}, "line 6: the overlay extends small@9.9.9, but the base that was found says"),
        (
            {"translations": [{"language": "de", "part": "rules", "item": "R1", "texts": {"title": "X"}}]},
            "R1 is none of the overlay's own rules; an overlay translates what it adds",
        ),
        ({"id": "small"}, "overlay.yaml, line 2: 'small' is the base's id"),
        ({"base_sha256": "0" * 64}, "overlay.yaml, line 7: small@0.1.0 has the content"),
        ({"extends": "small"}, "line 6: extends: 'small' is not written as it has to be"),
        ({"rules": [rule("M_R", {"answer": "Z9", "is": "yes"})]}, "line 8, M_R: when: there is no question 'Z9'"),
        ({"rules": [rule("M_R", {"answer": "A", "is": "yes"}, mitigations=["M9"])]}, "M_R: there is no safeguard 'M9'"),
    ],
)  # fmt: skip
def test_overlay_that_weakens_its_base_is_refused(parts, said):
    found = problems(overlay(**parts))

    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith("overlay.yaml, line ")


def test_base_that_is_missing_broken_or_an_overlay_is_refused():
    alone = {"overlay.yaml": overlay()["overlay.yaml"]}
    broken = {**overlay(), "base/more.yaml": "countries: 1"}
    twice = {**alone, "base/overlay.yaml": "id: other"}
    both = {**overlay(), "catalogue.yaml": "id: other"}

    assert problems(alone) == [
        "overlay.yaml, line 6: there is no release small@0.1.0. Put it into the folder small/0.1.0 beside the "
        "overlay's, or extend a release that is there."
    ]
    assert problems(broken) == ["in small@0.1.0: more.yaml: 'countries' belongs into catalogue.yaml."]
    assert "small@0.1.0 is an overlay itself" in problems(twice)[0]
    assert problems(both) == ["catalogue.yaml and overlay.yaml lie in one folder. Keep one of them."]


def test_base_is_found_beside_the_overlay_or_where_told(tmp_path):
    for name, text in base().items():
        path = tmp_path / "bases" / "small" / "0.1.0" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    beside, apart = tmp_path / "bases" / "mine" / "1.0.0", tmp_path / "elsewhere"
    for folder in (beside, apart):
        folder.mkdir(parents=True)
        (folder / "overlay.yaml").write_text(overlay()["overlay.yaml"])

    assert load_catalogue(beside).sha256 == load_catalogue(apart, bases=[tmp_path / "bases"]).sha256
    with pytest.raises(CatalogueError, match=r"there is no release small@0\.1\.0"):
        load_catalogue(apart)


def test_example_of_the_handbook_loads():
    handbook = (Path(__file__).parents[2] / "docs" / "overlays.md").read_text()
    written = handbook.partition("```yaml")[2].partition("```")[0]
    under = {f"base/{path.name}": path.read_text() for path in (CATALOGUES / "allea-eu" / "1.1.1").glob("*.yaml")}

    loaded = load_texts({"overlay.yaml": written, **under})

    assert (loaded.id, loaded.base, loaded.route("full").days) == ("our-university", "allea-eu@1.1.1", 8)
    assert loaded.route_table.by_level["moderate"] == "full"
    assert loaded.rule("OU_R1").title == "Guests would work in the high-field laboratory"
    assert own_problems(loaded, under) == []


def test_hash_is_over_both():
    first = load_texts(overlay())
    other_title = load_texts(overlay(title="Another"))
    changed_base = load_texts(
        {**overlay(), "base/catalogue.yaml": overlay()["base/catalogue.yaml"].replace("A small", "A")}
    )

    assert len({first.sha256, other_title.sha256, changed_base.sha256}) == 3
    assert first.sha256 == load_texts(overlay()).sha256


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: f"{path.parent.name}@{path.name}")
def test_shipped_overlay_is_sound_and_lowers_nothing_of_its_base(folder):
    texts = read_texts(folder)
    over = load_texts(texts)
    under = under_it(texts)

    assert own_problems(over, texts) == []
    for case in under.golden:
        before, after = assess(under, case.facts, on=case.on), assess(over, case.facts, on=case.on)
        assert LEVELS.index(after.inherent.lower) >= LEVELS.index(before.inherent.lower)
        assert LEVELS.index(after.inherent.upper) >= LEVELS.index(before.inherent.upper)
        assert ROUTES.index(after.route) >= ROUTES.index(before.route)
        assert {hold.rule for hold in after.holds} >= {hold.rule for hold in before.holds}

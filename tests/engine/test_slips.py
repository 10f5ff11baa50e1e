"""Slips of the pen: what an author wrote and nobody would have noticed, each by a planted mistake."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from riskassess.engine.checking import check_catalogue, cut_texts, misfiled, naming_warnings
from riskassess.engine.checks.naming import countries_in
from riskassess.engine.loading import load_catalogue, load_texts, read_texts
from tests.engine.making import STORY, catalogue, mitigation, question, rule, texts
from tests.engine.test_check_command import command

CATALOGUES = Path(settings.CATALOGUES_DIR)
FOLDERS = sorted({path.parent for name in ("catalogue", "overlay") for path in CATALOGUES.glob(f"*/*/{name}.yaml")})
IS_A = {"answer": "A", "is": "yes"}


def found(made):
    return [str(problem) for problem in check_catalogue(made)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}@{path.name}")
def test_own_releases_are_free_of_slips_and_name_no_country(folder):
    made = load_catalogue(folder)

    assert cut_texts(read_texts(folder)) == []
    assert list(misfiled(folder, made)) == []
    assert list(naming_warnings(made)) == []


def test_release_without_a_story_and_story_without_an_expectation_are_found():
    (without,) = found(catalogue(golden=[]))
    (silent,) = found(catalogue(golden=[{**STORY, "expect": {}}]))

    assert without.startswith("golden, small: the release tells no story; take over the golden.yaml of the release")
    assert silent == "golden, S0: expects nothing, so nothing is checked; say in 'expect' what comes out."


def test_points_in_openness_and_benefit_are_found():
    (told,) = found(catalogue(rule("R", IS_A, (3, 3), dimensions=["knowledge", "benefit"])))

    assert told.startswith(
        "rules, R: has points in benefit, which is no risk and counts none; name a dimension of risk"
    )


@pytest.mark.parametrize("effect", ["advise", "escalate"])
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"mitigations": ["M"]}, "'mitigations'"),
        ({"no_mitigation": "Nothing."}, "'no_mitigation'"),
        ({"membership": True}, "'membership'"),
        ({"kind": "gap"}, "'kind: gap'"),
        ({"kind": "gap", "mitigations": ["M"]}, "'mitigations' and 'kind: gap'"),
    ],
)
def test_forgotten_points_show_in_what_only_points_have(effect, changes, named):
    offers = rule("S", {"answer": "B", "is": "yes"}, (2, 3), mitigations=["M"])
    told = found(catalogue(rule("R", IS_A, effect=effect, **changes), offers, mitigations=[mitigation("M")]))

    assert told == [
        f"rules, R: has {named}, but no points that this could speak of; add 'rows: [{{likelihood: 2, impact: 3}}]' "
        "with your numbers, or leave it out."
    ]


def test_kind_of_safeguard_that_is_nearly_another_is_found():
    made = [mitigation("M", kind="access"), mitigation("N", kind="acces"), mitigation("O", kind="review")]
    offers = rule("R", IS_A, (3, 3), mitigations=["M", "N", "O"])

    assert found(catalogue(offers, mitigations=made)) == [
        "mitigations, N: its kind acces is hardly another than access of M, and two of one kind don't add up; did you "
        "mean access? Else give it a name that nobody mistakes."
    ]


def test_source_that_was_checked_after_the_release_is_found():
    (told,) = found(catalogue(date="2026-10-31"))

    assert told.startswith(
        "sources, S: last_checked is 2026-11-01, which lies after the release's own date, 2026-10-31"
    )
    assert found(catalogue(date="2026-11-01")) == []


WRITTEN = """rules:
  - id: R
    title: {title}
    explain: >-
      A folded text keeps its # whole.
    when: {{answer: A, is: "yes"}}
    scope: proposal  # a remark behind what is no text
    valid_from: 2026-01-01 # another
    rows: [{{likelihood: 3, impact: 3}}]
    dimensions: [knowledge]
    factors: [partner]
    effect: advise
    no_mitigation: "Nothing # lowers it."  # a remark behind quotes
    sources: [{{source: S, section: "1"}}]
"""


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Written in C # and in Java", ["rules.yaml, line 3, R: title ends before '# and in Java', which counts as"]),
        ("Written # in C", ["rules.yaml, line 3, R: title ends before '# in C', which counts as a remark. Put the"]),
        ("'Written in C # and in Java'", []),
        ("Written in C# and in Java", []),
    ],
)
def test_text_that_a_remark_cuts_short_is_found(title, said):
    given = {**texts(), "rules.yaml": WRITTEN.format(title=title)}
    rest = json.loads(given["rest.yaml"])
    del rest["rules"]
    given["rest.yaml"] = json.dumps(rest)

    told = cut_texts(given)
    assert [each[: len(part)] for each, part in zip(told, said, strict=True)] == said
    assert load_texts(given).rule("R").effect == "advise"


def test_place_in_a_source_that_a_remark_cuts_short_is_found():
    cited = "sources:\n      - source: S # a remark\n        section: Article 5 # 2"
    given = {"catalogue.yaml": WRITTEN.format(title="A").replace('sources: [{source: S, section: "1"}]', cited)}

    (told,) = cut_texts(given)
    assert told.startswith("catalogue.yaml, line 16, R: section ends before '# 2', which counts as a remark.")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("small/0.2.0", ["version, small: it says 0.1.0, and the folder is named 0.2.0; mend the one that was left"]),
        ("large/0.1.0", ["id, small: it says small, and the folder is named large; mend the one that was left from"]),
        ("small/0.1.0", []),
        ("anywhere/draft", []),
    ],
)
def test_release_in_the_folder_of_another_is_found(place, said):
    told = [str(problem) for problem in misfiled(Path("/releases") / place, catalogue())]

    assert [each[: len(part)] for each, part in zip(told, said, strict=True)] == said


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Chinese partners often hide who pays.", ["Chinese"]),
        ("Partners from iran or the Russian Federation", ["iran", "Russian Federation"]),
        ("Two Germans and a US company", ["Germans", "US"]),
        ("Non-Turkish staff, Guinea-Bissau's museum", ["Turkish", "Guinea-Bissau"]),
        ("It asks us to polish the china and the turkey for guinea pigs.", []),
        ("Organisations, germane romance, Indiana, finish, us", []),
        ("Guinea pigs from the Indian Ocean, at 40 US$", []),
        ("Written in English for the European Union", []),
    ],
)
def test_countries_and_peoples_are_found_as_whole_words(text, names):
    assert list(countries_in(text)) == names


def test_text_that_names_a_country_is_warned_of_and_bars_nothing(tmp_path):
    named = rule("R", IS_A, (3, 3), explain="Chinese partners often hide who pays.", sources=question("A")["sources"])
    place = tmp_path / "small" / "0.1.0"
    place.mkdir(parents=True)
    for name, text in texts([named]).items():
        (place / name).write_text(text, encoding="utf-8")

    code, out, _err = command(str(tmp_path))

    first, second = out.splitlines()
    assert (code, first) == (0, "small/0.1.0: no problems, 1 warning")
    assert second.startswith("small/0.1.0: warning: rest.yaml, line 1, R: rules: explain names Chinese. A country or a")
    (release,) = json.loads(command(str(tmp_path), "--format", "json")[1])["releases"]
    assert (release["state"], release["problems"], len(release["warnings"])) == ("sound", [], 1)


def test_national_release_may_name_its_home_and_zones_of_law_their_members():
    zone = question("Y", help="An EU country, Iceland, Liechtenstein or Norway")
    home = question("Z", help="The Belgian office for science")

    assert list(naming_warnings(catalogue(title="Rules of Belgium", questions=[zone, home]))) == []
    assert [each.id for each in naming_warnings(catalogue(questions=[zone, home]))] == ["Z"]
    part = question("Y", help="Iceland or Norway")
    assert [each.id for each in naming_warnings(catalogue(questions=[part]))] == ["Y"]


def test_overlay_is_warned_of_its_own_texts_alone(tmp_path):
    place = tmp_path / "ours" / "1.0.0"
    for path, text in {"small/0.1.0": texts(questions=[question("Z", help="A Danish form")])}.items():
        (tmp_path / path).mkdir(parents=True)
        for name, content in text.items():
            (tmp_path / path / name).write_text(content, encoding="utf-8")
    place.mkdir(parents=True)
    head = {"id": "ours", "version": "1.0.0", "date": "2026-12-01", "title": "Ours", "extends": "small@0.1.0"}
    own = question("OU_Z", help="A Swedish form")
    (place / "overlay.yaml").write_text(json.dumps({**head, "questions": [own]}), encoding="utf-8")

    _code, out, _err = command(str(place))

    assert [line.partition(" names ")[2].partition(".")[0] for line in out.splitlines()[1:]] == ["Swedish"]


def test_command_finds_a_copy_whose_version_or_stories_were_forgotten(tmp_path):
    copied = tmp_path / "allea-eu" / "1.2.0"
    shutil.copytree(CATALOGUES / "allea-eu" / "1.1.1", copied)
    (copied / "golden.yaml").unlink()

    code, out, _err = command(str(tmp_path))

    assert code == 1
    assert out.startswith("allea-eu/1.2.0: 2 problems\n")
    assert "catalogue.yaml, line 3, allea-eu: version: it says 1.1.1, and the folder is named 1.2.0" in out
    assert "catalogue.yaml, line 1, allea-eu: golden: the release tells no story" in out

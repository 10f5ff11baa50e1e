"""The page for authors of rules, followed step by step: what it says can be typed as it stands."""

import io
import re
import shutil
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from riskassess.assessments.models import CatalogueRelease
from riskassess.engine import catalogue as shapes
from riskassess.engine.checks.wording import ELSEWHERE, MOST_LETTERS
from riskassess.engine.conditions import OPERATORS
from riskassess.engine.loading import load_catalogue
from riskassess.engine.schema import json_schema
from riskassess.engine.scoring import assess

pytestmark = pytest.mark.django_db
BASE = Path(settings.BASE_DIR)
PAGE = (BASE / "docs" / "catalogue-authors.md").read_text(encoding="utf-8")


def run(*args):
    """Exit code and what was written."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*args, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue() + err.getvalue()
    return 0, out.getvalue() + err.getvalue()


@pytest.fixture
def release(tmp_path):
    """Steps 1 to 4: the copy with its version, and what the page adds to its files."""
    copied, made = re.search(r"cp -r (\S+) (\S+)", PAGE).groups()
    folder = tmp_path / made
    shutil.copytree(BASE / copied, folder)
    old, new = re.search(r"change `(version: \S+)` to `(version: \S+)`", PAGE).groups()
    main = folder / "catalogue.yaml"
    main.write_text(main.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    added = re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
    for name, text in added:
        path = folder / name
        before = path.read_text(encoding="utf-8") if path.exists() else "golden:\n"
        path.write_text(before + text, encoding="utf-8")
    assert [name for name, _text in added] == [
        "rules.yaml", "mitigations.yaml", "golden.yaml", "questions.yaml", "rules.yaml", "golden.yaml",
    ]  # fmt: skip
    return folder


def test_the_new_rule_checks_clean_and_finds_what_the_story_says(release):
    assert run("check_catalogue", release) == (0, "allea-eu/1.2.0: no problems\n")

    made = load_catalogue(release)
    story = next(golden for golden in made.golden if golden.id == "OWN01_bus_stops")
    finding = assess(made, story.facts, on=story.on).finding("OWN01")

    assert (finding.filed.score, finding.agreed.score) == (9, 6)


def test_the_difference_names_the_rule_the_safeguard_and_nothing_else(release):
    code, told = run("catalogue", "diff", "allea-eu@1.1.1", str(release))

    assert code == 0
    assert "OWN01 added: Field work records where many people go" in told
    assert "M_coarse_places added: Keep places coarse" in told
    assert "OWQ1 added: Could somebody find" in told
    assert " changed: " not in told
    assert " removed: " not in told


def test_the_release_loads_and_its_handbook_tells_the_rule(release, client):
    code, told = run("load_catalogues", release.parents[1])

    assert code == 0
    assert told == "allea-eu 1.2.0: published; new proposals are filed under it.\n"
    assert run("load_catalogues", release.parents[1]) == (0, "allea-eu 1.2.0: already published, unchanged.\n")
    assert CatalogueRelease.objects.get().version == "1.2.0"
    page = client.get(reverse("handbook_release", args=["allea-eu", "1.2.0"])).content.decode()
    assert "Field work records where many people go" in page


def test_a_loaded_release_is_found_by_its_name_without_its_folder(release, settings):
    settings.CATALOGUE = "allea-eu@1.1.1"
    run("load_catalogues", settings.CATALOGUES_DIR)
    code, told = run("load_catalogues", release.parents[1])
    assert code == 0
    assert "new proposals are filed under allea-eu 1.1.1 (RISKASSESS_CATALOGUE is allea-eu@1.1.1)" in told
    shutil.rmtree(release)

    code, told = run("catalogue", "diff", "allea-eu@1.1.1", "allea-eu@1.2.0")

    assert code == 0
    assert told.startswith("From allea-eu 1.1.1 to allea-eu 1.2.0\n")
    assert "OWN01 added: Field work records where many people go" in told
    assert "allea-eu@1.2.0" in run("catalogue", "list")[1]
    code, told = run("assess", str(BASE / "fixtures/proposals/05-ocean-laser.json"), "--catalogue", "allea-eu@1.2.0")
    assert code == 0
    assert "allea-eu 1.2.0" in told


def test_another_text_under_a_published_version_is_refused(release):
    assert run("load_catalogues", release.parents[1])[0] == 0
    path = release / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("where many people go", "where people go"), "utf-8")

    with pytest.raises(CommandError, match=r"published with other content. Give the new text a new version"):
        run("load_catalogues", release.parents[1])


def test_a_folder_without_a_release_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"there is no release here. A release is a folder with"):
        run("load_catalogues", tmp_path)


def test_a_slip_of_the_pen_is_answered_with_place_and_way_out(release):
    path = release / "rules.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "{answer: Y1, includes: large_scale}", "{answer: Y1, is: large_scale}"
    )
    path.write_text(text, encoding="utf-8")

    code, told = run("check_catalogue", release)

    assert code == 1
    assert re.search(r"rules.yaml, line \d+, OWN01: .*use includes", told)


def test_the_table_of_values_is_what_the_shapes_take():
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", PAGE.partition("## What may be written where")[2], re.M)
    told = {(name.strip("`"), where): tuple(re.findall(r"`(\w+)`", values)) for name, where, values in rows}
    fields = {
        ("type", "question"): shapes.Question.model_fields["type"],
        ("scope", "question, rule"): shapes.Rule.model_fields["scope"],
        ("kind", "rule"): shapes.Rule.model_fields["kind"],
        ("effect", "rule"): shapes.Rule.model_fields["effect"],
        ("lowers", "mitigation"): shapes.Mitigation.model_fields["lowers"],
        ("responsible", "mitigation"): shapes.Mitigation.model_fields["responsible"],
    }

    for place, field in fields.items():
        assert told[place] == get_args(field.annotation), place
    assert told["factors", "rule"] == get_args(shapes.FactorId)
    assert told["level", "`expect`, `levels`"] == get_args(shapes.LevelId)
    assert told["route", "`expect`, `routes`"] == get_args(shapes.RouteId)
    assert set(told["after `answer:", "condition"]) == set(OPERATORS)
    assert set(told["after `fact:", "condition"]) == set(OPERATORS) - {"in_group"}


def test_the_lengths_of_texts_are_those_of_check_and_schema():
    lengths = {int(number) for number in re.findall(r"\b\d{2,4}\b", PAGE.partition("A text has at most")[2][:200])}

    assert lengths == {*MOST_LETTERS.values(), ELSEWHERE}
    rule = json_schema()["$defs"]["Rule"]["properties"]
    assert (rule["title"]["maxLength"], rule["explain"]["maxLength"]) == (120, 300)

"""`manage.py catalogue` and the asking parts of `assess`: one line for each error."""

import io
import json
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

pytestmark = pytest.mark.django_db  # releases are looked for among the loaded ones, too
RELEASE = "allea-eu@1.1.1"
FOLDER = settings.CATALOGUES_DIR / "allea-eu" / "1.1.1"
LASER = str(Path(settings.BASE_DIR) / "fixtures" / "proposals" / "05-ocean-laser.json")


def run(*args):
    """Exit code, standard output, and standard error line by line."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*args, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue().splitlines()
    return 0, out.getvalue(), err.getvalue().splitlines()


def running(text):
    return " ".join(text.split())


def test_diff_tells_what_a_release_adds():
    code, out, errors = run("catalogue", "diff", "allea-eu@1.0.0", RELEASE)

    assert (code, errors) == (0, [])
    assert out.startswith("From allea-eu 1.0.0 to allea-eu 1.1.1\n")
    assert "  - K05 added: Another part of the partner's organisation works for armed forces or police" in out


def test_diff_of_a_release_with_itself_is_nothing():
    code, out, _errors = run("catalogue", "diff", RELEASE, str(FOLDER))

    assert code == 0
    assert "Nothing differs." in out


def test_diff_says_which_proposals_change_their_level_and_through_what(tmp_path):
    told = json.loads(
        run("catalogue", "diff", RELEASE, stricter(tmp_path), "--format", "json", "--proposals", LASER)[1]
    )

    (moved,) = [each for each in told["moved"] if each["case"] == LASER]
    assert [edit["id"] for edit in told["edits"]] == ["K04"]
    assert {move["through"][0] for move in moved["moves"]} == {"K04"}


def stricter(tmp_path):
    """The release with one rule whose every grade weighs 5 times 5."""
    folder = tmp_path / "allea-eu" / "1.1.1"
    folder.mkdir(parents=True)
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.name == "rules.yaml":
            before, start, rest = text.partition("  - id: K04\n")
            rule, end, after = rest.partition("\n  - id: ")
            rule = re.sub(r"(likelihood|impact): \d", r"\1: 5", rule)
            text = before + start + rule + end + after
        (folder / path.name).write_text(text, encoding="utf-8")
    return str(folder)


def test_trace_tells_every_rule_with_its_condition_and_its_reasons():
    code, out, _errors = run("catalogue", "trace", RELEASE, LASER)

    told = running(out.partition("\nEvery rule\n")[2])
    rules = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))["rules"]
    assert code == 0
    assert [rule["id"] for rule in rules if f"({rule['id']}" not in told] == []
    assert (
        "(K04, Meridian Sensing S.A. (invented)): it is the case When: “Does the organisation do research for" in told
    )


def test_trace_lets_a_person_recompute_the_level():
    told = running(run("catalogue", "trace", RELEASE, LASER)[1])

    assert "K01:t1, row 2, Transfer of knowledge and technology: 2 × 4 = 8 → 3 × 4 = 12, raised by K04:p1" in told
    assert "K01:t1, row 2: 2 × 4 = 8 → 1 × 4 = 4, lowered by M_need_to_know" in told
    assert told.endswith("Steps of the route - Full review: high as filed")


def test_schema_is_the_one_that_is_published_for_editors():
    published = Path(settings.BASE_DIR) / "docs" / "catalogue.schema.json"

    assert json.loads(run("catalogue", "schema")[1]) == json.loads(published.read_text(encoding="utf-8"))


def test_schema_of_an_overlay_is_another():
    assert "extends" in json.loads(run("catalogue", "schema", "--overlay")[1])["required"]


def test_doc_writes_one_page_that_needs_nothing_beside_it(tmp_path):
    path = tmp_path / "handbook.html"

    assert run("catalogue", "doc", RELEASE, "-o", str(path)) == (0, "", [])

    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert re.findall(r"<(?:link|script|img|iframe)\b|@import|url\(", page) == []
    assert page.count('<article id="rule-') == len(
        yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))["rules"]
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("diff", "allea-eu@9.9.9", RELEASE), "There is no release allea-eu@9.9.9, neither in the folder that comes "),
        (("trace", RELEASE, "missing.json"), "missing.json: No such file or directory."),
        (("doc", RELEASE, "-o", "/no/such/folder/x.html"), "/no/such/folder/x.html: No such file or directory."),
    ],
)  # fmt: skip
def test_bad_input_ends_with_code_2_and_one_line(args, error):
    code, out, errors = run("catalogue", *args)

    assert (code, out, len(errors)) == (2, "", 1)
    assert errors[0].startswith(error)


def test_assess_with_a_target_prints_the_smallest_sets():
    code, out, _errors = run("assess", LASER, "--catalogue", RELEASE, "--target", "moderate")

    told = running(out.partition("What would bring it to moderate")[2])
    assert code == 0
    assert (
        "- Agree on what the results are for (M_end_use, Meridian Sensing S.A. (invented)): moderate, effort 1." in told
    )


def test_assess_with_changes_says_what_they_come_to(tmp_path):
    path = tmp_path / "changes.json"
    path.write_text(json.dumps({"partners": {"p1": {"answers": {"O4": "no"}}}}), encoding="utf-8")

    code, out, _errors = run("assess", LASER, "--catalogue", RELEASE, "--what-if", str(path))

    told = running(out.partition("\nWhat if\n")[2])
    assert code == 0
    assert told.startswith("As filed: from high to moderate, because ")
    assert "services or police?” was “Yes”, now “No”" in told


def test_assess_refuses_changes_that_fit_nothing_with_their_places(tmp_path):
    path = tmp_path / "changes.json"
    path.write_text(json.dumps({"answers": {"ZZ": "no"}, "partners": {"p7": None}}), encoding="utf-8")

    code, out, errors = run("assess", LASER, "--catalogue", RELEASE, "--what-if", str(path))

    assert (code, out) == (2, "")
    assert errors == [
        f"{path}: answers.ZZ: there is no question ZZ.",
        f"{path}: partners.p7: the proposal has no such row; it has p1.",
    ]

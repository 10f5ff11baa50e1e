"""`manage.py assess`: explains a file, works without a database, and names every error with its place."""

import io
import json
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

EXAMPLES = Path(settings.BASE_DIR) / "fixtures" / "proposals"


def run(*args):
    """Exit code, standard output and standard error lines of the command. No test here may touch a database."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("assess", *args, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue().splitlines()
    return 0, out.getvalue(), err.getvalue().splitlines()


def write(tmp_path, **changes):
    proposal = json.loads((EXAMPLES / "01-digital-archive.json").read_text(encoding="utf-8"))
    proposal.update(changes)
    path = tmp_path / "proposal.json"
    path.write_text(json.dumps({k: v for k, v in proposal.items() if v is not None}), encoding="utf-8")
    return str(path)


def test_text_tells_level_route_findings_and_what_lowers_them():
    code, out, errors = run(str(EXAMPLES / "05-ocean-laser.json"))

    assert (code, errors) == (0, [])
    assert out.startswith("A laser probe for turbid water\nallea-eu 1.1.1, as of 2026-11-23\n")
    assert "Level as filed: High." in out
    assert "With the proposed safeguards too: Moderate." in out
    assert "What happens next: Full review, 10 working days." in out
    running = " ".join(out.split())
    assert "(K04, Meridian Sensing S.A. (invented))" in running
    assert "Because: Does the organisation do research for armed forces" in running
    assert "What would lower it: Agree on what the results are for; Work with a separate unit" in running
    assert "http://data.europa.eu/eli/C/2024/3510/oj" in out


def test_text_lists_possible_holds_and_what_would_narrow_them():
    _code, out, _errors = run(str(EXAMPLES / "06-harbour-robots.json"))

    assert "Possible legal holds" in out
    assert "What lifts it: The national export-control authority" in out
    assert "(X2, Underwater robot)" in out


def test_text_of_plain_work_is_short():
    _code, out, _errors = run(str(EXAMPLES / "01-digital-archive.json"))

    assert "Level as filed: Low." in out
    assert "What happens next: Fast track, at once." in out
    assert "Findings" not in out
    assert len(out.splitlines()) < 35


def test_json_is_the_assessment():
    code, out, _errors = run(str(EXAMPLES / "05-ocean-laser.json"), "--format", "json")

    result = json.loads(out)
    assert code == 0
    assert (result["catalogue"], result["version"], result["route"]) == ("allea-eu", "1.1.1", "full")
    assert result["inherent"] == {"lower": "high", "upper": "high"}


def test_output_is_the_same_bytes_each_time():
    path = str(EXAMPLES / "06-harbour-robots.json")

    assert run(path, "--format", "json") == run(path, "--format", "json")


def test_named_release_is_used():
    path = str(EXAMPLES / "01-digital-archive.json")

    assert run(path, "--catalogue", "allea-eu@1.1.1") == run(path, "--catalogue", "allea-eu") == run(path)


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["allea-eu@9.9.9", "elsewhere", "../allea-eu", "allea-eu@../0.1.0"])
def test_unknown_release_names_those_there_are(wanted):
    code, out, errors = run(str(EXAMPLES / "01-digital-archive.json"), "--catalogue", wanted)

    assert (code, out) == (2, "")
    assert len(errors) == 1
    assert errors[0].startswith(f"There is no release {wanted}, neither in the folder that comes with RiskAssess nor")
    assert " There are: allea-eu@0.1.0, " in errors[0]


def test_each_error_is_one_line_with_its_path(tmp_path):
    path = write(
        tmp_path,
        title="",
        answers={"T4": "fundamental", "T5": "yes", "Z9": "no"},
        partners=[{"name": "Somewhere", "country": "Norway", "answers": {"O4": "perhaps"}}],
    )

    code, out, errors = run(path)

    assert (code, out) == (2, "")
    assert sorted(line.partition(":")[0] for line in errors) == [
        "answers.T4",
        "answers.Z9",
        "partners[0].answers.O4",
        "partners[0].country",
        "title",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "this is not JSON"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b'{"title": "One", "title": "Two"}', 'the key "title" stands twice'),
        (b"[" * 200_000, "nested too deep"),
        (b" " * 2_000_001, "more than the 2 MB"),
        (b"[]", ""),
        (b"null", ""),
    ],
    ids=["no json", "no text", "twice", "deep", "large", "list", "null"],
)
def test_file_that_is_no_proposal_is_refused_in_one_line(tmp_path, content, said):
    path = tmp_path / "proposal.json"
    path.write_bytes(content)

    code, out, errors = run(str(path))

    assert (code, out) == (2, "")
    assert len(errors) == 1
    assert said in errors[0]


def test_missing_file_is_refused(tmp_path):
    code, _out, errors = run(str(tmp_path / "nowhere.json"))

    assert code == 2
    assert errors == [f"{tmp_path / 'nowhere.json'}: No such file or directory."]


def test_standard_input_is_read(monkeypatch):
    content = (EXAMPLES / "01-digital-archive.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    code, out, _errors = run("-")

    assert code == 0
    assert "What happens next: Fast track" in out


def test_unknown_facts_widen_the_level_instead_of_stopping(tmp_path):
    partner = {"name": "Somewhere", "country": "IS", "answers": {"O1": "ngo", "O2": "met", "O4": "no", "V5": "unsure"}}

    code, out, _errors = run(write(tmp_path, partners=[partner]))

    assert code == 0
    assert "Possible legal holds" in out
    assert "What happens next: Full review" in out


def test_trace_tells_every_rule_and_every_step():
    _code, out, _errors = run(str(EXAMPLES / "06-harbour-robots.json"), "--trace")

    running = " ".join(out.split())
    assert "Every rule, on every row" in out
    assert "does not hold Because: " in running
    assert "Row 1, likelihood" in running
    assert "Questions that were not asked, and why" in out
    assert "How the route was chosen - Light review: moderate as filed" in running

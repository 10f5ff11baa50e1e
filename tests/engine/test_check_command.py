"""The command that checks catalogues: exit codes, places, and what it could not prove."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.engine.making import question, rule, texts
from tests.engine.test_checking import IS_A


def test_exhaustive_check_tells_what_was_proven(tmp_path):
    pytest.importorskip("z3", reason="the solver comes with the dependency group 'proof'")
    place = folder(tmp_path, texts(rules=[rule("R", IS_A, (3, 3)), rule("S", IS_A, (3, 2))]))

    code, out, _err = command(place, "--exhaustive")

    assert code == 1
    assert "  proven: 2 of 2 conditions grow with risk alone (relief: shrink), by the direction of" in out
    assert "rest.yaml, line 1, S: rules: fires exactly when R does; make one rule of the two" in out
    assert "levels: no answers and facts lead to this level; mend the bands or the points." in out
    (release,) = json.loads(command(place, "--exhaustive", "--format", "json")[1])["releases"]
    assert release["rows"] == {"partner": 3, "technology": 3, "funder": 3}


def test_exhaustive_check_without_the_solver_says_how_to_get_it(tmp_path):
    """The solver is optional: in a process of its own that cannot import it."""
    place = folder(tmp_path, texts(rules=[rule("R", IS_A, (3, 3))]))
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['z3'] = None\n", encoding="utf-8")
    script = [sys.executable, "manage.py", "check_catalogue", place]
    kept = {"cwd": settings.BASE_DIR, "env": {**os.environ, "PYTHONPATH": str(tmp_path)}, "text": True}

    asked = subprocess.run([*script, "--exhaustive"], capture_output=True, check=False, **kept)
    plain = subprocess.run(script, capture_output=True, check=False, **kept)

    assert (plain.returncode, plain.stdout) == (0, "small/0.1.0: no problems\n")
    assert asked.returncode == 3
    assert "install the dependency group 'proof' and run the check again." in asked.stdout


def test_policy_whose_service_is_gone_is_found(tmp_path):
    policy = {"id": "P99", "text": "We answer.", "service": "riskassess.workflow.decid"}
    given = texts() | {"policies.yaml": json.dumps({"policies": [{**policy, "sources": question("A")["sources"]}]})}

    code, out, _err = command(folder(tmp_path, given))

    assert code == 1
    assert "policies.yaml, line 1, P99: policies: there is no riskassess.workflow.decid; name the function" in out


def command(*args):
    """Exit code, and all that is told, in the order in which a person reads it."""
    out, err = StringIO(), StringIO()
    try:
        call_command("check_catalogue", *args, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def folder(tmp_path, given):
    place = tmp_path / "small" / "0.1.0"
    place.mkdir(parents=True)
    for name, text in given.items():
        (place / name).write_text(text, encoding="utf-8")
    return str(tmp_path)


def test_command_passes_the_released_catalogues():
    code, out, err = command()

    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "allea-eu/0.1.0: no problems"
    assert all(line.endswith(": no problems") for line in out.splitlines())


def test_command_ends_with_1_on_problems_and_names_them(tmp_path):
    place = folder(tmp_path, texts(rules=[rule("R", {"not": IS_A}, (1, 1))]))

    code, out, err = command(place)

    assert (code, err) == (1, "")
    assert out.startswith(
        "small/0.1.0: 1 problem\nsmall/0.1.0: rest.yaml, line 1, R: rules: when: A goes from no to the riskier yes, "
        "which would switch the condition off."
    )
    code, out, _err = command(place, "--format", "json")
    (release,) = json.loads(out)["releases"]
    assert (code, release["release"], release["state"], len(release["problems"])) == (1, "small/0.1.0", "faulty", 1)


def test_command_ends_with_1_on_unknown_ids(tmp_path):
    code, out, _err = command(folder(tmp_path, texts(rules=[rule("R", {"answer": "Q9", "is": "yes"})])))

    assert code == 1
    assert "rest.yaml, line 1, R: when: there is no question 'Q9'" in out


@pytest.mark.parametrize("given", [{}, {"catalogue.yaml": "id: ["}, {"catalogue.yaml": "- one"}])
def test_command_ends_with_2_on_what_cannot_be_read(given, tmp_path):
    code, out, _err = command(folder(tmp_path, given))

    assert code == 2
    assert "catalogue.yaml" in out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sources": []}, "sources: needs at least 1 entry, and there is none."),
        ({"effect": "stopp"}, "'stopp' is not one of stop, escalate, advise, relieve; did you mean stop?"),
        ({"mitigation": []}, "'mitigation' is no name that belongs here; did you mean mitigations?"),
        ({"title": "a" * 201}, "title: has 201 letters, at most 200 are read; say it shorter."),
        ({"title": ""}, "title: is empty; say something or leave the name out."),
        ({"rows": [{"likelihood": 6, "impact": 1}]}, "rows 1, likelihood: '6' is more than 5."),
        ({"rows": [{"likelihood": "x", "impact": 1}]}, "expected a whole number, found 'x'."),
        ({"dimensions": "knowledge"}, "dimensions: expected a list, found 'knowledge'."),
        ({"when": []}, "when: expected names and their values, found '[]'."),
        ({"when": {"answer": "G", "at_least": ["a"]}}, "when: ['a'] has no place in the risk order of G."),
        ({"when": {"answer": "H9", "is": "yes"}}, "when: there is no question 'H9'"),
    ],
)
def test_fault_of_form_is_said_with_its_place_and_a_way_out(changes, said, tmp_path):
    code, out, _err = command(folder(tmp_path, texts(rules=[{**rule("R", IS_A, (1, 1)), **changes}])))

    assert code == 1
    assert "rest.yaml, line 1, R: " in out
    assert said in out

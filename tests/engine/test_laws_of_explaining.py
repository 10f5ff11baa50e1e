"""What the engine promises of its reasons and bytes: they are complete, true, sourced, and the same everywhere."""

import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given

from partners.countries import TABLE
from partners.queries.countries import country_facts_of
from partners.reference.countries import import_country_facts
from riskassess.engine.conditions import ConditionError, compile_condition
from riskassess.engine.proposals import read_proposal
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import read_facts
from tests.engine.laws import (
    EXAMPLES,
    FOLDER,
    LAW,
    NEWEST,
    ON,
    over_all_releases,
    over_releases,
    released,
    run,
)
from tests.engine.worlds import changed, picks, places, world_of

ENGINE = Path(settings.BASE_DIR) / "riskassess" / "engine"


def place_of(world, row):
    return next(number for number, (_scope, item) in enumerate(places(world)) if item.get("id", "") == row)


def without(world, reason):
    """The same facts with one quoted answer or registry fact taken away."""
    return changed(world, place_of(world, reason.row), f"{reason.kind}s", reason.id, None)


def told(finding):
    return finding and (finding.firm, finding.raw, finding.because)


def with_asking(catalogue, world, reasons):
    """These reasons and, through any number of steps, those for which the questions among them are asked."""
    views = read_facts(catalogue, world)
    by_id = {view.id: view for view in views.views()}
    kept, waiting = set(), list(reasons)
    while waiting:
        reason = waiting.pop()
        if reason not in kept and reason.kind in {"answer", "fact"}:
            kept.add(reason)
            if reason.kind == "answer":
                waiting += by_id[reason.row].asking(reason.id)[1]
    return kept


def only(world, reasons):
    """The same rows, with nothing but these answers and facts."""
    bare = {**world, "safeguards": []}
    for number, (_scope, item) in enumerate(places(world)):
        row = item.get("id", "") if number else ""
        for kind in ("answers", "facts"):
            quoted = {reason.id for reason in reasons if reason.row == row and f"{reason.kind}s" == kind}
            for name in set(item[kind]) - quoted:
                bare = changed(bare, number, kind, name, None)
    return bare


@over_releases
@LAW
@given(drawn=picks())
def test_law_7_reasons_are_needed_and_enough(release, drawn):
    catalogue = released(release)
    world = world_of(drawn, catalogue, open_share=0)
    findings = run(catalogue, world).firm_findings
    if not findings:
        return
    finding = findings[drawn.number(len(findings))]

    less = world
    for reason in finding.because:
        assert told(run(catalogue, without(world, reason)).finding(finding.key)) != told(finding), reason
        less = without(less, reason)
    left = run(catalogue, less).firm_findings
    assert finding.key not in {other.key for other in left}, "without all that is quoted it still fires"
    bare = run(catalogue, only(world, with_asking(catalogue, world, finding.because)))
    assert finding.key in {other.key for other in bare.firm_findings}, "what is quoted is not enough"


@over_releases
@LAW
@given(drawn=picks())
def test_law_7_every_point_leads_to_a_rule_and_a_source(release, drawn):
    catalogue = released(release)

    result = run(catalogue, world_of(drawn, catalogue))

    for finding in result.findings:
        rule = catalogue.rule(finding.rule)
        assert finding.raw in {(row.likelihood, row.impact) for row in rule.rows}
        assert finding.sources
        assert finding.because
        assert finding.explain
    for dimension in result.dimensions:
        if dimension.upper_score:
            assert dimension.decided_by
            assert all(result.finding(key) for key in dimension.decided_by)
    assert Assessment.from_json(json.loads(result.canonical())).canonical() == result.canonical()


@pytest.fixture(scope="module")
def newest():
    return released(NEWEST.name)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_law_5_country_codes_of_partners_with_equal_facts_can_be_swapped(path, newest):
    proposal = json.loads(path.read_text(encoding="utf-8"))
    swapped = {**proposal, "partners": [{**partner, "country": "NZ"} for partner in proposal["partners"]]}

    first, second = (read_proposal(newest, each, on=ON) for each in (proposal, swapped))

    assert assess(newest, first, on=ON).canonical() == assess(newest, second, on=ON).canonical()


@pytest.mark.django_db
def test_law_5_twin_countries_give_equal_bytes(newest):
    """Every golden story, told of one country and of another of which the registry knows the same."""
    for path in sorted((Path(settings.BASE_DIR) / "fixtures" / "countries").glob("*.csv")):
        import_country_facts(path=path)
    facts = country_facts_of([code for code, _iso3, _name in TABLE], ON)
    alike = defaultdict(list)
    for code, known in facts.items():
        alike[json.dumps(known, sort_keys=True)].append(code)
    twins = [codes for codes in alike.values() if len(codes) > 1]

    assert len(twins) >= 4
    for case in newest.golden:
        for codes in twins:
            files = [as_file(case.facts, code, facts[code]) for code in (codes[0], codes[-1])]
            told = [assess(newest, read_proposal(newest, each, on=ON), on=ON).canonical() for each in files]
            assert told[0] == told[1], (case.id, codes)


def as_file(facts, country, known):
    """A story as a proposal file in which all partners are established in one country."""
    partners = [
        {**row_in_file(row), "country": country, "facts": {**row["facts"], **known}} for row in facts["partners"]
    ]
    return {
        "title": "A story",
        "summary": "As it is told.",
        "kinds": facts["answers"]["T1"],
        "starts": "2027-01-01",
        "ends": "2028-12-31",
        "unit": "A unit",
        "answers": {name: value for name, value in facts["answers"].items() if name != "T1"},
        "partners": partners,
        "technology": [
            {"id": row["id"], "label": row["label"], "answers": shown(row)} for row in facts.get("technology", [])
        ],
        "funders": [row_in_file(row) for row in facts["funders"]],
        "safeguards": facts.get("safeguards", []),
    }


def row_in_file(row):
    return {"id": row["id"], "name": row["label"], "answers": row["answers"]}


def shown(row):
    """Without what only an officer's finding of fact gives."""
    return {name: "none" if (name, value) == ("X6", "confirmed") else value for name, value in row["answers"].items()}


@over_all_releases
def test_law_6_other_processes_hash_seeds_locales_and_time_zones_give_the_same_bytes(release):
    script = (
        "import json, sys, hashlib; from datetime import date; from pathlib import Path\n"
        "from riskassess.engine.loading import load_catalogue; from riskassess.engine.scoring import assess\n"
        "catalogue = load_catalogue(Path(sys.argv[1]))\n"
        "parts = [assess(catalogue, case.facts, on=case.on).canonical() for case in catalogue.golden]\n"
        "print(hashlib.sha256(b''.join(parts)).hexdigest(), 'django' in sys.modules)\n"
    )

    def run_with(seed, locale, zone):
        env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone, "PYTHONPATH": str(settings.BASE_DIR)}
        done = subprocess.run(
            [sys.executable, "-c", script, str(FOLDER / release)], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    catalogue = released(release)
    here = [assess(catalogue, case.facts, on=case.on).canonical() for case in catalogue.golden]
    expected = f"{hashlib.sha256(b''.join(here)).hexdigest()} False"
    assert run_with("0", "C", "Pacific/Kiritimati") == expected
    assert run_with("4242", "tr_TR.UTF-8", "America/Adak") == expected


@pytest.mark.parametrize("name", ["country", "nationality", "citizenship", "gender", "name", "label", "birthplace"])
def test_law_8_no_rule_can_name_a_country_or_a_person(name, newest):
    for scope in ("proposal", "partner", "funder", "technology"):
        for leaf in ({"fact": name, "is": "x"}, {"answer": name, "is": "x"}):
            with pytest.raises(ConditionError):
                compile_condition(newest, leaf, scope)
    assert all(name not in facts for facts in (*newest.facts.values(), *newest.fact_sets.values()))


def test_scoring_reads_no_clock():
    catalogue = released(FOLDER.joinpath("0.1.0").name)
    case = catalogue.golden[0]

    assert assess(catalogue, case.facts, on=date(2030, 1, 1)).as_of == "2030-01-01"
    assert not any("today" in path.read_text() or "now()" in path.read_text() for path in ENGINE.glob("*.py"))

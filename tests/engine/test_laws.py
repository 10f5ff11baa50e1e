"""The laws of the engine, on random facts under the released catalogue. Each law names what it must never see."""

import hashlib
import json
import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from riskassess.engine.catalogue import LEVELS, ROUTES
from riskassess.engine.conditions import ConditionError, compile_condition
from riskassess.engine.loading import PlainLoader, load_catalogue, load_texts
from riskassess.engine.proposals import read_proposal
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from tests.engine.conftest import RELEASE
from tests.engine.worlds import places, resolved_worlds, riskier_worlds, safeguards, worlds, worlds_with_added_row

ENGINE = Path(settings.BASE_DIR) / "riskassess" / "engine"
ON = date(2026, 11, 23)
EXAMPLES = sorted((Path(settings.BASE_DIR) / "fixtures" / "proposals").glob("*.json"))
RELEASED = load_catalogue(RELEASE)
DECIDERS = ("low", "moderate", "high")
LAW = examples(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), print_blob=False
)


def run(world, catalogue=RELEASED):
    return assess(catalogue, world, on=ON)


def rank(level):
    return LEVELS.index(level)


def firm_scores(result):
    return {finding.key: finding.score for finding in result.firm_findings}


def measures(result):
    """Everything that an added risk may raise and never lower."""
    found = {
        "lower": rank(result.inherent.lower),
        "upper": rank(result.inherent.upper),
        "residual lower": rank(result.residual.lower),
        "residual upper": rank(result.residual.upper),
        "route": ROUTES.index(result.route),
        "deciders": DECIDERS.index(result.deciders),
    }
    for dimension in result.dimensions:
        found[f"{dimension.id} score"] = dimension.score
        found[f"{dimension.id} upper"] = dimension.upper_score
        found[f"{dimension.id} residual"] = dimension.residual_score
    return found


def fallen(before, after):
    """What stands lower after than before."""
    first, second = measures(before), measures(after)
    lowered = {name: (first[name], second[name]) for name in first if second[name] < first[name]}
    scores = firm_scores(after)
    lowered |= {
        key: (score, scores.get(key, 0)) for key, score in firm_scores(before).items() if scores.get(key, 0) < score
    }
    holds = {(hold.rule, hold.row, hold.state) for hold in after.holds}
    for hold in before.holds:
        if (hold.rule, hold.row, "firm") not in holds and (hold.rule, hold.row, hold.state) not in holds:
            lowered[f"hold {hold.rule}:{hold.row}"] = (hold.state, None)
    return lowered


@LAW
@given(riskier_worlds(RELEASED))
def test_law_1_riskier_answer_or_fact_lowers_nothing(drawn):
    world, riskier = drawn
    before = run(world)

    for step, after in riskier:
        assert fallen(before, run(after)) == {}, step


@LAW
@given(worlds_with_added_row(RELEASED))
def test_law_1_added_row_lowers_nothing(pair):
    before, after = pair

    assert fallen(run(before), run(after)) == {}


@LAW
@given(worlds(RELEASED), safeguards(RELEASED, states=("agreed", "fulfilled")))
def test_law_2_safeguard_raises_nothing(world, more):
    before = run(world)
    after = run({**world, "safeguards": [*world["safeguards"], *more]})

    assert after.inherent == before.inherent
    assert rank(after.residual.upper) <= rank(before.residual.upper) <= rank(before.inherent.upper)
    assert rank(after.residual.lower) <= rank(before.residual.lower) <= rank(before.inherent.lower)
    assert rank(after.if_agreed.upper) <= rank(after.residual.upper)
    for one, other in zip(after.dimensions, before.dimensions, strict=True):
        assert one.residual_score <= other.residual_score <= other.score
    for finding in after.findings:
        assert finding.if_agreed.score <= finding.agreed.score <= before.finding(finding.key).agreed.score


@LAW
@given(worlds(RELEASED))
def test_law_2_no_safeguard_lifts_a_hold_or_lowers_context(world):
    bare, covered = run({**world, "safeguards": []}), run(world)

    assert [(h.rule, h.row, h.state) for h in covered.holds] == [(h.rule, h.row, h.state) for h in bare.holds]
    for finding in covered.findings:
        if finding.kind == "context":
            assert (finding.agreed.likelihood, finding.agreed.impact) >= finding.raw


@LAW
@given(resolved_worlds(RELEASED))
def test_law_3_settling_what_is_open_stays_inside_the_interval(pair):
    before, after = run(pair[0]), run(pair[1])

    shown = {(hold.rule, hold.row) for hold in before.holds}
    confirmed = {(hold.rule, hold.row) for hold in after.holds if hold.state == "firm"}
    was_firm = {(hold.rule, hold.row) for hold in before.holds if hold.state == "firm"}
    assert confirmed <= shown
    assert was_firm <= confirmed
    assert rank(after.inherent.lower) >= rank(before.inherent.lower)
    before_dimensions = {dimension.id: dimension for dimension in before.dimensions}
    for dimension in after.dimensions:
        assert dimension.score >= before_dimensions[dimension.id].score
    if confirmed == was_firm:
        assert rank(after.inherent.upper) <= rank(before.inherent.upper)
        for dimension in after.dimensions:
            assert dimension.upper_score <= before_dimensions[dimension.id].upper_score
        assert {f.key for f in after.firm_findings} <= {f.key for f in before.findings}


@LAW
@given(worlds(RELEASED, open_share=3))
def test_settled_facts_leave_no_interval_and_open_ones_are_named(world):
    result = run(world)

    if result.inherent.is_open:
        assert result.possible_findings
    for finding in result.possible_findings:
        assert any(reason.value in (None, "unsure", "not_screened", "possible") for reason in finding.because)
    for hold in result.holds:
        assert hold.because
    if not result.possible_findings and not result.possible_escalations and not result.holds:
        assert result.inherent.lower == result.inherent.upper


@LAW
@given(worlds(RELEASED, open_share=5))
def test_possible_findings_alone_bring_no_panel(world):
    result = run(world)
    table = RELEASED.route_table

    if table.by_level[result.inherent.lower] != "panel" and not any(
        remark.rule == "three_factors" for remark in result.escalations
    ):
        assert result.route != "panel"
    if result.holds:
        assert ROUTES.index(result.route) >= ROUTES.index(table.held)


def without_relief():
    texts = {path.name: path.read_text(encoding="utf-8") for path in RELEASE.glob("*.yaml")}
    rules = yaml.load(texts["rules.yaml"], Loader=PlainLoader)
    rules["rules"] = [rule for rule in rules["rules"] if rule["effect"] != "relieve"]
    main = yaml.load(texts["catalogue.yaml"], Loader=PlainLoader)
    golden = yaml.safe_dump({"golden": []})
    return load_texts(
        {**texts, "catalogue.yaml": yaml.safe_dump(main), "rules.yaml": yaml.safe_dump(rules), "golden.yaml": golden}
    )


BARE = without_relief()


@LAW
@given(worlds(RELEASED, open_share=0))
def test_law_4_relief_changes_no_finding_score_or_level(world):
    kept, bare = run(world), run(world, BARE)

    assert kept.findings == bare.findings
    assert kept.dimensions == bare.dimensions
    assert (kept.inherent, kept.residual, kept.if_agreed) == (bare.inherent, bare.residual, bare.if_agreed)
    assert (kept.holds, kept.escalations, kept.deciders) == (bare.holds, bare.escalations, bare.deciders)
    assert ROUTES.index(kept.route) <= ROUTES.index(bare.route)
    assert kept.route == bare.route or (kept.inherent.upper == "low" and not kept.holds and not kept.escalations)


@LAW
@given(worlds(RELEASED), st.text(max_size=20))
def test_law_5_equal_facts_give_equal_bytes_whatever_the_name(world, name):
    named = json.loads(json.dumps(world))
    for _scope, item in places(named):
        item["label"] = name

    first = json.loads(json.dumps(world))
    for _scope, item in places(first):
        item["label"] = ""
    second = run(named)
    plain = second.canonical().decode().replace(f'"row_label":{json.dumps(name, ensure_ascii=False)}', '"row_label":""')
    assert plain == run(first).canonical().decode()
    assert second.facts_sha256 == run(world).facts_sha256


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_law_5_country_codes_of_partners_with_equal_facts_can_be_swapped(path):
    proposal = json.loads(path.read_text(encoding="utf-8"))
    swapped = {**proposal, "partners": [{**partner, "country": "NZ"} for partner in proposal["partners"]]}

    first, second = (read_proposal(RELEASED, each, on=ON) for each in (proposal, swapped))

    assert run(first).canonical() == run(second).canonical()


def shuffled(value, order):
    if isinstance(value, dict):
        items = [(key, shuffled(inner, order)) for key, inner in value.items()]
        order.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        inner = [shuffled(item, order) for item in value]
        order.shuffle(inner)
        return inner
    return value


@LAW
@given(worlds(RELEASED), st.integers(0, 2**32))
def test_law_6_order_of_answers_and_rows_changes_no_byte(world, seed):
    assert run(shuffled(world, random.Random(seed))).canonical() == run(world).canonical()


def test_law_6_other_processes_hash_seeds_and_locales_give_the_same_bytes():
    script = (
        "import json, sys, hashlib; from datetime import date; from pathlib import Path\n"
        "from riskassess.engine.loading import load_catalogue; from riskassess.engine.scoring import assess\n"
        "catalogue = load_catalogue(Path(sys.argv[1]))\n"
        "parts = [assess(catalogue, case.facts, on=case.on).canonical() for case in catalogue.golden]\n"
        "print(hashlib.sha256(b''.join(parts)).hexdigest(), 'django' in sys.modules)\n"
    )

    def run_with(seed, locale):
        env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONPATH": str(settings.BASE_DIR)}
        done = subprocess.run(
            [sys.executable, "-c", script, str(RELEASE)], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    here = [assess(RELEASED, case.facts, on=case.on).canonical() for case in RELEASED.golden]
    expected = f"{hashlib.sha256(b''.join(here)).hexdigest()} False"
    assert [run_with("0", "C"), run_with("4242", "tr_TR.UTF-8")] == [expected, expected]


@LAW
@given(worlds(RELEASED))
def test_law_7_every_point_leads_to_a_rule_and_a_source(world):
    result = run(world)

    for finding in result.findings:
        rule = RELEASED.rule(finding.rule)
        likelihood, impact = finding.raw
        assert (likelihood, impact) in {(row.likelihood, row.impact) for row in rule.rows}
        assert finding.sources
        assert finding.because
        assert finding.explain
    for dimension in result.dimensions:
        if dimension.upper_score:
            assert dimension.decided_by
            assert all(result.finding(key) for key in dimension.decided_by)
    assert Assessment.from_json(json.loads(result.canonical())).canonical() == result.canonical()


@pytest.mark.parametrize("name", ["country", "nationality", "citizenship", "gender", "name", "label", "birthplace"])
def test_law_8_no_rule_can_name_a_country_or_a_person(name):
    for scope in ("proposal", "partner", "funder", "technology"):
        for leaf in ({"fact": name, "is": "x"}, {"answer": name, "is": "x"}):
            with pytest.raises(ConditionError):
                compile_condition(RELEASED, leaf, scope)
    assert all(name not in facts for facts in (*RELEASED.facts.values(), *RELEASED.fact_sets.values()))


def test_scoring_reads_no_clock():
    case = next(case for case in RELEASED.golden)

    assert assess(RELEASED, case.facts, on=date(2030, 1, 1)).as_of == "2030-01-01"
    assert not any(
        "today" in path.read_text() or "now()" in path.read_text() for path in Path("riskassess/engine").glob("*.py")
    )

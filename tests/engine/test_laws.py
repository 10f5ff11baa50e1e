"""What the engine promises of levels, on random facts under the first and the newest release."""

import json
import random
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from riskassess.engine.catalogue import ROUTES
from riskassess.engine.loading import load_texts
from riskassess.engine.reading import PlainLoader
from tests.engine.laws import FOLDER, LAW, fallen, open_rows, outside, over_releases, rank, released, run
from tests.engine.worlds import (
    AGREED,
    open_and_settled,
    picks,
    places,
    riskier_worlds,
    some_safeguards,
    with_added_row,
    world_of,
)


@over_releases
@LAW
@given(drawn=picks())
def test_law_1_riskier_answer_or_fact_lowers_nothing(release, drawn):
    catalogue = released(release)
    world, riskier = riskier_worlds(drawn, catalogue)
    before = run(catalogue, world)

    for step, after in riskier:
        assert fallen(before, run(catalogue, after)) == {}, step


@over_releases
@LAW
@given(drawn=picks())
def test_law_1_added_row_lowers_nothing(release, drawn):
    catalogue = released(release)
    world, more = with_added_row(drawn, catalogue)

    before, after = run(catalogue, world), run(catalogue, more)

    if open_rows(catalogue, before):  # a row was judged as open already; naming one settles that
        assert rank(after.inherent.lower) >= rank(before.inherent.lower)
    else:
        assert fallen(before, after) == {}


@over_releases
@LAW
@given(drawn=picks())
def test_law_2_safeguard_raises_nothing(release, drawn):
    catalogue = released(release)
    world = world_of(drawn, catalogue)
    more = some_safeguards(drawn, catalogue, AGREED)

    before = run(catalogue, world)
    after = run(catalogue, {**world, "safeguards": [*world["safeguards"], *more]})

    assert after.inherent == before.inherent
    assert after.route == before.route
    assert rank(after.residual.upper) <= rank(before.residual.upper) <= rank(before.inherent.upper)
    assert rank(after.residual.lower) <= rank(before.residual.lower) <= rank(before.inherent.lower)
    assert rank(after.if_agreed.upper) <= rank(after.residual.upper)
    for one, other in zip(after.dimensions, before.dimensions, strict=True):
        assert one.residual_score <= other.residual_score <= other.score
    for finding in after.findings:
        assert finding.if_agreed.score <= finding.agreed.score <= before.finding(finding.key).agreed.score


@over_releases
@LAW
@given(drawn=picks())
def test_law_2_no_safeguard_lifts_a_hold_or_lowers_context(release, drawn):
    catalogue = released(release)
    world = world_of(drawn, catalogue)

    bare, covered = run(catalogue, {**world, "safeguards": []}), run(catalogue, world)

    assert [(h.rule, h.row, h.state) for h in covered.holds] == [(h.rule, h.row, h.state) for h in bare.holds]
    for finding in covered.findings:
        if finding.kind == "context":
            assert (finding.agreed.likelihood, finding.agreed.impact) >= finding.raw


@over_releases
@LAW
@given(drawn=picks())
def test_law_3_settling_what_is_open_stays_inside_the_interval(release, drawn):
    catalogue = released(release)
    world, sure, _rows = open_and_settled(drawn, catalogue)

    assert outside(run(catalogue, world), run(catalogue, sure)) == {}


@over_releases
@LAW
@given(drawn=picks())
def test_law_3_row_named_later_stays_inside_the_interval(release, drawn):
    catalogue = released(release)
    world, sure, rows = open_and_settled(drawn, catalogue)
    before = run(catalogue, world)
    judged = open_rows(catalogue, before)
    named = {name: found for name, found in rows.items() if name.startswith(tuple(judged))} if judged else {}

    assert outside(before, run(catalogue, {**sure, **named})) == {}


@over_releases
@LAW
@given(drawn=picks())
def test_settled_facts_leave_no_interval_and_open_ones_are_named(release, drawn):
    catalogue = released(release)

    result = run(catalogue, world_of(drawn, catalogue, open_share=3))

    if result.inherent.is_open:
        assert result.possible_findings
    for finding in result.possible_findings:
        assert any(reason.value in (None, "unsure", "not_screened", "possible") for reason in finding.because)
    for hold in result.holds:
        assert hold.because
    if not result.possible_findings and not result.possible_escalations and not result.holds:
        assert result.inherent.lower == result.inherent.upper


@over_releases
@LAW
@given(drawn=picks())
def test_possible_findings_alone_bring_no_panel(release, drawn):
    catalogue = released(release)
    table = catalogue.route_table

    result = run(catalogue, world_of(drawn, catalogue, open_share=5))

    broad = any(remark.rule == "three_factors" for remark in result.escalations)
    if table.by_level[result.inherent.lower] != "panel" and not broad:
        assert result.route != "panel"
    if result.holds:
        assert ROUTES.index(result.route) >= ROUTES.index(table.held)


@cache
def without_relief(release):
    texts = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / release).glob("*.yaml")}
    texts.pop("golden.yaml", None)
    rules = PlainLoader(texts["rules.yaml"]).get_single_data()
    kept = [rule for rule in rules["rules"] if rule["effect"] != "relieve"]
    return load_texts({**texts, "rules.yaml": json.dumps({**rules, "rules": kept}, default=str)})


@over_releases
@LAW
@given(drawn=picks())
def test_law_4_relief_changes_no_finding_score_or_level(release, drawn):
    catalogue = released(release)

    world = world_of(drawn, catalogue, open_share=0)

    kept, bare = run(catalogue, world), run(without_relief(release), world)

    assert kept.findings == bare.findings
    assert kept.dimensions == bare.dimensions
    assert (kept.inherent, kept.residual, kept.if_agreed) == (bare.inherent, bare.residual, bare.if_agreed)
    assert (kept.holds, kept.escalations, kept.deciders) == (bare.holds, bare.escalations, bare.deciders)
    assert ROUTES.index(kept.route) <= ROUTES.index(bare.route)
    assert kept.route == bare.route or (kept.inherent.upper == "low" and not kept.holds and not kept.escalations)


@over_releases
@LAW
@given(drawn=picks(), name=st.text(max_size=20))
def test_law_5_equal_facts_give_equal_bytes_whatever_the_name(release, drawn, name):
    catalogue = released(release)
    world = world_of(drawn, catalogue)
    first, named = json.loads(json.dumps(world)), json.loads(json.dumps(world))
    for item in (item for _scope, item in places(first)):
        item["label"] = ""
    for item in (item for _scope, item in places(named)):
        item["label"] = name

    second = run(catalogue, named)

    label = f'"row_label":{json.dumps(name, ensure_ascii=False)}'
    assert second.canonical().decode().replace(label, '"row_label":""') == run(catalogue, first).canonical().decode()
    assert second.facts_sha256 == run(catalogue, world).facts_sha256


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


@over_releases
@LAW
@given(drawn=picks(), seed=st.integers(0, 2**32))
def test_law_6_order_of_answers_and_rows_changes_no_byte(release, drawn, seed):
    catalogue = released(release)
    world = world_of(drawn, catalogue)

    mixed = run(catalogue, shuffled(world, random.Random(seed)))

    assert mixed.canonical() == run(catalogue, world).canonical()

"""Replays: the same bytes under the same release, what moves under another, and steps that end early and resume."""

import json
import re
from datetime import date

import pytest

from riskassess.assessments import replays
from riskassess.assessments.models import AssessmentRecord, CatalogueRelease, Replay, ReplayDifference
from riskassess.assessments.queries import catalogue_of, current_release, latest_record
from riskassess.assessments.replaying import facts_under, moved_rules
from riskassess.assessments.replays import continue_replay, start_replay, stop_replay
from riskassess.assessments.services import assess_version, publish_release
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError
from riskassess.engine.loading import load_texts
from riskassess.engine.overlaying import OVERLAY_FILE
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_job
from tests.story import HIGH, LOW, MODERATE, run_all_but_reports

pytestmark = pytest.mark.django_db
ENDS = {LOW: "low", MODERATE: "moderate", HIGH: "high"}


@pytest.fixture
def three(submitted):
    return {example: submitted(example=example) for example in (LOW, MODERATE, HIGH)}


def overlay(**parts):
    """A release on top of the one in force."""
    base = current_release()
    head = {"id": "ours", "version": "1.0.0", "date": "2026-11-23", "title": "Ours"}
    head["extends"] = f"{base.catalogue_id}@{base.version}"
    under = {f"base/{name}": text for name, text in base.texts.items()}
    return stored({OVERLAY_FILE: json.dumps({**head, **parts}), **under})


def stored(texts):
    catalogue = load_texts(texts)
    return CatalogueRelease.objects.create(
        catalogue_id=catalogue.id,
        version=catalogue.version,
        title=catalogue.title,
        released_on=catalogue.date,
        sha256=catalogue.sha256,
        texts=texts,
    )


def finished(replay):
    run_all_but_reports()
    return Replay.objects.get(pk=replay.pk)


def test_own_release_gives_the_same_bytes(three, omar):
    replay = finished(start_replay(actor=omar))

    assert (replay.state, replay.done, replay.total, replay.faults) == ("done", 3, 3, 0)
    for end in ("lower", "upper"):
        assert all(list(row) == [before] for before, row in replay.levels[end].items())
    assert replay.differences.count() == 0
    assert replay.rate > 0
    assert list(
        Event.objects.filter(verb__startswith="replay.").order_by("sequence").values_list("verb", "actor_id")
    ) == [
        ("replay.started", omar.pk),
        ("replay.ended", None),
    ]


@pytest.mark.parametrize(
    ("column", "change", "said"),
    [
        ("result_sha256", lambda row: "0" * 64, "The stored result has another fingerprint"),
        (
            "facts",
            lambda row: {**row.facts, "answers": {**row.facts["answers"], "T4": "humanities"}},
            "The stored facts",
        ),
        ("as_of", lambda row: date(2020, 1, 1), "These parts of the result differ:\nas_of"),
        ("facts", lambda row: {**row.facts, "answers": {"T4": "nothing"}}, 'answers.T4: "nothing" is not one of'),
    ],
)
def test_what_was_changed_afterwards_is_a_fault(three, column, change, said):
    row = latest_record(three[HIGH])
    AssessmentRecord.objects.filter(pk=row.pk).update(**{column: change(row)})

    replay = finished(start_replay(actor=None))

    assert (replay.done, replay.faults, replay.moved) == (3, 1, 0)
    difference = replay.differences.get()
    assert (difference.record_id, difference.kind) == (row.pk, "fault")
    assert said in difference.reason


def test_another_release_shows_levels_before_and_after_and_the_rules(three):
    release = overlay(
        levels=[{"id": "moderate", "lowest": 4}],
        rules=[
            {
                "id": "OU_R1",
                "title": "The work is in a laboratory",
                "explain": "It is.",
                "when": {"answer": "T1", "includes": ["joint_project", "consortium", "contract", "field_work"]},
                "rows": [{"likelihood": 4, "impact": 4}],
                "dimensions": ["governance"],
                "factors": ["own"],
                "effect": "advise",
                "sources": [{"source": "CR", "section": "Principles"}],
            }
        ],
    )

    replay = finished(start_replay(actor=None, release=release))

    after = [level for row in replay.levels["lower"].values() for level in row]
    assert (replay.done, replay.unreadable, replay.fitted) == (3, 0, 0)
    assert replay.moved == len(replay.differences.all()) > 0
    assert "very_high" in after
    assert replay.rules["OU_R1"] == {"new": replay.moved}
    assert {row.after["upper"] for row in replay.differences.filter(rules__has_key="OU_R1")} == {"very_high"}
    assert {row.before["route"] for row in replay.differences.all()} < {"fast_track", "light", "full", "panel"}
    assert AssessmentRecord.objects.exclude(release=release).count() == 3


def test_bands_alone_are_named_where_no_rule_moved(three):
    replay = finished(start_replay(actor=None, release=overlay(routes=[{"id": "light", "days": 5}])))
    tighter = finished(
        start_replay(actor=None, release=overlay(id="tight", levels=[{"id": "very_high", "lowest": 11}]))
    )

    assert replay.moved == 0
    assert tighter.moved > 0
    assert "levels" in tighter.rules


def test_release_that_asks_otherwise_leaves_answers_open(catalogue_release):
    texts = dict(catalogue_release.texts)
    texts["questions.yaml"] = texts["questions.yaml"].replace("{id: humanities, text", "{id: arts, text")
    catalogue = catalogue_of(
        stored({**texts, "catalogue.yaml": texts["catalogue.yaml"].replace("version: ", "version: 9")})
    )
    facts = {
        "as_of": "2026-11-23",
        "answers": {"T4": "humanities", "T5": "yes", "Z9": "x"},
        "facts": {},
        "partners": [{"id": "p1", "label": "P", "answers": {"O1": "company"}, "facts": {"afi_band": "A", "old": "b"}}],
        "safeguards": [{"mitigation": "M_gone", "state": "agreed"}],
    }

    read, left_out = facts_under(catalogue, facts)

    assert left_out == ["T4", "Z9"]
    assert read["answers"] == {"T5": "yes"}
    assert read["partners"][0]["facts"]["afi_band"] == "A"
    assert "old" not in read["partners"][0]["facts"]
    assert read["partners"][0]["facts"]["rule_of_law"] == "no_value"
    assert (read["safeguards"], read["technology"]) == ([], [])


def test_newest_record_of_each_proposal_counts_unless_all_are_asked_for(three):
    for proposal in three.values():
        assess_version(version=proposal.versions.get(), trigger="test")

    newest = finished(start_replay(actor=None))
    every = finished(start_replay(actor=None, every_record=True))

    assert (newest.done, newest.total) == (3, 3)
    assert (every.done, every.total) == (6, 6)


def test_steps_resume_where_the_last_one_ended(three, monkeypatch):
    monkeypatch.setattr(replays, "STEP_SECONDS", 0.0)
    monkeypatch.setattr(replays, "HANDFUL", 1)
    replay = start_replay(actor=None)

    run_job(Job.objects.get(task="assessments.continue_replay").pk)
    between = Replay.objects.get(pk=replay.pk)
    done = finished(replay)

    assert (between.done, between.state) == (1, "working")
    assert (done.state, done.done, done.faults) == ("done", 3, 0)
    assert Job.objects.filter(task="assessments.continue_replay").count() > 1


def test_a_step_that_comes_twice_counts_once(three):
    replay = start_replay(actor=None)
    late = Replay.objects.get(pk=replay.pk)
    finished(replay)

    continue_replay(replay=late, begin=0)

    replay.refresh_from_db()
    assert (replay.done, sum(sum(row.values()) for row in replay.levels["upper"].values())) == (3, 3)
    assert Event.objects.filter(verb="replay.ended").count() == 1


def test_one_replay_at_a_time_and_none_without_records(three, omar, university):
    replay = start_replay(actor=omar)

    with pytest.raises(Conflict):
        start_replay(actor=omar)

    stop_replay(replay=replay, actor=omar)
    assert finished(replay).state == "cancelled"
    assert finished(start_replay(actor=omar)).state == "done"
    with pytest.raises(Conflict):
        stop_replay(replay=Replay.objects.first(), actor=omar)


def test_replay_ends_when_whoever_asked_may_no_longer_have_it(three, omar):
    start_replay(actor=omar)
    omar.memberships.all().delete()

    replay = finished(Replay.objects.get())

    assert (replay.state, replay.done) == ("refused", 0)
    assert "may no longer have it" in replay.job.reason


def test_nothing_stored_is_said(university):
    with pytest.raises(DomainError, match="Nothing is assessed yet"):
        start_replay(actor=None)


def test_records_of_later_days_do_not_join(three):
    replay = start_replay(actor=None, every_record=True)
    assess_version(version=three[LOW].versions.get(), trigger="test")

    assert finished(replay).done == 3


def test_moved_rules_are_new_gone_or_changed():
    def result(*findings, holds=()):
        return {
            "findings": [
                {"rule": rule, "row": "", "firm": not maybe, "filed": {"score": score}}
                for rule, score, *maybe in findings
            ],
            "holds": [{"rule": rule, "row": "", "state": "firm"} for rule in holds],
            "escalations": [],
            "possible_escalations": [],
        }

    before = result(("A", 4), ("B", 6), ("C", 9))
    after = result(("B", 9), ("C", 9), ("D", 1), ("F", 9, "maybe"), holds=["E"])

    moved = moved_rules(before, after)

    assert moved == {"A": "gone", "B": "changed", "D": "new", "E": "new", "F": "possible"}


def test_differences_are_of_the_replay_and_named_once(three):
    row = latest_record(three[LOW])
    AssessmentRecord.objects.filter(pk=row.pk).update(result_sha256="0" * 64)

    first, second = (finished(start_replay(actor=None)) for _n in range(2))

    assert [each.replay_id for each in ReplayDifference.objects.filter(record=row)] == [first.pk, second.pk]


def test_release_of_a_replay_is_kept_when_its_draft_changes(three, catalogue_release):
    texts = {**catalogue_release.texts}
    texts["catalogue.yaml"] = texts["catalogue.yaml"].replace("id: allea-eu", "id: draft", 1)
    texts["catalogue.yaml"] = re.sub(r"version: \S+", "version: 0.5.0", texts["catalogue.yaml"], count=1)
    start_replay(actor=None, release=stored(texts))
    texts["catalogue.yaml"] = re.sub(r"title: .+", "title: Another", texts["catalogue.yaml"], count=1)

    with pytest.raises(DomainError, match=r"draft 0\.5\.0 is published with other content"):
        publish_release(texts=texts)

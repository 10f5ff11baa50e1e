import uuid
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskassess.audit.log import FIRST_HASH, canonical, commitment_of, hash_of, record, story, subject_of
from riskassess.audit.models import ChainHead, Event, EventDetail
from riskassess.audit.services import verify_chain
from riskassess.core.context import request_id
from tests.audit.writing import ANA, ChangedMind, record_and_fail, write_event

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_record_writes_event_detail_and_head(log_url):
    token = request_id.set("abcdefgh")
    event = write_event(reference="RA-2026-0007", before={"state": "draft"}, after={"state": "submitted"})
    request_id.reset(token)

    kept = Event.objects.select_related("detail").get()
    head = ChainHead.objects.get()

    assert (kept.sequence, kept.previous_hash, kept.request_id) == (1, FIRST_HASH, "abcdefgh")
    assert (kept.actor_id, kept.role, kept.reference) == (1, "researcher", "RA-2026-0007")
    assert kept.hash == hash_of(kept) == event.hash == head.hash
    assert head.sequence == 1
    assert kept.commitment == commitment_of(kept.detail)
    assert (kept.detail.actor_name, kept.detail.after) == ("Ana Ferreira", {"state": "submitted"})


def test_record_outside_transaction_refuses(log_url):
    with pytest.raises(transaction.TransactionManagementError, match="wrap the service"):
        record("proposal.created", subject="x", actor_id=None, role="system")

    assert Event.objects.count() == 0


def test_record_rolls_back_with_its_change(log_url):
    write_event()
    with pytest.raises(ChangedMind), transaction.atomic():
        record_and_fail("proposal.created")
    write_event()

    assert list(Event.objects.values_list("sequence", flat=True)) == [1, 2]
    assert verify_chain().ok


def test_record_gives_equal_details_different_commitments(log_url):
    first, second = write_event(after={"yes": True}), write_event(after={"yes": True})

    assert first.commitment != second.commitment


def test_record_keeps_uid_of_rows_that_have_one():
    uid = uuid.uuid4()
    meta = SimpleNamespace(label="proposals.Proposal")

    assert subject_of(SimpleNamespace(_meta=meta, uid=uid, pk=4)) == f"proposals.Proposal:{uid}"
    assert subject_of(SimpleNamespace(_meta=meta, pk=4)) == "proposals.Proposal:4"


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"score": 1.5}, "after.score: float"),
        ({"score": float("nan")}, "after.score: float"),
        ({"due": date(2026, 1, 1)}, "after.due: date"),
        ({"who": {1, 2}}, "after.who: set"),
        ({"list": [0, {"deep": b"x"}]}, r"after.list\[1\].deep: bytes"),
        ({1: "x"}, "the key 1 is not text"),
        ({"\u00e9": 1, "e\u0301": 2}, "two of its keys are the same text"),
        ({"text": "a\x00b"}, "after.text: the text holds a character"),
        ({"text": "\ud800"}, "after.text: the text holds a character"),
    ],
)
def test_record_refuses_what_it_cannot_keep_exactly(log_url, after, words):
    with pytest.raises((TypeError, ValueError), match=words):
        write_event(after=after)

    assert Event.objects.count() == 0


def test_record_refuses_overlong_columns(log_url):
    with pytest.raises(ValueError, match="The reference of the event"):
        write_event(reference="R" * 41)


def test_canonical_is_one_text_for_one_value():
    assert canonical({"b": 1, "a": ["e\u0301", True, None]}) == '{"a":["\u00e9",true,null],"b":1}'.encode()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=values, after=values, name=texts)
def test_any_content_verifies_after_its_way_through_the_database(log_url, before, after, name):
    write_event(before=before, after=after, actor_name=name)

    assert verify_chain().problem == ""


def test_story_writes_its_events_in_order_at_its_end(log_url):
    with story():
        first = record("proposal.submitted", subject="x", **ANA)
        second = record("case.opened", subject="y", **ANA)
        assert Event.objects.count() == 0

    assert (first.sequence, second.sequence) == (1, 2)
    assert list(Event.objects.values_list("verb", flat=True)) == ["proposal.submitted", "case.opened"]


def test_story_forgets_what_a_savepoint_rolled_back(log_url):
    with story():
        record("a.first", subject="x", **ANA)
        with pytest.raises(ChangedMind), transaction.atomic():
            record_and_fail("a.lost")
        with pytest.raises(ChangedMind), story():
            record_and_fail("a.lost_too")
        with story():
            record("a.second", subject="x", **ANA)

    assert list(Event.objects.values_list("verb", flat=True)) == ["a.first", "a.second"]
    assert verify_chain().ok


def test_story_that_fails_leaves_nothing(log_url):
    with pytest.raises(ChangedMind), story():
        record_and_fail("a.lost")
    write_event()

    assert list(Event.objects.values_list("sequence", "verb")) == [(1, "proposal.created")]
    assert EventDetail.objects.count() == 1


@pytest.mark.parametrize("events", [1, 3, 60])
def test_story_costs_the_same_for_any_number_of_events(log_on_sqlite, django_assert_num_queries, events):
    with transaction.atomic(), django_assert_num_queries(6), story():  # a savepoint and its release among them
        for _ in range(events):
            record("a.b", subject="x", **ANA)

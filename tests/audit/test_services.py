from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from riskassess.audit import services
from riskassess.audit.models import AccessRead, ChainCheck, Event, EventDetail
from riskassess.core.errors import DomainError
from tests.audit.writing import DAVID, ChangedMind, read_earlier, record_and_fail, write_event


def test_erase_details_empties_them_and_says_who_and_why(log_url):
    write_event(reference="RA-2026-0007", after={"name": "Ana Ferreira"})
    write_event()

    events = services.erase_details(sequences=[1, 1], reason="Asked for on 1 November", **DAVID)

    assert EventDetail.objects.get(event=1).is_erased
    assert not EventDetail.objects.get(event=2).is_erased
    assert [(event.sequence, event.verb, event.subject, event.reference) for event in events] == [
        (3, "audit.detail_erased", "audit.Event:1", "RA-2026-0007")
    ]
    assert EventDetail.objects.get(event=3).after == {"reason": "Asked for on 1 November"}
    assert services.verify_chain().ok


def test_erase_details_twice_leaves_one_event(log_on_sqlite):
    write_event()
    services.erase_details(sequences=[1], reason="asked for", **DAVID)

    assert services.erase_details(sequences=[1], reason="asked for", **DAVID) == []
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("sequences", "reason", "words", "field"),
    [
        ([1], "  ", "Say why", "reason"),
        ([1, 7], "asked for", "There is no event 7", "sequences"),
        ([2], "asked for", "Event 2 seals the log of reads", "sequences"),
    ],
)
def test_erase_details_refuses_in_words(log_on_sqlite, sequences, reason, words, field):
    write_event()
    read_earlier()
    services.seal_reads()

    with pytest.raises(DomainError, match=words) as refused:
        services.erase_details(sequences=sequences, reason=reason, **DAVID)

    assert refused.value.field == field
    assert not EventDetail.objects.get(event=1).is_erased


def test_seal_reads_takes_finished_minutes_only(log_url):
    services.record_read("report.downloaded", actor_id=8, role="auditor", reference="RA-2026-0007")
    assert services.seal_reads() is None
    for _ in range(3):
        read_earlier()

    event = services.seal_reads()

    assert (event.sequence, event.verb, event.actor_id, event.role) == (1, "audit.reads_sealed", None, "system")
    assert event.detail.after["count"] == 3
    assert AccessRead.objects.filter(sealed_in=None).count() == 1
    assert services.seal_reads() is None
    assert services.verify_chain().ok


def test_a_read_marked_as_sealed_by_another_event_is_found(log_on_sqlite):
    write_event()
    read = read_earlier()
    AccessRead.objects.filter(pk=read.pk).update(sealed_in=1)

    found = services.verify_chain()

    assert (found.kind, found.position) == ("reads_edited", 1)


def test_record_read_keeps_what_an_address_could_hold(log_url):
    read = services.record_read(
        "page.read", actor_id=None, role="none", subject="a\x00b\n" + "c" * 300, reference="R" * 99
    )

    read.refresh_from_db()

    assert read.subject == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}" + "c" * 116
    assert read.reference == "R" * 40


def test_record_denial_outlives_the_refused_transaction(log_url):
    with pytest.raises(ChangedMind), transaction.atomic():
        record_and_fail("decision.made")
    services.record_denial(
        subject="route:case\x00" + "x" * 300, actor_id=9, role="researcher", method="GET", reason="not in scope"
    )

    event = Event.objects.select_related("detail").get()

    assert (event.verb, event.actor_id, len(event.subject)) == ("access.denied", 9, 120)
    assert event.detail.after == {"method": "GET", "status": 403, "reason": "not in scope"}


def test_record_denial_inside_a_transaction_refuses(log_url):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        services.record_denial(subject="route:case", actor_id=9, role="researcher")


def test_check_chain_keeps_the_result(log_url):
    write_event()

    check = services.check_chain()

    assert (check.is_good, check.count, check.head_sequence) == (True, 1, 1)
    assert check.head_hash == Event.objects.get().hash


def test_recent_check_walks_again_after_a_while(log_on_sqlite):
    write_event()
    first = services.recent_check()

    assert services.recent_check() == first
    ChainCheck.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert services.recent_check() != first


def test_recent_check_leaves_long_chains_to_the_command(log_on_sqlite, monkeypatch):
    write_event()
    monkeypatch.setattr(services, "WALKED_AT_ONCE", 0)

    assert services.recent_check() is None
    check = services.check_chain()
    ChainCheck.objects.update(at=timezone.now() - timedelta(days=1))
    assert services.recent_check() == check

"""Many writers at once, on both databases: no gap, no event without its change, nobody waiting for good."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import transaction
from django.db.models import F

from riskassess.audit import services
from riskassess.audit.log import record, story
from riskassess.audit.models import AccessRead, ChainCheck, ChainHead, Event
from tests.audit.conftest import default_database
from tests.audit.writing import ANA, ChangedMind, read_earlier

WRITERS = 8


def all_at_once(url, work, writers=WRITERS):
    """Runs `work(number)` in that many threads, each with its own connection, begun together."""
    barrier = Barrier(writers)

    def run(number):
        with default_database(url):
            barrier.wait(20)
            return work(number)

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(run, range(writers), timeout=120))


def test_many_writers_leave_no_gap(log_url):
    def work(number):
        dice, written = random.Random(number), 0
        for step in range(20):
            try:
                with transaction.atomic():
                    record("a.b", subject=f"{number}:{step}", **ANA)
                    if dice.random() < 0.3:
                        raise ChangedMind
                written += 1
            except ChangedMind:
                pass
        return written

    written = sum(all_at_once(log_url, work))

    assert list(Event.objects.values_list("sequence", flat=True)) == list(range(1, written + 1))
    assert ChainHead.objects.get().sequence == written
    assert services.verify_chain().ok


def test_stories_that_change_the_same_rows_never_block_each_other_for_good(log_url):
    """Half of them record first, the others change a shared row first: a head locked at once would deadlock."""
    head = {"count": 0, "head_sequence": 0, "head_hash": ""}
    rows = [ChainCheck.objects.create(**head).pk for _ in range(2)]

    def change(pk):
        ChainCheck.objects.filter(pk=pk).update(count=F("count") + 1)

    def work(number):
        for step in range(15):
            with story():
                if number % 2:
                    change(rows[0])
                record("a.b", subject=f"{number}:{step}", **ANA)
                if not number % 2:
                    change(rows[0])
                record("a.c", subject=f"{number}:{step}", **ANA)
                change(rows[1])

    all_at_once(log_url, work)

    assert Event.objects.count() == WRITERS * 15 * 2
    assert ChainCheck.objects.get(pk=rows[1]).count == WRITERS * 15
    assert services.verify_chain().ok


def test_two_sealers_seal_each_read_once(log_url):
    for _ in range(30):
        read_earlier()

    sealed = [event for event in all_at_once(log_url, lambda number: services.seal_reads(), 4) if event]

    assert len(sealed) == 1
    assert AccessRead.objects.filter(sealed_in=sealed[0].sequence).count() == 30
    assert services.verify_chain().ok


def test_verification_beside_writers_gives_no_false_alarm(log_url):
    def work(number):
        if number == 0:
            return [services.verify_chain().problem for _ in range(25)]
        for step in range(40):
            with transaction.atomic():
                record("a.b", subject=f"{number}:{step}", **ANA)
        return []

    problems = all_at_once(log_url, work, 4)[0]

    assert problems == [""] * 25

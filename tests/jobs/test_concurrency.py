"""Many hands on one row, on both databases, each in a process of its own with real threads and connections."""

import json

import pytest

CLAIMS = """
import json, threading
from django.db import connection
from riskassess.jobs.models import Job
from riskassess.jobs.running import claim, finish
from riskassess.jobs.services import enqueue

HANDS, ROUNDS = 8, 25
jobs = [enqueue("probe.work", f"race:{number}", ids=[number], follow_up="probe.follow") for number in range(ROUNDS)]
barrier = threading.Barrier(HANDS)
won, ended, faults = [[] for _ in jobs], [[] for _ in jobs], []

def hand(name):
    try:
        for number, job in enumerate(jobs):
            barrier.wait()
            claimed = claim(job.pk, worker=name)
            if claimed:
                won[number].append(name)
            barrier.wait()
            mine = claimed or Job.objects.get(pk=job.pk)
            if finish(mine, "done"):
                ended[number].append(name)
    except Exception as fault:
        faults.append(repr(fault))
        barrier.abort()
    finally:
        connection.close()

threads = [threading.Thread(target=hand, args=(f"hand{number}",)) for number in range(HANDS)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps({
    "won": [len(names) for names in won],
    "ended": [len(names) for names in ended],
    "followers": Job.objects.filter(task="probe.follow").count(),
    "attempts": sorted(set(Job.objects.filter(task="probe.work").values_list("attempts", flat=True))),
    "faults": faults,
}))
"""

ENQUEUES = """
import json, threading
from django.db import connection, transaction
from riskassess.jobs.models import Job
from riskassess.jobs.services import enqueue

HANDS = 12
barrier, ids, faults = threading.Barrier(HANDS), [], []

def hand():
    try:
        for number in range(10):
            barrier.wait()
            with transaction.atomic():
                ids.append(enqueue("probe.work", f"same:{number}", ids=[number]).pk)
    except Exception as fault:
        faults.append(repr(fault))
        barrier.abort()
    finally:
        connection.close()

threads = [threading.Thread(target=hand) for _ in range(HANDS)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
rows = Job.objects.filter(key__startswith="same:").count()
print(json.dumps({"rows": rows, "distinct": len(set(ids)), "faults": faults}))
"""

SWEEPS = """
import json, threading
from datetime import timedelta
from django.conf import settings
from django.db import connection
from django.utils import timezone
from riskassess.jobs.models import Job
from riskassess.jobs.running import claim, sweep
from riskassess.jobs.services import enqueue

past = timezone.now() - timedelta(minutes=5)
for number in range(20):
    job = enqueue("probe.work", f"late:{number}", ids=[number])
    if number % 2:
        claim(job.pk)
Job.objects.filter(state="queued").update(send_at=past)
Job.objects.filter(state="working").update(lease_until=past)
moved, faults = [], []

def hand():
    try:
        moved.append(sweep())
    except Exception as fault:
        faults.append(repr(fault))
    finally:
        connection.close()

threads = [threading.Thread(target=hand) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps({"queued": Job.objects.filter(state="queued", key__startswith="late:").count(), "faults": faults}))
"""


@pytest.fixture
def process(live_stack, setup):
    return live_stack(setup, is_started=False)


def test_of_many_hands_one_claims_and_one_ends_each_job(process):
    result = json.loads(process.python(CLAIMS))

    assert result == {"won": [1] * 25, "ended": [1] * 25, "followers": 25, "attempts": [1], "faults": []}


def test_one_key_enqueued_by_many_at_once_is_one_job(process):
    result = json.loads(process.python(ENQUEUES))

    assert result == {"rows": 10, "distinct": 10, "faults": []}


def test_sweepers_at_once_lose_nothing_and_break_nothing(process):
    result = json.loads(process.python(SWEEPS))

    assert result == {"queued": 20, "faults": []}

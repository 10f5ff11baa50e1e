from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from riskassess.jobs.models import Job, Queue, State, WorkerSign

QUIET_AFTER = timedelta(minutes=3)  # periodic tasks come each minute, so that an idle worker is heard of, too
FORGOTTEN_AFTER = timedelta(days=1)


def unfinished_jobs(*, task: str = "", key_prefix: str = "") -> QuerySet[Job]:
    """What is queued or being worked on; with a prefix, of one proposal or one round of work."""
    jobs = Job.objects.filter(state__in=[State.QUEUED, State.WORKING])
    if task:
        jobs = jobs.filter(task=task)
    return jobs.filter(key__startswith=key_prefix) if key_prefix else jobs


def longest_wait(now: datetime) -> timedelta:
    """How long the oldest queued job has waited: the one sign that tells whether workers really work."""
    queued_at = Job.objects.filter(state=State.QUEUED).order_by("queued_at").values_list("queued_at", flat=True).first()
    return max(now - queued_at, timedelta(0)) if queued_at else timedelta(0)


@dataclass(frozen=True)
class Line:
    """One queue as it stands."""

    queue: Queue
    waiting: int
    working: int
    oldest: datetime | None


def lines() -> list[Line]:
    waits, works = Q(state=State.QUEUED), Q(state=State.WORKING)
    rows = Job.objects.filter(waits | works).order_by().values("queue")
    counted = {
        row["queue"]: row
        for row in rows.annotate(
            waiting=Count("pk", filter=waits), working=Count("pk", filter=works), oldest=Min("queued_at", filter=waits)
        )
    }
    nothing = {"waiting": 0, "working": 0, "oldest": None}
    return [Line(queue, **{name: counted.get(queue.value, nothing)[name] for name in nothing}) for queue in Queue]


def heard_workers(now: datetime) -> list[WorkerSign]:
    """Workers heard of within a day, the lately heard first."""
    return list(WorkerSign.objects.filter(seen_at__gt=now - FORGOTTEN_AFTER).order_by("-seen_at"))


def waiting_for_people(now: datetime) -> QuerySet[Job]:
    """What somebody waits for and a worker may take now; what failed a moment ago rests until its next attempt."""
    queued = Job.objects.filter(queue=Queue.PERSON, state=State.QUEUED)
    return queued.exclude(attempts__gt=0, send_at__gt=now)


def somebody_waits(now: datetime) -> bool:
    """Does a job that somebody waits for stand in line? Then what nobody waits for gives way."""
    return waiting_for_people(now).exists()

"""How work runs: claimed by one conditional UPDATE with a lease, finished by compare-and-set on the attempt.

Whatever a broker does with a message (loses it, doubles it, brings it late or out of order), a job ends once.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta

from celery import shared_task
from celery.signals import task_postrun, task_prerun, worker_init
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from riskassess.core.context import request_id
from riskassess.core.errors import DomainError
from riskassess.jobs.models import ATTEMPTS, Job, Queue, State, WorkerSign
from riskassess.jobs.queries import somebody_waits, waiting_for_people
from riskassess.jobs.services import enqueue, registered_tasks, send

logger = logging.getLogger(__name__)

BROKE = gettext_noop(
    "This did not work after several attempts. Nothing that you entered is lost. Please try again, "
    "and tell your administrator if it fails again."
)
STOPPED = gettext_noop(
    "This was interrupted each time before it ended, most likely because it takes too long or too much memory. "
    "Nothing that you entered is lost. Please tell your administrator."
)
WAITS = (timedelta(seconds=2), timedelta(seconds=20))  # after the first and second failed attempt
LONGEST_WAIT = timedelta(seconds=60)
SENT_AT_ONCE = 200
PEOPLE_SECONDS, PEOPLE_AT_ONCE = 10.0, 20

_works: dict[str, Callable[..., object]] = {}
_running: ContextVar[Job | None] = ContextVar("running_job", default=None)


class Refused(Exception):
    """The work must not be done (a right was lost meanwhile, say). Its sentence is shown; nothing is tried again."""


class Superseded(Exception):
    """The job was cancelled or given to another worker: what comes now would be done twice."""


def job_task(name: str) -> Callable[[Callable], Callable]:
    """Make a function of ids the work behind a task name. The message carries the job's id and nothing else.

    The function stays callable as it is. Two attempts of it may overlap (a worker that was only asleep), so its last
    write must be harmless when made twice.
    """

    def register(work: Callable) -> Callable:
        if name in _works and _works[name].__qualname__ != work.__qualname__:
            raise ValueError(f"Two functions want to be the task {name!r}.")
        _works[name] = work

        @shared_task(name=name, bind=True)
        def deliver(self, job_id):
            worker = self.request.hostname or ""
            if (self.request.delivery_info or {}).get("redelivered"):
                take_back_lost(job_id, worker=worker)
            serve_people_first(job_id, worker=worker)
            run_job(job_id, worker=worker)

        return work

    return register


def run_job(job_id: int, *, worker: str = "") -> bool:
    """Claim, work and finish. False when there was nothing to claim, which is what a doubled message meets."""
    job = claim(job_id, worker=worker)
    if job is None:
        return False
    ids, running = request_id.set(job.request_id), _running.set(job)
    try:
        _work_on(job)
    finally:
        _running.reset(running)
        request_id.reset(ids)
    return True


def take_back_lost(job_id: int, *, worker: str) -> int:
    """A message comes again to the same worker when the child that had it died: nobody needs to wait for the lease.
    The other reason, a message that was not answered for long, comes later than any lease ends."""
    return give_back(Job.objects.filter(pk=job_id, state=State.WORKING, worker=worker[:200]))


def serve_people_first(job_id: int, *, worker: str = "") -> int:
    """Before work that nobody waits for, do for some seconds what somebody waits for: a broker hands out its queues in
    turns, and a worker that takes one job at a time would leave a person behind each step of a long one."""
    if not Job.objects.filter(pk=job_id, queue=Queue.BULK).exists():
        return 0
    until, count = time.monotonic() + PEOPLE_SECONDS, 0
    waiting = waiting_for_people(timezone.now())
    for waits in waiting.order_by("queued_at", "pk").values_list("pk", flat=True)[:PEOPLE_AT_ONCE]:
        if time.monotonic() > until:
            break
        count += run_job(waits, worker=worker)
    return count


def claim(job_id: int, *, worker: str = "") -> Job | None:
    now = timezone.now()
    is_free = Q(state=State.QUEUED) | Q(state=State.WORKING, lease_until__lt=now)
    with transaction.atomic():
        won = Job.objects.filter(is_free, pk=job_id, attempts__lt=F("attempts_allowed")).update(
            state=State.WORKING,
            attempts=F("attempts") + 1,
            lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            worker=worker[:200],
            started_at=now,
            finished_at=None,
        )
        return Job.objects.get(pk=job_id) if won else None


def report_progress(done: int, total: int, message: str = "") -> None:
    """Tell the page how far the running job is; raises Superseded where going on would be for nothing."""
    job = _running.get()
    if job is None:
        return  # the work was called directly, without a job
    if not _mine(job).update(done=done, total=total, message=str(message)[:250]):
        raise Superseded


def should_give_way() -> bool:
    """May a long step end here, since somebody waits for another job? Asked between two parts of a step."""
    job = _running.get()
    return job is not None and job.queue == Queue.BULK and somebody_waits(timezone.now())


def going_on(seconds: float | None) -> Callable[[], bool]:
    """For a step of about so many seconds: asked between two parts, whether it may go on with the next."""
    until = None if seconds is None else time.monotonic() + seconds
    return lambda: (until is None or time.monotonic() < until) and not should_give_way()


def sweep() -> int:
    """Send again what has waited too long and take back what has outlived its lease; says how many rows it moved."""
    now = timezone.now()
    moved = give_back(Job.objects.filter(state=State.WORKING, lease_until__lt=now))
    for job in Job.objects.filter(state=State.QUEUED, send_at__lte=now).order_by("send_at", "pk")[:SENT_AT_ONCE]:
        # Each wait doubles, so that a long line is not buried under its own wake-up calls.
        wait = min(max(now - job.queued_at, timedelta(seconds=settings.JOB_RESEND_SECONDS)), LONGEST_WAIT)
        if not Job.objects.filter(pk=job.pk, state=State.QUEUED, send_at=job.send_at).update(send_at=now + wait):
            continue
        if not send(job, is_patient=True):
            break
        moved += 1
    return moved


def give_back(held) -> int:
    """Queue again what its worker will not finish, or fail it where it has had its attempts."""
    moved = 0
    for job in held.order_by("pk"):
        if job.attempts >= job.attempts_allowed:
            moved += finish(job, State.FAILED, error=STOPPED)
        else:
            logger.warning("job %s was left by its worker in attempt %s", job.pk, job.attempts)
            moved += _queue_again(job, wait=timedelta(0))
    return moved


def run_pending(limit: int | None = None, *, queue: str = "") -> int:
    """Run what is queued in this process, oldest first, claimed and finished as a worker does; says how many."""
    queued = Job.objects.filter(state=State.QUEUED, **({"queue": queue} if queue else {})).order_by("queued_at", "pk")
    registered_tasks()
    count = 0
    while limit is None or count < limit:
        job_id = queued.values_list("pk", flat=True).first()
        if job_id is None:
            break
        count += run_job(job_id)
    return count


def finish(job: Job, state: str, *, error: str = "") -> bool:
    """End this attempt of the job; False when another attempt is the one that counts by now."""
    with transaction.atomic():
        won = _mine(job).update(state=state, error=error, lease_until=None, worker="", finished_at=timezone.now())
        if won and job.follow_up:
            # A job that was tried again tells its follower again, so that one needs a key of its own.
            again = "" if job.attempts_allowed == ATTEMPTS else job.attempts_allowed
            enqueue(job.follow_up, f"{job.key}:follow{again}", ids=job.ids, queue=job.queue, asked_by=job.asked_by)
    logger.info("job %s %s in attempt %s", job.pk, state if won else "was ended by another", job.attempts)
    return bool(won)


@worker_init.connect
def note_start(sender, **_kwargs) -> None:
    now = timezone.now()
    WorkerSign.objects.update_or_create(
        name=str(sender.hostname)[:200], defaults={"started_at": now, "seen_at": now, "tasks": 0}
    )


@task_prerun.connect
@task_postrun.connect
def note_sign(task=None, signal=None, **_kwargs) -> None:
    """A database that is away must not fail the task that this only tells of."""
    name = str(getattr(task.request, "hostname", "") or "")[:200]
    if not name:
        return  # called directly, by no worker
    ended = 1 if signal is task_postrun else 0
    try:
        WorkerSign.objects.filter(name=name).update(seen_at=timezone.now(), tasks=F("tasks") + ended)
    except DatabaseError:
        logger.warning("no sign of worker %s was kept, the database did not answer", name)


@worker_init.connect
def take_back_own(sender, **_kwargs) -> None:
    """What a worker of this name held before it started died with it; nobody needs to wait for the lease."""
    give_back(Job.objects.filter(state=State.WORKING, worker=sender.hostname))


def _work_on(job: Job) -> None:
    try:
        _works[job.task](*job.ids)
    except Refused as refusal:
        finish(job, State.REFUSED, error=str(refusal))
    except Superseded:
        logger.info("job %s stops, it was cancelled or given to another worker", job.pk)
    except Exception as fault:
        logger.exception("job %s (%s) failed in attempt %s", job.pk, job.task, job.attempts)
        if job.attempts >= job.attempts_allowed:
            finish(job, State.FAILED, error=str(fault) if isinstance(fault, DomainError) else BROKE)
        else:
            left = job.attempts_allowed - job.attempts
            _queue_again(job, wait=WAITS[-min(left, len(WAITS))])
    else:
        finish(job, State.DONE)


def _mine(job: Job):
    """The row, as long as this attempt is the one that counts."""
    return Job.objects.filter(pk=job.pk, state=State.WORKING, attempts=job.attempts)


def _queue_again(job: Job, *, wait: timedelta) -> bool:
    now = timezone.now()
    return bool(_mine(job).update(state=State.QUEUED, lease_until=None, worker="", queued_at=now, send_at=now + wait))

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import cache, partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from riskassess.audit.log import record
from riskassess.core.context import request_id
from riskassess.core.errors import Conflict, DomainError
from riskassess.jobs.models import ATTEMPTS, Job, Queue, State

logger = logging.getLogger(__name__)
_broker_rests_until = 0.0


@transaction.atomic
def enqueue(
    task: str, key: str, *, ids: Sequence[int | str], queue: str = Queue.PERSON, follow_up: str = "", asked_by=None
) -> Job:
    """Write the job in the caller's transaction and send after the commit. A known key gives the known job."""
    for name in filter(None, (task, follow_up)):
        if name not in registered_tasks():
            raise LookupError(f"No task is called {name!r}.")
    if any(isinstance(part, bool) or not isinstance(part, int | str) for part in ids):
        raise TypeError(f"Ids are whole numbers or texts, not {list(ids)!r}.")
    now = timezone.now()
    job, is_new = Job.objects.get_or_create(
        key=key,
        defaults={
            "task": task,
            "ids": list(ids),
            "queue": Queue(queue),
            "follow_up": follow_up or "",
            "asked_by": asked_by,
            "request_id": request_id.get(),
            "queued_at": now,
            "send_at": now + timedelta(seconds=settings.JOB_RESEND_SECONDS),
        },
    )
    if is_new:
        transaction.on_commit(partial(send, job), robust=True)
    elif job.task != task:
        raise ValueError(f"The key {key!r} already belongs to {job.task}, so {task} can't use it.")
    return job


@transaction.atomic
def retry(*, job: Job) -> Job:
    """Give a job that ended without success another round of attempts; the earlier ones stay counted."""
    now = timezone.now()
    changed = Job.objects.filter(pk=job.pk, state__in=[State.FAILED, State.REFUSED, State.CANCELLED]).update(
        state=State.QUEUED,
        attempts_allowed=F("attempts") + ATTEMPTS,
        error="",
        message="",
        done=0,
        total=0,
        queued_at=now,
        send_at=now + timedelta(seconds=settings.JOB_RESEND_SECONDS),
        finished_at=None,
        request_id=request_id.get(),
    )
    job.refresh_from_db()
    if not changed:
        if job.state == State.DONE:
            raise DomainError(_("This is done already; there is nothing to try again."))
        raise Conflict(_("This is being worked on already; it can't be started a second time."))
    transaction.on_commit(partial(send, job), robust=True)
    return job


def cancel(*, job: Job) -> Job:
    """Stop what has not ended. A worker in the middle of it learns so when it reports progress or finishes."""
    changed = Job.objects.filter(pk=job.pk, state__in=[State.QUEUED, State.WORKING]).update(
        state=State.CANCELLED, lease_until=None, finished_at=timezone.now()
    )
    job.refresh_from_db()
    if not changed and job.state != State.CANCELLED:
        raise Conflict(_("This has ended already; it can't be cancelled any more."))
    return job


@transaction.atomic
def stop(*, job: Job, actor) -> Job:
    """`cancel`, by an operator and on record. Whoever waits for its end is told, as after any other end."""
    if job.state == State.CANCELLED:
        return job  # a second click
    cancel(job=job)
    if job.follow_up:
        enqueue(job.follow_up, f"{job.key}:stopped{job.attempts}", ids=job.ids, queue=job.queue, asked_by=job.asked_by)
    _record("job.stopped", job, actor)
    return job


@transaction.atomic
def start_again(*, job: Job, actor) -> Job:
    """`retry`, by an operator and on record. It stays in the name of whoever asked: their right is asked again."""
    retry(job=job)
    _record("job.started_again", job, actor)
    return job


def _record(verb: str, job: Job, actor) -> None:
    record(
        verb,
        subject=job,
        actor_id=actor.pk,
        role=actor.role_now,
        actor_name=actor.name,
        after={"task": job.task, "attempts": job.attempts},
    )


def send(job: Job, *, is_patient: bool = False) -> bool:
    """Wake a worker up. A broker that is away is left alone for a while; the sweeper sends instead."""
    global _broker_rests_until
    if time.monotonic() < _broker_rests_until and not is_patient:
        return False
    try:
        current_app.send_task(job.task, args=[job.pk], queue=job.queue, retry=False, ignore_result=True)
    except Exception as fault:  # the transports raise whatever their sockets and files raise
        logger.warning("job %s waits for the sweeper, the broker did not take it: %s", job.pk, type(fault).__name__)
        _broker_rests_until = time.monotonic() + settings.JOB_RESEND_SECONDS
        return False
    _broker_rests_until = 0.0
    return True


def registered_tasks() -> frozenset[str]:
    """The names of all tasks, also in a process that has not needed one yet."""
    _import_tasks()
    return frozenset(name for name in current_app.tasks if not name.startswith("celery."))


@cache
def _import_tasks() -> None:
    """Not through Celery's loader: that one runs all system checks, ours of the task names among them."""
    autodiscover_modules("tasks", "schedule")

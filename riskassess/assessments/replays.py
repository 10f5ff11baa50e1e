"""Services of a replay: start it, go one step further, stop it."""

import time

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord, CatalogueRelease, Replay, ReplayDifference
from riskassess.assessments.queries import catalogue_of, records_to_replay
from riskassess.assessments.replaying import Tally
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError
from riskassess.core.memory import collecting_seldom
from riskassess.jobs import services as jobs
from riskassess.jobs.models import Queue
from riskassess.jobs.running import Refused, report_progress, should_give_way

STEP_SECONDS = 5.0  # a step ends after the handful of records that passes this
HANDFUL = 200


@transaction.atomic
def start_replay(*, actor: User | None, release: CatalogueRelease | None = None, every_record: bool = False) -> Replay:
    """Assess what is stored again in the background: each record under its own release, or all under this one."""
    under_way = (
        Replay.objects.select_for_update(of=("self",)).filter(ended_at__isnull=True).select_related("job").first()
    )
    if under_way is not None and under_way.state in {"queued", "working"}:
        raise Conflict(_("A replay is under way already. Wait for its end, or stop it first."))
    newest = AssessmentRecord.objects.aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        raise DomainError(_("Nothing is assessed yet, so there is nothing to replay."))
    replay = Replay(release=release, every_record=every_record, asked_by=actor, until_record=newest)
    replay.total = records_to_replay(replay).count()
    replay.save()
    _queue_step(replay)
    _record(replay, "replay.started", actor, {"records": replay.total})
    return replay


def continue_replay(*, replay: Replay, begin: int) -> None:
    """Go on where the last step ended, for some seconds, and queue the next. A step that comes twice counts once."""
    if replay.ended_at is not None or replay.last_record != begin:
        return
    guard_asker(replay)
    started, tally, at = time.perf_counter(), Tally(), begin
    releases = {release.pk: release for release in CatalogueRelease.objects.defer("texts")}
    with collecting_seldom():
        while True:
            rows = list(records_to_replay(replay, after=at)[:HANDFUL])
            for row in rows:
                tally.add(replay, row, catalogue_of(releases[replay.release_id or row.release_id]))
                at = row.pk
            report_progress(replay.done + tally.done, replay.total)
            is_over = len(rows) < HANDFUL
            if is_over or time.perf_counter() - started > STEP_SECONDS or should_give_way():
                break
    _keep(replay, begin, at, tally, seconds=time.perf_counter() - started, is_over=is_over)


def guard_asker(replay: Replay) -> None:
    """The right is asked again where the work is done: it may have been lost since. The command line has no asker."""
    if replay.asked_by_id is None:
        return
    asker = User.objects.get(pk=replay.asked_by_id)
    if not asker.is_active or not asker.has_perm("assessments.start_replay"):
        raise Refused(_("Whoever asked for this replay may no longer have it. Somebody who may can start another."))


@transaction.atomic
def _keep(replay: Replay, begin: int, at: int, tally: Tally, *, seconds: float, is_over: bool) -> None:
    columns = {
        **tally.onto(replay),
        "last_record": at,
        "seconds": replay.seconds + seconds,
        "ended_at": timezone.now() if is_over else None,
    }
    still = Replay.objects.filter(pk=replay.pk, last_record=begin, ended_at__isnull=True)
    if not still.update(**columns):
        return  # another attempt of this step was faster
    report_progress(columns["done"], replay.total)  # raises where somebody stopped the replay meanwhile
    ReplayDifference.objects.bulk_create(tally.differences, batch_size=500)
    replay.refresh_from_db()
    if is_over:
        counts = {name: getattr(replay, name) for name in ("done", "faults", "moved", "unreadable")}
        _record(replay, "replay.ended", None, counts)
    else:
        _queue_step(replay)


@transaction.atomic
def stop_replay(*, replay: Replay, actor: User) -> None:
    """End a replay before its time; what it found so far stays."""
    if replay.ended_at is not None or replay.job is None:
        raise Conflict(_("This replay has ended already."))
    jobs.cancel(job=replay.job)
    _record(replay, "replay.stopped", actor, {"done": replay.done})


def _queue_step(replay: Replay) -> None:
    replay.job = jobs.enqueue(
        "assessments.continue_replay",
        f"replay:{replay.uid}:{replay.last_record}",
        ids=[replay.pk, replay.last_record],
        queue=Queue.BULK,
        asked_by=replay.asked_by,
    )
    replay.save(update_fields=["job"])


def _record(replay: Replay, verb: str, actor: User | None, after: dict) -> None:
    record(
        verb,
        subject=replay,
        actor_id=actor.pk if actor else None,
        role=actor.role_now if actor else "system",
        actor_name=actor.name if actor else "",
        after={"release": str(replay.release) if replay.release else "each its own", **after},
    )

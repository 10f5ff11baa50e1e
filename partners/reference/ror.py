"""Take over a file of ROR records: first all of it is checked, then it is stored, then made searchable.

It goes step by step, so that it may stop anywhere and go on later; as long as a file is being checked, nothing of it
is stored, so a file that is refused changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import candidates
from partners.models import RorImport
from partners.parsing.ror_json import UnreadableRor, read_entries
from partners.reference.ror_storing import FORM, HANDFUL, check_entry, store
from riskassess.accounts.models import User
from riskassess.audit.log import record
from riskassess.files.services import path_of, remove_file, store_stream
from riskassess.jobs.models import Queue
from riskassess.jobs.models import State as JobState
from riskassess.jobs.running import Refused, going_on, report_progress
from riskassess.jobs.services import enqueue, retry

STEP_SECONDS = 8.0
State = RorImport.State
UNFINISHED = (State.CHECKING, State.STORING, State.INDEXING)


def import_ror(*, path: Path, actor: User | None = None) -> Iterator[RorImport]:
    """Read the file to its end, and give the import whenever it has got on. One that was broken off goes on."""
    work = begin_import(path=path, actor=actor)
    yield work
    while not work.is_over:
        take_step(work, path, seconds=1.0)
        yield work


def import_ror_in_background(*, path: Path, actor: User | None = None) -> RorImport:
    """Keep the file and let the worker read it."""
    work = begin_import(path=path, actor=actor)
    if work.is_over:
        return work
    if work.file is None:
        with path.open("rb") as stream:
            work.file = store_stream(stream=stream, name=path.name, content_type="application/octet-stream")
        work.save(update_fields=["file"])
    _set_going(work)
    return work


def import_ror_upload(*, upload: BinaryIO, name: str, actor: User | None) -> tuple[RorImport, bool]:
    """As `import_ror_in_background`, of a file that somebody sends; and whether there is something to read in it."""
    stored = store_stream(stream=upload, name=name, content_type="application/octet-stream")
    work = begin_import(path=path_of(stored), actor=actor, file_name=stored.name)
    if work.is_over or work.file:
        remove_file(stored)
    else:
        with transaction.atomic():
            work.file = stored
            work.save(update_fields=["file"])
            _record("ror.brought", work, {"file": work.file_name, "sha256": work.sha256})
    if not work.is_over:
        _set_going(work)
    return work, not work.is_over


def _set_going(work: RorImport) -> None:
    """Also where it came to a halt."""
    _queue_step(work)
    if work.job and work.job.state in (JobState.FAILED, JobState.CANCELLED, JobState.REFUSED):
        retry(job=work.job)


@transaction.atomic
def begin_import(*, path: Path, actor: User | None = None, file_name: str = "") -> RorImport:
    """The import of this very file: the one that is through or under way, else a new one in place of any other."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    same = RorImport.objects.filter(sha256=sha256, form=FORM).exclude(state=State.REFUSED)
    if known := same.select_related("file", "job").first():
        return known
    for other in RorImport.objects.filter(state__in=UNFINISHED):
        refuse(other, _("Another file was brought before this one was read to its end."))
    return RorImport.objects.create(
        file_name=(file_name or path.name)[:200], sha256=sha256, form=FORM, brought_by=actor
    )


def take_step(work: RorImport, path: Path, seconds: float = STEP_SECONDS) -> None:
    """Read on for about so many seconds. Afterwards `work` says how far it is."""
    work.refresh_from_db()
    goes_on = going_on(seconds)
    try:
        match work.state:
            case State.CHECKING:
                _check(work, path, goes_on)
            case State.STORING:
                _store(work, path, goes_on)
            case State.INDEXING:
                _index(work, goes_on)
    except UnreadableRor as fault:
        refuse(work, str(fault))


def go_on(work: RorImport) -> None:
    """One step in the worker, which queues the next. Done twice, it comes to the same."""
    if work.is_over or work.file is None:
        return
    guard_bringer(work)
    report_progress(work.done, work.total, progress_words(work))
    take_step(work, path_of(work.file))
    report_progress(work.done, work.total, progress_words(work))
    if not work.is_over:
        _queue_step(work)


def guard_bringer(work: RorImport) -> None:
    """The right is asked again where the work is done. Who has the command line needs none."""
    if work.brought_by_id is None:
        return
    person = User.objects.get(pk=work.brought_by_id)
    if not person.is_active or not person.has_perm("partners.manage_lists"):
        raise Refused(_("Whoever brought this file may no longer change lists. Somebody who may can bring it again."))


def refuse(work: RorImport, reason: str) -> None:
    if _move(work, state=State.REFUSED, reason=reason, finished_at=timezone.now()):
        _record("ror.refused", work, {"reason": reason})


def progress_words(work: RorImport) -> str:
    """How far it is, or how it ended, as one sentence."""
    told = {
        "file": work.file_name, "total": work.total, "done": work.done, "added": work.added, "older": work.older,
        "changed": work.changed, "unchanged": work.unchanged, "reason": work.reason,
    }  # fmt: skip
    match work.state:
        case State.CHECKING:
            return _("%(file)s: %(total)s records checked so far.") % told
        case State.STORING:
            return _("%(file)s: %(done)s of %(total)s records stored.") % told
        case State.INDEXING:
            return _("%(file)s: stored; now its names are made searchable.") % told
        case State.REFUSED if work.done:
            return _("%(file)s was left after %(done)s of %(total)s records: %(reason)s") % told
        case State.REFUSED:
            return _("%(file)s was not taken: %(reason)s What was held before is unchanged.") % told
    return (
        _(
            "%(file)s: %(total)s records, of which %(added)s are new, %(changed)s changed, %(unchanged)s are unchanged "
            "and %(older)s older than what is held."
        )
        % told
    )


def _check(work: RorImport, path: Path, goes_on: Callable[[], bool]) -> None:
    offset, total, newest_on = work.offset, work.total, work.newest_on
    for end, entry in read_entries(path, offset):
        check_entry(entry)
        offset, total = end, total + 1
        newest_on = max(newest_on, entry.modified_on) if newest_on else entry.modified_on
        if total % HANDFUL == 0 and not goes_on():
            _move(work, offset=offset, total=total, newest_on=newest_on)
            return
    _move(work, offset=0, total=total, newest_on=newest_on, state=State.STORING)


def _store(work: RorImport, path: Path, goes_on: Callable[[], bool]) -> None:
    entries = read_entries(path, work.offset)
    while handful := list(islice(entries, HANDFUL)):
        if not store(work, [entry for _end, entry in handful], handful[-1][0]):
            work.refresh_from_db()
            return
        if not goes_on():
            return
    _move(work, state=State.INDEXING)


def _index(work: RorImport, goes_on: Callable[[], bool]) -> None:
    if candidates.build_on(candidates.ROR, round_of=work.uid.hex, goes_on=goes_on):
        candidates.refresh_partners()
        _finish(work)
    else:
        _move(work, offset=work.offset + 1)  # the job of the next step has a key of its own by it


@transaction.atomic
def _finish(work: RorImport) -> None:
    if _move(work, state=State.DONE, finished_at=timezone.now()):
        counts = {name: getattr(work, name) for name in ("total", "added", "changed", "unchanged", "older")}
        _record("ror.imported", work, counts)


def _move(work: RorImport, **changes) -> bool:
    """By compare-and-set: of two processes that read the same file only one gets on."""
    mine = RorImport.objects.filter(pk=work.pk, state=work.state, offset=work.offset)
    won = bool(mine.update(**changes))
    work.refresh_from_db()
    return won


@transaction.atomic
def _queue_step(work: RorImport) -> None:
    key = f"ror:{work.uid}:{work.state}:{work.offset}"
    work.job = enqueue("partners.import_ror_step", key, ids=[work.pk], queue=Queue.BULK, asked_by=work.brought_by)
    RorImport.objects.filter(pk=work.pk).update(job=work.job)


def _record(verb: str, work: RorImport, more: dict) -> None:
    actor = work.brought_by
    record(
        verb,
        subject=work,
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "",
        role=actor.role_now if actor else "system",
        after={"file": work.file_name, "sha256": work.sha256, **more},
    )

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.audit import export, queries
from riskassess.audit.checkpoints import Checkpoint, set_aside
from riskassess.audit.log import instant, record, story
from riskassess.audit.models import AccessRead, ChainCheck, ChainHead, Event, EventDetail
from riskassess.audit.verification import (
    ERASED,
    SEALED,
    Verification,
    compare_with_checkpoints,
    compare_with_witness,
    sealed_content,
    walk_chain,
)
from riskassess.core.context import request_id
from riskassess.core.errors import DomainError

FRESH_MINUTES = 15
WALKED_AT_ONCE = 20_000
VISITOR = "visitor"  # the role of whoever was not signed in


def verify_chain(*, checkpoints: Path | None = None, witness: tuple[int, str] | None = None) -> Verification:
    """Walk the whole chain, hold it against its checkpoints and a printed fingerprint, and name the first fault;
    changes nothing."""
    found = walk_chain()
    if folder := checkpoints or settings.CHECKPOINTS_DIR:
        found = compare_with_checkpoints(found, folder)
    return compare_with_witness(found, *witness) if witness else found


def check_chain(*, checkpoints: Path | None = None, witness: tuple[int, str] | None = None) -> ChainCheck:
    """Verify and keep the result, so that pages can show it with its time."""
    found = verify_chain(checkpoints=checkpoints, witness=witness)
    return ChainCheck.objects.create(
        kind=found.kind,
        position=found.position,
        count=found.count,
        head_sequence=found.head_seq,
        head_hash=found.head_hash,
    )


def recent_check() -> ChainCheck | None:
    """The latest verification; runs one when it is old and the chain short enough to walk while a person waits."""
    latest = ChainCheck.objects.first()
    if latest and latest.at > timezone.now() - timedelta(minutes=FRESH_MINUTES):
        return latest
    length = ChainHead.objects.values_list("sequence", flat=True).first() or 0
    return check_chain() if length <= WALKED_AT_ONCE else latest


@story()
def erase_details(
    *, sequences: Iterable[int], reason: str, actor_id: int | None, role: str, actor_name: str = ""
) -> list[Event]:
    """Empty what these events say about people and content; one event for each says who did it and why."""
    if not reason.strip():
        raise DomainError(_("Say why these details are erased."), field="reason")
    wanted = sorted(set(sequences))
    events = list(Event.objects.filter(sequence__in=wanted).select_related("detail"))
    if unknown := sorted(set(wanted) - {event.sequence for event in events}):
        raise DomainError(_("There is no event %(number)s.") % {"number": unknown[0]}, field="sequences")
    for event in events:
        if event.verb == SEALED:
            text = _("Event %(number)s seals the log of reads and names nobody: it stays.")
            raise DomainError(text % {"number": event.sequence}, field="sequences")
    told = [event for event in events if not event.detail.is_erased]
    EventDetail.objects.filter(event__in=told).update(salt="", actor_name="", before=None, after=None)
    return [
        record(
            ERASED,
            subject=f"audit.Event:{event.sequence}",
            actor_id=actor_id,
            role=role,
            reference=event.reference,
            after={"reason": reason},
            actor_name=actor_name,
        )
        for event in told
    ]


def record_denial(
    *,
    actor_id: int | None,
    role: str,
    subject: str,
    reference: str = "",
    method: str = "",
    status: int = 403,
    reason: str = "",
    actor_name: str = "",
) -> Event:
    """Keep that somebody was refused. Call it after the refused transaction has ended, so that it stays."""
    with transaction.atomic(durable=True):
        return record(
            "access.denied",
            subject=readable(subject, 120),
            actor_id=actor_id,
            role=role,
            reference=readable(reference, 40),
            after={"method": readable(method, 10), "status": status, "reason": readable(reason, 300)},
            actor_name=actor_name,
        )


def record_read(verb: str, *, actor_id: int | None, role: str, subject: str = "", reference: str = "") -> AccessRead:
    """Keep that somebody read or downloaded something; a minute later it is sealed into the chain."""
    return AccessRead.objects.create(
        at=timezone.now(),
        actor_id=actor_id,
        role=role,
        verb=verb,
        subject=readable(subject, 120),
        reference=readable(reference, 40),
        request_id=request_id.get(),
    )


def seal_reads() -> Event | None:
    """Take the reads of all finished minutes into the chain with one event; without any it does nothing.

    Being called twice, or by two schedulers at once, is harmless.
    """
    with transaction.atomic(durable=True):
        # The head is locked first here, against the habit: its next number marks the rows before the event is written.
        sequence = ChainHead.objects.select_for_update().get().sequence + 1
        this_minute = timezone.now().replace(second=0, microsecond=0)
        if not AccessRead.objects.filter(sealed_in=None, at__lt=this_minute).update(sealed_in_id=sequence):
            return None
        return record(SEALED, subject="audit.AccessRead", actor_id=None, role="system", after=sealed_content(sequence))


@transaction.atomic
def accept_older_log(*, reason: str, actor_name: str) -> list[Checkpoint]:
    """Go on with a log that ends before its checkpoints; these stay beside it, and an event says who did it and why."""
    if not reason.strip():
        raise DomainError(_("Say why the newer log is given up."), field="reason")
    head, name = ChainHead.objects.get(), f"set-aside-{timezone.now():%Y%m%dT%H%M%S}"
    ahead = set_aside(settings.CHECKPOINTS_DIR, above=head.sequence, name=name)
    if not ahead:
        raise DomainError(_("No checkpoint is ahead of the log: there is nothing to accept."))
    record(
        "audit.older_log_accepted",
        subject="audit.Event",
        actor_id=None,
        role="system",
        actor_name=actor_name,
        before={"checkpoint": ahead[-1].sequence, "hash": ahead[-1].hash},
        after={"sequence": head.sequence, "hash": head.hash, "folder": name, "reason": reason.strip()},
    )
    return ahead


@dataclass(frozen=True)
class Export:
    """An export that is on record: what to write, and the manifest that goes with the file."""

    events: QuerySet[Event]
    manifest: dict[str, object]


@transaction.atomic
def open_export(
    *,
    filters: queries.EventFilters,
    file_format: str,
    content: bool,
    actor_id: int | None,
    role: str,
    actor_name: str = "",
    open_to: Callable[[QuerySet[Event]], QuerySet[Event]] | None = None,
) -> Export:
    """Begin an export of the log as it stands now; the export is an event itself, though not among its own lines.
    `open_to` leaves out what the reader may not have."""
    head = ChainHead.objects.get()
    events = queries.events(filters, content=content).filter(sequence__lte=head.sequence).order_by("sequence")
    events = open_to(events) if open_to else events
    manifest = {
        "format": file_format,
        "content": content,
        "columns": list(export.columns(content)),
        "filter": filters.as_record(),
        "count": events.count(),
        "chain_head": {"sequence": head.sequence, "hash": head.hash},
        "made_at": instant(timezone.now()),
    }
    record(
        "audit.exported",
        subject="audit.Event",
        actor_id=actor_id,
        role=role,
        reference=readable(filters.reference, 40),
        after=manifest,
        actor_name=actor_name,
    )
    return Export(events, manifest)


def readable(text: str, length: int) -> str:
    """Text from outside, such as an address that was asked for, made fit to be kept."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)[:length]

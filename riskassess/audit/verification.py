"""Walks the chain from its first event to its head, in constant memory, and names the first fault it meets.

A quick walk says whether all is in order; only where it does not, the careful one looks for what and where.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from pathlib import Path

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from riskassess.audit.checkpoints import compare_checkpoints
from riskassess.audit.log import (
    FIRST_HASH,
    canonical,
    commitment_of,
    hash_of,
    instant,
    sign_event,
    sign_head,
)
from riskassess.audit.models import AccessRead, ChainHead, Event

ERASED = "audit.detail_erased"
SEALED = "audit.reads_sealed"
QUICK = (
    *("sequence", "at", "actor_id", "role", "verb", "subject", "reference", "request_id", "commitment"),
    *("previous_hash", "hash", "hmac", "detail__event_id"),
    *("detail__salt", "detail__actor_name", "detail__before", "detail__after"),
)
encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
PROBLEMS = {
    "edited": gettext_noop("Event %(position)s was edited: it no longer matches its own fingerprint."),
    "deleted": gettext_noop("Event %(position)s is missing."),
    "inserted": gettext_noop("Event %(position)s was put in from outside: it does not follow the event before it."),
    "swapped": gettext_noop("Event %(position)s stands in the wrong place: it was swapped with another."),
    "duplicated": gettext_noop("Event %(position)s stands in the log twice."),
    "forged": gettext_noop("Event %(position)s was not written by this system: its keyed fingerprint is wrong."),
    "cut": gettext_noop("The end of the log was cut off: event %(position)s and those after it are missing."),
    "head": gettext_noop("The end of the log, event %(position)s, is not the one that this system noted."),
    "detail_edited": gettext_noop("The detail of event %(position)s was edited."),
    "detail_missing": gettext_noop("The detail of event %(position)s was removed."),
    "detail_emptied": gettext_noop("The detail of event %(position)s was emptied, and no event says who erased it."),
    "reads_edited": gettext_noop("The reads that event %(position)s sealed were edited or removed."),
    "checkpoint_ahead": gettext_noop(
        "Event %(position)s is missing, and those after it: a signed checkpoint says that the log went further."
    ),
    "checkpoint_differs": gettext_noop(
        "Event %(position)s is not the one of its signed checkpoint: the log was rewritten, from there or from before."
    ),
    "checkpoint_forged": gettext_noop(
        "The checkpoint of event %(position)s does not carry the signature of this system: it was edited or put there."
    ),
    "witness_differs": gettext_noop(
        "Event %(position)s is not the one whose fingerprint was printed: the log was rewritten, from there or before."
    ),
}


@dataclass(frozen=True)
class Verification:
    """What a walk along the chain found. `position` is the number of the first event at fault."""

    count: int
    head_seq: int
    head_hash: str
    kind: str = ""
    position: int | None = None
    at: datetime = field(default_factory=timezone.now)

    @property
    def ok(self) -> bool:
        return not self.kind

    @property
    def problem(self) -> str:
        return problem_of(self.kind, self.position)


def problem_of(kind: str, position: int | None) -> str:
    return _(PROBLEMS[kind]) % {"position": position} if kind else ""


def walk_chain(*, chunk_size: int = 2000) -> Verification:
    heads = list(ChainHead.objects.all()[:2])
    if len(heads) != 1:
        return Verification(0, 0, "", "head", 0)
    head = heads[0]
    if is_in_order(head):
        return Verification(head.sequence, head.sequence, head.hash)
    return walk_with_care(head, chunk_size=chunk_size)


def compare_with_witness(found: Verification, sequence: int, printed_hash: str) -> Verification:
    """Hold a good log against a number and fingerprint that stand somewhere else, such as in a report."""
    if not found.ok:
        return found
    if sequence > found.head_seq:
        return replace(found, kind="checkpoint_ahead", position=found.head_seq + 1)
    stored = Event.objects.filter(sequence=sequence).values_list("hash", flat=True).first() if sequence else FIRST_HASH
    return found if stored == printed_hash else replace(found, kind="witness_differs", position=sequence)


def compare_with_checkpoints(found: Verification, folder: Path) -> Verification:
    fault = compare_checkpoints(folder) if found.ok else None
    return replace(found, kind=fault.kind, position=fault.position) if fault else found


def is_in_order(head: ChainHead) -> bool:
    """The quick walk. It never says yes where the careful one would find something; its no may be a false alarm, such
    as an event that was written meanwhile."""
    if not same(head.hmac, sign_head(head.sequence, head.hash)):
        return False
    if Event.objects.count() != head.sequence:
        return False
    previous_hash, sequence, emptied, key = FIRST_HASH, 0, [], settings.AUDIT_KEY
    rows = Event.objects.order_by("sequence").values_list(*QUICK).iterator(chunk_size=5000)
    try:
        for row in rows:
            number, at, actor, role, verb, subject, reference, request, commitment, before, own, mac, *detail = row
            detail_of, salt, name, value_before, value_after = detail
            sequence += 1
            if actor.__class__ is not int and actor is not None:
                return False
            # What `canonical` gives for the fields of an event, without the dictionary and its sorting.
            content = (
                f'{{"actor_id":{"null" if actor is None else actor},"at":"{instant(at)}",'
                f'"commitment":{quoted(commitment)},"previous_hash":{quoted(before)},"reference":{quoted(reference)},'
                f'"request_id":{quoted(request)},"role":{quoted(role)},"sequence":{number},'
                f'"subject":{quoted(subject)},"verb":{quoted(verb)}}}'
            )
            if (
                number != sequence
                or detail_of != number
                or before != previous_hash
                or sha256(content.encode()).hexdigest() != own
                or hmac.digest(key, f"event:{own}".encode(), "sha256").hex() != mac
            ):
                return False
            if salt == name == "" and value_before is None and value_after is None:
                emptied.append(number)
            else:
                after, earlier = ("null" if value is None else encode(value) for value in (value_after, value_before))
                told = f'{salt}{{"actor_name":{quoted(name)},"after":{after},"before":{earlier}}}'
                if sha256(told.encode()).hexdigest() != commitment:
                    return False
            if verb == SEALED and value_after != sealed_content(number):
                return False
            previous_hash = own
    except (ValueError, TypeError, AttributeError, OperationalError):
        return False
    if (sequence, previous_hash) != (head.sequence, head.hash):
        return False
    erased = {f"audit.Event:{number}" for number in emptied}
    told = set(Event.objects.filter(verb=ERASED).values_list("subject", flat=True)) if erased else set()
    stray = AccessRead.objects.filter(sealed_in__isnull=False).exclude(sealed_in__verb=SEALED)
    return erased <= told and not stray.exists()


def walk_with_care(head: ChainHead, *, chunk_size: int) -> Verification:
    count, previous_hash, emptied = 0, FIRST_HASH, None
    hash_at_head = FIRST_HASH if head.sequence == 0 else None

    def found(kind: str, position: int) -> Verification:
        return Verification(count, head.sequence, head.hash, kind, position)

    if not same(head.hmac, sign_head(head.sequence, head.hash)):
        return found("head", head.sequence)
    events = Event.objects.select_related("detail").order_by("sequence").iterator(chunk_size=chunk_size)
    try:
        for event in events:
            if fault := fault_of(event, count + 1, previous_hash):
                return found(*fault)
            count, previous_hash = event.sequence, event.hash
            if emptied is None and event.detail.is_erased and not has_erasure(event):
                emptied = event.sequence
            if event.sequence == head.sequence:
                hash_at_head = event.hash
    except (ValueError, TypeError, AttributeError):  # a value that no longer reads as what it was written as
        return found("edited", count + 1)
    except OperationalError as error:
        if "decode" not in str(error):
            raise
        # SQLite met text that is no UTF-8, somewhere in this chunk: walk again, row by row, to name the place
        return found("edited", count + 1) if chunk_size == 1 else walk_with_care(head, chunk_size=1)
    if count < head.sequence:
        return found("cut", count + 1)
    if hash_at_head != head.hash:
        return found("head", head.sequence)
    # More events than the head we read first: written meanwhile, and then the head has moved on too.
    if count > head.sequence and count > ChainHead.objects.get().sequence:
        return found("inserted", head.sequence + 1)
    if stray := AccessRead.objects.filter(sealed_in__isnull=False).exclude(sealed_in__verb=SEALED).first():
        return found("reads_edited", stray.sealed_in_id)
    if emptied:  # last, for where the erasure that would explain it was tampered with, that event is the fault
        return found("detail_emptied", emptied)
    return Verification(count, count, previous_hash)


def fault_of(event: Event, expected: int, previous_hash: str) -> tuple[str, int] | None:
    """The kind and position of what is wrong with an event that should stand at `expected`."""
    if event.sequence > expected:
        return "deleted", expected
    if event.sequence < expected:
        return "duplicated", event.sequence
    own_hash = hash_of(event)
    is_genuine = same(event.hmac, sign_event(event.hash))
    if own_hash != event.hash or event.previous_hash != previous_hash or not is_genuine:
        others = Event.objects.exclude(sequence=expected)
        if others.filter(hash=event.hash).exists():
            return "duplicated", expected
        if others.filter(previous_hash=previous_hash).exists():
            return ("swapped" if is_genuine else "inserted"), expected
        return ("edited" if own_hash != event.hash else "forged"), expected
    if kind := detail_fault(event):
        return kind, expected
    return None


def detail_fault(event: Event) -> str:
    if not hasattr(event, "detail"):
        return "detail_missing"
    if event.verb == SEALED and event.detail.after != sealed_content(event.sequence):
        return "reads_edited"
    try:
        is_whole = event.detail.is_erased or commitment_of(event.detail) == event.commitment
    except (ValueError, TypeError, AttributeError):
        is_whole = False
    return "" if is_whole else "detail_edited"


def has_erasure(event: Event) -> bool:
    erasures = Event.objects.filter(verb=ERASED, subject=f"audit.Event:{event.sequence}")
    return erasures.filter(sequence__gt=event.sequence).exists()


def sealed_content(sequence: int) -> dict[str, object]:
    """Count and fingerprint of the reads that one event seals."""
    digest, count = hashlib.sha256(), 0
    for read in AccessRead.objects.filter(sealed_in_id=sequence).order_by("id").iterator(chunk_size=2000):
        count += 1
        fields = {name: getattr(read, name) for name in ("id", "actor_id", "role", "verb", "subject", "reference")}
        digest.update(canonical(fields | {"request_id": read.request_id, "at": instant(read.at)}) + b"\n")
    return {"count": count, "sha256": digest.hexdigest()}


def same(one: object, other: str) -> bool:
    return isinstance(one, str) and hmac.compare_digest(one.encode(), other.encode())

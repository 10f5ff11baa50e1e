"""The only writer of the audit log. An event is part of the transaction of the change that it tells of."""

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from riskassess.audit.checkpoints import take_after_commit
from riskassess.audit.models import ChainHead, Event, EventDetail
from riskassess.core.context import request_id

FIRST_HASH = "0" * 64
CHAINED = ("actor_id", "role", "verb", "subject", "reference", "request_id", "commitment", "previous_hash")

_drafts: ContextVar[list["Draft"] | None] = ContextVar("audit_drafts", default=None)


def record(
    verb: str,
    *,
    subject: models.Model | str,
    actor_id: int | None,
    role: str,
    reference: str = "",
    before: object = None,
    after: object = None,
    actor_name: str = "",
) -> Event:
    """Write one event; without an actor it is the system's own.

    Inside a `story` the event gets its number and fingerprints when the story ends, otherwise at once; then the head of
    the chain stays locked until the transaction ends, so call it as the last step.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            f"The event '{verb}' was recorded outside a transaction. An event belongs to the transaction of its "
            "change: wrap the service in transaction.atomic."
        )
    event = Event(
        actor_id=actor_id,
        role=plain(str(role)),
        verb=verb,
        subject=plain(subject if isinstance(subject, str) else subject_of(subject)),
        reference=plain(reference),
        request_id=request_id.get(),
    )
    for field in ("role", "verb", "subject", "reference", "request_id"):
        if len(getattr(event, field)) > Event._meta.get_field(field).max_length:
            raise ValueError(f"The {field} of the event '{verb}' is too long: {getattr(event, field)!r}.")
    detail = EventDetail(
        salt=secrets.token_hex(16),
        actor_name=plain(str(actor_name))[:200],
        before=plain(before, "before"),
        after=plain(after, "after"),
    )
    event.commitment = commitment_of(detail)
    draft = Draft(event, detail)
    drafts = _drafts.get()
    if drafts is None:
        append([draft])
    else:
        drafts.append(draft)
        transaction.on_commit(draft)
    return event


@contextmanager
def story() -> Iterator[None]:
    """A transaction that records several events, as decorator or block; use it in place of `transaction.atomic`.

    The events enter the chain together as its last step. So nobody who holds the head of the chain still waits for
    another row, and two stories can't block each other for good.
    """
    with transaction.atomic():
        if _drafts.get() is not None:  # a story within a story ends with the outer one
            yield
            return
        drafts: list[Draft] = []
        token = _drafts.set(drafts)
        try:
            yield
        finally:
            _drafts.reset(token)
        # What a rolled-back savepoint recorded has not happened; Django forgets its on_commit functions, and so do we.
        alive = {id(function) for _, function, _ in transaction.get_connection().run_on_commit}
        append([draft for draft in drafts if id(draft) in alive])


class Draft:
    """An event that waits for its place in the chain."""

    def __init__(self, event: Event, detail: EventDetail):
        self.event = event
        self.detail = detail

    def __call__(self) -> None:
        """Nothing is left to do at commit; registered only to learn of savepoints that were rolled back."""


def append(drafts: list[Draft]) -> None:
    if not drafts:
        return
    head = ChainHead.objects.select_for_update().get()
    sequence, previous_hash, now = head.sequence, head.hash, timezone.now()
    for draft in drafts:
        event = draft.event
        sequence += 1
        event.sequence, event.at, event.previous_hash = sequence, now, previous_hash
        event.hash = previous_hash = hash_of(event)
        event.hmac = sign_event(event.hash)
        draft.detail.event = event
    Event.objects.bulk_create([draft.event for draft in drafts])
    EventDetail.objects.bulk_create([draft.detail for draft in drafts])
    moved = ChainHead.objects.filter(pk=head.pk, sequence=head.sequence).update(
        sequence=sequence, hash=previous_hash, hmac=sign_head(sequence, previous_hash)
    )
    if moved != 1:
        raise transaction.TransactionManagementError(
            "Another transaction moved the head of the audit log: nothing was written. Try again."
        )
    take_after_commit(head.sequence, sequence, previous_hash, now)


def subject_of(row: models.Model) -> str:
    return f"{row._meta.label}:{getattr(row, 'uid', None) or row.pk}"


def plain(value: object, path: str = "value") -> object:
    """The value as it is kept: text in NFC, no number that two machines could print differently."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", str(value))
        if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise ValueError(f"An event can't keep {path}: the text holds a character that no database stores.")
        return text
    if isinstance(value, list | tuple):
        return [plain(item, f"{path}[{position}]") for position, item in enumerate(value)]
    if isinstance(value, dict):
        if wrong := [key for key in value if not isinstance(key, str)]:
            raise TypeError(f"An event can't keep {path}: the key {wrong[0]!r} is not text.")
        kept = {plain(key, path): plain(item, f"{path}.{key}") for key, item in value.items()}
        if len(kept) != len(value):
            raise ValueError(f"An event can't keep {path}: two of its keys are the same text.")
        return kept
    remedy = "as text or whole number" if isinstance(value, float) else "as text, whole number, yes/no, list or mapping"
    raise TypeError(f"An event can't keep {path}: {type(value).__name__}. Hand it over {remedy}.")


def canonical(value: object) -> bytes:
    """The same bytes for the same value, on every machine and database."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def commitment_of(detail: EventDetail) -> str:
    content = {"actor_name": detail.actor_name, "before": detail.before, "after": detail.after}
    return hashlib.sha256(detail.salt.encode() + canonical(content)).hexdigest()


def hash_of(event: Event) -> str:
    content = {name: getattr(event, name) for name in CHAINED}
    content |= {"sequence": event.sequence, "at": instant(event.at)}
    return hashlib.sha256(canonical(content)).hexdigest()


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def sign_event(event_hash: str) -> str:
    return keyed(f"event:{event_hash}")


def sign_head(sequence: int, head_hash: str) -> str:
    return keyed(f"head:{sequence}:{head_hash}")


def keyed(text: str) -> str:
    return hmac.new(settings.AUDIT_KEY, text.encode(), hashlib.sha256).hexdigest()

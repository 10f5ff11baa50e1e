import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import CheckedFile
from riskassess.files.models import FileState, StoredFile
from riskassess.files.names import plain_name
from riskassess.jobs.services import enqueue

PART = 1024 * 1024
GONE = _("The file is no longer in the store. Tell your administrator: it must come from a backup.")
CHANGED = _("The stored file is not the one that was recorded. Tell your administrator.")
WAITS = _("“%(name)s” is being checked for viruses. It can be downloaded as soon as that is done.")
REMOVED = _("“%(name)s” was removed after the time for which files are kept. Its fingerprint stays on record.")
INFECTED = _("“%(name)s” was not kept: the virus scanner found something in it.")

_written: ContextVar[list[Path] | None] = ContextVar("files_written", default=None)


@contextmanager
def written_whole() -> Iterator[None]:
    """Whatever files are stored inside go away again when the block fails; put it around the transaction, as block or
    decorator."""
    if _written.get() is not None:
        yield
        return
    written: list[Path] = []
    token = _written.set(written)
    try:
        yield
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    finally:
        _written.reset(token)


def store_bytes(*, content: bytes, name: str, content_type: str) -> StoredFile:
    return store_stream(stream=io.BytesIO(content), name=name, content_type=content_type)


def store_stream(*, stream: BinaryIO, name: str, content_type: str) -> StoredFile:
    """Write the file whole or not at all, then its row. A file without a row is waste, a row without one a lie."""
    kept_name = plain_name(name)
    relative = _new_path()
    target = settings.FILES_DIR / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    digest, size = hashlib.sha256(), 0
    try:
        with draft.open("xb") as file:
            draft.chmod(0o640)
            while part := stream.read(PART):
                digest.update(part)
                size += file.write(part)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    if (written := _written.get()) is not None:
        written.append(target)
    _sync_folder(target.parent)
    return StoredFile.objects.create(
        name=kept_name, content_type=content_type, size=size, sha256=digest.hexdigest(), path=relative
    )


@transaction.atomic
def store_checked(*, file: CheckedFile) -> StoredFile:
    """Keep a file that was looked into. Where a virus scanner is set, nobody gets it before that has seen it."""
    stored = store_bytes(content=file.content, name=file.name, content_type=file.content_type)
    stored.given_sha256, stored.left_out = file.given_sha256, list(file.left_out)
    if settings.CLAMD:
        stored.state = FileState.QUARANTINED
        enqueue("files.scan_file", f"scan:{stored.uid}", ids=[stored.pk], follow_up="schedule.file_scanned")
    stored.save(update_fields=["given_sha256", "left_out", "state"])
    return stored


@transaction.atomic
def copy_stored(*, stored: StoredFile) -> StoredFile:
    """The same file for another owner, with bytes of its own: either may go without the other."""
    guard_kept(stored)
    with path_of(stored).open("rb") as stream:
        copied = store_stream(stream=stream, name=stored.name, content_type=stored.content_type)
    copied.given_sha256, copied.left_out = stored.given_sha256, list(stored.left_out)
    copied.save(update_fields=["given_sha256", "left_out"])
    return copied


def read_bytes(stored: StoredFile) -> bytes:
    """The content, compared with what the row says: a changed file is never handed out as the one that was stored."""
    guard_kept(stored)
    return _read(stored)


def quarantined_bytes(stored: StoredFile) -> bytes:
    """The content for the virus scanner alone, which sees what nobody else may."""
    return _read(stored)


def guard_kept(stored: StoredFile) -> None:
    if stored.state == FileState.QUARANTINED:
        raise Conflict(WAITS % {"name": stored.name})
    if stored.state == FileState.REFUSED:
        raise DomainError(INFECTED % {"name": stored.name})
    if stored.state == FileState.GONE:
        raise DomainError(REMOVED % {"name": stored.name})


def _read(stored: StoredFile) -> bytes:
    try:
        content = (settings.FILES_DIR / stored.path).read_bytes()
    except FileNotFoundError:
        raise DomainError(GONE) from None
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise DomainError(CHANGED)
    return content


def remove_file(stored: StoredFile) -> None:
    """Delete the row now and the bytes once that is committed. A row that still points to it is refused by the
    database."""
    path = settings.FILES_DIR / stored.path
    stored.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


@transaction.atomic
def clear_bytes(*, stored: StoredFile) -> None:
    """Take the bytes away for good; the row stays, with name, size and fingerprint of what was there."""
    StoredFile.objects.filter(pk=stored.pk).update(state=FileState.GONE)
    path = settings.FILES_DIR / stored.path
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


@transaction.atomic
def settle_scan(*, stored: StoredFile, found: str) -> bool:
    """What the virus scanner said: nothing (then the file is open), or the name of what it found (then its bytes go).
    False where that was settled before."""
    state = FileState.REFUSED if found else FileState.KEPT
    waiting = StoredFile.objects.filter(pk=stored.pk, state=FileState.QUARANTINED)
    if not waiting.update(state=state):
        return False
    stored.state = state
    if found:
        path = settings.FILES_DIR / stored.path
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return True


def path_of(stored: StoredFile) -> Path:
    """As `read_bytes`, for a file too large to be held in memory."""
    path = settings.FILES_DIR / stored.path
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise DomainError(GONE) from None
    if digest != stored.sha256:
        raise DomainError(CHANGED)
    return path


def _new_path() -> str:
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name[2:]}"


def _sync_folder(folder) -> None:
    """Without this a power cut may forget the name of a file whose content is safe."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

import hashlib
import io
import os
import secrets
import unicodedata
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from riskassess.core.errors import DomainError
from riskassess.files.models import StoredFile

NAME_LENGTH = 200
PART = 1024 * 1024
GONE = _("The file is no longer in the store. Tell your administrator: it must come from a backup.")
CHANGED = _("The stored file is not the one that was recorded. Tell your administrator.")


def store_bytes(*, content: bytes, name: str, content_type: str) -> StoredFile:
    return store_stream(stream=io.BytesIO(content), name=name, content_type=content_type)


def store_stream(*, stream: BinaryIO, name: str, content_type: str) -> StoredFile:
    """Write the file whole or not at all, then its row. A file without a row is waste, a row without one a lie."""
    plain_name = _plain_name(name)
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
    _sync_folder(target.parent)
    return StoredFile.objects.create(
        name=plain_name, content_type=content_type, size=size, sha256=digest.hexdigest(), path=relative
    )


def read_bytes(stored: StoredFile) -> bytes:
    """The content, compared with what the row says: a changed file is never handed out as the one that was stored."""
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


def _plain_name(name: str) -> str:
    """A name that is safe in a header and in a save dialogue: no folders, no control or direction characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    if not visible:
        raise ValueError(f"{name!r} is no file name.")
    if len(visible) <= NAME_LENGTH:
        return visible
    stem, dot, ending = visible.rpartition(".")
    return stem[: NAME_LENGTH - len(ending) - 1] + dot + ending if stem and len(ending) < 20 else visible[:NAME_LENGTH]


def _sync_folder(folder) -> None:
    """Without this a power cut may forget the name of a file whose content is safe."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

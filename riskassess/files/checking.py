"""What comes in from outside is looked into and made harmless before anything of it is kept."""

import hashlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.utils.formats import number_format

from riskassess.core.errors import DomainError
from riskassess.files import sentences
from riskassess.files.cleaning import KINDS, LARGEST
from riskassess.files.cleaning.sniffing import kind_in
from riskassess.files.names import plain_name

SECONDS = 15  # the process itself stops earlier; this is for a machine under load
MEGABYTE = 1024 * 1024
AT_ONCE = threading.BoundedSemaphore(2)  # of one server process; each may take some hundred megabytes


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept: its harmless content, and what came in."""

    name: str
    content_type: str
    content: bytes
    given_sha256: str
    left_out: tuple[str, ...] = ()


def check_file(*, stream: BinaryIO, name: str, size: int) -> CheckedFile:
    """The file as it may be kept. DomainError says what is wrong with it and what to do."""
    if size > LARGEST:
        raise DomainError(
            sentences.TOO_LARGE % {"size": number_format(size / MEGABYTE, 1), "most": LARGEST // MEGABYTE}
        )
    stream.seek(0)
    content = stream.read(LARGEST + 1)
    if not content:
        raise DomainError(sentences.EMPTY)
    try:
        kept_name = plain_name(name)
    except ValueError:
        raise DomainError(sentences.NO_NAME) from None
    kind = kind_in(content)
    _guard_kind(kind, kept_name)
    kept, left_out = _cleaned_apart(kind, content)
    return CheckedFile(
        name=kept_name,
        content_type=KINDS[kind][0],
        content=kept,
        given_sha256=hashlib.sha256(content).hexdigest(),
        left_out=left_out if kept != content else (),
    )


def _guard_kind(kind: str, name: str) -> None:
    """The content is of a kind that is taken, and the name ends as this kind does."""
    ending = PurePath(name).suffix.casefold()
    endings = {end for _type, ends, _module in KINDS.values() for end in ends}
    found = sentences.KIND_WORDS[kind]
    way_out = sentences.WAYS_OUT.get(kind, sentences.OTHER_WAY_OUT)
    if kind not in KINDS:
        raise DomainError(sentences.OTHER_KIND % {"found": found, "way_out": way_out})
    if ending in KINDS[kind][1]:
        return
    if ending in endings:
        raise DomainError(sentences.OTHER_ENDING % {"found": found, "ending": ending})
    if kind == "txt" and ending:
        raise DomainError(sentences.NOT_TAKEN_ENDING % {"ending": ending[:20], "way_out": str(sentences.OTHER_WAY_OUT)})
    raise DomainError(sentences.NO_ENDING % {"found": found, "wanted": KINDS[kind][1][0]})


def _cleaned_apart(kind: str, content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Cleaned by a process of its own, so that a hostile file takes nothing of this one with it."""
    command = [sys.executable, "-m", "riskassess.files.cleaning", kind]
    try:
        with AT_ONCE:
            ended = subprocess.run(  # noqa: S603  the command is ours, and so is the kind
                command, input=content, capture_output=True, timeout=SECONDS, cwd=settings.BASE_DIR, env={}, check=False
            )
    except subprocess.TimeoutExpired:
        raise DomainError(sentences.REFUSED["too_heavy"]) from None
    head, _sign, kept = ended.stdout.partition(b"\n")
    if ended.returncode or not head:
        raise DomainError(sentences.REFUSED["too_heavy" if ended.returncode < 0 else "too_strange"])
    told = json.loads(head)
    if code := told.get("code"):
        raise DomainError(sentences.REFUSED[code] % told["given"])
    return kept, tuple(told["left_out"])

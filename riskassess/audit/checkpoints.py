"""Signed notes of where the log stood, kept outside the database: a file each, and what else the settings name.

Whoever rewrites the log, even with its key, would have to reach every copy of these, too.
"""

import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from functools import partial
from logging.handlers import SysLogHandler
from pathlib import Path
from smtplib import SMTPException
from typing import NamedTuple

from django.conf import settings
from django.core.mail import send_mail
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.audit.models import ChainHead, Event
from riskassess.audit.signing import is_signed, public_key, sign

logger = logging.getLogger(__name__)
EVERY = 100
PATTERN = "[0-9]*.json"


class Checkpoint(NamedTuple):
    sequence: int
    hash: str
    at: str
    key: str
    signature: str
    name: str = ""

    @property
    def text(self) -> str:
        """What is signed."""
        return f"RiskAssess checkpoint\n{self.sequence}\n{self.hash}\n{self.at}"

    @property
    def line(self) -> str:
        return f"checkpoint {self.sequence} {self.hash} {self.at} {self.signature}"


class Fault(NamedTuple):
    """What is wrong, as a kind of `verification.PROBLEMS`, and the event at which it shows."""

    kind: str
    position: int


def take_after_commit(before: int, sequence: int, head_hash: str, at: datetime) -> None:
    """Note the end of the log once it is committed, each time it has passed another hundred. A full disk stops nobody:
    what is missing is taken an hour later."""
    if settings.CHECKPOINTS_DIR and sequence // EVERY > before // EVERY:
        transaction.on_commit(partial(take_checkpoint, sequence, head_hash, at), robust=True)


def take_now() -> Checkpoint | None:
    """Note where the log stands; nothing new where that is noted already. Once an hour this goes out by mail, too, and
    whatever a receiver did not take before is told again."""
    head = ChainHead.objects.get()
    if not settings.CHECKPOINTS_DIR or not head.sequence:
        return None
    taken, is_new = _sign(head.sequence, head.hash, timezone.now()), not _path(head.sequence).exists()
    if is_new:
        _keep(taken)
    _tell_once("syslog", settings.CHECKPOINTS_SYSLOG, _tell_syslog, taken)
    _tell_once("mail", settings.CHECKPOINTS_MAIL, _mail, taken)
    return taken if is_new else None


def take_checkpoint(sequence: int, head_hash: str, at: datetime) -> Checkpoint:
    taken = _sign(sequence, head_hash, at)
    _keep(taken)
    _tell_once("syslog", settings.CHECKPOINTS_SYSLOG, _tell_syslog, taken)
    return taken


def _sign(sequence: int, head_hash: str, at: datetime) -> Checkpoint:
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    unsigned = Checkpoint(sequence, head_hash, moment, public_key(), "")
    return unsigned._replace(signature=sign(unsigned.text))


def _keep(taken: Checkpoint) -> None:
    content = {name: value for name, value in taken._asdict().items() if name != "name"}
    _write_once(_path(taken.sequence), json.dumps(content, indent=1) + "\n")


def _tell_once(way: str, address: str, tell: Callable[[Checkpoint], bool], taken: Checkpoint) -> None:
    """A file beside the checkpoints says how far each receiver was told: that one is kept says nothing about that."""
    marker, told = settings.CHECKPOINTS_DIR / f".told-{way}", f"{address} {taken.sequence}"
    if address and (not marker.exists() or marker.read_text(encoding="utf-8") != told) and tell(taken):
        marker.write_text(told, encoding="utf-8")


def read_checkpoints(folder: Path) -> Iterator[Checkpoint]:
    """In the order of the log; a file that can't be read comes with no signature."""
    return map(_read, sorted(folder.glob(PATTERN)))


def _read(path: Path) -> Checkpoint:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        texts = [str(content[name]) for name in ("hash", "at", "key", "signature")]
        return Checkpoint(int(content["sequence"]), *texts, name=path.name)
    except (OSError, ValueError, KeyError, TypeError):
        return Checkpoint(int(path.stem) if path.stem.isdigit() else 0, "", "", "", "", path.name)


def compare_checkpoints(folder: Path) -> Fault | None:
    """Hold the log against its checkpoints: the first that is not ours, that the log contradicts, or that is ahead."""
    key = public_key()
    head = ChainHead.objects.values_list("sequence", flat=True).first() or 0
    batch: list[Checkpoint] = []
    for checkpoint in read_checkpoints(folder):
        if checkpoint.key != key or not is_signed(checkpoint.text, checkpoint.signature, key):
            return Fault("checkpoint_forged", checkpoint.sequence)
        batch.append(checkpoint)
        if len(batch) == 500:
            if fault := _contradicted(batch, head):
                return fault
            batch = []
    return _contradicted(batch, head)


def _contradicted(checkpoints: list[Checkpoint], head: int) -> Fault | None:
    stored = dict(
        Event.objects.filter(sequence__in=[each.sequence for each in checkpoints]).values_list("sequence", "hash")
    )
    for checkpoint in checkpoints:
        if checkpoint.sequence > head:
            return Fault("checkpoint_ahead", head + 1)
        if stored.get(checkpoint.sequence) != checkpoint.hash:
            return Fault("checkpoint_differs", checkpoint.sequence)
    return None


def newest_checkpoint() -> Checkpoint | None:
    folder = settings.CHECKPOINTS_DIR
    paths = sorted(folder.glob(PATTERN)) if folder else []
    return _read(paths[-1]) if paths else None


def refusal_to_start() -> str:
    """Why this database must not be served: it ends before a checkpoint of ours. Empty where nothing stands against it
    or the database does not answer yet."""
    newest = newest_checkpoint()
    if newest is None or newest.key != public_key() or not is_signed(newest.text, newest.signature, newest.key):
        return ""
    try:
        head = ChainHead.objects.values_list("sequence", flat=True).first() or 0
    except DatabaseError:
        return ""
    if head >= newest.sequence:
        return ""
    return _(
        "The audit log ends at event %(head)s, but a signed checkpoint says that event %(newest)s was written: an "
        "older database stands in the place of a newer one. Bring the newer one back. Where it is lost for good, "
        "run: manage.py accept_older_log --reason “why”. That is kept in the log."
    ) % {"head": head, "newest": newest.sequence}


def guard_start() -> None:
    """End this process rather than serve a log that was cut."""
    if refusal := refusal_to_start():
        raise SystemExit(refusal)


def set_aside(folder: Path, *, above: int, name: str) -> list[Checkpoint]:
    """Move the checkpoints that are ahead of the log into a folder of their own, where they stay as proof."""
    ahead = [each for each in read_checkpoints(folder) if each.sequence > above]
    if ahead:
        target = folder / name
        target.mkdir()
        for each in ahead:
            (folder / each.name).rename(target / each.name)
    return ahead


def _path(sequence: int) -> Path:
    return settings.CHECKPOINTS_DIR / f"{sequence:012}.json"


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, and never over one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(0o444)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _mail(taken: Checkpoint) -> bool:
    subject = _("Audit log at event %(number)s") % {"number": taken.sequence}
    text = _("Keep this mail. It proves where the audit log stood.\n\n%(line)s\nkey %(key)s\n")
    try:
        send_mail(subject, text % {"line": taken.line, "key": taken.key}, None, [settings.CHECKPOINTS_MAIL])
    except (OSError, SMTPException) as fault:
        logger.warning("the mail server did not take a checkpoint: %s", type(fault).__name__)
        return False
    return True


class Syslog(SysLogHandler):
    """The handler of the library keeps to itself that nobody took the line."""

    def handleError(self, record):  # noqa: N802
        raise


def _tell_syslog(taken: Checkpoint) -> bool:
    address = settings.CHECKPOINTS_SYSLOG
    host, colon, port = address.rpartition(":")
    try:
        with closing(Syslog((host, int(port)) if colon else address, Syslog.LOG_AUTH)) as handler:
            handler.emit(
                logging.LogRecord("riskassess.audit", logging.INFO, "", 0, f"riskassess {taken.line}", None, None)
            )
    except (OSError, ValueError) as fault:
        logger.warning("the system log at %s did not take a checkpoint: %s", address, type(fault).__name__)
        return False
    return True

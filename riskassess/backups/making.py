"""What goes into a bundle: every row as of one moment, the files that the rows name, checkpoints, and embedded keys."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import pyrage
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from riskassess.audit.checkpoints import PATTERN
from riskassess.audit.log import instant, keyed, record
from riskassess.audit.models import ChainHead
from riskassess.backups.bundle import BundleWriter, Refused, written
from riskassess.backups.tables import dump_table, kept_models, one_moment
from riskassess.files.models import StoredFile

KEY_NAME = "backup_key"


@dataclass(frozen=True)
class Made:
    """`missing` are files that a row names and the store no longer has as they were recorded."""

    sha256: str
    size: int
    rows: int
    files: int
    head: int
    missing: list[str]


def make_bundle(target: Path, recipients: list[str]) -> Made:
    with one_moment():
        head = ChainHead.objects.get()
        manifest = {
            "made_at": instant(timezone.now()),
            "database": connection.vendor,
            "migrations": _migrations(),
            "head": {"sequence": head.sequence, "hash": head.hash},
            "audit_key": fingerprint_of(settings.AUDIT_KEY),
        }
        with written(target, recipients) as bundle:
            rows = {name: _add_table(bundle, name) for name in kept_models()}
            missing = [path for path, problem in _add_files(bundle) if problem]
            files = sum(member.name.startswith("files/") for member in bundle.members)
            for name, path in [*_checkpoints(head.sequence), *_embedded_keys()]:
                with path.open("rb") as source:
                    bundle.add(name, source, path.stat().st_size)
            manifest |= {"rows": rows, "missing": missing}
            bundle.close({**manifest, "signed": keyed(f"backup:{head.sequence}:{head.hash}:{sealed(bundle.members)}")})
    made = Made(_sha256(target), target.stat().st_size, sum(rows.values()), files, head.sequence, missing)
    with transaction.atomic():
        record(
            "system.backed_up",
            subject="system",
            actor_id=None,
            role="system",
            after={"sha256": made.sha256, "head": made.head, "rows": made.rows, "files": made.files},
        )
    return made


def fingerprint_of(key: bytes) -> str:
    return hashlib.sha256(b"riskassess-audit-key:" + key).hexdigest()[:16]


def sealed(members) -> str:
    """One fingerprint of all members; signed with the audit key, so that nobody else makes a bundle for this server."""
    lines = "".join(f"{member.name}\0{member.size}\0{member.sha256}\n" for member in members)
    return hashlib.sha256(lines.encode()).hexdigest()


def _checkpoints(head: int) -> Iterator[tuple[str, Path]]:
    """Those that were taken since the rows were read would be ahead of the log that is restored."""
    folder = settings.CHECKPOINTS_DIR
    for path in sorted(folder.glob(PATTERN)) if folder else []:
        if path.stem.isdigit() and int(path.stem) <= head:
            yield f"checkpoints/{path.name}", path


def _embedded_keys() -> Iterator[tuple[str, Path]]:
    """The embedded default makes its own secrets; what it signed must verify on another machine too. The key that opens
    bundles stays out of them."""
    folder = settings.VAR_DIR / "keys"
    if not settings.IS_PRODUCTION and folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.name[0] != "." and path.name != KEY_NAME:
                yield f"keys/{path.name}", path


def own_recipients() -> list[str]:
    """The public keys from the settings; the embedded default makes a pair at its first backup."""
    if settings.BACKUP_RECIPIENTS:
        return settings.BACKUP_RECIPIENTS
    if settings.IS_PRODUCTION:
        raise Refused(
            "Set RISKASSESS_BACKUP_RECIPIENTS to a public key (age1…). `manage.py backup --new-key FILE` makes a pair; "
            "keep the file with the private key away from this server."
        )
    path = settings.VAR_DIR / "keys" / KEY_NAME
    if not path.exists():
        new_key(path)
    public = [line.removeprefix("# public key:").strip() for line in path.read_text().splitlines()]
    return [line for line in public if line.startswith("age1")]


def new_key(path: Path) -> str:
    """Write a private key that only its owner reads; gives the public one."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"# public key: {public}\n{identity}\n")
    except FileExistsError:
        raise Refused(f"{path} exists already. Take another name: no key is written over.") from None
    return public


def _migrations() -> dict[str, list[str]]:
    """The last migration of each app, as this database has it."""
    loader = MigrationLoader(connection)
    applied = set(loader.applied_migrations)
    ends: dict[str, list[str]] = {}
    for app, name in sorted(applied):
        if (app, name) in loader.graph.nodes:
            later = {child.key for child in loader.graph.node_map[app, name].children if child.key[0] == app}
            if not later & applied:
                ends.setdefault(app, []).append(name)
    return ends


def _add_table(bundle: BundleWriter, name: str) -> int:
    with TemporaryFile(dir=settings.VAR_DIR) as draft:
        rows = dump_table(kept_models()[name], draft)
        size = draft.tell()
        draft.seek(0)
        bundle.add(f"tables/{name}.jsonl", draft, size)
    return rows


def _add_files(bundle: BundleWriter) -> Iterator[tuple[str, bool]]:
    for path, sha256, state in StoredFile.objects.order_by("pk").values_list("path", "sha256", "state"):
        try:
            with (settings.FILES_DIR / path).open("rb") as source:
                member = bundle.add(f"files/{path}", source, os.fstat(source.fileno()).st_size)
            yield path, member.sha256 != sha256
        except FileNotFoundError:
            yield path, state not in {"refused", "gone"}  # their bytes were taken away on purpose


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

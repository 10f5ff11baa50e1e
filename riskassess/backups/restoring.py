"""Back from a bundle: looked through whole before anything is touched, then put in, or nothing of it."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from riskassess.audit.checkpoints import Checkpoint, read_checkpoints
from riskassess.audit.log import (
    FIRST_HASH,
    commitment_of,
    hash_of,
    keyed,
    record,
    sign_event,
    sign_head,
)
from riskassess.audit.models import ChainHead, Event, EventDetail
from riskassess.audit.services import accept_older_log, verify_chain
from riskassess.audit.signing import is_signed, public_key
from riskassess.audit.verification import same
from riskassess.backups.bundle import Member, Refused, Staged, read_identities, unpack
from riskassess.backups.making import fingerprint_of, sealed
from riskassess.backups.tables import MADE_ANEW, go_on_counting, kept_models, load_table


@dataclass(frozen=True)
class Restored:
    made_at: str
    rows: int
    files: int
    head: int
    missing: list[str]


def restore_bundle(bundle: Path, identity: Path, *, older_because: str = "") -> Restored:
    """Into an empty database. `older_because` lets in what ends before the newest checkpoint, and is recorded."""
    _guard_empty()
    identities = read_identities(identity)
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="restore-", dir=settings.VAR_DIR))
    folder.chmod(0o700)
    try:
        staged = unpack(bundle, folder, identities)
        audit_key = _audit_key(staged)
        former, settings.AUDIT_KEY = settings.AUDIT_KEY, audit_key
        try:
            _look_through(staged, older_because)
            return _put_in(staged, hashlib.sha256(bundle.read_bytes()).hexdigest(), older_because)
        except BaseException:
            settings.AUDIT_KEY = former
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _guard_empty() -> None:
    with connection.cursor() as cursor:
        if tables := connection.introspection.table_names(cursor):
            raise Refused(
                f"The database is not empty: it has {len(tables)} tables. A bundle is restored into a new one only; "
                "set DATABASE_URL (or RISKASSESS_VAR, for the embedded default) to one."
            )


def _audit_key(staged: Staged) -> bytes:
    """The key that wrote the chain: this server's own or, for the embedded default, the one in the bundle."""
    wanted = staged.manifest.get("audit_key")
    if wanted == fingerprint_of(settings.AUDIT_KEY):
        return settings.AUDIT_KEY
    if "keys/audit_key" in staged.names and not os.environ.get("RISKASSESS_AUDIT_KEY"):
        key = staged.path("keys/audit_key").read_bytes()
        if wanted == fingerprint_of(key):
            return key
    raise Refused(
        "The audit log in the bundle was written with another key. Set RISKASSESS_AUDIT_KEY to the one of that server: "
        "without it nobody could verify the record."
    )


def _look_through(staged: Staged, older_because: str) -> None:
    """Everything that can be wrong with a bundle, found without touching database or files."""
    manifest = staged.manifest
    try:
        head = manifest["head"]["sequence"], manifest["head"]["hash"]
        members = [Member(**member) for member in manifest["members"]]
        signed, rows, migrations = manifest["signed"], dict(manifest["rows"]), dict(manifest["migrations"])
    except (KeyError, TypeError, ValueError):
        raise Refused("The manifest of the bundle can't be read.") from None
    if not same(signed, keyed(f"backup:{head[0]}:{head[1]}:{sealed(members)}")):
        raise Refused("The manifest of the bundle was not written by this server: its keyed fingerprint is wrong.")
    if unlisted := [name for name in rows if f"tables/{name}.jsonl" not in staged.names]:
        raise Refused(f"The bundle lacks the table {unlisted[0]}.")
    known = MigrationExecutor(connection).loader.graph.nodes
    if unknown := [(app, name) for app, names in migrations.items() for name in names if (app, name) not in known]:
        app, name = unknown[0]
        raise Refused(
            f"The bundle comes from a newer version of RiskAssess: this one does not know the migration {app}.{name}. "
            "Install that version and restore with it."
        )
    witnesses = {each.sequence: each.hash for each in _outside_checkpoints()}
    _check_chain(staged, *head, witnesses)
    if (newest := max(witnesses, default=0)) > head[0] and not older_because.strip():
        raise Refused(
            f"The bundle ends at event {head[0]}, but a checkpoint outside the database is of event {newest}: what "
            "happened since is not in it. Take a later bundle. If there is none, say why with --older-because; that is "
            "recorded."
        )


def _outside_checkpoints() -> list[Checkpoint]:
    """Those of this log that lie on this server: nobody who only made a bundle could have changed them."""
    key = public_key()
    found = read_checkpoints(settings.CHECKPOINTS_DIR) if settings.CHECKPOINTS_DIR else []
    return [each for each in found if each.key == key and is_signed(each.text, each.signature, key)]


def _check_chain(staged: Staged, head_sequence: int, head_hash: str, witnesses: dict[int, str]) -> None:
    previous, count = FIRST_HASH, 0
    details = _rows(staged, EventDetail)
    for row in _rows(staged, Event):
        count += 1
        event = Event(**{**row, "at": datetime.fromisoformat(row["at"])})
        detail = EventDetail(**next(details, {}))
        is_whole = detail.event_id == event.sequence and (detail.is_erased or commitment_of(detail) == event.commitment)
        if (
            event.sequence != count
            or event.previous_hash != previous
            or hash_of(event) != event.hash
            or not same(event.hmac, sign_event(event.hash))
            or not is_whole
        ):
            raise Refused(f"The audit log in the bundle is broken at event {count}.")
        if witnesses.get(count, event.hash) != event.hash:
            raise Refused(f"Event {count} in the bundle is not the one that a checkpoint outside the database names.")
        previous = event.hash
    kept = next(_rows(staged, ChainHead), {})
    is_head = (kept.get("sequence"), kept.get("hash")) == (count, previous) == (head_sequence, head_hash)
    if not is_head or not same(kept["hmac"], sign_head(count, previous)):
        raise Refused(f"The audit log in the bundle was cut off after event {count}.")


def _rows(staged: Staged, model) -> Iterator[dict]:
    with staged.path(f"tables/{model._meta.db_table}.jsonl").open("rb") as lines:
        columns = json.loads(next(lines))
        for line in lines:
            yield dict(zip(columns, json.loads(line), strict=True))


def _put_in(staged: Staged, sha256: str, older_because: str) -> Restored:
    manifest = staged.manifest
    _put_keys(staged)
    targets = [(app, name) for app, names in manifest["migrations"].items() for name in names]
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    tables = kept_models(executor.loader.project_state(targets).apps)
    placed: list[Path] = []
    try:
        with transaction.atomic():
            for name in manifest["rows"]:
                if name in MADE_ANEW:
                    continue
                with staged.path(f"tables/{name}.jsonl").open("rb") as lines:
                    if load_table(tables[name], lines) != manifest["rows"][name]:
                        raise Refused(f"The table {name} does not have as many rows as were backed up.")
            go_on_counting(tables[name] for name in manifest["rows"])
            _place_files(staged, placed)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    call_command("migrate", verbosity=0)
    if any(each.sequence > manifest["head"]["sequence"] for each in _outside_checkpoints()):
        accept_older_log(reason=older_because, actor_name="restore")
    if not (found := verify_chain()).ok:
        raise Refused(found.problem)
    with transaction.atomic():
        record(
            "system.restored",
            subject="system",
            actor_id=None,
            role="system",
            after={
                "sha256": sha256,
                "head": manifest["head"]["sequence"],
                "older_because": older_because.strip(),
            },
        )
    return Restored(
        manifest["made_at"],
        sum(manifest["rows"].values()),
        len(staged.below("files")),
        manifest["head"]["sequence"],
        list(manifest["missing"]),
    )


def _place_files(staged: Staged, placed: list[Path]) -> None:
    wanted = [(name, settings.FILES_DIR / name.removeprefix("files/")) for name in staged.below("files")]
    if folder := settings.CHECKPOINTS_DIR:
        places = [(name, folder / name.removeprefix("checkpoints/")) for name in staged.below("checkpoints")]
        wanted += [(name, path) for name, path in places if not path.exists()]  # what is there already is the witness
    for name, path in wanted:
        if path.exists():
            if path.read_bytes() == staged.path(name).read_bytes():
                continue
            raise Refused(f"{path} exists already with other content. Give an empty folder of files: RISKASSESS_FILES.")
        path.parent.mkdir(parents=True, exist_ok=True)
        placed.append(path)
        shutil.copyfile(staged.path(name), path)
        path.chmod(0o640)
        with path.open("rb") as file, suppress(OSError):
            os.fsync(file.fileno())


def _put_keys(staged: Staged) -> None:
    """Those of the bundle take the place of the new ones, which wrote nothing yet. Embedded default only."""
    if settings.IS_PRODUCTION:
        return
    folder = settings.VAR_DIR / "keys"
    for name in staged.below("keys"):
        path = folder / name.removeprefix("keys/")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".restored")
        draft.touch(mode=0o600)
        draft.write_bytes(staged.path(name).read_bytes())
        draft.replace(path)

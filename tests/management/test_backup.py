"""Backup and restore as an operator runs them: real commands, real databases of both kinds."""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile

import pyrage
import pytest

from tests.conftest import made_stacks
from tests.live.stack import ROOT, process_environment, run_python

DUMP = """
import hashlib, io, json
from riskassess.backups.tables import dump_table, kept_models
for name, model in kept_models().items():
    target = io.BytesIO(); dump_table(model, target)
    # PostgreSQL keeps the keys of a mapping in an order of its own
    lines = [json.dumps(json.loads(line), sort_keys=True) for line in target.getvalue().splitlines()]
    print(name, len(lines), hashlib.sha256(repr(lines).encode()).hexdigest())
"""
GO_ON = """
from riskassess.audit.services import verify_chain
from riskassess.accounts.models import Unit
Unit.objects.create(institution=Unit.objects.first().institution, name="After the restore")
found = verify_chain(); print(found.ok, found.count)
"""
MORE_EVENTS = """
from django.db import transaction
from riskassess.audit.checkpoints import take_now
from riskassess.audit.log import record
with transaction.atomic():
    record("system.backed_up", subject="system", actor_id=None, role="system")
print(take_now())
"""
LAST_EVENTS = """
from riskassess.audit.models import Event
for event in Event.objects.select_related("detail").order_by("-sequence")[:3]:
    print(event.verb, event.detail.after)
"""
EDIT_AN_EVENT = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("DROP TRIGGER audit_event_no_update")
    cursor.execute("UPDATE audit_event SET verb = 'proposal.flag' WHERE sequence = 5")
"""
COUNT_TABLES = """
from django.db import connection
print(len(connection.introspection.table_names()))
"""
TRY_ALL = """
import sys
from pathlib import Path
from django.db import connection
from riskassess.backups.bundle import Refused
from riskassess.backups.restoring import restore_bundle
for bundle in sorted(Path({folder!r}).glob("*.age")):
    try:
        restore_bundle(bundle, Path({key!r}))
        print(bundle.stem, "RESTORED")
    except Refused as fault:
        print(bundle.stem, "|", fault)
print(len(connection.introspection.table_names()), "tables")
"""


@pytest.fixture
def fresh(tmp_path):
    """The environment of a server that has nothing yet."""

    def make(name: str, **more: str) -> dict[str, str]:
        folder = tmp_path / name
        folder.mkdir()
        return process_environment(folder, **more)

    return make


def manage(environment, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def backed_up(request, tmp_path_factory, templates):
    """A demo university that was backed up: the stack, the bundle and its key."""
    folder = tmp_path_factory.mktemp("backed-up")
    with made_stacks(request, folder, templates) as make:
        stack = make("embedded", is_started=False)
        bundle = folder / "yesterday.age"
        done = stack.manage("backup", str(bundle))
        assert done.returncode == 0, done.stderr
        yield stack, bundle, stack.folder / "keys" / "backup_key"


def rows_of(listing: str) -> dict[str, str]:
    # The backup itself is an event of the server that made it, and the restore one of the server that took it.
    changing = {"audit_event", "audit_eventdetail", "audit_chainhead", "jobs_job"}
    found = {line.split()[0]: line for line in listing.splitlines()}
    return {name: line for name, line in found.items() if name not in changing}


def test_yesterdays_bundle_is_restored_on_both_databases_and_the_work_goes_on(backed_up, fresh, postgres_url, tmp_path):
    stack, bundle, key = backed_up
    before = rows_of(stack.python(DUMP))
    on_postgres = fresh("postgres", DATABASE_URL=postgres_url)
    done = manage(on_postgres, "restore", str(bundle), "--identity", str(key))
    assert done.returncode == 0, done.stderr
    assert rows_of(run_python(DUMP, on_postgres)) == before
    back = tmp_path / "back.age"
    assert manage(on_postgres, "backup", str(back)).returncode == 0
    on_sqlite = fresh("sqlite")
    done = manage(on_sqlite, "restore", str(back), "--identity", str(tmp_path / "postgres" / "keys" / "backup_key"))
    assert done.returncode == 0, done.stderr
    assert rows_of(run_python(DUMP, on_sqlite)) == before
    for environment in (on_postgres, on_sqlite):
        assert run_python(GO_ON, environment).split()[0] == "True"
    kept = {path.name for path in (stack.folder / "files").rglob("*") if path.is_file()}
    assert kept
    assert kept == {path.name for path in (tmp_path / "sqlite" / "files").rglob("*") if path.is_file()}


def test_a_broken_bundle_is_refused_and_nothing_is_touched(backed_up, fresh, tmp_path):
    _stack, bundle, key = backed_up
    folder = tmp_path / "broken"
    folder.mkdir()
    content = bundle.read_bytes()
    (folder / "01-cut.age").write_bytes(content[: len(content) // 2])
    (folder / "02-flipped.age").write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    (folder / "03-empty.age").write_bytes(b"")
    (folder / "04-a-picture.age").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    other = pyrage.x25519.Identity.generate()
    (folder / "05-other-key.age").write_bytes(pyrage.encrypt(b"x", [other.to_public()]))
    for name, change in CHANGES.items():
        (folder / f"{name}.age").write_bytes(changed(content, key, change))
    environment = fresh("victim")
    told = run_python(TRY_ALL.format(folder=str(folder), key=str(key)), environment).splitlines()
    *told, tables = told
    assert tables == "0 tables"
    found = dict(line.split(" | ", 1) for line in told)
    assert len(found) == 5 + len(CHANGES)
    for name, wanted in SENTENCES.items():
        assert wanted in found[name], (name, found[name])
    assert not list((tmp_path / "victim").glob("restore-*"))


def test_a_database_with_tables_and_a_file_that_exists_are_left_alone(backed_up, tmp_path):
    stack, bundle, key = backed_up
    done = stack.manage("restore", str(bundle), "--identity", str(key))
    assert done.returncode == 1
    assert "not empty" in done.stderr
    done = stack.manage("backup", str(bundle))
    assert done.returncode == 1
    assert "exists already" in done.stderr
    done = stack.manage("backup", str(tmp_path / "nowhere" / "b.age"))
    assert done.returncode == 1
    assert "does not exist" in done.stderr
    done = stack.manage("backup", str(tmp_path / "b.age"), "--recipient", "age1nonsense")
    assert done.returncode == 1
    assert "public key" in done.stderr
    assert not (tmp_path / "b.age").exists()


def test_a_bundle_older_than_a_checkpoint_needs_a_reason_which_is_recorded(backed_up, fresh, tmp_path):
    stack, bundle, key = backed_up
    stack.python(MORE_EVENTS)
    server = fresh("server", RISKASSESS_CHECKPOINTS=str(stack.folder / "checkpoints"))
    done = manage(server, "restore", str(bundle), "--identity", str(key))
    assert done.returncode == 1
    assert "--older-because" in done.stderr
    done = manage(server, "restore", str(bundle), "--identity", str(key), "--older-because", "The disk is lost.")
    assert done.returncode == 0, done.stderr
    assert "The disk is lost." in run_python(LAST_EVENTS, server)
    assert manage(server, "verify_audit", "--checkpoints", str(stack.folder / "checkpoints")).returncode == 0


def test_a_log_that_was_edited_on_the_server_is_not_restored(live_stack, fresh, tmp_path):
    stack = live_stack("embedded", is_started=False)
    stack.python(EDIT_AN_EVENT)
    bundle = tmp_path / "edited.age"
    assert stack.manage("backup", str(bundle)).returncode == 0
    done = manage(fresh("server"), "restore", str(bundle), "--identity", str(stack.folder / "keys" / "backup_key"))
    assert done.returncode == 1
    assert "broken at event 5" in done.stderr
    assert run_python(COUNT_TABLES, process_environment(tmp_path / "server")).strip() == "0"


def test_a_file_that_left_the_store_is_told(backed_up, tmp_path):
    stack, _bundle, _key = backed_up
    lost = next(path for path in (stack.folder / "files").rglob("*") if path.is_file())
    lost.unlink()
    done = stack.manage("backup", str(tmp_path / "second.age"))
    assert done.returncode == 1
    assert lost.name in done.stderr
    assert (tmp_path / "second.age").exists()


# -- bundles that were opened with the key, changed inside and closed again ------------------------------------------


def changed(content: bytes, key, change) -> bytes:
    identity = pyrage.x25519.Identity.from_str(key.read_text().splitlines()[1])
    members = {}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(pyrage.decrypt(content, [identity])))) as tar:
        for entry in tar:
            members[entry.name] = tar.extractfile(entry).read()
    change(members)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, part in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(part)
            tar.addfile(entry, io.BytesIO(part))
    return pyrage.encrypt(gzip.compress(packed.getvalue()), [identity.to_public()])


def edited(members, name, old, new):
    assert old in members[name]
    members[name] = members[name].replace(old, new, 1)


def resealed(members):
    """What somebody with the key to the bundle, and without the key of the audit log, could write."""
    manifest = json.loads(members["manifest.json"])
    for member in manifest["members"]:
        part = members[member["name"]]
        member["size"], member["sha256"] = len(part), hashlib.sha256(part).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()


def edit_and_reseal(members):
    edited(members, "tables/accounts_user.jsonl", b"ana@", b"eva@")
    resealed(members)


def newer(members):
    edited(members, "manifest.json", b'"0002_triggers"', b'"0999_from_the_future"')


def without_manifest(members):
    del members["manifest.json"]


def climbing(members):
    members["files/../../climbed"] = b"x"


CHANGES = {
    "06-no-manifest": without_manifest,
    "07-edited-row": lambda members: edited(members, "tables/accounts_user.jsonl", b"ana@", b"eva@"),
    "08-edited-and-resealed": edit_and_reseal,
    "09-table-missing": lambda members: members.pop("tables/reviews_case.jsonl"),
    "10-climbs-out": climbing,
    "11-newer": newer,
    "12-stranger": lambda members: members.update({"files/strange": b"x"}),
    "13-other-form": lambda members: edited(members, "manifest.json", b"riskassess-backup-1", b"riskassess-backup-9"),
}
SENTENCES = {
    "01-cut": "cut off",
    "02-flipped": "cut off, changed",
    "03-empty": "no backup",
    "04-a-picture": "no backup",
    "05-other-key": "made for another",
    "06-no-manifest": "no manifest",
    "07-edited-row": "tables/accounts_user.jsonl",
    "08-edited-and-resealed": "not written by this server",
    "09-table-missing": "lacks tables/reviews_case.jsonl",
    "10-climbs-out": "no backup has",
    "11-newer": "newer version",
    "12-stranger": "does not know files/strange",
    "13-other-form": "riskassess-backup-9",
}

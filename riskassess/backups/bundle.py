"""A bundle: a gzipped tar, encrypted with age. Its last member, the manifest, has the fingerprint of all others."""

import gzip
import hashlib
import json
import os
import re
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pyrage

from riskassess.core.errors import DomainError

FORMAT = "riskassess-backup-1"
MANIFEST = "manifest.json"
PART = 1024 * 1024
MANIFEST_BYTES = 64 * 1024 * 1024
NAMES = re.compile(
    r"(tables/[a-z0-9_]+\.jsonl|files/[\w-]+(/[\w-]+)*(\.\w+)?|checkpoints/[\w.-]+|keys/[\w.-]+|manifest\.json)"
)


class Refused(DomainError):
    """The bundle is not taken; nothing was touched."""


@dataclass
class Member:
    name: str
    size: int
    sha256: str


class BundleWriter:
    """Takes member after member; `written` closes it with the manifest."""

    def __init__(self, tar: tarfile.TarFile):
        self.tar = tar
        self.members: list[Member] = []

    def add(self, name: str, source: BinaryIO, size: int) -> Member:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        counted = _Hashing(source)
        self.tar.addfile(entry, counted)
        member = Member(name, size, counted.sha256.hexdigest())
        self.members.append(member)
        return member

    def close(self, manifest: dict) -> None:
        manifest = {"format": FORMAT, **manifest, "members": [vars(member) for member in self.members]}
        content = json.dumps(manifest, sort_keys=True, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(content), 0o600
        self.tar.addfile(entry, BytesIO(content))


class _Hashing:
    def __init__(self, source: BinaryIO):
        self.source, self.sha256 = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self.source.read(size)
        self.sha256.update(part)
        return part


@contextmanager
def written(target: Path, recipients: list[str]) -> Iterator[BundleWriter]:
    """A new bundle at `target`, there whole or not at all. Nothing is ever written over."""
    if target.exists():
        raise Refused(f"{target} exists already. Take another name: nothing is written over.")
    if not target.parent.is_dir():
        raise Refused(f"The folder {target.parent} does not exist.")
    keys = [_recipient(text) for text in recipients]
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    reading, writing = os.pipe()
    faults: list[BaseException] = []

    def encrypt() -> None:
        try:
            with (
                os.fdopen(reading, "rb") as plain,
                os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept,
            ):
                pyrage.encrypt_io(plain, kept, keys)
                kept.flush()
                os.fsync(kept.fileno())
        except BaseException as fault:  # told by the thread that waits
            faults.append(fault)

    thread = threading.Thread(target=encrypt, daemon=True)
    thread.start()
    try:
        try:
            with (
                os.fdopen(writing, "wb") as pipe,
                gzip.GzipFile(fileobj=pipe, mode="wb", compresslevel=3, mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                yield BundleWriter(tar)
        finally:
            thread.join()
        if faults:
            raise faults[0]
        os.link(draft, target)  # refuses where somebody else was first
    except FileExistsError:
        raise Refused(f"{target} exists already. Take another name: nothing is written over.") from None
    except BrokenPipeError:
        raise faults[0] if faults else Refused(f"{target} could not be written.") from None
    finally:
        draft.unlink(missing_ok=True)


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise Refused(
            f"“{text}” is no public key for backups. It begins with age1; `manage.py backup --new-key FILE` makes one."
        ) from None


def read_identities(path: Path) -> list[pyrage.x25519.Identity]:
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        raise Refused(f"There is no key at {path}. Give the file with the private key: --identity FILE.") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(f"The key at {path} can't be read ({fault}).") from None
    try:
        found = [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise Refused(f"{path} holds no private key; it has a line that begins with AGE-SECRET-KEY-.")
    return found


@dataclass
class Staged:
    """A bundle unpacked into a folder of its own, each member compared with the manifest."""

    folder: Path
    manifest: dict
    names: list[str] = field(default_factory=list)

    def path(self, name: str) -> Path:
        return self.folder / name

    def below(self, part: str) -> list[str]:
        return [name for name in self.names if name.startswith(f"{part}/")]


def unpack(bundle: Path, folder: Path, identities: list[pyrage.x25519.Identity]) -> Staged:
    packed = folder / "packed"
    try:
        with bundle.open("rb") as source, packed.open("xb") as target:
            pyrage.decrypt_io(source, target, identities)
    except FileNotFoundError:
        raise Refused(f"There is no file {bundle}.") from None
    except IsADirectoryError:
        raise Refused(f"{bundle} is a folder, not a bundle.") from None
    except pyrage.DecryptError as fault:
        if "No matching keys" in str(fault):
            raise Refused(
                "This key does not open the bundle: it was made for another. Give that one: --identity FILE."
            ) from None
        raise Refused(
            f"The bundle can't be decrypted: it is cut off, changed or no backup of RiskAssess ({fault})."
        ) from None
    except (OSError, ValueError) as fault:
        raise Refused(
            f"The bundle can't be decrypted: it is cut off, changed or no backup of RiskAssess ({fault})."
        ) from None
    try:
        found = _extract(packed, folder)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, OSError) as fault:
        raise Refused(f"The bundle is damaged inside ({fault}).") from None
    finally:
        packed.unlink(missing_ok=True)
    return _compared(folder, found)


def _extract(packed: Path, folder: Path) -> dict[str, Member]:
    found: dict[str, Member] = {}
    with tarfile.open(packed, mode="r|gz") as tar:
        for entry in tar:
            if not entry.isreg() or not NAMES.fullmatch(entry.name) or entry.name in found:
                raise Refused(f"The bundle holds something that no backup has: {entry.name!r}.")
            target = folder / entry.name
            target.parent.mkdir(parents=True, exist_ok=True)
            hashing = _Hashing(tar.extractfile(entry))
            with target.open("xb") as kept:
                while part := hashing.read(PART):
                    kept.write(part)
            found[entry.name] = Member(entry.name, entry.size, hashing.sha256.hexdigest())
    return found


def _compared(folder: Path, found: dict[str, Member]) -> Staged:
    if MANIFEST not in found or found[MANIFEST].size > MANIFEST_BYTES:
        raise Refused("The bundle has no manifest: it was cut off before its end.")
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        told = {member["name"]: Member(**member) for member in manifest["members"]}
        known = manifest["format"]
    except (ValueError, TypeError, KeyError):
        raise Refused("The manifest of the bundle can't be read.") from None
    if known != FORMAT:
        raise Refused(f"The bundle is of the form {known!r}; this version reads {FORMAT}.")
    del found[MANIFEST]
    if missing := sorted(set(told) - set(found)):
        raise Refused(f"The bundle lacks {missing[0]}.")
    if strange := sorted(set(found) - set(told)):
        raise Refused(f"The manifest of the bundle does not know {strange[0]}.")
    for name, member in found.items():
        if member != told[name]:
            raise Refused(f"{name} in the bundle is not what was backed up: its fingerprint differs.")
    return Staged(folder, manifest, sorted(found))

import getpass
import hashlib
import json
import os
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from riskassess.audit import export
from riskassess.audit.queries import EventFilters
from riskassess.audit.services import open_export
from riskassess.core.errors import DomainError


class Command(BaseCommand):
    help = "Write the audit log of some days to a file, with a manifest. The export is an event of the log itself."

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=export.FORMATS, required=True)
        parser.add_argument("--from", dest="since", type=day, help="first day, such as 2026-11-01", metavar="DATE")
        parser.add_argument("--to", dest="until", type=day, help="last day, such as 2026-11-30", metavar="DATE")
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
        parser.add_argument(
            "--without-content",
            action="store_true",
            help="only number, time, actor, verb, reference and fingerprint: no case content",
        )

    def handle(self, *args, **options):
        path, content, file_format = options["output"], not options["without_content"], options["format"]
        if not path.parent.is_dir():
            raise CommandError(f"--output: there is no folder {path.parent}. Make it first.", returncode=2)
        if path.is_dir():
            raise CommandError(f"--output: {path} is a folder. Name a file in it.", returncode=2)
        try:
            filters = EventFilters(since=options["since"], until=options["until"])
        except DomainError as error:
            flag = {"since": "--from", "until": "--to"}[error.field]
            raise CommandError(f"{flag}: {error}", returncode=2) from error
        begun = open_export(
            filters=filters,
            file_format=file_format,
            content=content,
            actor_id=None,
            role="system",
            actor_name=f"command line, {account_name()}",
        )
        events = begun.events.iterator(chunk_size=2000)
        try:
            with whole_file(path) as stream:
                if file_format == "csv":
                    export.write_csv(stream, events, content)
                else:
                    export.write_jsonl(stream, events, content, begun.manifest)
            with path.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            manifest_path = path.with_name(f"{path.name}.manifest.json")
            with whole_file(manifest_path) as stream:
                manifest = {**begun.manifest, "file": path.name, "sha256": digest}
                stream.write(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        except OSError as error:
            raise CommandError(f"--output: {path} could not be written: {error.strerror}.", returncode=2) from error
        self.stdout.write(f"{begun.manifest['count']} events written to {path}, the manifest to {manifest_path}.")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is no day of the calendar. Write it as year-month-day, such as 2026-11-23.")


def account_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "no account name"


@contextmanager
def whole_file(path: Path) -> Iterator:
    """A file that appears complete or not at all, readable by its owner alone."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise

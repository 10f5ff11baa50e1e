"""manage.py backup FILE: database, files and checkpoints in one encrypted file."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from riskassess.backups.bundle import Refused
from riskassess.backups.making import KEY_NAME, make_bundle, new_key, own_recipients


class Command(BaseCommand):
    help = (
        "Write database, files and checkpoints into one encrypted FILE, as of one moment and while others work. "
        "Exit code 0: written whole; 1: nothing was written, or the store lacks files that the database names."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="where the bundle is written; must not exist")
        parser.add_argument(
            "--recipient", action="append", metavar="age1…", help="public key to encrypt for, in place of the settings'"
        )
        parser.add_argument(
            "--new-key", action="store_true", help="write a new private key into FILE, and print the public one"
        )

    def handle(self, *args, file, recipient, new_key: bool, **options):
        try:
            if new_key:
                return self.make_key(file)
            made = make_bundle(file, recipient or own_recipients())
        except (Refused, OSError) as fault:
            raise CommandError(f"Nothing was backed up. {fault}") from None
        self.stdout.write(
            f"{file}: {made.rows} rows, {made.files} files, audit log up to event {made.head}, {made.size} bytes.\n"
            f"sha256 {made.sha256}"
        )
        if not recipient and not settings.BACKUP_RECIPIENTS:
            key = settings.VAR_DIR / "keys" / KEY_NAME
            self.stdout.write(f"The key that opens it is {key}. Keep a copy elsewhere: without it the bundle is lost.")
        if made.missing:
            raise CommandError(
                f"The bundle is written, but the store lacks {len(made.missing)} files that the database names, or has "
                f"them changed; the first is {made.missing[0]}. They must come from an earlier bundle."
            )

    def make_key(self, file: Path) -> None:
        public = new_key(file)
        self.stdout.write(
            f"{file} holds the private key: keep it away from the server, and a copy of it elsewhere.\n"
            f"RISKASSESS_BACKUP_RECIPIENTS={public}"
        )

"""manage.py restore FILE: a bundle back into an empty database."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from riskassess.backups.bundle import Refused
from riskassess.backups.making import KEY_NAME
from riskassess.backups.restoring import restore_bundle


class Command(BaseCommand):
    help = (
        "Put a bundle of `backup` into an empty database, of either kind. It is decrypted and looked through whole "
        "before anything is touched: fingerprints, audit log, version, checkpoints. Exit code 0: restored and "
        "verified; 1: refused, with the reason."
    )
    requires_system_checks = ()  # some look into the database, which is empty
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity", type=Path, metavar="FILE", help="the file with the private key; default: the embedded one"
        )
        parser.add_argument(
            "--older-because",
            default="",
            metavar="REASON",
            help="take a bundle that ends before the newest checkpoint, and record this reason",
        )

    def handle(self, *args, file, identity, older_because, **options):
        try:
            restored = restore_bundle(
                file, identity or settings.VAR_DIR / "keys" / KEY_NAME, older_because=older_because
            )
        except Refused as fault:
            raise CommandError(f"Nothing was restored. {fault}") from None
        self.stdout.write(
            f"Restored what was backed up at {restored.made_at}: {restored.rows} rows, {restored.files} files, audit "
            f"log up to event {restored.head}, which verifies. Everybody signs in again. Indexes of names are "
            "made anew when they are first needed."
        )
        for path in restored.missing[:20]:
            self.stderr.write(f"Not in the bundle, as the store had lost it before: {path}")

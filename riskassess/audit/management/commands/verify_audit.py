import re
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import pikepdf
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from riskassess.audit.services import check_chain, verify_chain
from riskassess.audit.signing import public_key
from riskassess.audit.verification import problem_of

WITNESS = re.compile(r"RiskAssess event (\d+) ([0-9a-f]{64})")


class Command(BaseCommand):
    help = (
        "Walk the audit log from its first event to its last and hold it against its signed checkpoints. "
        "Exit code 0: nothing was changed; 1: the first fault."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--checkpoints", type=Path, metavar="DIR", help="a kept copy; default: those of this server"
        )
        parser.add_argument(
            "--from-pdf", type=Path, metavar="FILE", help="a report whose printed end of the log must fit"
        )
        parser.add_argument("--printed", type=printed, metavar="EVENT:FINGERPRINT", help="the same, read from paper")
        parser.add_argument("--public-key", action="store_true", help="only print the key that checks the signatures")

    def handle(self, *args, **options):
        if options["public_key"]:
            self.stdout.write(public_key())
            return
        folder = options["checkpoints"]
        if folder is not None and not folder.is_dir():
            raise CommandError(f"--checkpoints: there is no folder {folder}.", returncode=2)
        witness = witness_of(options["from_pdf"]) if options["from_pdf"] else options["printed"]
        given = {"checkpoints": folder, "witness": witness}
        try:
            found = check_chain(**given)
            head_sequence = found.head_sequence
        except DatabaseError:  # an auditor's copy may be read-only
            found = verify_chain(**given)
            head_sequence = found.head_seq
        if found.kind:
            self.stderr.write(problem_of(found.kind, found.position))
            self.stderr.write(f"{found.count} events before it are in order.")
            sys.exit(1)
        self.stdout.write(
            f"The audit log is whole: {found.count} events, the last is {head_sequence} with the fingerprint "
            f"{found.head_hash}."
        )
        if folder := folder or settings.CHECKPOINTS_DIR:
            self.stdout.write(f"It agrees with the signed checkpoints in {folder}.")
        if witness:
            self.stdout.write(f"It agrees with the fingerprint of event {witness[0]} that was printed.")


def witness_of(path: Path) -> tuple[int, str]:
    """Number and fingerprint of the end of the log, as a report carries them beside its printed words."""
    try:
        with pikepdf.open(path) as pdf:
            found = WITNESS.search(str(pdf.docinfo.get("/Keywords", "")))
    except (OSError, pikepdf.PdfError) as fault:
        raise CommandError(f"--from-pdf: {path} can't be read as a PDF.", returncode=2) from fault
    if found is None:
        raise CommandError(
            f"--from-pdf: {path} carries no fingerprint of the log. Read it from the page “Audit log” of the report "
            "and give it as --printed EVENT:FINGERPRINT.",
            returncode=2,
        )
    return int(found[1]), found[2]


def printed(text: str) -> tuple[int, str]:
    number, _colon, fingerprint = text.partition(":")
    fingerprint = "".join(fingerprint.split()).lower()
    if not number.isdigit() or not re.fullmatch("[0-9a-f]{64}", fingerprint):
        raise ArgumentTypeError(f"'{text}' is no event with a fingerprint. Write it as 120:followed by 64 characters.")
    return int(number), fingerprint

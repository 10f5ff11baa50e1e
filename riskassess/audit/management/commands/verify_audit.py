import sys

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from riskassess.audit.services import check_chain, verify_chain
from riskassess.audit.verification import problem_of


class Command(BaseCommand):
    help = "Walk the audit log from its first event to its last. Exit code 0: nothing was changed; 1: the first fault."

    def handle(self, *args, **options):
        try:
            found = check_chain()
            head_sequence = found.head_sequence
        except DatabaseError:  # an auditor's copy may be read-only
            found = verify_chain()
            head_sequence = found.head_seq
        if found.kind:
            self.stderr.write(problem_of(found.kind, found.position))
            self.stderr.write(f"{found.count} events before it are in order.")
            sys.exit(1)
        self.stdout.write(
            f"The audit log is whole: {found.count} events, the last is {head_sequence} with the fingerprint "
            f"{found.head_hash}."
        )

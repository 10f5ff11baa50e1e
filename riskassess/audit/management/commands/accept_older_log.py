import getpass

from django.core.management.base import BaseCommand, CommandError

from riskassess.audit.services import accept_older_log
from riskassess.core.errors import DomainError


class Command(BaseCommand):
    help = "Go on with a database whose audit log ends before its signed checkpoints. Kept in the log with its reason."

    def add_arguments(self, parser):
        parser.add_argument("--reason", required=True, help="why the newer database is given up")

    def handle(self, *args, reason, **options):
        try:
            ahead = accept_older_log(reason=reason, actor_name=f"command line, {getpass.getuser()}")
        except DomainError as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"{len(ahead)} checkpoints up to event {ahead[-1].sequence} are set aside; the log goes on.")

from contextlib import redirect_stdout
from io import StringIO

from django.core.management import call_command
from django.core.management.base import BaseCommand

from riskassess.jobs.models import Queue
from riskassess.jobs.running import run_pending

# Bootstrap and htmx come with files that no page uses; they would only take time to compress.
UNUSED_STATIC = [
    "bootstrap-*",
    "bootstrap.rtl*",
    "bootstrap.css*",
    "bootstrap.bundle*",
    "bootstrap.esm*",
    "bootstrap*.js*",
    "htmx-4*",
    "htmax*",
    "hx-*",
    "htmx-2.js",
]


class Command(BaseCommand):
    help = "Bring the database, the reference lists, the catalogues and the static files up to date. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="also load the demo university with its people")
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--static-only", action="store_true", help="leave the database alone")
        only.add_argument("--database-only", action="store_true", help="leave the static files alone")

    def handle(self, *args, demo, static_only, database_only, verbosity, **options):
        steps = [] if database_only else ["build_fonts"]
        if not static_only:
            steps += ["migrate", "load_reference", "load_catalogues", *(["demo"] if demo else [])]
        for step in steps:
            told = self.stdout if verbosity > 1 else StringIO()
            call_command(step, verbosity=verbosity - 1, stdout=told, stderr=self.stderr)
        if not static_only:
            call_command("make_questionnaire", verbosity=verbosity - 1, stdout=StringIO(), stderr=self.stderr)
        if demo:
            with redirect_stdout(StringIO()):  # the story's mails lie in var/mail; the terminal is for the logins
                run_pending(queue=Queue.BULK)
        if not database_only:
            call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC)
        self.stdout.write("Everything is up to date.")

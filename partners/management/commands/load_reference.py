from django.core.management.base import BaseCommand, CommandError

from partners.reference.loading import load_reference
from riskassess.core.errors import DomainError


class Command(BaseCommand):
    help = "Load the country facts, ROR records and sample lists that come with RiskAssess. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument(
            "--no-samples", action="store_true", help="leave the sample lists out; for an installation with real cases"
        )

    def handle(self, **options):
        loaded = 0
        try:
            for step in load_reference(with_samples=not options["no_samples"]):
                loaded += step.is_new
                if step.is_new or options["verbosity"] > 1:
                    self.stdout.write(step.sentence)
        except DomainError as fault:
            raise CommandError(str(fault), returncode=2) from None
        if not loaded:
            self.stdout.write("The reference data is up to date.")

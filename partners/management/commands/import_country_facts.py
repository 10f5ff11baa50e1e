from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partners.reference.countries import import_country_facts
from riskassess.core.errors import DomainError


class Command(BaseCommand):
    help = "Import facts about countries from a CSV file (columns: fixtures/countries/README.md)."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.csv", type=Path)

    def handle(self, **options):
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.", returncode=2)
        try:
            self.stdout.write(import_country_facts(path=options["file"]).sentence)
        except DomainError as fault:
            raise CommandError(f"{options['file'].name}: {fault}", returncode=2) from None

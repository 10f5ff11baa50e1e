import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partners.lists import Outcome, import_edition
from partners.lists.sets import as_one_file
from partners.models import ListSource
from riskassess.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Import FILE as the newest edition of the list SOURCE; several files of one day are taken together as a set. "
        "Exit 0: in force or unchanged; 1: refused or held, the edition in force stays; 2: usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("source", metavar="SOURCE")
        parser.add_argument("files", metavar="FILE", type=Path, nargs="+")
        parser.add_argument(
            "--accept", action="store_true", help="take a file that would be held, such as one that shrank a lot"
        )

    def handle(self, **options):
        source = ListSource.objects.filter(code=options["source"]).first()
        if source is None:
            known = ", ".join(ListSource.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no list source called {options['source']}. Known: {known}.", returncode=2)
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.", returncode=2)
        with tempfile.TemporaryDirectory() as folder:
            path = as_one_file(options["files"], Path(folder))
            try:
                result = import_edition(source=source, path=path, accept=options["accept"])
            except DomainError as fault:
                raise CommandError(str(fault), returncode=2) from None
        if result.outcome == Outcome.HELD:
            page = f"{settings.SITE_URL}{result.edition.get_absolute_url()}"
            remedy = f"If the list is right, accept it at {page}, or repeat this command with --accept."
            raise CommandError(f"{result.sentence} {remedy}", returncode=1)
        if not result.is_good:
            raise CommandError(result.sentence, returncode=1)
        self.stdout.write(result.sentence)

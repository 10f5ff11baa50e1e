from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partners.lists import import_edition
from partners.models import ListSource


class Command(BaseCommand):
    help = (
        "Import FILE as the newest edition of the list SOURCE. Exit 0: in force; 1: refused, nothing changed; 2: usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("source", metavar="SOURCE")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--accept-shrink", action="store_true", help="take the file although many entries are gone")

    def handle(self, **options):
        source = ListSource.objects.filter(code=options["source"]).first()
        if source is None:
            known = ", ".join(ListSource.objects.order_by("code").values_list("code", flat=True))
            remedy = f"Known: {known}." if known else "Run load_reference first; it makes the list sources."
            raise CommandError(f"There is no list source called {options['source']}. {remedy}", returncode=2)
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.", returncode=2)
        result = import_edition(source=source, path=options["file"], accept_shrink=options["accept_shrink"])
        if not result.is_good:
            raise CommandError(result.sentence, returncode=1)
        self.stdout.write(result.sentence)

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from riskassess.engine.loading import CatalogueError, is_release, load_catalogue
from riskassess.engine.tracing import traceability

FILE = Path(settings.BASE_DIR) / "docs" / "traceability.md"


def newest_release(folder: Path) -> Path:
    """The release with the highest version number in a catalogue's folder."""
    releases = [found for found in folder.iterdir() if is_release(found)]
    return max(releases, key=lambda found: [int(number) for number in found.name.split(".")])


class Command(BaseCommand):
    help = "Write docs/traceability.md: which paragraph of which source leads to which questions and rules, and back."

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", type=Path, help="a release's folder; else the newest ALLEA/EU release")
        parser.add_argument("--output", type=Path, default=FILE, help="the file to write; - for the screen")

    def handle(self, *args, path, output, **options):
        folder = path or newest_release(Path(settings.CATALOGUES_DIR) / "allea-eu")
        try:
            page = traceability(load_catalogue(folder, bases=[settings.CATALOGUES_DIR]))
        except CatalogueError as fault:
            raise CommandError(str(fault)) from fault
        if str(output) == "-":
            self.stdout.write(page, ending="")
        else:
            output.write_text(page, encoding="utf-8")
            self.stdout.write(f"{output}: {folder.parent.name} {folder.name}")

import tempfile
import zipfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partners.lists import import_edition
from partners.models import ListSource


class Command(BaseCommand):
    help = (
        "Import FILE as the newest edition of the list SOURCE; several files of one day are taken together as a set. "
        "Exit 0: in force or unchanged; 1: refused, nothing changed; 2: usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("source", metavar="SOURCE")
        parser.add_argument("files", metavar="FILE", type=Path, nargs="+")
        parser.add_argument("--accept-shrink", action="store_true", help="take the file although many entries are gone")

    def handle(self, **options):
        source = ListSource.objects.filter(code=options["source"]).first()
        if source is None:
            known = ", ".join(ListSource.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no list source called {options['source']}. Known: {known}.", returncode=2)
        for path in options["files"]:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.", returncode=2)
        with tempfile.TemporaryDirectory() as folder:
            path = options["files"][0] if len(options["files"]) == 1 else packed(options["files"], Path(folder))
            result = import_edition(source=source, path=path, accept_shrink=options["accept_shrink"])
        if not result.is_good:
            raise CommandError(result.sentence, returncode=1)
        self.stdout.write(result.sentence)


def packed(paths: list[Path], folder: Path) -> Path:
    """The files as one zip, the same bytes for the same files."""
    target = folder / f"{paths[0].stem}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(paths, key=lambda each: each.name):
            archive.write(path, path.name)
    return target

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from riskassess.engine.checking import check_catalogue
from riskassess.engine.loading import CatalogueError, load_catalogue


class Command(BaseCommand):
    help = "Check every catalogue release below a folder: its form, its sources, its rules and its golden cases."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, default=settings.CATALOGUES_DIR)

    def handle(self, *args, folder, **options):
        releases = sorted(found.parent for found in Path(folder).rglob("catalogue.yaml"))
        if not releases:
            raise CommandError(f"No catalogue.yaml lies below {folder}.")
        problems = []
        for release in releases:
            try:
                found = [str(problem) for problem in check_catalogue(load_catalogue(release))]
            except CatalogueError as fault:
                found = fault.problems
            self.stdout.write(f"{release.name} of {release.parent.name}: {len(found) or 'no'} problems")
            problems += [f"{release.parent.name}/{release.name}: {problem}" for problem in found]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} problems in the catalogues.")

import json
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from riskassess.engine.checking import check_catalogue
from riskassess.engine.loading import CatalogueError, UnreadableError, load_catalogue

FAULTY, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = "Check every catalogue release in a folder and below: its form, its sources, its rules and its golden cases."

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", type=Path, default=settings.CATALOGUES_DIR)
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args, path, format, **options):
        """Ends with 1 where a release has problems, and with 2 where one cannot be read at all."""
        folders = sorted(found.parent for found in Path(path).rglob("catalogue.yaml"))
        releases = [_checked(folder) for folder in folders]
        if not folders:
            releases = [{"release": str(path), "state": "unreadable", "problems": ["no catalogue.yaml lies here."]}]
        if format == "json":
            self.stdout.write(json.dumps({"releases": releases}, indent=2, ensure_ascii=False))
        else:
            self._tell(releases)
        states = {release["state"] for release in releases}
        if states != {"sound"}:
            sys.exit(UNREADABLE if "unreadable" in states else FAULTY)

    def _tell(self, releases):
        for release in releases:
            problems = release["problems"]
            count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}" if problems else "no problems"
            self.stdout.write(f"{release['release']}: {count}")
            for problem in problems:
                self.stderr.write(f"{release['release']}: {problem}")


def _checked(folder: Path) -> dict:
    name = f"{folder.parent.name}/{folder.name}"
    try:
        catalogue = load_catalogue(folder)
    except UnreadableError as fault:
        return {"release": name, "state": "unreadable", "problems": fault.problems}
    except CatalogueError as fault:
        return {"release": name, "state": "faulty", "problems": fault.problems}
    problems = [str(problem) for problem in check_catalogue(catalogue)]
    return {"release": name, "state": "faulty" if problems else "sound", "problems": problems}

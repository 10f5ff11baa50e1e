from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from partners.models import RorImport
from partners.reference.ror import import_ror, import_ror_in_background, progress_words


class Command(BaseCommand):
    help = (
        "Take over the records of a file of the Research Organization Registry (schema version 2; JSON or JSON lines, "
        "plain, gzip or zip). A file that was broken off goes on where it stopped. "
        "Exit 0: taken over or nothing new; 1: refused, nothing is changed; 2: usage."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--background", action="store_true", help="keep the file and leave the work to the worker")

    def handle(self, **options):
        path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=2)
        if options["background"]:
            work = import_ror_in_background(path=path)
            if not work.is_over:
                self.stdout.write(_("%(file)s waits for the worker.") % {"file": path.name})
                return
            is_new = False
        else:
            steps = import_ror(path=path)
            work = next(steps)
            is_new = not work.is_over
            for work in steps:
                self._tell(work, options["verbosity"])
        if is_new and self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        if work.state == RorImport.State.REFUSED:
            raise CommandError(progress_words(work), returncode=1)
        if not is_new:
            self.stdout.write(_("%(file)s: nothing new. It was taken over before.") % {"file": path.name})
            return
        self.stdout.write(progress_words(work))

    def _tell(self, work: RorImport, verbosity: int) -> None:
        """On a terminal one line that is written anew; in a log a line a step."""
        if work.is_over or not verbosity:
            return
        if self.stderr.isatty():
            self.stderr.write(f"\r\033[K{progress_words(work)}", ending="")
        else:
            self.stderr.write(progress_words(work))

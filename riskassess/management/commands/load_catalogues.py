from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from riskassess.assessments.services import publish_release
from riskassess.core.errors import DomainError
from riskassess.engine.loading import CatalogueError, read_texts
from riskassess.management.commands.assess import release_folders


class Command(BaseCommand):
    help = "Publish the catalogue releases of a folder that are not published yet. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=settings.CATALOGUES_DIR,
            help="one release, or a folder with ID/VERSION below it; else the releases that come with RiskAssess",
        )

    def handle(self, *args, path, **options):
        folders = release_folders(path)
        if not folders:
            raise CommandError(
                f"{path}: there is no release here. A release is a folder with catalogue.yaml or overlay.yaml."
            )
        for folder in folders:
            try:
                release = publish_release(texts=read_texts(folder, bases=[settings.CATALOGUES_DIR]))
            except (CatalogueError, DomainError) as error:
                raise CommandError(f"{folder.parent.name} {folder.name}: {error}") from error
            self.stdout.write(f"{release.catalogue_id} {release.version}: {release.sha256}")

from django.core.management.base import BaseCommand, CommandError

from riskassess.assessments.services import publish_release
from riskassess.core.errors import DomainError
from riskassess.engine.loading import CatalogueError
from riskassess.management.commands.assess import release_folders


class Command(BaseCommand):
    help = "Publish the catalogue releases of the catalogues folder that are not published yet. Safe to repeat."

    def handle(self, *args, **options):
        for folder in release_folders():
            texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
            try:
                release = publish_release(texts=texts)
            except (CatalogueError, DomainError) as error:
                raise CommandError(f"{folder.parent.name} {folder.name}: {error}") from error
            self.stdout.write(f"{release.catalogue_id} {release.version}: {release.sha256}")

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import named_release
from riskassess.assessments.services import publish_release
from riskassess.core.errors import DomainError
from riskassess.engine.loading import CatalogueError, read_texts
from riskassess.management.releases import release_folders


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
        guard_database()
        known = set(CatalogueRelease.objects.values_list("pk", flat=True))
        done = []
        try:
            for folder in folders:
                done.append(publish(folder))
        finally:
            for release in done:
                self.stdout.write(f"{release.catalogue_id} {release.version}: {said(release, known)}")


def publish(folder: Path) -> CatalogueRelease:
    name = f"{folder.parent.name}/{folder.name}"
    try:
        return publish_release(texts=read_texts(folder, bases=[settings.CATALOGUES_DIR]))
    except CatalogueError as error:
        problems = "".join(f"\n{name}: {problem}" for problem in error.problems)
        raise CommandError(f"{name} is not published. Mend this and load it again:{problems}") from error
    except DomainError as error:
        raise CommandError(f"{name}: {error}") from error


def said(release: CatalogueRelease, known: set[int]) -> str:
    """What became of it, and what new proposals are filed under now."""
    if release.pk in known:
        return "already published, unchanged."
    try:
        current = named_release(settings.CATALOGUE)
    except CatalogueRelease.DoesNotExist:
        return f"published. The setting RISKASSESS_CATALOGUE names {settings.CATALOGUE}, which is not loaded."
    if current == release:
        return "published; new proposals are filed under it."
    return f"published; new proposals are filed under {current} (RISKASSESS_CATALOGUE is {settings.CATALOGUE})."


def guard_database() -> None:
    """A database that is not there yet, or older than this version of RiskAssess, is told in words."""
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise CommandError(f"The database cannot be reached: {error}") from error
    if behind:
        raise CommandError("The database is not ready. Run `python manage.py prepare` first, then this again.")

"""Releases by their names: those in the folder that comes with RiskAssess, and those that were loaded."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from riskassess.assessments.models import CatalogueRelease
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.loading import CatalogueError, is_release, load_catalogue, load_texts


class InputError(Exception):
    """What was given cannot be read; one line for each problem."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Place:
    """Where a release lies: in a folder, in the database, or in both."""

    name: str  # id@version
    folder: Path | None = None
    loaded: CatalogueRelease | None = None


def find_catalogue(wanted: str) -> Catalogue:
    """The release in that folder, or of that id and version; the newest where no version is named.

    Folders come first, so that nothing here needs a database; the loaded releases are asked for where they do not know.
    """
    path = Path(wanted)
    if wanted and is_release(path):
        return load_release(path)
    if wanted and path.is_dir():
        raise InputError([_not_in(path)])
    name = wanted or settings.CATALOGUE
    on_disk = {_name_of(folder): folder for folder in release_folders()}
    if found := _newest(name, on_disk):
        return load_release(on_disk[found])
    loaded = loaded_releases()
    if found := _newest(name, loaded):
        return load_texts(loaded[found].texts)
    raise InputError([_not_there(name, sorted({*on_disk, *loaded}, key=_order))])


def load_release(folder: Path) -> Catalogue:
    try:
        return load_catalogue(folder, bases=[settings.CATALOGUES_DIR])
    except CatalogueError as error:
        raise InputError(error.problems) from error


def all_releases() -> Iterator[Place]:
    """Every release there is, by id, older versions first."""
    on_disk = {_name_of(folder): folder for folder in release_folders()}
    loaded = loaded_releases()
    for name in sorted({*on_disk, *loaded}, key=_order):
        yield Place(name, on_disk.get(name), loaded.get(name))


def release_folders(root: Path | None = None) -> list[Path]:
    """Folders of the releases on disk (or under `root`, or `root` itself), by id, older versions first."""
    root = Path(root or settings.CATALOGUES_DIR)
    folders = [path for path in (root.resolve(), *root.glob("*/*/")) if is_release(path)]
    return sorted(folders, key=lambda path: _order(_name_of(path)))


def loaded_releases() -> dict[str, CatalogueRelease]:
    """The published releases by name; none where there is no database yet."""
    is_file = connection.vendor == "sqlite" and not connection.is_in_memory_db()
    if is_file and not Path(connection.settings_dict["NAME"]).exists():
        return {}  # asking would make an empty one
    try:
        return {f"{release.catalogue_id}@{release.version}": release for release in CatalogueRelease.objects.all()}
    except DatabaseError:
        return {}


def _name_of(folder: Path) -> str:
    return f"{folder.parent.name}@{folder.name}"


def _newest(wanted: str, names: dict) -> str:
    fitting = [name for name in names if wanted in (name, name.partition("@")[0])]
    return max(fitting, key=_order, default="")


def _order(name: str) -> tuple[str, tuple[int, ...]]:
    catalogue_id, _at, version = name.partition("@")
    parts = version.split(".")
    return catalogue_id, tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def _not_there(wanted: str, names: list[str]) -> str:
    ids = {name.partition("@")[0] for name in names}
    near = [] if wanted.partition("@")[0] in ids else difflib.get_close_matches(wanted, [*names, *ids], n=1)
    meant = _(" Did you mean %(name)s?") % {"name": near[0]} if near else ""
    return _(
        "There is no release %(wanted)s, neither in the folder that comes with RiskAssess nor among the loaded ones. "
        "There are: %(names)s.%(meant)s Name one of these, or the folder of a release, such as "
        "my-catalogues/allea-eu/1.2.0."
    ) % {"wanted": wanted, "names": ", ".join(names) or _("none"), "meant": meant}


def _not_in(path: Path) -> str:
    below = ", ".join(str(folder.relative_to(path.resolve())) for folder in release_folders(path.resolve()))
    if below:
        return _("%(path)s: this folder is no release, but there are some in it: %(below)s. Name one of them.") % {
            "path": path,
            "below": below,
        }
    return _("%(path)s: there is no release in this folder; catalogue.yaml or overlay.yaml is missing.") % {
        "path": path
    }

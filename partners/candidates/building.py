"""Make an index from the database, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from partners.candidates.places import Place, root
from partners.candidates.writing import write


def build(place: Place) -> Path:
    """Make the index anew and put it in the place of the one before. A process that reads the old one may go on.

    Reads the database as a stream; belongs into a worker. Two that build the same at once do no harm.
    """
    root().mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f"{place.folder.name}.made-", dir=root()))
    try:
        write(made, place.rows())
        _put_in_place(made, place.folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place.folder


def remove_superseded(kept: Iterable[Place]) -> list[str]:
    """Remove every index that is none of these, and what a killed process left half made. Gives their names."""
    names = {place.folder.name for place in kept}
    removed = []
    for folder in root().iterdir() if root().is_dir() else ():
        if folder.is_dir() and folder.name not in names:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder.name)
    return sorted(removed)


def _put_in_place(made: Path, target: Path) -> None:
    """A rename is one step; where another stands already, that one is moved aside first and then removed."""
    while True:
        try:
            made.rename(target)
            return
        except OSError:
            if not target.exists():
                raise
        aside = target.with_name(f"{target.name}.old-{os.getpid()}-{made.name[-8:]}")
        try:
            target.rename(aside)
        except FileNotFoundError:  # somebody else was quicker
            continue
        shutil.rmtree(aside, ignore_errors=True)

"""Make an index from the database, whole or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Q
from django.utils import timezone

from partners.candidates.places import PARTNERS, Place, partners_since, root, rows_of_partners
from partners.candidates.writing import write
from partners.models import Partner

THROUGH = "through"  # the file in an index that says until when the database was read
POSITION = "position"  # the file in an index under way that says behind which row it goes on
UNDER_WAY = ".part"
OVERLAP = timedelta(minutes=5)  # a row may be committed later than its own time says


def build(place: Place) -> Path:
    """Make the index anew and put it in the place of the one before. A process that reads the old one may go on.

    Reads the database as a stream; belongs into a worker. Two that build the same at once do no harm.
    """
    root().mkdir(parents=True, exist_ok=True)
    now = timezone.now()
    made = Path(tempfile.mkdtemp(prefix=f"{place.folder.name}.made-", dir=root()))
    try:
        write(made, place.rows())
        (made / THROUGH).write_text(now.isoformat())
        _put_in_place(made, place.folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place.folder


def build_on(place: Place, *, round_of: str, goes_on: Callable[[], bool]) -> bool:
    """As `build`, of an edition or of ROR, in steps: go on as long as `goes_on` says so. True once it is whole and in
    its place. What was written is kept until the next step of the same round; a round that was left is begun anew.

    Killed between two writes it goes on where it stood, with some names twice, which finds nothing else.
    """
    folder = place.folder.with_name(place.folder.name + UNDER_WAY)
    after, is_whole = _position(folder, round_of), False
    if after is None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        after = 0

    def rows() -> Iterator[tuple[int, str, str]]:
        nonlocal after, is_whole
        for behind, handful in place.handfuls(after):
            yield from handful
            after = behind
            if not goes_on():
                return
        is_whole = True

    write(folder, rows())
    if is_whole:
        (folder / POSITION).unlink(missing_ok=True)
        _put_in_place(folder, place.folder)
    else:
        (folder / POSITION).write_text(json.dumps({"round": round_of, "after": after}))
    return is_whole


def _position(folder: Path, round_of: str) -> int | None:
    try:
        found = json.loads((folder / POSITION).read_text())
        return found["after"] if found["round"] == round_of else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def refresh_partners() -> int:
    """Write the names of partners that were changed or named since the index was made anew, in place of what stood
    there of them; gives how many. Makes the index where it is absent.

    A name that was only taken back stays until then: a candidate is compared by its names in the database, so that one
    too many does no harm. Fails while another process writes; the job that asked is tried again.
    """
    folder = PARTNERS.folder
    try:
        since = datetime.fromisoformat((folder / THROUGH).read_text())
    except (OSError, ValueError):
        build(PARTNERS)
        return 0
    now = timezone.now()
    touched = partners_since(since - OVERLAP)
    count = write(folder, rows_of_partners(touched), touched)
    (folder / THROUGH).write_text(now.isoformat())
    return count


def not_indexed_partners(most: int = 200) -> list[int]:
    """The newest partners that were changed or named since the index was made, which a search of it can't find."""
    try:
        since = datetime.fromisoformat((PARTNERS.folder / THROUGH).read_text())
    except (OSError, ValueError):
        return []
    changed = Partner.objects.filter(Q(updated_at__gte=since - OVERLAP) | Q(aliases__created_at__gte=since - OVERLAP))
    return list(changed.order_by("-pk").values_list("pk", flat=True).distinct()[:most])


def remove_superseded(kept: Iterable[Place]) -> list[str]:
    """Remove every index that is none of these, and what a killed process left half made. Gives their names."""
    names = {place.folder.name for place in kept}
    names |= {name + UNDER_WAY for name in names}
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

"""Look into the watched folder and begin to import what is new in it."""

import hashlib
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.lists.background import queue_step
from partners.lists.folder import files_named, is_finished
from partners.lists.importing import begin_import, sha256_of
from partners.lists.sets import as_one_file
from partners.models import FolderEntry, ListEdition, ListSource
from partners.reference.ror import import_ror_upload
from riskassess.core.errors import DomainError

RESTS = timedelta(seconds=60)  # what has not changed for so long is whole
MOST_ENTRIES = 200
FOLDER_ITSELF = "."
ROR = "ror"  # ror.zip, ror.json ...: a file of ROR records, beside those of the lists


def watch_folder(now: datetime | None = None) -> None:
    """Each file is imported once, when it has stopped changing; a refused one is left alone until it changes."""
    if not settings.LISTS_FOLDER:
        FolderEntry.objects.all().delete()
        return
    folder, now = Path(settings.LISTS_FOLDER), now or timezone.now()
    try:
        names = sorted(entry.name for entry in folder.iterdir() if is_finished(entry.name))[:MOST_ENTRIES]
    except OSError as fault:
        problem = _("The folder can't be read: %(fault)s.") % {"fault": fault.strerror}
        FolderEntry.objects.update_or_create(
            name=FOLDER_ITSELF, defaults={"signature": "", "unchanged_since": now, "problem": problem}
        )
        return
    FolderEntry.objects.exclude(name__in=names).delete()
    sources = {source.code: source for source in ListSource.objects.all()}
    codes = Counter(_code_of(name) for name in names)
    for name in names:
        _look_at(folder, name, sources.get(_code_of(name)), codes[_code_of(name)] > 1, now)


def _look_at(folder: Path, name: str, source: ListSource | None, has_twin: bool, now: datetime) -> None:
    try:
        paths = files_named(folder, name)
        signature = _signature(paths)
    except OSError as fault:
        _note(name, _("%(name)s can't be read: %(fault)s.") % {"name": name, "fault": fault.strerror}, now)
        return
    if not paths:
        return
    if source is None and _code_of(name) != ROR:
        _note(name, _("%(name)s is named after no list, so it is not read.") % {"name": name}, now)
        return
    if has_twin:
        said = _("%(name)s is not the only file of its list; leave one. None of them is read.") % {"name": name}
        _note(name, said, now, source)
        return
    row, is_new = FolderEntry.objects.get_or_create(
        name=name, defaults={"source": source, "signature": signature, "unchanged_since": now}
    )
    if not is_new and (row.signature != signature or row.source != source):
        FolderEntry.objects.filter(pk=row.pk).update(
            source=source, signature=signature, unchanged_since=now, taken_at=None, problem=""
        )
    elif row.taken_at is None and now - row.unchanged_since >= RESTS:
        _take(row, source, paths, now)


def _take(row: FolderEntry, source: ListSource | None, paths: list[Path], now: datetime) -> None:
    mine = FolderEntry.objects.filter(pk=row.pk, taken_at__isnull=True, signature=row.signature)
    if not mine.update(taken_at=now):
        return  # another worker looks, too
    try:
        if source is None:
            _take_ror(paths)
            return
        with tempfile.TemporaryDirectory() as place:
            whole = as_one_file(paths, Path(place))
            begun = begin_import(
                source=source,
                sha256=sha256_of(whole),
                size=whole.stat().st_size,
                file_name=row.name,
                origin=ListEdition.Origin.FOLDER,
            )
    except (DomainError, OSError) as fault:
        said = str(fault) if isinstance(fault, DomainError) else fault.strerror
        FolderEntry.objects.filter(pk=row.pk).update(problem=f"{row.name}: {said}")
        return
    if isinstance(begun, ListEdition):
        queue_step(begun)


def _take_ror(paths: list[Path]) -> None:
    if len(paths) > 1:
        raise DomainError(_("a folder of this name is not read; put the one file of ROR there in its place."))
    with paths[0].open("rb") as stream:
        import_ror_upload(upload=stream, name=paths[0].name, actor=None)


def _note(name: str, problem: str, now: datetime, source: ListSource | None = None) -> None:
    FolderEntry.objects.update_or_create(
        name=name, defaults={"source": source, "signature": "", "unchanged_since": now, "problem": problem}
    )


def _code_of(name: str) -> str:
    return name.partition(".")[0]


def _signature(paths: list[Path]) -> str:
    parts = [(path.name, (found := path.stat()).st_size, found.st_mtime_ns) for path in paths]
    return hashlib.sha256(repr(parts).encode()).hexdigest()

"""Imports that go on by themselves: a file is brought, and jobs of a few seconds each read it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from partners.lists import deciding
from partners.lists.folder import files_named
from partners.lists.importing import begin_import, sha256_of, take_step
from partners.lists.outcomes import ImportResult
from partners.lists.refusing import refuse
from partners.lists.sets import as_one_file, zip_streams
from partners.models import ListEdition, ListSource
from riskassess.accounts.models import User
from riskassess.core.errors import DomainError
from riskassess.files.models import StoredFile
from riskassess.files.services import path_of, remove_file, store_stream
from riskassess.jobs.models import Queue
from riskassess.jobs.running import Refused, report_progress
from riskassess.jobs.services import enqueue

STEP_SECONDS = 8.0
Origin = ListEdition.Origin


def import_upload(*, source: ListSource, files: list[UploadedFile], actor: User) -> ListEdition | ImportResult:
    """Keep the file, or the files of a set as one zip, and read it in the background."""
    file = _stored(files, f"{source.code}.zip")
    begun = begin_import(
        source=source,
        sha256=file.sha256,
        size=file.size,
        file_name=file.name,
        actor=actor,
        origin=Origin.UPLOAD,
        file=file,
    )
    if isinstance(begun, ListEdition):
        queue_step(begun)
    elif not ListEdition.objects.filter(file=file).exists():
        remove_file(file)
    return begun


@transaction.atomic
def accept_edition(*, edition: ListEdition, actor: User, reason: str) -> ListEdition:
    """As the decision, and go through with it in the background."""
    accepted = deciding.accept_edition(edition=edition, actor=actor, reason=reason)
    queue_step(accepted, run=accepted.accepted_at.isoformat())
    return accepted


@transaction.atomic
def roll_back(*, edition: ListEdition, actor: User, reason: str) -> ListEdition:
    made = deciding.roll_back(edition=edition, actor=actor, reason=reason)
    queue_step(made)
    return made


@transaction.atomic
def queue_step(edition: ListEdition, run: str = "", number: int = 0) -> None:
    """`run` tells the steps after an acceptance from those before it."""
    job = enqueue(
        "partners.import_step",
        f"import:{edition.uid}:{run}:{number}",
        ids=[edition.pk, run, number],
        queue=Queue.BULK,
        asked_by=edition.brought_by,
    )
    ListEdition.objects.filter(pk=edition.pk).update(job=job)


def go_on(edition: ListEdition, run: str, number: int) -> None:
    """One step, which queues the next. Done twice, it comes to the same."""
    guard_bringer(edition.brought_by)
    _report(edition)
    try:
        with _raw_file(edition) as path:
            result = take_step(edition, path, STEP_SECONDS)
    except ChangedMeanwhile as fault:
        refuse(edition, str(fault), edition.brought_by)
        return
    _report(edition)
    if result is None:
        queue_step(edition, run, number + 1)


def guard_bringer(person: User | None) -> None:
    """The right is asked again where the work is done: it may have been lost since. Nobody brought what was watched."""
    if person is None:
        return
    person = User.objects.get(pk=person.pk)
    if not person.is_active or not person.has_perm("partners.manage_lists"):
        raise Refused(_("Whoever brought this file may no longer change lists. Somebody who may can bring it again."))


class ChangedMeanwhile(DomainError):
    pass


@contextmanager
def _raw_file(edition: ListEdition) -> Iterator[Path | None]:
    """What is still to be read; None where all is stored already."""
    if edition.read_at or edition.restores_id:
        yield None
        return
    if edition.file:
        yield path_of(edition.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = files_named(Path(settings.LISTS_FOLDER), edition.file_name) if settings.LISTS_FOLDER else []
        path = as_one_file(paths, Path(folder)) if paths else None
        if path is None or sha256_of(path) != edition.sha256:
            raise ChangedMeanwhile(_("The file changed in the watched folder while it was being read."))
        yield path


def _stored(files: list[UploadedFile], name_of_set: str) -> StoredFile:
    if len(files) == 1:
        return store_stream(stream=files[0], name=files[0].name, content_type="application/octet-stream")
    with tempfile.TemporaryFile() as whole:
        zip_streams({file.name: file for file in files}, whole)
        whole.seek(0)
        return store_stream(stream=whole, name=name_of_set, content_type="application/zip")


def _report(edition: ListEdition) -> None:
    """Nobody knows how long a list is before its end; the edition in force tells about how long."""
    done = edition.entities_count
    if edition.read_at:
        report_progress(done, done, _("entries are read; now they are compared with the edition in force"))
        return
    in_force = edition.source.editions.filter(state=ListEdition.State.IN_FORCE).first()
    expected = in_force.entities_count if in_force else 0
    report_progress(done, max(expected, done) if expected else 0, "" if expected else _("%(n)s entries") % {"n": done})

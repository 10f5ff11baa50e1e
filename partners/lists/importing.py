import hashlib
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.lists.comparing import compare_with
from partners.lists.deciding import accept_edition
from partners.lists.gates import objection_to
from partners.lists.outcomes import ImportResult, Outcome, result_of, unchanged
from partners.lists.refusing import clear_abandoned, hold, refuse
from partners.lists.staging import Overtaken, copy_entries, stage_entries
from partners.lists.swapping import bring_into_force
from partners.matching.normalise import NORMALISER
from partners.models import ListEdition, ListSource
from partners.parsing.formats import FORMATS
from partners.parsing.listed import LARGEST_FILE, UnreadableList
from riskassess.accounts.models import User
from riskassess.core.errors import DomainError
from riskassess.files.models import StoredFile
from riskassess.jobs.running import going_on

State, Origin = ListEdition.State, ListEdition.Origin


def import_edition(*, source: ListSource, path: Path, actor: User | None = None, accept: bool = False) -> ImportResult:
    """Read the file as the newest edition of the source. Never raises for what a file may hold: the outcome says it.

    With `accept` a file that would be held for a person is taken. Call it outside a transaction: rows are staged in
    chunks, so that no write holds up the others for long.
    """
    begun = begin_import(
        source=source, sha256=sha256_of(path), size=path.stat().st_size, file_name=path.name, actor=actor
    )
    if isinstance(begun, ListEdition):
        result = None
        while result is None:
            result = take_step(begun, path)
    else:
        result = begun
    if result.outcome == Outcome.HELD and accept:
        accept_edition(edition=result.edition, actor=actor, reason=_("Accepted when it was imported."))
        return finish_import(result.edition)
    return result


def finish_import(edition: ListEdition) -> ImportResult:
    """Go through with an edition whose entries are all stored."""
    result = None
    while result is None:
        result = take_step(edition, None)
    return result


def begin_import(
    *,
    source: ListSource,
    sha256: str,
    size: int,
    file_name: str,
    actor: User | None = None,
    origin: str = Origin.COMMAND,
    file: StoredFile | None = None,
) -> ListEdition | ImportResult:
    """An edition to be read step by step, or what can be said of the file without reading it."""
    if source.format not in FORMATS:
        raise DomainError(
            _("%(list)s: files of the format %(format)s can't be read by this version of RiskAssess.")
            % {"list": source, "format": source.format},
            field="format",
        )
    same = source.editions.filter(sha256=sha256, normaliser=NORMALISER)
    if in_force := same.filter(state=State.IN_FORCE).first():
        source.editions.filter(pk=in_force.pk).update(confirmed_at=timezone.now())
        return unchanged(in_force)
    if held := same.filter(state=State.HELD).first():
        return result_of(held)
    clear_abandoned(source)
    edition = ListEdition.objects.create(
        source=source,
        file_name=file_name[:200],
        sha256=sha256,
        size=size,
        normaliser=NORMALISER,
        origin=origin,
        brought_by=actor,
        file=file,
    )
    if size > LARGEST_FILE:
        return refuse(edition, _("The file is larger than 200 MB."), actor)
    if not size:
        return refuse(edition, _("The file is empty."), actor, Outcome.EMPTY)
    return edition


def take_step(edition: ListEdition, path: Path | None, seconds: float | None = None) -> ImportResult | None:
    """Read on for so many seconds; once all is read compare; then hold the edition, or make it searchable and bring it
    into force. None as long as there is more to do. `path` is needed until the last entry is read."""
    edition.refresh_from_db()
    goes_on = going_on(seconds)
    try:
        if edition.state != State.STAGING:
            return result_of(edition)
        if edition.read_at is None:
            return _read_on(edition, path, goes_on)
        if edition.compared_at is None:
            compare_with(edition, edition.source.editions.filter(state=State.IN_FORCE).first())
            return None
        if edition.accepted_at is None and (objection := objection_to(edition, edition.compared_with)):
            return hold(edition, objection)
        return bring_into_force(edition, goes_on)
    except Overtaken:
        edition.refresh_from_db()
        return result_of(edition) if edition.state != State.STAGING else None


def _read_on(edition: ListEdition, path: Path | None, goes_on: Callable[[], bool]) -> ImportResult | None:
    try:
        if edition.restores:
            is_over = copy_entries(edition, goes_on)
        else:
            reading = FORMATS[edition.source.format](path)
            edition.published_on = reading.published_on
            is_over = stage_entries(edition, reading.entries, goes_on)
    except UnreadableList as fault:
        return refuse(edition, str(fault), edition.brought_by)
    if not is_over:
        return None
    if not edition.entities_count:
        return refuse(edition, _("The list has no entries."), edition.brought_by, Outcome.EMPTY)
    read = ListEdition.objects.filter(pk=edition.pk, state=State.STAGING)
    read.update(read_at=timezone.now(), published_on=edition.published_on)
    return None


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

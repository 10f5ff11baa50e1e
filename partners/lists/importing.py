import hashlib
from pathlib import Path

from django.utils.translation import gettext as _

from partners import candidates
from partners.lists.gates import objection_to
from partners.lists.outcomes import ImportResult, Outcome
from partners.lists.refusing import clear_abandoned, refuse
from partners.lists.staging import stage_entries
from partners.lists.swapping import remove_indexes, swap
from partners.matching.normalise import NORMALISER
from partners.models import ListEdition, ListSource
from partners.parsing.formats import FORMATS
from partners.parsing.listed import LARGEST_FILE, UnreadableList
from riskassess.core.errors import DomainError


def import_edition(*, source: ListSource, path: Path, actor=None, accept_shrink: bool = False) -> ImportResult:
    """Read the file as the newest edition of the source. Never raises for what a file may hold: the outcome says it.

    Call it outside a transaction: rows are staged in chunks, so that no write holds up the others for long.
    """
    if source.format not in FORMATS:
        raise DomainError(_("The list %(list)s names the unknown format %(format)s.")
                          % {"list": source.code, "format": source.format}, field="format")  # fmt: skip
    size = path.stat().st_size
    if size > LARGEST_FILE:
        return refuse(source, path, "", size, actor, Outcome.REJECTED, _("The file is larger than 200 MB."))
    sha256 = _sha256(path)
    in_force = source.editions.filter(state=ListEdition.State.IN_FORCE).first()
    if in_force and (in_force.sha256, in_force.normaliser) == (sha256, NORMALISER):
        return ImportResult(
            Outcome.UNCHANGED, _("%(list)s: this file is the edition in force already.") % {"list": source}, in_force
        )
    if not size:
        return refuse(source, path, sha256, size, actor, Outcome.EMPTY, _("The file is empty."))
    clear_abandoned(source)
    edition = ListEdition.objects.create(
        source=source, file_name=path.name[:200], sha256=sha256, size=size, normaliser=NORMALISER
    )
    try:
        reading = FORMATS[source.format](path)
        edition.published_on = reading.published_on
        stage_entries(edition, reading.entries)
    except UnreadableList as fault:
        return refuse(source, path, sha256, size, actor, Outcome.REJECTED, str(fault), edition)
    if not edition.entities_count:
        return refuse(source, path, sha256, size, actor, Outcome.EMPTY, _("The list has no entries."), edition)
    if objection := objection_to(edition, in_force, accept_shrink):
        return refuse(source, path, sha256, size, actor, Outcome.REJECTED, objection, edition)
    candidates.build(candidates.of_edition(edition))  # before the swap: what is in force can be searched at once
    result = swap(edition, in_force, actor)
    remove_indexes()
    return result


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

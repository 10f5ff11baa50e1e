from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.lists.outcomes import ImportResult
from partners.lists.recording import record_step
from partners.lists.staging import drop_entries
from partners.matching.normalise import NORMALISER
from partners.models import ListEdition, ListSource

ABANDONED_AFTER = timedelta(hours=1)


@transaction.atomic
def refuse(source, path, sha256, size, actor, outcome, reason, edition=None) -> ImportResult:
    """Keep a row of what was refused and why; its half-read entries go."""
    edition = edition or ListEdition.objects.create(
        source=source, file_name=path.name[:200], sha256=sha256, size=size, normaliser=NORMALISER
    )
    mark_refused(edition, reason)
    record_step("list.refused", edition, actor, outcome)
    kept = source.editions.filter(state=ListEdition.State.IN_FORCE).first()
    still = (
        _("The edition of %(date)s is still in force.") % {"date": kept.published_on or kept.created_at.date()}
        if kept
        else _("No edition of this list is in force.")
    )
    return ImportResult(outcome, f"{source}: {reason} {still}", edition)


def mark_refused(edition: ListEdition, reason: str) -> None:
    edition.state, edition.reason = ListEdition.State.REJECTED, reason
    edition.save()
    drop_entries(edition)


def clear_abandoned(source: ListSource) -> None:
    """An import that was killed leaves its stage behind; nobody ever saw it."""
    abandoned = source.editions.filter(state=ListEdition.State.STAGING, created_at__lt=timezone.now() - ABANDONED_AFTER)
    for edition in abandoned:
        with transaction.atomic():
            mark_refused(edition, _("The import was interrupted."))

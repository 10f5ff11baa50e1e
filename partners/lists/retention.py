"""How long the files that were uploaded are kept. What was read of them stays with the edition for good."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from partners.lists.recording import record_step
from partners.models import ListEdition, ListSource
from riskassess.files.models import StoredFile
from riskassess.files.services import remove_file

NEWEST_KEPT = 3  # files of each list that stay however old they are
State = ListEdition.State


def remove_old_files(*, now: datetime, days: int) -> int:
    """Remove the files that no edition in force, held or being read has, none of the newest, none used in these days.

    Says how many. An edition that was brought back shares the file of the earlier one: it goes with the last of them.
    """
    before = now - timedelta(days=days)
    removed = 0
    for source in ListSource.objects.filter(editions__file__isnull=False).distinct():
        held = source.editions.filter(file__isnull=False).order_by("-pk")
        newest = list(dict.fromkeys(held.values_list("file", flat=True)))[:NEWEST_KEPT]
        kept = held.filter(_is_needed(before)).values("file")
        old = held.exclude(file__in=newest).exclude(file__in=kept)
        for stored in StoredFile.objects.filter(pk__in=old.values("file")):
            removed += _remove(stored, before, now)
    return removed


def _is_needed(before: datetime) -> Q:
    went = Q(superseded_at__gte=before) | Q(superseded_at__isnull=True, created_at__gte=before)
    return went | Q(state__in=(State.IN_FORCE, State.HELD, State.STAGING))


@transaction.atomic
def _remove(stored: StoredFile, before: datetime, now: datetime) -> bool:
    """Somebody may bring an edition back in this very moment, so its rows are locked and looked at again."""
    editions = list(ListEdition.objects.select_for_update(of=("self",)).filter(file=stored).select_related("source"))
    rows = ListEdition.objects.filter(file=stored)
    if rows.filter(_is_needed(before)).exists():
        return False
    rows.update(file=None, file_removed_at=now)
    for edition in editions:
        record_step("list.file_removed", edition, None, file=stored.name, bytes=stored.size)
    remove_file(stored)
    return True

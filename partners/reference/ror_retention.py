"""How long the files of ROR are kept. The records that were read of them stay."""

from datetime import datetime, timedelta

from django.db import transaction

from partners.models import RorImport
from riskassess.audit.log import record
from riskassess.files.services import remove_file

NEWEST_KEPT = 3  # files that stay however old they are


def remove_old_ror_files(*, now: datetime, days: int) -> int:
    """Remove the files of imports that ended before these days, but for the newest. Says how many."""
    held = RorImport.objects.filter(file__isnull=False).order_by("-pk")
    newest = list(held.values_list("pk", flat=True)[:NEWEST_KEPT])
    old = held.filter(finished_at__lt=now - timedelta(days=days)).exclude(pk__in=newest)
    return sum(_remove(pk) for pk in list(old.values_list("pk", flat=True)))


@transaction.atomic
def _remove(pk: int) -> bool:
    """Somebody may load the same file in this very moment, so the row is locked and looked at again."""
    work = RorImport.objects.select_for_update(of=("self",)).select_related("file").get(pk=pk)
    if work.file is None or not work.is_over:
        return False
    stored, work.file = work.file, None
    work.save(update_fields=["file"])
    record(
        "ror.file_removed",
        subject=work,
        actor_id=None,
        role="system",
        after={"file": work.file_name, "sha256": work.sha256, "bytes": stored.size},
    )
    remove_file(stored)
    return True

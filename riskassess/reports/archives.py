from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from riskassess.audit.log import record
from riskassess.files.services import remove_file
from riskassess.reports.models import ReportBatch


@transaction.atomic
def remove_old_archives(*, now: datetime) -> int:
    """Archives of many reports go after their days; the reports in them stay, and what was in them is on record."""
    until = now - timedelta(days=settings.REPORT_ARCHIVES_DAYS)
    late = ReportBatch.objects.filter(file__isnull=False, ended_at__lt=until).select_related("file")
    for batch in late:
        stored, batch.file = batch.file, None
        batch.save(update_fields=["file"])
        after = {"sha256": stored.sha256}
        remove_file(stored)
        record("reports.removed", subject=batch, actor_id=None, role="system", after=after)
    return len(late)

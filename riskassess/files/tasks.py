from django.conf import settings
from django.utils.translation import gettext as _

from riskassess.files.models import FileState, StoredFile
from riskassess.files.scanning import ScannerAway, threat_in
from riskassess.files.services import quarantined_bytes, settle_scan
from riskassess.jobs.running import job_task


@job_task("files.scan_file")
def scan_file(file_id):
    """A file that is gone, or was settled before, needs nothing. Without a scanner it waits until one is set again."""
    stored = StoredFile.objects.filter(pk=file_id, state=FileState.QUARANTINED).first()
    if stored is not None:
        if not settings.CLAMD:
            raise ScannerAway(_("No virus scanner is set, so what waits for one goes on waiting."))
        settle_scan(stored=stored, found=threat_in(quarantined_bytes(stored), settings.CLAMD))

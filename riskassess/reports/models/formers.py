from django.db import models
from django.utils.translation import gettext_lazy as _


class FormerCopy(models.Model):
    """A fingerprint by which a report was known before it was made again. The bytes are gone; whoever holds them still
    hears that they came from here."""

    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="former_copies")
    fingerprint = models.CharField(_("fingerprint"), max_length=64, db_index=True)
    is_receipt = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "fingerprint"], name="former_copy_once"),
            models.CheckConstraint(condition=~models.Q(fingerprint=""), name="former_copy_has_fingerprint"),
        ]

    def __str__(self):
        return f"{self.report_id}: {self.fingerprint[:16]}"

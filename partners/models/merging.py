from django.conf import settings
from django.db import models
from django.db.models import F, Q

from partners.models.registry import Partner
from riskassess.core.models import DatedModel, UidModel


class PartnerMerge(UidModel, DatedModel):
    """Two records became one. `moved` says which rows went over and what the fields were, so that it can be undone."""

    kept = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="merged_by")
    moved = models.JSONField(default=dict)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="partner_merged_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="partner_not_merged_with_itself"),
        ]
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.merged} -> {self.kept}"

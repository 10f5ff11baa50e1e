from django.conf import settings
from django.db import models

from riskassess.core.models import DatedModel, UidModel


class Notice(UidModel, DatedModel):
    """One line in a person's list of news. `key` names the event, so that doing it twice tells it once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    key = models.CharField(max_length=120)
    reference = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=200)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes = [models.Index(fields=["user", "read_at"])]

    def __str__(self):
        return self.subject

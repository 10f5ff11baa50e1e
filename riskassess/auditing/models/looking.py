from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel


class Sample(UidModel, DatedModel):
    """Cases drawn by a seed out of those of a mandate. With the seed and the same cases anybody draws the same ones:
    they stand in the order of SHA-256 of seed and reference."""

    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="samples")
    mandate = models.ForeignKey("accounts.Mandate", on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(_("seed"), max_length=64)
    size = models.PositiveSmallIntegerField(_("how many"))
    since = models.DateField(_("submitted from"), null=True, blank=True)
    until = models.DateField(_("submitted until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=30, blank=True)
    population = models.PositiveIntegerField(_("out of"))
    population_sha256 = models.CharField(max_length=64)
    references = models.JSONField(default=list)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(seed=""), name="sample_has_seed")]

    def __str__(self):
        return f"{self.size} of {self.population} by {self.seed}"

    def get_absolute_url(self):
        return reverse("audit_sample", args=[self.uid])


class AuditNote(UidModel, DatedModel):
    """What an auditor notes or finds. It is the auditor's own; nobody else reads it here."""

    class Kind(models.TextChoices):
        NOTE = "note", _("note")
        FINDING = "finding", _("finding")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(
        "proposals.Proposal", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.NOTE)
    text = models.TextField(_("text"), max_length=5000)
    opened = models.UUIDField(null=True, editable=False, help_text="The form it was written in: sent twice, kept once.")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="audit_note_has_text"),
            models.UniqueConstraint(fields=["author", "opened"], name="audit_note_written_once"),
        ]

    def __str__(self):
        return self.text[:60]

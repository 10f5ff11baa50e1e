from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reports.models.reports import Kind, Report


class ReportBatch(UidModel, DatedModel):
    """Many reports as one job: step by step through the selection, then all of them in one zip with a manifest.

    `position` is how far it has come in `proposals`; the step that began there is the only one that counts.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    is_redacted = models.BooleanField(_("without names, partners and free text"), default=False)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    proposals = models.JSONField(default=list, help_text="Keys of the proposals, in the order of the selection.")
    position = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list, help_text="Reference and why, of those that have no such report.")
    reports = models.ManyToManyField(Report, related_name="batches")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.total} × {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("report_batch", args=[self.uid])

    @property
    def total(self) -> int:
        return len(self.proposals)

    @property
    def state(self) -> str:
        """As its job says: between two steps it is still working."""
        if self.ended_at:
            return "done"
        if self.job is None or self.job.state == "done" or (self.job.state == "queued" and self.position):
            return "working"
        return self.job.state

    @property
    def file_name(self) -> str:
        redacted = "-redacted" if self.is_redacted else ""
        return f"{self.kind.replace('_', '-')}{redacted}-{self.created_at:%Y-%m-%d}.zip"

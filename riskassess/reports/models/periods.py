from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reports.models.building import Building, Proved


class PeriodKind(models.TextChoices):
    PERIOD = "period", _("period report")
    AUDIT = "audit", _("audit report")


class PeriodReport(Proved, Building, UidModel, DatedModel):
    """Counts over a period, for management or for the audit: nothing of any case. They are counted when it is asked
    for, small ones already left vague, and kept here."""

    kind = models.CharField(_("kind"), max_length=12, choices=PeriodKind.choices)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    units = models.JSONField(default=list, help_text="Keys of the units counted; empty is the whole institution.")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="period_report_ends_after_it_begins"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.first_day} to {self.last_day}"

    def get_absolute_url(self):
        return reverse("period_report", args=[self.uid])

    @property
    def file_name(self) -> str:
        return f"{self.kind}-report-{self.first_day}-{self.last_day}.pdf"

    @property
    def archive_name(self) -> str:
        return f"{self.kind}-report-{self.first_day}-{self.last_day}-record.pdf"

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.jobs.models import State as JobState


class Kind(models.TextChoices):
    AUDIT = "audit", _("Audit log")
    COUNTS = "counts", _("Counts of events")
    CASES = "cases", _("Case register")
    DECISIONS = "decisions", _("Decisions")
    CONDITIONS = "conditions", _("Conditions")
    JUDGEMENTS = "judgements", _("Screening judgements")
    DOSSIER = "dossier", _("Dossier of one case")


class Format(models.TextChoices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel")
    JSONL = "jsonl", _("JSON lines")
    PARQUET = "parquet", _("Parquet")
    ZIP = "zip", _("Zip")


class Export(UidModel, DatedModel):
    """Data as a file, from when it is asked for until it is removed again; the row stays and says what it held."""

    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    format = models.CharField(_("format"), max_length=8, choices=Format.choices)
    columns = models.JSONField(default=list)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("to"), null=True, blank=True)
    purpose = models.CharField(_("what for"), max_length=300)
    proposal = models.ForeignKey(
        "proposals.Proposal", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exports")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    manifest = models.JSONField(default=dict, help_text="Filter, columns, rows, end of the log, fingerprint.")
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="export_kind_known"),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="export_format_known"),
            models.CheckConstraint(
                condition=Q(kind="dossier", proposal__isnull=False) | (~Q(kind="dossier") & Q(proposal__isnull=True)),
                name="export_dossier_of_a_proposal",
            ),
        ]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("export", args=[self.uid])

    @property
    def file_name(self) -> str:
        named = f"dossier-{self.proposal.reference}" if self.proposal_id else self.kind
        return f"{named}-{timezone.localdate(self.created_at):%Y-%m-%d}.{self.format}"

    @property
    def state(self) -> str:
        """queued, working, ready, failed or gone."""
        if self.file_id:
            return "ready"
        if self.manifest:
            return "gone"
        if self.job is None or self.job.state == JobState.QUEUED:
            return "queued"
        return "working" if self.job.state == JobState.WORKING else "failed"

    @property
    def sentence(self) -> str:
        words = {
            "ready": gettext("Ready."),
            "gone": gettext("The file was removed again; ask for it anew."),
            "queued": gettext("It waits for a free worker."),
            "working": gettext("It is being written."),
        }
        if self.state != "failed":
            return words[self.state]
        return (self.job.reason if self.job else "") or gettext("The work was stopped.")


class ExportChoice(models.Model):
    """What somebody chose last for a kind of export; the page offers it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    chosen = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="export_choice_once")]

    def __str__(self):
        return f"{self.user}: {self.kind}"

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reports.models.building import Building, Proved, State


class Kind(models.TextChoices):
    ASSESSMENT = "assessment", _("assessment report")
    DECISION = "decision", _("decision letter")
    RECEIPT = "receipt", _("receipt")
    CERTIFICATE = "certificate", _("certificate of conditions")
    CASE_AUDIT = "case_audit", _("audit report of a case")


# Those that are about a decision, and those of which each asking makes another one: what they tell of goes on.
OF_DECISION = (Kind.DECISION, Kind.CERTIFICATE)
REPEATED = (Kind.CASE_AUDIT,)


class Report(Proved, Building, UidModel, DatedModel):
    """A PDF about one assessment or decision, from when it is asked for until its file is there for good.

    Whatever may change between the asking and the building is copied here, so that building it late or twice gives the
    same report: the end of the audit log, the day, and `as_asked` (due date, holds, safeguards, names).
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="reports")
    version = models.ForeignKey("assessments.ProposalVersion", on_delete=models.PROTECT, related_name="reports")
    record = models.ForeignKey("assessments.AssessmentRecord", on_delete=models.PROTECT, related_name="reports")
    decision = models.ForeignKey(
        "reviews.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    is_redacted = models.BooleanField(_("without names, partners and free text"), default=False)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="report"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record", "language", "is_redacted"],
                condition=Q(decision__isnull=True) & ~Q(kind__in=REPEATED),
                name="report_once_a_record",
            ),
            models.UniqueConstraint(
                fields=["kind", "decision", "language", "is_redacted"],
                condition=Q(decision__isnull=False),
                name="report_once_a_decision",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="report_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=OF_DECISION, decision__isnull=False)
                | (~Q(kind__in=OF_DECISION) & Q(decision__isnull=True)),
                name="report_decision_with_its_kinds",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True, sha256="") | (Q(file__isnull=False) & ~Q(sha256="")),
                name="report_file_with_fingerprint",
            ),
        ]

    def __str__(self):
        return f"{self.version}: {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("report", args=[self.uid])

    @property
    def sentence(self) -> str:
        """Where it stands in words a person can act on."""
        state = self.state
        if state == State.READY:
            return gettext("The report is ready.")
        if state == State.WORKING:
            return gettext("The report is being built. You may leave this page.")
        if state == State.QUEUED:
            return gettext("The report waits for a free worker. You may leave this page.")
        reason = gettext(self.job.error) if self.job.error else gettext("The work was stopped.")
        return gettext("The PDF could not be built. Nothing else is lost. %(reason)s") % {"reason": reason}

    @property
    def file_name(self) -> str:
        return f"{self._stem}.pdf"

    @property
    def archive_name(self) -> str:
        return f"{self._stem}-record.pdf"

    @property
    def _stem(self) -> str:
        redacted = "-redacted" if self.is_redacted else ""
        return f"{self.proposal.reference}-v{self.version.number}-{self.kind.replace('_', '-')}{redacted}"

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.jobs.models import State as JobState


class Kind(models.TextChoices):
    ASSESSMENT = "assessment", _("assessment report")
    DECISION = "decision", _("decision letter")
    RECEIPT = "receipt", _("receipt")


class State(models.TextChoices):
    QUEUED = "queued", _("waits for a free worker")
    WORKING = "working", _("is being built")
    READY = "ready", _("ready")
    FAILED = "failed", _("could not be built")


class Building:
    """What has a job that builds a file, and the file once that is there."""

    @property
    def state(self) -> str:
        if self.file_id:
            return State.READY
        if self.job is None or self.job.state == JobState.QUEUED:
            return State.QUEUED
        return State.WORKING if self.job.state == JobState.WORKING else State.FAILED

    @property
    def is_ready(self) -> bool:
        return self.state == State.READY

    @property
    def is_failed(self) -> bool:
        return self.state == State.FAILED


class Report(Building, UidModel, DatedModel):
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
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    as_of = models.DateTimeField(_("as of"))
    as_asked = models.JSONField(default=dict)
    audit_sequence = models.BigIntegerField(_("last event when asked for"))
    audit_head = models.CharField(_("its fingerprint"), max_length=64)
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="report"
    )
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record", "language"],
                condition=Q(decision__isnull=True),
                name="report_once_a_record",
            ),
            models.UniqueConstraint(
                fields=["kind", "decision", "language"],
                condition=Q(decision__isnull=False),
                name="report_once_a_decision",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="report_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.DECISION, decision__isnull=False)
                | (~Q(kind=Kind.DECISION) & Q(decision__isnull=True)),
                name="report_decision_with_its_letter",
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
        return f"{self.proposal.reference}-v{self.version.number}-{self.kind}.pdf"


class BlankForm(Building, UidModel, DatedModel):
    """The blank questionnaire of a release as a PDF, made once of what `made_from` is the fingerprint of."""

    release = models.ForeignKey("assessments.CatalogueRelease", on_delete=models.PROTECT, related_name="blank_forms")
    language = models.CharField(_("language"), max_length=8)
    institution = models.CharField(_("institution"), max_length=200, blank=True)
    made_from = models.CharField(max_length=64, unique=True, help_text="Release, language, institution and page.")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="blank_form"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"Questionnaire of {self.release} ({self.language})"

    @property
    def file_name(self) -> str:
        return f"questionnaire-{self.release.catalogue_id}-{self.release.version}-{self.language}.pdf"

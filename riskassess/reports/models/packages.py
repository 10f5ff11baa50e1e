from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel


class Addressee(models.TextChoices):
    PANEL = "panel", _("the panel")
    CONTACT_POINT = "contact_point", _("the national contact point")


class FlagPackage(UidModel, DatedModel):
    """What a flagged case is sent with: a letter that asks, the assessment, evidence, and a list of all of it."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="flag_packages")
    record = models.ForeignKey("assessments.AssessmentRecord", on_delete=models.PROTECT, related_name="+")
    addressee = models.CharField(_("addressee"), max_length=13, choices=Addressee.choices)
    to = models.CharField(_("to"), max_length=200, help_text="As the letter is addressed.")
    question = models.TextField(_("question"))
    is_redacted = models.BooleanField(_("without names, partners and free text"), default=False)
    with_evidence = models.BooleanField(_("with the evidence"), default=False)
    language = models.CharField(_("language"), max_length=8, default="en")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)  # stays when the file has had its days
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.proposal}: {self.get_addressee_display()}"

    def get_absolute_url(self):
        return reverse("package", args=[self.proposal.reference])

    @property
    def file_name(self) -> str:
        return f"{self.proposal.reference}-package-{self.created_at:%Y-%m-%d}.zip"

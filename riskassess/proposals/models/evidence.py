from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.proposals.models.proposals import Proposal


class Evidence(UidModel, DatedModel):
    """A document that backs what the proposal says. It belongs to the whole, to a question or to a partner: `question`
    and `row` are as those of an answer, and empty where it belongs to neither."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(_("title"), max_length=200)
    question = models.CharField(max_length=40, blank=True)
    row = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.title


class EvidenceVersion(UidModel, DatedModel):
    """One file of a piece of evidence. The newest counts; what was submitted stays."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="evidence_version")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(null=True, help_text="When it first went along with a submission.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="evidence_number_once")]
        ordering = ["evidence", "-number"]

    def __str__(self):
        return f"{self.evidence} {self.number}"

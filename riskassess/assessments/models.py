from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel


class CatalogueRelease(UidModel, DatedModel):
    """One published catalogue, kept as its texts: whatever was assessed under it can be assessed again."""

    catalogue_id = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    released_on = models.DateField()
    sha256 = models.CharField(max_length=64, unique=True)
    texts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["catalogue_id", "version"], name="release_once")]
        ordering = ["-released_on", "-pk"]

    def __str__(self):
        return f"{self.catalogue_id} {self.version}"


class Questionnaire(UidModel, DatedModel):
    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.PROTECT, related_name="questionnaire")
    release = models.ForeignKey(CatalogueRelease, on_delete=models.PROTECT, related_name="questionnaires")

    def __str__(self):
        return f"{self.proposal.reference} under {self.release}"


class Answer(UidModel):
    """What stands now; earlier values are AnswerChanges. `row` is the uid of a partner, item or funder, or empty."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=40)
    row = models.CharField(max_length=36, blank=True)
    value = models.JSONField(null=True)
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["questionnaire", "question", "row"], name="answer_once")]
        ordering = ["question", "row"]

    def __str__(self):
        return f"{self.question} {self.row}".strip()


class AnswerChange(models.Model):
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="changes")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.answer} at {self.at:%Y-%m-%d %H:%M}"


class SafeguardState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    AGREED = "agreed", _("agreed")
    REFUSED = "refused", _("not taken up")
    FULFILLED = "fulfilled", _("fulfilled")


class Safeguard(UidModel, DatedModel):
    """A mitigation taken up in this proposal for one finding: shown when proposed, counted once agreed."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="safeguards")
    finding = models.CharField(_("finding"), max_length=90)
    mitigation = models.CharField(_("safeguard"), max_length=60)
    responsible = models.CharField(_("who does it"), max_length=120, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=SafeguardState.choices, default=SafeguardState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "finding", "mitigation"], name="safeguard_once"),
            models.CheckConstraint(condition=Q(state__in=SafeguardState.values), name="safeguard_state_known"),
        ]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.mitigation} for {self.finding}"


class ProposalVersion(UidModel, DatedModel):
    """What was submitted, frozen. Never changed; a change after submission makes the next number."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    release = models.ForeignKey(CatalogueRelease, on_delete=models.PROTECT, related_name="versions")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="version_number_once")]
        ordering = ["number"]

    def __str__(self):
        return f"{self.proposal.reference} version {self.number}"


class AssessmentRecord(UidModel, DatedModel):
    """One stored run of the engine: facts and release in, result out; repeating it gives the same bytes."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="records")
    version = models.ForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="records")
    release = models.ForeignKey(CatalogueRelease, on_delete=models.PROTECT, related_name="records")
    as_of = models.DateField()
    facts = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    result_sha256 = models.CharField(max_length=64)
    editions = models.JSONField(default=list, help_text="Uids of the list editions in force.")
    inherent_lower = models.CharField(max_length=12)
    inherent_upper = models.CharField(max_length=12)
    residual_upper = models.CharField(max_length=12)
    if_agreed_upper = models.CharField(max_length=12)
    route = models.CharField(max_length=12)
    trigger = models.CharField(max_length=40)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["proposal", "-id"])]

    def __str__(self):
        return f"{self.version}: {self.inherent_lower} to {self.inherent_upper}"

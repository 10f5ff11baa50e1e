from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reviews.models.cases import USER, Case


class Outcome(models.TextChoices):
    """From open to closed; the order is the order of every list."""

    APPROVE = "approve", _("Approve")
    CONDITIONS = "approve_with_conditions", _("Approve with conditions")
    PART = "approve_in_part", _("Approve in part")
    DECLINE = "decline", _("Decline")


class Recommendation(UidModel, DatedModel):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recommendations")
    round = models.PositiveSmallIntegerField()
    version = models.ForeignKey("assessments.ProposalVersion", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="recommendations")
    role = models.CharField(max_length=20)
    outcome = models.CharField(_("recommendation"), max_length=24, choices=Outcome.choices)
    reasons = models.TextField(_("reasons"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "by"], name="recommend_once_a_round"),
            models.CheckConstraint(condition=~Q(reasons=""), name="recommendation_has_reasons"),
        ]

    def __str__(self):
        return f"{self.by}: {self.get_outcome_display()}"


class Decision(UidModel):
    """The binding outcome of one round, on exactly this version, release, assessment and these list editions."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    version = models.ForeignKey("assessments.ProposalVersion", on_delete=models.PROTECT, related_name="decisions")
    record = models.ForeignKey("assessments.AssessmentRecord", on_delete=models.PROTECT, related_name="decisions")
    release = models.ForeignKey("assessments.CatalogueRelease", on_delete=models.PROTECT, related_name="+")
    editions = models.JSONField(default=list)
    rules = models.JSONField(default=list, help_text="Of the firm findings; for finding cases that are alike.")
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices)
    scope = models.JSONField(_("parts approved"), default=list, blank=True, help_text="Row ids; empty is the whole.")
    reasons = models.TextField(_("reasons"), blank=True)
    source = models.TextField(_("sources"), blank=True)
    why_safeguards_fail = models.TextField(_("why safeguards would not be enough"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    appeal_until = models.DateField(_("appeal until"))
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_decision_a_round"),
            models.CheckConstraint(
                condition=Q(outcome="approve") | (~Q(reasons="") & ~Q(source="")), name="decision_reason_and_source"
            ),
        ]

    def __str__(self):
        return f"{self.case.proposal.reference}: {self.get_outcome_display()}"


class Vote(UidModel, DatedModel):
    """One decider's say. Nobody sees another's before the own is in."""

    class Stage(models.TextChoices):
        SINGLE = "single", _("the deciding vote")
        FIRST = "first", _("first vote")
        SECOND = "second", _("second vote")
        PANEL = "panel", _("panel vote")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="votes")
    round = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices)
    version = models.ForeignKey("assessments.ProposalVersion", on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey("assessments.AssessmentRecord", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="votes")
    role = models.CharField(max_length=20)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices)
    reasons = models.TextField(_("reasons"), blank=True)
    source = models.TextField(_("sources"), blank=True)
    why_safeguards_fail = models.TextField(blank=True)
    scope = models.JSONField(default=list, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    reminded = models.JSONField(default=list, blank=True, help_text="Words that brought the reminder of P08.")
    fallen = models.CharField(max_length=200, blank=True, help_text="Why it no longer counts; empty while it does.")
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="votes")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "by"], condition=Q(fallen=""), name="vote_once_a_round"),
            models.UniqueConstraint(
                fields=["case", "round", "stage"], condition=Q(fallen="") & ~Q(stage="panel"), name="one_vote_a_stage"
            ),
            models.CheckConstraint(
                condition=Q(outcome="approve") | (~Q(reasons="") & ~Q(source="")), name="vote_reason_and_source"
            ),
        ]

    def __str__(self):
        return f"{self.by}: {self.get_outcome_display()}"

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reviews.models.cases import USER, Case
from riskassess.reviews.models.deciding import Decision

# Told to be fulfilled, and not looked at yet.
REPORTED = Q(reported_at__isnull=False, fulfilled_on__isnull=True, broken_on__isnull=True)


class Condition(UidModel, DatedModel):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("what"))
    responsible = models.CharField(_("who"), max_length=120)
    due_on = models.DateField(_("by when"))
    evidence_wanted = models.CharField(_("what will show it"), max_length=300, blank=True)
    safeguard = models.ForeignKey(
        "assessments.Safeguard", null=True, blank=True, on_delete=models.PROTECT, related_name="conditions"
    )
    owner = models.ForeignKey(
        USER,
        verbose_name=_("who sees to it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="conditions_owned",
        help_text="A person named for it; they need not take part in the proposal.",
    )
    fulfilled_on = models.DateField(null=True, blank=True)
    fulfilled_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(_("evidence"), blank=True)
    reported_at = models.DateTimeField(null=True, blank=True, help_text="Said to be done, and not looked at yet.")
    reported_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True, help_text="When the reviewer found it done.")
    proposed_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    advice = models.TextField(_("what the reviewer found"), blank=True)
    returned = models.TextField(_("what is still missing"), blank=True)
    broken_on = models.DateField(null=True, blank=True)
    breach = models.TextField(_("what was not kept"), blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["decision"], name="condition_reported", condition=REPORTED)]
        constraints = [
            models.CheckConstraint(
                condition=Q(fulfilled_by__isnull=True)
                | Q(reported_by__isnull=True)
                | ~Q(fulfilled_by=F("reported_by")),
                name="condition_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(fulfilled_by=F("proposed_by")),
                name="condition_closed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | ~Q(advice=""), name="condition_proposal_has_advice"
            ),
            models.CheckConstraint(
                condition=Q(broken_on__isnull=True) | ~Q(breach=""), name="condition_breach_has_reason"
            ),
        ]

    def __str__(self):
        return self.text[:80]

    @property
    def is_open(self) -> bool:
        return self.fulfilled_on is None and self.broken_on is None


class ConditionFile(UidModel, DatedModel):
    """A file that shows that a condition is done."""

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="condition_file")
    added_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.file} of {self.condition}"


class FollowUp(UidModel, DatedModel):
    """What the authors tell while an approval stands: halfway whether something changed, at the end what came of it."""

    class Kind(models.TextChoices):
        MIDTERM = "midterm", _("mid-term check")
        CLOSING = "closing", _("closing report")

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="followups")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    is_changed = models.BooleanField(_("something is otherwise than filed"))
    text = models.TextField(_("what"), blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("what the officer says"), blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "kind"], name="followup_once_a_decision"),
            models.CheckConstraint(condition=Q(is_changed=False) | ~Q(text=""), name="followup_change_has_words"),
            models.CheckConstraint(
                condition=Q(seen_by__isnull=True) | ~Q(seen_by=F("by")), name="followup_seen_by_another"
            ),
        ]

    def __str__(self):
        return f"{self.kind} of {self.decision}"


class Hold(UidModel, DatedModel):
    """A legal stop on one activity. A person lifts it with the authority's evidence, another one confirms."""

    class State(models.TextChoices):
        POSSIBLE = "possible", _("possible, waits for an answer")
        FIRM = "firm", _("firm")
        LIFTING = "lifting", _("lifted by one, waits for the second")
        LIFTED = "lifted", _("lifted")
        GONE = "gone", _("no longer applies")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    rule = models.CharField(max_length=20)
    row = models.CharField(max_length=36, blank=True)
    title = models.CharField(max_length=300)
    activity = models.CharField(max_length=300, blank=True)
    because_sha256 = models.CharField(max_length=64, help_text="Of the finding's own facts; equal facts keep a lift.")
    state = models.CharField(max_length=10, choices=State.choices)
    authority = models.CharField(_("authority"), max_length=200, blank=True)
    number = models.CharField(_("number of its answer"), max_length=120, blank=True)
    evidence = models.TextField(_("what the authority allows"), blank=True)
    file = models.ForeignKey("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text="After it, the hold stands again."
    )
    lifted_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["rule", "row"]
        constraints = [
            models.UniqueConstraint(fields=["case", "rule", "row"], name="hold_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("lifted_by")), name="hold_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["lifting", "lifted"]) | ~Q(evidence="") | Q(file__isnull=False),
                name="hold_lift_needs_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state="lifted") | Q(confirmed_by__isnull=False), name="hold_lifted_is_confirmed"
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.title}"

    @property
    def stands(self) -> bool:
        return self.state in {self.State.POSSIBLE, self.State.FIRM, self.State.LIFTING}

    def has_run_out(self, today: date) -> bool:
        return self.valid_until is not None and self.valid_until < today


class Appeal(UidModel, DatedModel):
    """One step against one decision. Somebody who took no part in it reads the appeal, by a day of its own."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("upheld")
        REJECTED = "rejected", _("not upheld")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="appeals")
    reasons = models.TextField(_("what you contest, and why"))
    due_on = models.DateField(_("due"))
    hearer = models.ForeignKey(
        USER, verbose_name=_("who reads it"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    delay_told_on = models.DateField(null=True, blank=True, help_text="When its being late was told further up.")
    new_round = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Which one opened, upheld.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="appeal_has_reasons"),
            models.CheckConstraint(
                condition=Q(new_round__isnull=True) | Q(outcome="upheld"), name="appeal_round_only_upheld"
            ),
            models.CheckConstraint(condition=Q(outcome="") | ~Q(answer=""), name="appeal_outcome_has_answer"),
            models.CheckConstraint(
                condition=Q(hearer__isnull=True) | ~Q(hearer=F("by")), name="appeal_heard_by_another"
            ),
        ]

    def __str__(self):
        return f"appeal against {self.decision}"

    @property
    def is_open(self) -> bool:
        return not self.outcome

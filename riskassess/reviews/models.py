from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel

USER = settings.AUTH_USER_MODEL


class Route(models.TextChoices):
    FAST_TRACK = "fast_track", _("fast track")
    LIGHT = "light", _("light")
    FULL = "full", _("full")
    PANEL = "panel", _("panel")


class Deciders(models.TextChoices):
    """Who decides follows the inherent upper end, stops included."""

    LOW = "low", _("one: an officer or an approver")
    MODERATE = "moderate", _("one: an approver, after a recommendation")
    HIGH = "high", _("two of two roles: an officer, then an approver")


class Outcome(models.TextChoices):
    """From open to closed; the order is the order of every list."""

    APPROVE = "approve", _("Approve")
    CONDITIONS = "approve_with_conditions", _("Approve with conditions")
    PART = "approve_in_part", _("Approve in part")
    DECLINE = "decline", _("Decline")


class Case(UidModel):
    """The review of one submitted proposal. A resubmission, reopening or draw starts its next round."""

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.PROTECT, related_name="case")
    round = models.PositiveSmallIntegerField(default=1)
    route = models.CharField(_("route"), max_length=12, choices=Route.choices)
    deciders = models.CharField(_("deciders"), max_length=12, choices=Deciders.choices)
    officer = models.ForeignKey(
        USER, verbose_name=_("case officer"), null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    reviewer = models.ForeignKey(
        USER, verbose_name=_("reviewer"), null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    panel_called = models.BooleanField(default=False)
    escalated = models.CharField(_("escalated because"), max_length=300, blank=True)
    opened_at = models.DateTimeField()
    due_on = models.DateField(_("due"))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(route__in=Route.values), name="case_route_known"),
            models.CheckConstraint(condition=Q(deciders__in=Deciders.values), name="case_deciders_known"),
        ]

    def __str__(self):
        return f"Case {self.proposal.reference}"

    def get_absolute_url(self):
        return reverse("case", args=[self.proposal.reference])


class Draw(UidModel, DatedModel):
    """Whether a registration is read afterwards: settled once, by the fingerprint of the event that registered it.

    Nobody knows that fingerprint beforehand, and the audit log keeps it, so that everybody can do the sum again:
    the first eight characters as a number, its last four decimal digits, drawn where these are less than `below`.
    """

    LOTS = 10_000

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.PROTECT, related_name="draw")
    event = models.OneToOneField("audit.Event", on_delete=models.PROTECT, related_name="+")
    lot = models.PositiveSmallIntegerField(_("number drawn"))
    below = models.PositiveSmallIntegerField(_("drawn below"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(lot__lt=10_000), name="draw_lot_has_four_digits"),
            models.CheckConstraint(condition=Q(below__lte=10_000), name="draw_share_at_most_all"),
        ]

    def __str__(self):
        return f"{self.lot:04} of {self.proposal.reference}"

    @property
    def is_drawn(self) -> bool:
        return self.lot < self.below

    @property
    def percent(self) -> Decimal:
        """Of a hundred registrations so many were drawn when this one was settled."""
        return Decimal(self.below) * 100 / self.LOTS


class Assignment(UidModel, DatedModel):
    class Kind(models.TextChoices):
        OFFICER = "officer", _("case officer")
        REVIEWER = "reviewer", _("reviewer")
        PANEL = "panel", _("panel member")
        APPEAL = "appeal", _("reads the appeal")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(ended_at__isnull=True, kind__in=["officer", "reviewer"]),
                name="one_officer_and_reviewer_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "user"], condition=Q(ended_at__isnull=True), name="assigned_once"
            ),
        ]

    def __str__(self):
        return f"{self.user} as {self.kind} of {self.case}"


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


class Condition(UidModel, DatedModel):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("what"))
    responsible = models.CharField(_("who"), max_length=120)
    due_on = models.DateField(_("by when"))
    safeguard = models.ForeignKey(
        "assessments.Safeguard", null=True, blank=True, on_delete=models.PROTECT, related_name="conditions"
    )
    fulfilled_on = models.DateField(null=True, blank=True)
    fulfilled_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(_("evidence"), blank=True)
    reported_at = models.DateTimeField(null=True, blank=True, help_text="Said to be done, and not looked at yet.")
    reported_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    returned = models.TextField(_("what is still missing"), blank=True)
    broken_on = models.DateField(null=True, blank=True)
    breach = models.TextField(_("what was not kept"), blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fulfilled_by__isnull=True)
                | Q(reported_by__isnull=True)
                | ~Q(fulfilled_by=F("reported_by")),
                name="condition_checked_by_another",
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
    evidence = models.TextField(_("the authority's evidence"), blank=True)
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
                condition=~Q(state__in=["lifting", "lifted"]) | ~Q(evidence=""), name="hold_lift_needs_evidence"
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.title}"

    @property
    def stands(self) -> bool:
        return self.state in {self.State.POSSIBLE, self.State.FIRM, self.State.LIFTING}


class Note(UidModel, DatedModel):
    """Internal: the researcher never sees it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"), max_length=5000)
    opened = models.UUIDField(null=True, editable=False, help_text="The form it was written in: sent twice, kept once.")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["author", "opened"], name="note_written_once")]

    def __str__(self):
        return self.text[:60]


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

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="appeal_has_reasons"),
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

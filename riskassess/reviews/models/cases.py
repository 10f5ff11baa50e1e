from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
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
    # The day on which this round began and what was promised then: with the calendar they give the day it is due.
    started_on = models.DateField(_("round begun"), default=timezone.localdate)
    promised_days = models.PositiveSmallIntegerField(_("working days promised"), default=0)
    due_on = models.DateField(_("due"))
    paused_on = models.DateField(null=True, blank=True, help_text="Since when the clock stands: the authors are asked.")
    delay_told_on = models.DateField(null=True, blank=True, help_text="When its being late was told further up.")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="case_open_by_due", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=["officer", "due_on"], name="case_open_by_officer", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=["closed_at"], name="case_by_closing"),
        ]
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
        EXPERT = "expert", _("expert from outside")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True, blank=True)
    until = models.DateField(_("last day"), null=True, blank=True, help_text="An expert's; others stay until ended.")
    sections = models.JSONField(default=list, blank=True, help_text="What an expert reads, and nothing else.")

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["user"], name="assigned_appeals", condition=Q(kind="appeal", ended_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="expert") | Q(until__isnull=False), name="expert_has_last_day"),
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

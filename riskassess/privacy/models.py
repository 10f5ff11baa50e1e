from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel

USER = settings.AUTH_USER_MODEL


class RecordClass(models.TextChoices):
    """What goes after its time, the shortest first."""

    JOBS = "jobs", _("finished background work")
    NOTICES = "notices", _("notices in the application")
    INVITATIONS = "invitations", _("invitations that were answered or ran out")
    DRAFTS = "drafts", _("drafts that nobody touched")
    ACCOUNTS = "accounts", _("accounts that were closed")
    FILES = "files", _("files of ended proposals")
    TALK = "talk", _("notes and messages of ended proposals")


MONTHS = {
    RecordClass.JOBS: 6,
    RecordClass.NOTICES: 12,
    RecordClass.INVITATIONS: 12,
    RecordClass.DRAFTS: 24,
    RecordClass.ACCOUNTS: 36,
    RecordClass.FILES: 120,
    RecordClass.TALK: 120,
}


class RetentionRule(models.Model):
    """How many months one class is kept where the institution has set something else than MONTHS."""

    record_class = models.CharField(max_length=20, choices=RecordClass.choices, unique=True)
    months = models.PositiveSmallIntegerField(_("months"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=600), name="retention_months_in_range")
        ]

    def __str__(self):
        return f"{self.record_class}: {self.months} months"


class LegalHold(UidModel, DatedModel):
    """Keeps a proposal, or whatever is about a person, beyond its time: a court, an inquiry, a request."""

    reference = models.CharField(_("proposal"), max_length=20, blank=True)
    person = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.TextField(_("reason"))
    placed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_reason"),
            models.CheckConstraint(
                condition=(Q(person__isnull=True) & ~Q(reference="")) | Q(person__isnull=False, reference=""),
                name="legal_hold_on_one",
            ),
        ]

    def __str__(self):
        return f"legal hold on {self.reference or self.person}"


class Order(UidModel, DatedModel):
    """What an auditor orders and an officer confirms: nothing that weakens the record is one person's doing."""

    class Kind(models.TextChoices):
        ERASE = "erase", _("Erase a person")
        RELEASE = "release", _("End a legal hold")
        MONTHS = "months", _("Change how long a class is kept")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a second person")
        DONE = "done", _("carried out")
        REFUSED = "refused", _("refused")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    person = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hold = models.ForeignKey(LegalHold, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    record_class = models.CharField(max_length=20, choices=RecordClass.choices, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField(_("reason"))
    ordered_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="order_has_reason"),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("ordered_by")), name="order_two_people"
            ),
            models.CheckConstraint(
                condition=(Q(kind="erase") & Q(person__isnull=False))
                | (Q(kind="release") & Q(hold__isnull=False))
                | (Q(kind="months") & Q(months__isnull=False) & ~Q(record_class="")),
                name="order_names_its_object",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    def get_absolute_url(self):
        return reverse("privacy")

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.proposals.states import EDITABLE, State


class ReferenceCounter(models.Model):
    """The last number given out in a year; locked while the next one is taken."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.year}: {self.last}"


class Proposal(UidModel, DatedModel):
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="proposals")
    unit = models.ForeignKey(
        "accounts.Unit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="proposals"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("lead researcher"), on_delete=models.PROTECT, related_name="proposals"
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, max_length=5000)
    kinds = models.JSONField(_("kinds of collaboration"), default=list, blank=True)
    starts = models.DateField(_("planned start"), null=True, blank=True)
    ends = models.DateField(_("planned end"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=30, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=0, help_text="Goes up with each move; compare-and-set reads it.")
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    opened = models.UUIDField(null=True, editable=False, help_text="Of the form that opened it: sent twice, opens one.")
    copied_from = models.ForeignKey("self", null=True, editable=False, on_delete=models.SET_NULL, related_name="copies")
    renews = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="renewals")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "opened"], name="proposal_opened_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="proposal_state_known"),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="proposal_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"]), models.Index(fields=["owner", "state"])]

    def __str__(self):
        return f"{self.reference} {self.title}"

    def get_absolute_url(self):
        return reverse("proposal", args=[self.reference])

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

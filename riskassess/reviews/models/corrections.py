from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reviews.models.cases import USER


class PartnerCorrection(UidModel, DatedModel):
    """What a partner says of itself that the registry has wrong, brought by the authors. Only an officer applies it."""

    class Field(models.TextChoices):
        NAME = "name", _("its name")
        CITY = "city", _("its city")
        WEBSITE = "website", _("its website")
        OTHER = "other", _("something else, such as an owner or an identifier")

    class State(models.TextChoices):
        OPEN = "open", _("waits for an officer")
        APPLIED = "applied", _("taken into the registry")
        REFUSED = "refused", _("not taken into the registry")

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="partner_corrections")
    partner = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(_("what is not right"), max_length=10, choices=Field.choices)
    right = models.TextField(_("what is right"))
    source = models.TextField(_("how one can see it"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(right="") & ~Q(source=""), name="partner_correction_has_source"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(settled_by__isnull=False), name="partner_correction_settled_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("by")), name="partner_correction_two_people"
            ),
        ]

    def __str__(self):
        return f"{self.partner}: {self.field}"

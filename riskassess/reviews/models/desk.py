from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reviews.models.cases import USER, Case


class CaseSeen(models.Model):
    """Up to which event somebody has seen a case. What others did since makes it unread for this person alone."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="seen")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField(_("last event"))

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="seen_once_a_person")]

    def __str__(self):
        return f"{self.user} up to {self.sequence} of {self.case}"


class SavedFilter(UidModel, DatedModel):
    """A view of the desk under a name. It keeps what is looked for, never what is found: each reader sees their own
    scope through it."""

    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=60)
    query = models.JSONField(_("what is looked for"))
    is_shared = models.BooleanField(_("colleagues see it too"), default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="filter_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="filter_has_a_name"),
        ]

    def __str__(self):
        return self.name

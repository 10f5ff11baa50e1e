from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel


class Contact(UidModel, DatedModel):
    """A person one works with, as far as is needed to compare a name with lists. Who is named otherwise is another row,
    so that what was said of this one stays true of it."""

    name = models.CharField(_("name"), max_length=200)
    orcid = models.CharField(_("ORCID iD"), max_length=19, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    filed_at = models.DateTimeField(
        null=True, blank=True, help_text="First submitted in a version: kept until erased, whoever no longer names it."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="contact_has_name")]
        ordering = ["pk"]

    def __str__(self):
        return self.name

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.countries import country_name
from partners.models.contacts import Contact
from partners.models.registry import Partner
from riskassess.core.models import DatedModel, UidModel


class Ownership(UidModel, DatedModel):
    """A share in a partner, held by another partner, by a person, or by somebody of whom only a name is known.

    A person whose details were erased leaves a share of a person with nothing of whom it was.
    """

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("an organisation")
        PERSON = "person", _("a person")

    owned = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="owners")
    owner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="holdings")
    person = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="holdings")
    owner_name = models.CharField(_("name of the owner"), max_length=300, blank=True)
    owner_kind = models.CharField(_("who it is"), max_length=12, choices=Kind.choices, default=Kind.ORGANISATION)
    owner_country = models.CharField(_("country of the owner"), max_length=2, blank=True)
    owner_birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    percent = models.DecimalField(
        _("percent"), max_digits=6, decimal_places=3, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="ownership_percent_of_100"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False, person__isnull=True, owner_name="")
                | Q(owner__isnull=True, person__isnull=False, owner_name="", owner_kind="person")
                | Q(owner__isnull=True, person__isnull=True) & (~Q(owner_name="") | Q(owner_kind="person")),
                name="ownership_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | ~Q(owner=F("owned")), name="ownership_not_of_itself"
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gt=F("since")),
                name="ownership_ends_after_it_began",
            ),
        ]
        ordering = ["-percent", "pk"]

    def __str__(self):
        return f"{self.who} {self.percent}"

    def is_held(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or self.until > on)

    @property
    def party(self) -> Partner | Contact | None:
        """Whom matches are kept and judged of; none where only a name is known, or nothing any more."""
        return self.owner or self.person

    @property
    def who(self) -> str:
        if party := self.party:
            return party.name
        return self.owner_name or _("a person whose details were erased")

    @property
    def is_of_a_person(self) -> bool:
        return self.owner_id is None and self.owner_kind == self.Kind.PERSON

    @property
    def is_erased(self) -> bool:
        return self.party is None and not self.owner_name

    @property
    def country(self) -> str:
        """Of an organisation: where a person comes from is neither kept nor compared."""
        if self.is_of_a_person:
            return ""
        return self.owner.country if self.owner_id else self.owner_country

    @property
    def country_name(self):
        return country_name(self.country) if self.country else ""


class Parentage(UidModel, DatedModel):
    """A partner is a part of another one: an institute of a university, an agency of a ministry."""

    child = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="parentages")
    parent = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="parts")
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "parent"], name="parentage_once"),
            models.CheckConstraint(condition=~Q(child=F("parent")), name="parentage_not_of_itself"),
        ]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.child} < {self.parent}"

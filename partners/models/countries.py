from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.countries import country_name
from partners.models.contacts import Contact
from partners.models.registry import Partner
from riskassess.core.models import DatedModel, UidModel


class Dataset(DatedModel):
    """A reference file as it was last read; an unchanged checksum makes a second loading a look-up."""

    code = models.SlugField(max_length=60, unique=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField()

    def __str__(self):
        return self.code


class CountryFact(models.Model):
    class Kind(models.TextChoices):
        EU_MEMBER = "eu_member", _("member of the European Union")
        EEA_MEMBER = "eea_member", _("EEA state outside the European Union")
        EU001 = "eu001", _("destination of the general export authorisation EU001")
        GDPR_ADEQUATE = "gdpr_adequate", _("data-protection adequacy decision")
        MEASURE = "measure", _("restrictive measure in force")
        ACADEMIC_FREEDOM = "academic_freedom", _("Academic Freedom Index")
        RULE_OF_LAW = "rule_of_law", _("rule of law, percentile rank")
        HORIZON = "horizon", _("association to Horizon Europe")

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="facts")
    country = models.CharField(_("country"), max_length=2)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=40)
    low = models.CharField(_("lower end of the interval"), max_length=40, blank=True)
    high = models.CharField(_("upper end of the interval"), max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    scope = models.CharField(_("scope"), max_length=400, blank=True)
    act = models.CharField(_("act or source"), max_length=300)
    address = models.URLField(_("address"), blank=True, max_length=400)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    checked_on = models.DateField(_("last checked on"), null=True, blank=True)
    # When it stood in the dataset as it was loaded: a file that is replaced still tells what was read of it before.
    known_from = models.DateTimeField(_("loaded at"), null=True, blank=True)
    known_until = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="country_fact_dates_in_order",
            ),
        ]
        indexes = [models.Index(fields=["country", "kind"], name="country_fact_by_country")]
        ordering = ["country", "kind", "value", "pk"]

    def __str__(self):
        return f"{self.country} {self.kind}: {self.value}"

    @property
    def country_name(self):
        return country_name(self.country)


class FactChange(UidModel, DatedModel):
    """Left for the story to read: a fact about a partner, a contact or a country that is no longer what it was."""

    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="fact_changes")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="fact_changes")
    country = models.CharField(max_length=2, blank=True)
    fact = models.CharField(max_length=40)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    cause = models.CharField(max_length=200, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, contact__isnull=True, country="")
                | Q(partner__isnull=True, contact__isnull=False, country="")
                | (Q(partner__isnull=True, contact__isnull=True) & ~Q(country="")),
                name="fact_change_of_one_subject",
            ),
        ]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.partner_id or self.contact_id or self.country} {self.fact}"

    @property
    def country_name(self):
        return country_name(self.country)

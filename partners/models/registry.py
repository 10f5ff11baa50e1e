from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.countries import country_name
from riskassess.core.models import DatedModel, UidModel


class PartnerType(models.TextChoices):
    """The types of the ROR record, so that a resolved partner keeps its type unchanged."""

    EDUCATION = "education", _("education")
    FACILITY = "facility", _("research facility")
    GOVERNMENT = "government", _("government")
    COMPANY = "company", _("company")
    NONPROFIT = "nonprofit", _("non-profit")
    HEALTHCARE = "healthcare", _("healthcare")
    FUNDER = "funder", _("funder")
    ARCHIVE = "archive", _("archive or library")
    OTHER = "other", _("other")


class Partner(UidModel, DatedModel):
    name = models.CharField(_("name"), max_length=300)
    normalised = models.CharField(max_length=600, db_index=True, editable=False)
    country = models.CharField(_("country"), max_length=2)
    ror_id = models.CharField(_("ROR id"), max_length=30, blank=True)
    type = models.CharField(_("type"), max_length=12, choices=PartnerType.choices, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    website = models.URLField(_("website"), blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registered_by_staff = models.BooleanField(default=False, help_text="Then every researcher may read of it.")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ror_id"], condition=~Q(ror_id=""), name="partner_ror_id_once"),
            models.CheckConstraint(condition=~Q(normalised=""), name="partner_name_has_letters"),
        ]
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partner", args=[self.uid])

    @property
    def country_name(self):
        return country_name(self.country)


class Alias(UidModel, DatedModel):
    class Kind(models.TextChoices):
        ALIAS = "alias", _("also known as")
        OFFICIAL = "official", _("official name")
        ACRONYM = "acronym", _("acronym")
        FORMER = "former", _("former name")
        FILED = "filed", _("as filed")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField(_("name"), max_length=300)
    normalised = models.CharField(max_length=600, db_index=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ALIAS)
    language = models.CharField(_("language"), max_length=8, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "name"], name="alias_name_once")]
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name


class Identifier(UidModel, DatedModel):
    """An id besides ROR: LEI, ISNI, VAT, a national register."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="identifiers")

    class Scheme(models.TextChoices):
        LEI = "lei", _("LEI")
        VAT = "vat", _("VAT number (EU)")
        ISNI = "isni", _("ISNI")
        INN = "inn", _("INN (Russian tax number)")
        OGRN = "ogrn", _("OGRN (Russian register)")
        IMO = "imo", _("IMO number")
        REGISTER = "register", _("number in a national register")

    scheme = models.CharField(_("scheme"), max_length=20, choices=Scheme.choices)
    value = models.CharField(_("value"), max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="identifier_value_once")]
        ordering = ["scheme", "value"]

    def __str__(self):
        return f"{self.get_scheme_display()} {self.value}"

from django.conf import settings
from django.db import models
from django.db.models import F, Q
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
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ror_id"], condition=~Q(ror_id=""), name="partner_ror_id_once"),
            models.CheckConstraint(condition=~Q(normalised=""), name="partner_name_has_letters"),
        ]
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

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
    scheme = models.CharField(_("scheme"), max_length=20)
    value = models.CharField(_("value"), max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="identifier_value_once")]
        ordering = ["scheme", "value"]

    def __str__(self):
        return f"{self.scheme} {self.value}"


class ListSource(UidModel, DatedModel):
    class Kind(models.TextChoices):
        ASSET_FREEZE = "asset_freeze", _("sanctions list (asset freeze)")
        LEGAL = "legal", _("legal list without asset freeze")
        CONCERN = "concern", _("list of organisations of concern, without legal force")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    authority = models.CharField(_("authority"), max_length=20, blank=True)
    format = models.CharField(_("format"), max_length=20)
    is_sample = models.BooleanField(_("sample for trying out, not the list in force"), default=False)
    address = models.URLField(_("address"), blank=True, max_length=400)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    interval_days = models.PositiveSmallIntegerField(_("expected days between editions"), default=30)
    max_drop_percent = models.PositiveSmallIntegerField(_("largest drop taken without asking, in percent"), default=30)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(max_drop_percent__lte=100), name="list_source_drop_percent")]
        ordering = ["name"]

    def __str__(self):
        return self.name


class ListEdition(UidModel, DatedModel):
    class State(models.TextChoices):
        STAGING = "staging", _("being read")
        IN_FORCE = "in_force", _("in force")
        SUPERSEDED = "superseded", _("superseded")
        REJECTED = "rejected", _("refused")

    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="editions")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.STAGING)
    published_on = models.DateField(_("date of the list"), null=True, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    normaliser = models.CharField(max_length=20)
    entities_count = models.PositiveIntegerField(_("entries"), default=0)
    names_count = models.PositiveIntegerField(_("names"), default=0)
    reason = models.TextField(_("why refused"), blank=True)
    in_force_since = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(state="in_force"), name="list_edition_one_in_force"),
        ]
        ordering = ["source", "-pk"]

    def __str__(self):
        return f"{self.source}, {self.published_on or self.created_at.date()}"


class ListedEntity(models.Model):
    """One entry as it once stood. Equal entries of several editions are one row; a changed entry is a new one."""

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("organisation")
        PERSON = "person", _("person")
        OTHER = "other", _("other")

    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="entities")
    external_id = models.CharField(_("reference"), max_length=80)
    entry_hash = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=500)
    countries = models.JSONField(_("countries as listed"), default=list)
    programme = models.CharField(_("programme"), max_length=120, blank=True)
    listed_on = models.DateField(_("listed on"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    address = models.URLField(_("address"), blank=True, max_length=400)
    reference = models.CharField(_("official reference"), max_length=80, blank=True)
    editions = models.ManyToManyField(ListEdition, through="EditionEntry", related_name="entities")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id", "entry_hash"], name="listed_entity_once"),
        ]
        verbose_name_plural = "listed entities"

    def __str__(self):
        return f"{self.name} ({self.reference or self.external_id})"


class EditionEntry(models.Model):
    edition = models.ForeignKey(ListEdition, on_delete=models.CASCADE, related_name="entries")
    entity = models.ForeignKey(ListedEntity, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "entity"], name="edition_entry_once")]
        verbose_name_plural = "edition entries"

    def __str__(self):
        return f"{self.edition_id}:{self.entity_id}"


class ListedName(models.Model):
    class Kind(models.TextChoices):
        PRIMARY = "primary", _("name")
        ALIAS = "alias", _("also known as")
        FORMER = "former", _("formerly known as")
        WEAK = "weak", _("weak alias")

    entity = models.ForeignKey(ListedEntity, on_delete=models.CASCADE, related_name="names")
    original = models.CharField(max_length=500)
    normalised = models.CharField(max_length=1000, db_index=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.original


class Screening(UidModel, DatedModel):
    class State(models.TextChoices):
        DONE = "done", _("screened")
        NOT_SCREENED = "not_screened", _("not screened: no list was in force")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="screenings")
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    names = models.JSONField(_("names compared"), default=list)
    names_key = models.CharField(max_length=64)
    editions = models.ManyToManyField(ListEdition, related_name="screenings")

    class Meta:
        ordering = ["partner", "-pk"]

    def __str__(self):
        return f"{self.partner_id} {self.created_at:%Y-%m-%d}: {self.state}"


class Judgement(UidModel, DatedModel):
    """A person's verdict on one partner and one listed entity. The newest of a fingerprint is in force; all stay."""

    class Verdict(models.TextChoices):
        SAME = "same", _("same organisation")
        DIFFERENT = "different", _("different organisation")
        CANNOT_TELL = "cannot_tell", _("cannot tell")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="judgements")
    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="judgements")
    external_id = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="judgements")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="judgement_has_reason"),
            models.CheckConstraint(
                condition=Q(verdict__in=["same", "different", "cannot_tell"]), name="judgement_verdict_known"
            ),
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(replaces__isnull=True), name="judgement_one_first"
            ),
        ]
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.partner_id}/{self.external_id}: {self.verdict}"


class Hit(UidModel, DatedModel):
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="hits")
    edition = models.ForeignKey(ListEdition, on_delete=models.PROTECT, related_name="hits")
    entity = models.ForeignKey(ListedEntity, on_delete=models.PROTECT, related_name="hits")
    fingerprint = models.CharField(max_length=64, db_index=True)
    explanation = models.JSONField(default=dict)
    judgement = models.ForeignKey(Judgement, null=True, blank=True, on_delete=models.PROTECT, related_name="hits")
    inherited = models.BooleanField(_("verdict taken over from an earlier screening"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["screening", "entity"], name="hit_once_per_screening")]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.screening_id}: {self.entity_id}"

    @property
    def verdict(self) -> str:
        """Empty while nobody has judged it."""
        return self.judgement.verdict if self.judgement_id else ""

    @property
    def is_open(self) -> bool:
        """Waits for a person: not judged, or judged 'cannot tell'."""
        return self.verdict in ("", Judgement.Verdict.CANNOT_TELL)


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

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="facts")
    country = models.CharField(_("country"), max_length=2)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=40)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    scope = models.CharField(_("scope"), max_length=400, blank=True)
    act = models.CharField(_("act or source"), max_length=300)
    address = models.URLField(_("address"), blank=True, max_length=400)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    checked_on = models.DateField(_("last checked on"), null=True, blank=True)

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
    """Left for the story to read: a fact about a partner or a country that is no longer what it was."""

    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="fact_changes")
    country = models.CharField(max_length=2, blank=True)
    fact = models.CharField(max_length=40)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    cause = models.CharField(max_length=200, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, country="") | (Q(partner__isnull=True) & ~Q(country="")),
                name="fact_change_of_one_subject",
            ),
        ]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.partner_id or self.country} {self.fact}"


class RorRecord(models.Model):
    """An organisation in the locally held part of ROR, for the picker; not a partner until somebody files it."""

    ror_id = models.CharField(max_length=30, primary_key=True)
    name = models.CharField(max_length=300)
    normalised = models.CharField(max_length=600, db_index=True)
    other_names = models.TextField(blank=True)
    country = models.CharField(max_length=2)
    city = models.CharField(max_length=120, blank=True)
    type = models.CharField(max_length=12, choices=PartnerType.choices, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    @property
    def country_name(self):
        return country_name(self.country)

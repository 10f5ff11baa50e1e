from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel


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
    # Whoever its changes concern has been screened anew, so that earlier screenings count as made with it too.
    settled_at = models.DateTimeField(null=True, blank=True)

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

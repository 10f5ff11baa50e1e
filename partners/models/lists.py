from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.files.models import StoredFile
from riskassess.jobs.models import Job


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
    max_drop_percent = models.PositiveSmallIntegerField(_("largest drop taken without asking, in percent"), default=10)
    max_growth_percent = models.PositiveSmallIntegerField(
        _("largest growth taken without asking, in percent"), default=50
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(max_drop_percent__lte=100), name="list_source_drop_percent")]
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("list_source", args=[self.code])


class ListEdition(UidModel, DatedModel):
    class State(models.TextChoices):
        STAGING = "staging", _("being read")
        IN_FORCE = "in_force", _("in force")
        SUPERSEDED = "superseded", _("superseded")
        REJECTED = "rejected", _("refused")
        HELD = "held", _("held for a person")

    class Origin(models.TextChoices):
        COMMAND = "command", _("command line")
        UPLOAD = "upload", _("uploaded")
        FOLDER = "folder", _("watched folder")
        EARLIER = "earlier", _("an earlier edition, brought back")

    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="editions")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.STAGING)
    published_on = models.DateField(_("date of the list"), null=True, blank=True)
    origin = models.CharField(_("where it came from"), max_length=8, choices=Origin.choices, default=Origin.COMMAND)
    file_name = models.CharField(_("file"), max_length=200)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_removed_at = models.DateTimeField(null=True, blank=True)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    normaliser = models.CharField(max_length=20)
    entities_count = models.PositiveIntegerField(_("entries"), default=0)
    names_count = models.PositiveIntegerField(_("names"), default=0)
    reason = models.TextField(_("why refused or held"), blank=True)
    read_at = models.DateTimeField(null=True, blank=True)  # the last entry is stored
    # The edition that was in force when this one was read; the differences below are to it.
    compared_with = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    compared_at = models.DateTimeField(null=True, blank=True)
    added_count = models.PositiveIntegerField(_("entries added"), default=0)
    removed_count = models.PositiveIntegerField(_("entries removed"), default=0)
    names_changed_count = models.PositiveIntegerField(_("entries with other names"), default=0)
    other_changed_count = models.PositiveIntegerField(_("entries with other details"), default=0)
    # A person's yes, to a held edition or to bringing an earlier one back; without a person, from the command line.
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_reason = models.TextField(blank=True)
    restores = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="restored_as")
    confirmed_at = models.DateTimeField(null=True, blank=True)  # when the same file was last brought again
    told_at = models.DateTimeField(null=True, blank=True)  # officers know that it was refused or held
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
        day = self.published_on or timezone.localdate(self.created_at)
        return f"{self.source}, {formats.date_format(day, 'j M Y')}"

    def get_absolute_url(self):
        return reverse("list_edition", args=[self.source.code, self.uid])


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
    birth_years = models.JSONField(_("years of birth"), default=list, blank=True)
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


class EditionDelta(models.Model):
    """One difference of an edition to the one it replaced. The first edition of a source has none."""

    class Change(models.TextChoices):
        ADDED = "added", _("added")
        REMOVED = "removed", _("removed")
        NAMES = "names", _("other names")
        OTHER = "other", _("other details")

    edition = models.ForeignKey(ListEdition, on_delete=models.CASCADE, related_name="deltas")
    change = models.CharField(_("what changed"), max_length=8, choices=Change.choices)
    entity = models.ForeignKey(ListedEntity, on_delete=models.PROTECT, related_name="+")  # as it is, or last was
    before = models.ForeignKey(ListedEntity, null=True, on_delete=models.PROTECT, related_name="+")  # of a changed one

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "entity"], name="edition_delta_once"),
            models.CheckConstraint(
                condition=Q(change__in=["added", "removed", "names", "other"]), name="edition_delta_change_known"
            ),
        ]
        indexes = [models.Index(fields=["edition", "change", "id"], name="edition_delta_by_change")]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.edition_id}:{self.entity_id} {self.change}"


class FolderEntry(models.Model):
    """What lies in the watched folder under this name, so that it is read once it rests, and once."""

    name = models.CharField(max_length=200, unique=True)
    source = models.ForeignKey(ListSource, null=True, on_delete=models.CASCADE, related_name="folder_entries")
    signature = models.CharField(max_length=64)  # of names, sizes and times
    unchanged_since = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "folder entries"

    def __str__(self):
        return self.name


class ListedIdentifier(models.Model):
    """An id that an entry has, in the one spelling of its scheme, so that an equal one is found without any name."""

    entity = models.ForeignKey(ListedEntity, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(_("scheme"), max_length=20)
    value = models.CharField(_("value"), max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "scheme", "value"], name="listed_identifier_once")]
        indexes = [models.Index(fields=["value", "scheme"], name="listed_identifier_by_value")]
        ordering = ["scheme", "value"]

    def __str__(self):
        return f"{self.scheme} {self.value}"


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

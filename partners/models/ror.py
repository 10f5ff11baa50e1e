from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.countries import country_name
from partners.models.registry import PartnerType
from riskassess.core.models import DatedModel, UidModel
from riskassess.files.models import StoredFile
from riskassess.jobs.models import Job


class RorRecord(models.Model):
    """An organisation in the locally held part of ROR; not a partner until somebody files it."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        INACTIVE = "inactive", _("no longer exists")
        WITHDRAWN = "withdrawn", _("withdrawn by ROR")

    ror_id = models.CharField(max_length=30, primary_key=True)
    name = models.CharField(max_length=300)
    normalised = models.CharField(max_length=600, db_index=True)
    country = models.CharField(max_length=2)
    city = models.CharField(max_length=120, blank=True)
    type = models.CharField(max_length=12, choices=PartnerType.choices, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    established = models.SmallIntegerField(null=True, blank=True)
    website = models.CharField(max_length=800, blank=True)
    external_ids = models.JSONField(default=dict, blank=True)
    modified_on = models.DateField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    @property
    def country_name(self):
        return country_name(self.country)

    @property
    def code(self) -> str:
        """The part of the id that stands in an address."""
        return self.pk.rpartition("/")[2]


class RorName(models.Model):
    class Kind(models.TextChoices):
        DISPLAY = "display", _("name")
        LABEL = "label", _("official name")
        ALIAS = "alias", _("also known as")
        ACRONYM = "acronym", _("acronym")

    record = models.ForeignKey(RorRecord, on_delete=models.CASCADE, related_name="names")
    text = models.CharField(max_length=300)
    normalised = models.CharField(max_length=600, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    language = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.text


class RorRelation(models.Model):
    """What a record says of another one, which need not be held here: ROR repeats its name."""

    class Kind(models.TextChoices):
        PARENT = "parent", _("part of")
        CHILD = "child", _("has as a part")
        RELATED = "related", _("related to")
        SUCCESSOR = "successor", _("followed by")
        PREDECESSOR = "predecessor", _("follows")

    record = models.ForeignKey(RorRecord, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    other_id = models.CharField(max_length=30, db_index=True)
    other_name = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "kind", "other_id"], name="ror_relation_once")]
        ordering = ["other_name", "pk"]

    def __str__(self):
        return f"{self.kind} {self.other_name}"


class RorImport(UidModel, DatedModel):
    """A file of ROR records and how far it is read. `offset` is the byte of the unpacked file up to which it is."""

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        STORING = "storing", _("being stored")
        INDEXING = "indexing", _("being made searchable")
        DONE = "done", _("taken over")
        REFUSED = "refused", _("refused")

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    form = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    offset = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    older = models.PositiveIntegerField(default=0)
    newest_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return self.file_name

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.REFUSED)

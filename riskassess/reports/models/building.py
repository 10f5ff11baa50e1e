from django.db import models
from django.utils.translation import gettext_lazy as _

from riskassess.jobs.models import State as JobState


class State(models.TextChoices):
    QUEUED = "queued", _("waits for a free worker")
    WORKING = "working", _("is being built")
    READY = "ready", _("ready")
    FAILED = "failed", _("could not be built")


class Building:
    """What has a job that builds a file, and the file once that is there."""

    @property
    def state(self) -> str:
        if self.file_id:
            return State.READY
        if self.job is None or self.job.state == JobState.QUEUED:
            return State.QUEUED
        return State.WORKING if self.job.state == JobState.WORKING else State.FAILED

    @property
    def is_ready(self) -> bool:
        return self.state == State.READY

    @property
    def is_failed(self) -> bool:
        return self.state == State.FAILED


class Proved(models.Model):
    """What was fixed when it was asked for, and what its files can be proved by once they are there.

    The reading copy is for people; the record copy (PDF/A) carries the dossier and the signature. A signature holds the
    moment it was made, so the bytes before it have a fingerprint of their own: those come out the same again.
    """

    as_of = models.DateTimeField(_("as of"))
    as_asked = models.JSONField(default=dict)
    audit_sequence = models.BigIntegerField(_("last event when asked for"))
    audit_head = models.CharField(_("its fingerprint"), max_length=64)
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True, db_index=True)
    archive = models.OneToOneField(
        "files.StoredFile",
        verbose_name=_("record copy"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    archive_sha256 = models.CharField(_("fingerprint of the record copy"), max_length=64, blank=True, db_index=True)
    unsigned_sha256 = models.CharField(_("the same before its signature"), max_length=64, blank=True, db_index=True)
    receipt = models.CharField(_("receipt on the last page"), max_length=64, blank=True, db_index=True)
    signer = models.CharField(_("fingerprint of the certificate"), max_length=64, blank=True)

    class Meta:
        abstract = True

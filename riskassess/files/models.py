from django.db import models
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel


class FileState(models.TextChoices):
    """Only what is kept is ever handed out."""

    KEPT = "kept", _("kept")
    QUARANTINED = "quarantined", _("being checked")
    REFUSED = "refused", _("not kept")
    GONE = "gone", _("removed after its time")


class StoredFile(UidModel, DatedModel):
    """A file of any row. It is reached through its owner's scope only; nothing serves the folder itself."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=100, unique=True, help_text="Below FILES_DIR; random, tells nothing.")
    state = models.CharField(max_length=12, choices=FileState.choices, default=FileState.KEPT)
    given_sha256 = models.CharField(max_length=64, blank=True, help_text="Of what came in, where it was cleaned.")
    left_out = models.JSONField(default=list, blank=True, help_text="Codes of what the cleaning left out.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(state__in=FileState.values), name="file_state_known")]

    def __str__(self):
        return self.name

    @property
    def is_kept(self) -> bool:
        return self.state == FileState.KEPT

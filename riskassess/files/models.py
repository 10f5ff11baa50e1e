from django.db import models

from riskassess.core.models import DatedModel, UidModel


class StoredFile(UidModel, DatedModel):
    """A file of any row. It is reached through its owner's scope only; nothing serves the folder itself."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=100, unique=True, help_text="Below FILES_DIR; random, tells nothing.")

    def __str__(self):
        return self.name

import uuid

from django.db import models


class UidModel(models.Model):
    """Carries the only id that may appear in an address."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class DatedModel(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

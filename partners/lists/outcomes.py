"""How an import can end."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import ListEdition


class Outcome(models.TextChoices):
    IMPORTED = "imported", _("imported")
    UNCHANGED = "unchanged", _("unchanged")
    EMPTY = "empty", _("refused: empty")
    REJECTED = "rejected", _("refused")


@dataclass(frozen=True)
class ImportResult:
    outcome: Outcome
    sentence: str
    edition: ListEdition | None = None

    @property
    def is_good(self) -> bool:
        return self.outcome in (Outcome.IMPORTED, Outcome.UNCHANGED)

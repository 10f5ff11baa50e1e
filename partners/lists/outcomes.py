"""How an import can end, and the sentence that says so."""

from dataclasses import dataclass

from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partners.models import ListEdition

State = ListEdition.State


class Outcome(models.TextChoices):
    IMPORTED = "imported", gettext_lazy("imported")
    UNCHANGED = "unchanged", gettext_lazy("unchanged")
    EMPTY = "empty", gettext_lazy("refused: empty")
    REJECTED = "rejected", gettext_lazy("refused")
    HELD = "held", gettext_lazy("held for a person")


@dataclass(frozen=True)
class ImportResult:
    outcome: Outcome
    sentence: str
    edition: ListEdition | None = None

    @property
    def is_good(self) -> bool:
        return self.outcome in (Outcome.IMPORTED, Outcome.UNCHANGED)


OUTCOMES = {State.REJECTED: Outcome.REJECTED, State.HELD: Outcome.HELD}


def result_of(edition: ListEdition, outcome: Outcome | None = None) -> ImportResult:
    """What came of an edition that is settled one way or the other."""
    outcome = outcome or OUTCOMES.get(edition.state, Outcome.IMPORTED)
    return ImportResult(outcome, _sentence(edition), edition)


def unchanged(edition: ListEdition) -> ImportResult:
    sentence = _("%(list)s: this file is the edition in force already.") % {"list": edition.source}
    return ImportResult(Outcome.UNCHANGED, sentence, edition)


def still_in_force(kept: ListEdition | None) -> str:
    if kept is None:
        return _("No edition of this list is in force.")
    day = kept.published_on or timezone.localdate(kept.created_at)
    return _("The edition of %(date)s is still in force.") % {"date": formats.date_format(day, "j M Y")}


def _sentence(edition: ListEdition) -> str:
    if edition.state in OUTCOMES:
        held = _("It is held until an officer accepts or refuses it.") if edition.state == State.HELD else ""
        still = still_in_force(edition.source.editions.filter(state=State.IN_FORCE).first())
        return f"{edition.source}: " + " ".join(filter(None, (edition.reason, held, still)))
    return ngettext(
        "%(list)s: the edition of %(date)s with %(count)s entry is in force.",
        "%(list)s: the edition of %(date)s with %(count)s entries is in force.",
        edition.entities_count,
    ) % {
        "list": edition.source,
        "date": formats.date_format(edition.published_on, "j M Y") if edition.published_on else _("unknown date"),
        "count": edition.entities_count,
    }

"""What keeps a well-formed edition from coming into force without a person's yes."""

from django.utils import formats
from django.utils.translation import gettext as _

from partners.models import ListEdition

FEWEST_TO_COMPARE = 10  # below this a list may grow as it likes, and lose a few entries or half of them
A_FEW, HALF = 2, 50


def objection_to(edition: ListEdition, in_force: ListEdition | None) -> str:
    """Why a person has to look at it first; empty where nothing is odd."""
    if in_force is None:
        return ""
    if edition.published_on and in_force.published_on and edition.published_on < in_force.published_on:
        return _("The file is of %(new)s, older than the edition in force of %(old)s.") % {
            "new": formats.date_format(edition.published_on, "j M Y"),
            "old": formats.date_format(in_force.published_on, "j M Y"),
        }
    now, before, source = edition.entities_count, in_force.entities_count, edition.source
    is_short = before < FEWEST_TO_COMPARE
    most_gone = max(HALF, source.max_drop_percent) if is_short else source.max_drop_percent
    counts = {"new": now, "old": before}
    if 100 * (before - now) > most_gone * before and not (is_short and before - now <= A_FEW):
        return _(
            "The file has %(new)s entries, the edition in force has %(old)s: more than %(limit)s %% of the entries "
            "would go."
        ) % {**counts, "limit": most_gone}
    if not is_short and 100 * (now - before) > source.max_growth_percent * before:
        return _(
            "The file has %(new)s entries, the edition in force has %(old)s: it grew by more than %(limit)s %%."
        ) % {**counts, "limit": source.max_growth_percent}
    return ""

"""What keeps a well-formed edition from coming into force by itself."""

from django.utils.translation import gettext as _

from partners.models import ListEdition

FEWEST_TO_COMPARE = 10  # below this a list may shrink as it likes


def objection_to(edition: ListEdition, in_force: ListEdition | None, accept_shrink: bool) -> str:
    if in_force is None:
        return ""
    if edition.published_on and in_force.published_on and edition.published_on < in_force.published_on:
        return _("The file is of %(new)s, older than the edition in force of %(old)s.") % {
            "new": edition.published_on.isoformat(),
            "old": in_force.published_on.isoformat(),
        }
    before, limit = in_force.entities_count, edition.source.max_drop_percent
    lost = 100 * (before - edition.entities_count) / before if before else 0
    if before >= FEWEST_TO_COMPARE and lost > limit and not accept_shrink:
        return _(
            "The file has %(new)s entries, the edition in force has %(old)s: more than the %(limit)s %% drop that is "
            "taken without asking. If the list really shrank, import it again with --accept-shrink."
        ) % {"new": edition.entities_count, "old": before, "limit": limit}
    return ""

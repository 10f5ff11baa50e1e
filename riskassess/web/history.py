"""The timeline of a case, told from its events in words."""

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.queries import EventFilters, events
from riskassess.web.verbs import verb_words


def timeline(*, reference: str, reader: User, limit: int) -> list[dict]:
    """The newest events of this reference; the caller has checked that the reader may see the case."""
    found = events(EventFilters(reference=reference))[:limit]
    return [
        {
            "when": event.at,
            "actor": _("You") if event.actor_id == reader.pk else event.detail.actor_name,
            "text": verb_words(event.verb),
            "hint": (event.detail.after or {}).get("reason", ""),
        }
        for event in found
    ]

"""The timeline of a case, told from its events in words."""

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.queries import EventFilters, events
from riskassess.web.verbs import verb_words

# What a researcher reads of the record: the story of the proposal, nothing of the work behind the scenes.
TOLD = (
    "proposal.created", "proposal.copied", "proposal.renewal_opened", "proposal.imported",
    "proposal.submit", "proposal.register", "proposal.assign", "proposal.request_changes",
    "proposal.decide", "proposal.withdraw", "proposal.draw", "proposal.reopen", "proposal.terminate",
    "proposal.expire", "proposal.close", "safeguard.proposed", "safeguard.agreed", "safeguard.refused",
    "safeguard.fulfilled", "hold.lifted", "case.paused", "case.resumed", "condition.reported", "condition.fulfilled",
    "condition.returned", "condition.broken", "appeal.filed", "appeal.settled", "midterm.told", "midterm.read",
    "closing.told", "closing.read", "partner_correction.proposed", "partner_correction.applied",
    "partner_correction.refused", "package.asked",
)  # fmt: skip
STEPS = tuple(verb for verb in TOLD if verb.startswith("proposal."))


def timeline(*, reference: str, reader: User, limit: int, verbs: tuple[str, ...] = ()) -> list[dict]:
    """The newest events of this reference, of these verbs alone where some are named; the caller has checked that the
    reader may see the case."""
    found = events(EventFilters(reference=reference))
    found = found.filter(verb__in=verbs) if verbs else found.exclude(verb="access.denied")
    return [
        {
            "when": event.at,
            "actor": actor_of(event, reader),
            "text": verb_words(event.verb),
            "hint": reason_of(event.detail.after),
        }
        for event in found[:limit]
    ]


def actor_of(event, reader: User) -> str:
    """Who did it, as the reader would say; the system's own steps are the product's."""
    if event.actor_id is None:
        return "RiskAssess"
    return _("You") if event.actor_id == reader.pk else event.detail.actor_name


def reason_of(after) -> str:
    """The reason an event carries, where it carries one."""
    return after.get("reason", "") if isinstance(after, dict) else ""

"""The draw among registrations: which of them are read afterwards."""

from decimal import Decimal

from django.db import transaction

from riskassess.audit.log import record
from riskassess.audit.models import Event
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Draw


def lot_of(fingerprint: str) -> int:
    """The last four decimal digits of the first eight characters of a fingerprint, read as a hexadecimal number."""
    return int(fingerprint[:8], 16) % Draw.LOTS


@transaction.atomic
def settle_draw(*, proposal: Proposal, event: Event, percent: Decimal) -> Draw:
    """Draw by the fingerprint of the event that registered the proposal. Settled once, it stays, whatever the share is
    later."""
    draw = Draw.objects.create(
        proposal=proposal, event=event, lot=lot_of(event.hash), below=int(percent * Draw.LOTS / 100)
    )
    record(
        "proposal.lot_drawn",
        subject=proposal,
        actor_id=None,
        role="system",
        reference=proposal.reference,
        after={"event": event.sequence, "lot": draw.lot, "below": draw.below, "drawn": draw.is_drawn},
    )
    return draw

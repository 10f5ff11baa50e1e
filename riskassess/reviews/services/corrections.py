"""What a partner says about itself, brought by the authors; an officer takes it into the registry or says why not."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Partner
from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import role_in
from riskassess.reviews.models import PartnerCorrection

MOST_OPEN = 20


@transaction.atomic
def propose_correction(
    *, proposal: Proposal, partner: Partner, actor: User, field: str, right: str, source: str
) -> PartnerCorrection:
    Proposal.objects.select_for_update().only("pk").get(pk=proposal.pk)
    if not proposal.participations.filter(partner=partner).exists():
        raise DomainError(_("Choose one of the partners of this proposal."), field="partner")
    right, source = right.strip(), source.strip()
    if not right:
        raise DomainError(_("Write what is right, as the partner says it."), field="right")
    if not source:
        raise DomainError(_("Say how one can see it: a register, a page, a letter of the partner."), field="source")
    if proposal.partner_corrections.filter(state=PartnerCorrection.State.OPEN).count() >= MOST_OPEN:
        raise DomainError(_("Many corrections wait already. Let research security answer these first."))
    found = PartnerCorrection.objects.create(
        proposal=proposal, partner=partner, field=field, right=right, source=source, by=actor
    )
    _record(found, actor, "partner_correction.proposed", {"field": str(field), "right": right, "source": source})
    return found


@transaction.atomic
def settle_correction(
    *, correction: PartnerCorrection, actor: User, is_applied: bool, answer: str = ""
) -> PartnerCorrection:
    """Note what became of it. Writing the registry is the story's to do."""
    correction = (
        PartnerCorrection.objects.select_for_update(of=("self",))
        .select_related("proposal", "partner")
        .get(pk=correction.pk)
    )
    if correction.state != PartnerCorrection.State.OPEN:
        raise Conflict(_("Somebody answered this already."))
    if not is_applied and not answer.strip():
        raise DomainError(_("Say why it is not taken into the registry; the researcher reads it."), field="answer")
    states = PartnerCorrection.State
    correction.state = states.APPLIED if is_applied else states.REFUSED
    correction.answer, correction.settled_by, correction.settled_at = answer.strip(), actor, timezone.now()
    correction.save(update_fields=["state", "answer", "settled_by", "settled_at"])
    verb = "partner_correction.applied" if is_applied else "partner_correction.refused"
    _record(correction, actor, verb, {"field": correction.field, "answer": correction.answer})
    return correction


def _record(correction: PartnerCorrection, actor: User, verb: str, after: dict) -> None:
    record_event(
        verb,
        subject=correction,
        actor_id=actor.pk,
        role=role_in(actor, correction.proposal),
        actor_name=actor.name,
        reference=correction.proposal.reference,
        after={"partner": str(correction.partner.uid), **after},
    )

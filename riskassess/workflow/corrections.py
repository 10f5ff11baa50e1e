"""A partner corrects, through the authors, what the registry says of it; an officer alone writes the registry."""

from django.utils.translation import gettext as _

from partners import services as registry
from partners.models import Partner
from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.audit.log import story
from riskassess.core.errors import DomainError
from riskassess.notices import telling
from riskassess.proposals.models import Proposal
from riskassess.reviews import services as reviews
from riskassess.reviews.models import PartnerCorrection
from riskassess.workflow.common import case_of, free_officers, guard_no_conflict, officers_of


@story()
def propose_partner_correction(
    *, proposal: Proposal, partner: Partner, actor: User, field: str, right: str, source: str
) -> PartnerCorrection:
    correction = reviews.propose_correction(
        proposal=proposal, partner=partner, actor=actor, field=field, right=right, source=source
    )
    case = case_of(proposal)
    people = officers_of(case) if case else free_officers(proposal)
    telling.partner_corrected(proposal=proposal, people=people, correction=correction)
    return correction


@story()
def settle_partner_correction(
    *, correction: PartnerCorrection, actor: User, is_applied: bool, answer: str = ""
) -> PartnerCorrection:
    """Take it into the registry, or say why not. What fits no field of the registry an officer writes there by hand."""
    guard_no_conflict(actor, correction.proposal)
    if not actor.has_role(Role.OFFICER):
        raise DomainError(_("A research-security officer answers this."))
    settled = reviews.settle_correction(correction=correction, actor=actor, is_applied=is_applied, answer=answer)
    if is_applied and settled.field != PartnerCorrection.Field.OTHER:
        partner = settled.partner.merged_into or settled.partner
        said = {name: getattr(partner, name) for name in ("name", "country", "city", "website", "type")}
        registry.edit_partner(partner=partner, actor=actor, **{**said, settled.field: settled.right})
    telling.partner_correction_settled(proposal=settled.proposal, correction=settled)
    return settled

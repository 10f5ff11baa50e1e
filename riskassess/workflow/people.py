"""Who takes part in a proposal and who leads it."""

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import story
from riskassess.core.errors import DomainError
from riskassess.notices import telling
from riskassess.proposals import team
from riskassess.proposals.models import CoInvestigator, Invitation, Proposal, Transfer
from riskassess.proposals.queries import open_invitations
from riskassess.reviews import services as reviews
from riskassess.reviews.queries import carried_by
from riskassess.reviews.rules import conflict_reason
from riskassess.reviews.talk import is_helper
from riskassess.workflow.common import case_of, free_officers, lock


def hand_back_conflicted(people: list[User]) -> None:
    """Take these people off the open cases that they may no longer carry, and tell the officers who may choose anew."""
    for case in carried_by(people).select_related("proposal__owner", "officer", "reviewer"):
        for user in people:
            reason = conflict_reason(user, case.proposal)
            if not reason:
                continue
            lock(case.proposal)
            if reviews.hand_back(case=case, user=user, reason=reason):
                telling.case_handed_back(
                    proposal=case.proposal, people=free_officers(case.proposal), round_number=case.round, user=user
                )


@story()
def invite(*, proposal: Proposal, actor: User, email: str, can_edit: bool) -> Invitation:
    """Ask somebody to take part; they accept after signing in."""
    invitation = team.invite(proposal=proposal, actor=actor, email=email, can_edit=can_edit)
    telling.invited(invitation=invitation, user=User.objects.filter(email=invitation.email, is_active=True).first())
    return invitation


@story()
def tell_invitations(*, user: User) -> None:
    """Tell somebody who has just signed in what waited for their address; once for each invitation."""
    for invitation in open_invitations(user):
        telling.invitation_waits(invitation=invitation, user=user)


@story()
def accept_invitation(*, invitation: Invitation, actor: User) -> CoInvestigator:
    """Take part. Whoever carries a case that this sets them in conflict with hands it back."""
    row = team.accept_invitation(invitation=invitation, actor=actor)
    proposal = invitation.proposal
    hand_back_conflicted([proposal.owner, *(co.user for co in proposal.coinvestigators.select_related("user"))])
    telling.invitation_answered(invitation=invitation)
    return row


@story()
def decline_invitation(*, invitation: Invitation, actor: User) -> None:
    team.decline_invitation(invitation=invitation, actor=actor)
    telling.invitation_answered(invitation=invitation)


@story()
def remove_person(*, row: CoInvestigator, actor: User) -> None:
    """Take somebody off the proposal, or leave it oneself."""
    team.remove_person(row=row, actor=actor)
    if row.user_id == actor.pk:
        telling.person_left(proposal=row.proposal, revision=str(row.pk))
    else:
        telling.person_removed(proposal=row.proposal, user=row.user, revision=str(row.pk))


@story()
def offer_lead(*, proposal: Proposal, actor: User, new_owner: User, old_owner_stays: bool = True) -> Transfer:
    """Offer the lead to somebody else: the owner, or an officer once the owner has left the institution."""
    if proposal.owner_id != actor.pk and (proposal.owner.is_active or not is_helper(actor, proposal)):
        raise DomainError(_("The lead researcher offers the lead; an officer does once that person has left."))
    transfer = team.offer_lead(proposal=proposal, actor=actor, new_owner=new_owner, old_owner_stays=old_owner_stays)
    asked = [new_owner]
    if proposal.owner_id != actor.pk:
        asked += [user for user in free_officers(proposal) if user.pk not in {actor.pk, new_owner.pk}]
    telling.lead_offered(transfer=transfer, people=asked)
    return transfer


def may_consent(user: User, transfer: Transfer) -> bool:
    """Whether somebody may accept or decline an offer of the lead: the new lead, or, where an officer made it because
    the old lead has left, another officer; nobody for an offer of their own."""
    if transfer.offered_by_id == user.pk:
        return False
    is_officers = transfer.offered_by_id != transfer.old_owner_id
    return transfer.new_owner_id == user.pk or (is_officers and is_helper(user, transfer.proposal))


@story()
def accept_lead(*, transfer: Transfer, actor: User) -> Proposal:
    """Pass the lead on. Whoever carries a case that this sets in conflict with somebody hands it back."""
    if not may_consent(actor, transfer):
        raise DomainError(_("The new lead researcher consents to this, or another officer where one offered it."))
    proposal = team.accept_lead(transfer=transfer, actor=actor)
    case = case_of(proposal)
    carriers = (
        [row.user for row in case.assignments.filter(ended_at__isnull=True).select_related("user")] if case else []
    )
    authors = [proposal.owner, *(row.user for row in proposal.coinvestigators.select_related("user"))]
    hand_back_conflicted([*authors, *carriers])
    told = {user.pk: user for user in (transfer.old_owner, transfer.new_owner, transfer.offered_by)}
    told.pop(actor.pk, None)
    telling.lead_settled(transfer=transfer, people=[user for user in told.values() if user.is_active])
    return proposal


@story()
def decline_lead(*, transfer: Transfer, actor: User) -> None:
    if not may_consent(actor, transfer):
        raise DomainError(_("The new lead researcher answers this, or another officer where one offered it."))
    team.decline_lead(transfer=transfer, actor=actor)
    telling.lead_settled(transfer=transfer, people=[transfer.offered_by])

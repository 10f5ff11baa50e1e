"""Who takes part: invitations that the person accepts, and the lead that passes on with a second person's consent."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.audit.log import record
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.models import CoInvestigator, Invitation, InvitationState, Proposal, Transfer
from riskassess.proposals.services import role_in, touch
from riskassess.proposals.states import OVER, State

VALID_FOR = timedelta(days=14)
MOST_PEOPLE = 30
MOST_A_DAY, MOST_TO_ONE = 40, 3  # each is a mail to somebody who did not ask for it


def guard_not_over(proposal: Proposal) -> None:
    """Lock the row and refuse once the proposal is over; call inside a transaction."""
    state = Proposal.objects.select_for_update().values_list("state", flat=True).get(pk=proposal.pk)
    if state in OVER:
        raise Conflict(
            _("%(reference)s is %(state)s, so nothing is changed here any more.")
            % {"reference": proposal.reference, "state": State(state).label}
        )


# Invitations


@transaction.atomic
def invite(*, proposal: Proposal, actor: User, email: str, can_edit: bool) -> Invitation:
    """Ask somebody to take part. The same address asked again has its days anew; nothing tells whether it has an
    account here."""
    guard_not_over(proposal)
    _guard_lead(proposal, actor)
    email = email.strip().lower()
    if email == proposal.owner.email:
        raise DomainError(_("You lead this proposal, so you need not be added."), field="email")
    if proposal.coinvestigators.filter(user__email=email).exists():
        raise DomainError(_("This person takes part already. What they may do is changed above."), field="email")
    open_ones = proposal.invitations.filter(state=InvitationState.OPEN)
    if proposal.coinvestigators.count() + open_ones.exclude(email=email).count() >= MOST_PEOPLE:
        raise DomainError(
            _("At most %(most)d people fit here. Take somebody away first.") % {"most": MOST_PEOPLE}, field="email"
        )
    lately = proposal.invitations.filter(created_at__gte=timezone.now() - timedelta(days=1))
    if lately.filter(email=email).count() >= MOST_TO_ONE or lately.count() >= MOST_A_DAY:
        raise DomainError(_("Enough mails went out for today. Invite again tomorrow."), field="email")
    open_ones.filter(email=email).update(state=InvitationState.WITHDRAWN, settled_by=actor, settled_at=timezone.now())
    invitation = Invitation.objects.create(
        proposal=proposal,
        email=email,
        can_edit=can_edit,
        invited_by=actor,
        valid_until=timezone.localdate() + VALID_FOR,
    )
    _record(proposal, actor, "invitation.sent", invitation, {"can_edit": can_edit})
    return invitation


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether this person may answer the invitation today."""
    return (
        invitation.state == InvitationState.OPEN
        and invitation.email == user.email
        and invitation.valid_until >= timezone.localdate()
    )


@transaction.atomic
def accept_invitation(*, invitation: Invitation, actor: User) -> CoInvestigator:
    """Take part from now on; only whoever has the address can."""
    proposal = invitation.proposal
    guard_not_over(proposal)
    _settle(invitation, actor, InvitationState.ACCEPTED)
    if proposal.owner_id == actor.pk:
        raise DomainError(_("You lead this proposal, so you need not be added."))
    row, _is_new = CoInvestigator.objects.update_or_create(
        proposal=proposal, user=actor, defaults={"can_edit": invitation.can_edit}
    )
    _forget_people(proposal)
    touch(proposal)
    _record(proposal, actor, "invitation.accepted", invitation, {"can_edit": invitation.can_edit})
    return row


@transaction.atomic
def decline_invitation(*, invitation: Invitation, actor: User) -> None:
    Proposal.objects.select_for_update().only("pk").get(pk=invitation.proposal_id)
    _settle(invitation, actor, InvitationState.DECLINED)
    _record(invitation.proposal, actor, "invitation.declined", invitation)


def _settle(invitation: Invitation, actor: User, state: str) -> None:
    if not is_for(invitation, actor):
        raise Conflict(_("This invitation is not open any more. Ask who invited you for a new one."))
    changed = Invitation.objects.filter(pk=invitation.pk, state=InvitationState.OPEN).update(
        state=state, settled_by=actor, settled_at=timezone.now()
    )
    if not changed:
        raise Conflict(_("This invitation was answered or withdrawn meanwhile."))
    invitation.state = state


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: User) -> None:
    Proposal.objects.select_for_update().only("pk").get(pk=invitation.proposal_id)
    _guard_lead(invitation.proposal, actor)
    changed = Invitation.objects.filter(pk=invitation.pk, state=InvitationState.OPEN).update(
        state=InvitationState.WITHDRAWN, settled_by=actor, settled_at=timezone.now()
    )
    if not changed:
        raise Conflict(_("This invitation was answered or withdrawn meanwhile."))
    _record(invitation.proposal, actor, "invitation.withdrawn", invitation)


# Those who take part


@transaction.atomic
def change_access(*, row: CoInvestigator, actor: User, can_edit: bool) -> CoInvestigator:
    """Let somebody who takes part edit, or only read."""
    guard_not_over(row.proposal)
    _guard_lead(row.proposal, actor)
    if CoInvestigator.objects.filter(pk=row.pk).exclude(can_edit=can_edit).update(can_edit=can_edit):
        row.can_edit = can_edit
        _forget_people(row.proposal)
        _record(row.proposal, actor, "people.access_changed", row.user, {"can_edit": can_edit})
    return row


@transaction.atomic
def remove_person(*, row: CoInvestigator, actor: User) -> None:
    """Take somebody away, or leave by oneself. That they took part is kept, since a conflict of interest stays."""
    proposal = row.proposal
    guard_not_over(proposal)
    if row.user_id != actor.pk:
        _guard_lead(proposal, actor)
    role = role_in(actor, proposal)
    if not CoInvestigator.objects.filter(pk=row.pk).delete()[0]:
        raise Conflict(_("This person does not take part any more."))
    _remember(proposal, row.user, can_edit=row.can_edit)
    _forget_people(proposal)
    touch(proposal)
    verb = "people.left" if row.user_id == actor.pk else "people.removed"
    _record(proposal, actor, verb, row.user, role=role)


def _remember(proposal: Proposal, user: User, *, can_edit: bool) -> None:
    accepted = proposal.invitations.filter(settled_by=user, state=InvitationState.ACCEPTED)
    if not accepted.update(state=InvitationState.ENDED):
        Invitation.objects.create(
            proposal=proposal,
            email=user.email,
            can_edit=can_edit,
            invited_by=proposal.owner,
            state=InvitationState.ENDED,
            valid_until=timezone.localdate(),
            settled_by=user,
            settled_at=timezone.now(),
        )


# The lead


@transaction.atomic
def offer_lead(*, proposal: Proposal, actor: User, new_owner: User, old_owner_stays: bool = True) -> Transfer:
    """Offer the lead to somebody else. Whether the actor may is the caller's to say: the owner, or, where the owner
    has left, an officer."""
    guard_not_over(proposal)
    if new_owner.pk in {proposal.owner_id, actor.pk}:
        raise DomainError(_("Choose somebody else than the present lead researcher and yourself."), field="new_owner")
    if not new_owner.is_active or not new_owner.has_role(Role.RESEARCHER):
        raise DomainError(_("Choose a researcher with an account here."), field="new_owner")
    if proposal.transfers.filter(state=Transfer.State.OPEN).exists():
        raise Conflict(_("An offer waits for consent already. Withdraw it first."))
    transfer = Transfer.objects.create(
        proposal=proposal,
        old_owner=proposal.owner,
        new_owner=new_owner,
        offered_by=actor,
        old_owner_stays=old_owner_stays and proposal.owner.is_active,
    )
    _record(proposal, actor, "lead.offered", transfer, {"new_owner": str(new_owner.uid)})
    return transfer


@transaction.atomic
def accept_lead(*, transfer: Transfer, actor: User) -> Proposal:
    """Pass the lead on, with the consent of another person than who offered it."""
    proposal = transfer.proposal
    guard_not_over(proposal)
    if transfer.offered_by_id == actor.pk:
        raise DomainError(_("You made this offer, so somebody else consents."))
    if not transfer.new_owner.is_active or not transfer.new_owner.has_role(Role.RESEARCHER):
        raise DomainError(
            _("%(name)s is no researcher here any more. Choose somebody else.") % {"name": transfer.new_owner.name}
        )
    role = role_in(actor, proposal)
    _settle_transfer(transfer, actor, Transfer.State.ACCEPTED)
    moved = Proposal.objects.filter(pk=proposal.pk, owner_id=transfer.old_owner_id).update(
        owner=transfer.new_owner, revision=F("revision") + 1, updated_at=timezone.now(), opened=None
    )
    if not moved:
        raise Conflict(_("The lead passed on meanwhile. Reload the page and look again."))
    old_owner = transfer.old_owner
    proposal.owner, proposal.revision = transfer.new_owner, proposal.revision + 1
    proposal.coinvestigators.filter(user=transfer.new_owner).delete()
    if transfer.old_owner_stays and old_owner.is_active:
        CoInvestigator.objects.update_or_create(proposal=proposal, user=old_owner, defaults={"can_edit": False})
    else:
        _remember(proposal, old_owner, can_edit=False)
    _forget_people(proposal)
    _record(
        proposal,
        actor,
        "lead.passed_on",
        transfer,
        {"old_owner": str(old_owner.uid), "new_owner": str(transfer.new_owner.uid)},
        role=role,
    )
    return proposal


@transaction.atomic
def decline_lead(*, transfer: Transfer, actor: User) -> None:
    Proposal.objects.select_for_update().only("pk").get(pk=transfer.proposal_id)
    _settle_transfer(transfer, actor, Transfer.State.DECLINED)
    _record(transfer.proposal, actor, "lead.declined", transfer)


@transaction.atomic
def withdraw_offer(*, transfer: Transfer, actor: User) -> None:
    """Take an offer back that nobody has consented to yet."""
    Proposal.objects.select_for_update().only("pk").get(pk=transfer.proposal_id)
    if transfer.offered_by_id != actor.pk:
        raise DomainError(_("Only who made the offer can take it back."))
    _settle_transfer(transfer, actor, Transfer.State.WITHDRAWN)
    _record(transfer.proposal, actor, "lead.offer_withdrawn", transfer)


def _settle_transfer(transfer: Transfer, actor: User, state: str) -> None:
    changed = Transfer.objects.filter(pk=transfer.pk, state=Transfer.State.OPEN).update(
        state=state, settled_by=actor, settled_at=timezone.now()
    )
    if not changed:
        raise Conflict(_("This offer was answered or withdrawn meanwhile."))
    transfer.state = state


def _guard_lead(proposal: Proposal, actor: User) -> None:
    if proposal.owner_id != actor.pk:
        raise DomainError(_("Only the lead researcher can add or remove people."))


def _forget_people(proposal: Proposal) -> None:
    """What was read of the people before counts no longer."""
    getattr(proposal, "_prefetched_objects_cache", {}).pop("coinvestigators", None)


def _record(proposal: Proposal, actor: User, verb: str, subject, after: dict | None = None, *, role: str = "") -> None:
    """Who stands in the record by their ids; addresses never do."""
    record(
        verb,
        subject=subject,
        actor_id=actor.pk,
        role=role or role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after=after or {},
    )

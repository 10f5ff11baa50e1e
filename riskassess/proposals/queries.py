from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from riskassess.accounts.models import User
from riskassess.proposals.models import CoInvestigator, Invitation, InvitationState, Proposal


def with_people(proposals):
    """The given, already scoped proposals with all that a row of a list shows."""
    return proposals.select_related("owner", "unit", "institution").prefetch_related(
        "participations__partner", "coinvestigators"
    )


def shared_since(user_id: int, since: datetime) -> tuple[QuerySet[Proposal], QuerySet[CoInvestigator]]:
    """The proposals of somebody opened after `since` and submitted, whose owners they share them with, and the rows of
    all who take part in one."""
    written = CoInvestigator.objects.filter(user=user_id).values("proposal")
    shared = Proposal.objects.filter(created_at__gte=since, submitted_at__isnull=False)
    shared = shared.filter(Q(owner=user_id) | Q(pk__in=written)).order_by()
    return shared, CoInvestigator.objects.filter(proposal__in=shared.values("pk")).order_by()


def authors_with(user_id: int, since: datetime) -> set[int]:
    """Everybody who shares such a proposal with somebody, as owner or co-investigator."""
    shared, takes_part = shared_since(user_id, since)
    return {*shared.values_list("owner", flat=True), *takes_part.values_list("user", flat=True)} - {user_id}


def who_left(proposal: Proposal, since: datetime) -> QuerySet[Invitation]:
    """Of who took part in this proposal and left, or in a submitted one of its lead opened after `since`."""
    of_lead = Q(
        proposal__owner_id=proposal.owner_id, proposal__submitted_at__isnull=False, proposal__created_at__gte=since
    )
    left = Invitation.objects.filter(Q(proposal=proposal) | of_lead, state=InvitationState.ENDED)
    return left.exclude(settled_by=None).order_by()


def open_invitations(user: User):
    """The invitations that this person may answer today."""
    return Invitation.objects.filter(
        email=user.email, state=InvitationState.OPEN, valid_until__gte=timezone.localdate()
    ).select_related("proposal__owner", "invited_by")

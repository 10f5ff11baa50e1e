from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from riskassess.accounts.models import User
from riskassess.proposals.models import CoInvestigator, Invitation, InvitationState, Proposal


def with_people(proposals):
    """The given, already scoped proposals with all that a row of a list shows."""
    return proposals.select_related("owner", "unit", "institution").prefetch_related(
        "participations__partner", "coinvestigators"
    )


def authors_with(user_id: int, since: datetime) -> set[int]:
    """Everybody who shares a proposal opened after `since` and submitted with somebody, as owner or co-investigator."""
    written = CoInvestigator.objects.filter(user=user_id).values("proposal")
    shared = Proposal.objects.filter(created_at__gte=since, submitted_at__isnull=False)
    rows = shared.filter(Q(owner=user_id) | Q(pk__in=written)).values_list("owner", "coinvestigators__user")
    return {pk for row in rows for pk in row if pk is not None} - {user_id}


def who_left(proposal: Proposal, since: datetime) -> set[int]:
    """Who took part in this proposal and left, or in a submitted one of its lead opened after `since`."""
    of_lead = Q(
        proposal__owner_id=proposal.owner_id, proposal__submitted_at__isnull=False, proposal__created_at__gte=since
    )
    left = Invitation.objects.filter(Q(proposal=proposal) | of_lead, state=InvitationState.ENDED)
    return set(left.exclude(settled_by=None).values_list("settled_by", flat=True))


def open_invitations(user: User):
    """The invitations that this person may answer today."""
    return Invitation.objects.filter(
        email=user.email, state=InvitationState.OPEN, valid_until__gte=timezone.localdate()
    ).select_related("proposal__owner", "invited_by")

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
    written = CoInvestigator.objects.filter(user=user_id).order_by().values("proposal")
    # By their keys, so that theirs are looked up, and not all of three years.
    theirs = Proposal.objects.filter(owner=user_id).order_by().values("pk").union(written)
    shared = Proposal.objects.filter(pk__in=theirs, created_at__gte=since, submitted_at__isnull=False).order_by()
    return shared, CoInvestigator.objects.filter(proposal__in=shared.values("pk")).order_by()


def authors_with(user_id: int, since: datetime) -> set[int]:
    """Everybody who shares such a proposal with somebody, as owner or co-investigator."""
    shared, takes_part = shared_since(user_id, since)
    return {*shared.values_list("owner", flat=True), *takes_part.values_list("user", flat=True)} - {user_id}


def who_left(proposal: Proposal, since: datetime) -> QuerySet[Invitation]:
    """Of who took part in this proposal and left, or in a submitted one of its lead opened after `since`."""
    of_lead = Proposal.objects.filter(
        owner_id=proposal.owner_id, submitted_at__isnull=False, created_at__gte=since
    ).order_by()
    left = Invitation.objects.filter(
        Q(proposal=proposal) | Q(proposal__in=of_lead.values("pk")), state=InvitationState.ENDED
    )
    return left.exclude(settled_by=None).order_by()


def open_invitations(user: User):
    """The invitations that this person may answer today."""
    return Invitation.objects.filter(
        email=user.email, state=InvitationState.OPEN, valid_until__gte=timezone.localdate()
    ).select_related("proposal__owner", "invited_by")

from riskassess.proposals.models import Proposal


def with_people(proposals):
    """The given, already scoped proposals with all that a row of a list shows."""
    return proposals.select_related("owner", "unit", "institution").prefetch_related(
        "participations__partner", "coinvestigators"
    )


def co_authored_since(user_id: int, other_id: int, since) -> bool:
    """Whether two people share a proposal opened after `since` and submitted, as owner or co-investigator."""
    mine = Proposal.objects.filter(created_at__gte=since, submitted_at__isnull=False)
    both = mine.filter(owner_id=other_id, coinvestigators__user_id=user_id) | mine.filter(
        owner_id=user_id, coinvestigators__user_id=other_id
    )
    shared = mine.filter(coinvestigators__user_id=user_id).filter(coinvestigators__user_id=other_id)
    return both.exists() or shared.exists()

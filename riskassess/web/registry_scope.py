"""Which partners somebody reads of: whom only the drafts of others name is nobody else's business yet."""

from django.db.models import Q, QuerySet

from partners.models import Partner
from riskassess.proposals.models import Participation
from riskassess.reviews.queries import visible_proposals


def partners_open_to(user) -> QuerySet[Partner]:
    """All for staff. A researcher reads of those that stand in ROR, that staff registered, that some submitted proposal
    names, and of their own."""
    if user.has_perm("partners.see_screening"):
        return Partner.objects.all()
    named = Participation.objects.filter(
        Q(proposal__submitted_at__isnull=False) | Q(proposal__in=visible_proposals(user))
    )
    own = Q(registered_by=user) | Q(pk__in=named.values("partner"))
    return Partner.objects.filter(own | ~Q(ror_id="") | Q(registered_by_staff=True))

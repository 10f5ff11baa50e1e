"""What of an earlier proposal could come along into another one, beside its answers."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from riskassess.accounts.models import User
from riskassess.proposals.copying import team_of
from riskassess.proposals.evidence import evidence_to_take
from riskassess.proposals.models import ParticipationContact, Proposal


def with_reusable(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Each with how many people it names at its partners (`named`) and how many files it could give along (`files`)."""
    counted = {
        "named": ParticipationContact.objects.filter(participation__proposal=OuterRef("pk")),
        "files": evidence_to_take().filter(proposal=OuterRef("pk")),
    }
    return proposals.prefetch_related("coinvestigators__user").annotate(
        **{name: Coalesce(Subquery(_count_of(rows)), 0) for name, rows in counted.items()}
    )


def _count_of(rows: QuerySet) -> QuerySet:
    proposal = "participation__proposal" if rows.model is ParticipationContact else "proposal"
    return rows.order_by().values(proposal).annotate(n=Count("pk")).values("n")


def reusable_of(proposal: Proposal, reader: User) -> dict[str, int]:
    """The counts of a proposal read `with_reusable`; `team` are the people who could be asked to write it, too."""
    return {"named": proposal.named, "files": proposal.files, "team": len(team_of(proposal, reader))}

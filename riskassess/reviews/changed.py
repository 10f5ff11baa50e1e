"""Where the lists say something else of a partner than when a proposal was assessed: what an officer has to look at."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from partners.models import FactChange
from riskassess.assessments.models import AssessmentRecord
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.states import UNDER_REVIEW, State

OPEN = (State.SUBMITTED, *UNDER_REVIEW)
CLOSED = (State.APPROVED, State.APPROVED_WITH_CONDITIONS, State.REGISTERED)


@dataclass(frozen=True)
class Changed:
    """A change and the proposals that were assessed before it, open ones and those that stand approved."""

    change: FactChange
    open: tuple[Proposal, ...]
    approved: tuple[Proposal, ...]


def changed_facts(proposals: QuerySet[Proposal]) -> list[Changed]:
    """Changes that nobody has dealt with yet, for these already scoped proposals, the newest first; two queries."""
    changes = list(
        FactChange.objects.filter(handled_at__isnull=True, partner__isnull=False)
        .select_related("partner")
        .order_by("-pk")
    )
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal")).order_by("-version__number", "-pk")
    rows = (
        Participation.objects.filter(
            partner__in={change.partner_id for change in changes},
            proposal__in=proposals.filter(state__in=[*OPEN, *CLOSED]),
        )
        .annotate(assessed_at=Subquery(newest.values("created_at")[:1]))
        .select_related("proposal")
        .order_by("proposal__reference")
    )
    of_partner = defaultdict(list)
    for row in rows:
        of_partner[row.partner_id].append(row)
    found = []
    for change in changes:
        before = [
            row.proposal
            for row in of_partner[change.partner_id]
            if row.assessed_at is not None and row.assessed_at < change.created_at
        ]
        if before:
            still_open = tuple(proposal for proposal in before if proposal.state in OPEN)
            found.append(Changed(change, still_open, tuple(p for p in before if p.state in CLOSED)))
    return found

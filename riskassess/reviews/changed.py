"""Where lists say something else of a partner or of a person named there, or datasets of its country, than when a
proposal was assessed."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

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
    """Changes that nobody has dealt with yet, for these already scoped proposals, the newest first; three queries."""
    changes = list(
        FactChange.objects.filter(handled_at__isnull=True).select_related("partner", "contact").order_by("-pk")
    )
    rows = (
        _assessed(proposals)
        .filter(
            Q(partner__in={change.partner_id for change in changes if change.partner_id})
            | Q(partner__country__in={change.country for change in changes if change.country})
            | Q(contacts__contact__in={change.contact_id for change in changes if change.contact_id})
        )
        .select_related("partner", "proposal")
        .prefetch_related("contacts")
        .distinct()
        .order_by("proposal__reference")
    )
    concerned = defaultdict(list)
    for row in rows:
        concerned["partner", row.partner_id].append(row)
        concerned["country", row.partner.country].append(row)
        for named in row.contacts.all():
            concerned["contact", named.contact_id].append(row)
    found = []
    for change in changes:
        # By id, since two partners of one proposal may be in the country.
        before = {
            row.proposal_id: row.proposal
            for row in concerned[_subject(change)]
            if row.assessed_at is not None and row.assessed_at < change.created_at
        }.values()
        if before:
            still_open = tuple(proposal for proposal in before if proposal.state in OPEN)
            found.append(Changed(change, still_open, tuple(p for p in before if p.state in CLOSED)))
    return found


def keys_of_changed(proposals: QuerySet[Proposal]) -> QuerySet[int]:
    """The keys of `changed_facts`, for whoever only counts them."""
    before = _assessed(proposals).filter(assessed_at__lt=OuterRef("created_at"))
    concerned = (
        Exists(before.filter(partner=OuterRef("partner")))
        | Exists(before.filter(partner__country=OuterRef("country")))
        | Exists(before.filter(contacts__contact=OuterRef("contact")))
    )
    return FactChange.objects.filter(concerned, handled_at__isnull=True).values_list("pk", flat=True)


def _assessed(proposals: QuerySet[Proposal]) -> QuerySet[Participation]:
    """Who takes part in those of them that are filed or approved, with when that was last assessed."""
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal")).order_by("-version__number", "-pk")
    rows = Participation.objects.filter(proposal__in=proposals.filter(state__in=[*OPEN, *CLOSED]))
    return rows.annotate(assessed_at=Subquery(newest.values("created_at")[:1]))


def _subject(change: FactChange) -> tuple[str, int | str]:
    if change.partner_id:
        return "partner", change.partner_id
    return ("contact", change.contact_id) if change.contact_id else ("country", change.country)

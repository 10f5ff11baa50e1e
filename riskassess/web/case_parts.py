"""Parts of the case page beside the assessment: who carries it and why, and what was before with a partner."""

from collections import defaultdict
from functools import partial

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from partners.models import Partner
from riskassess.accounts.models import User
from riskassess.core.prepared import ask
from riskassess.proposals.models import Participation
from riskassess.proposals.states import AFTER_DECISION, State
from riskassess.reviews.models import Case
from riskassess.reviews.queries import scope_key, visible_proposals

MOST_PARTNERS = 12  # of nearly every case
CARRIES = ("officer", "reviewer", "panel")


def carried(case: Case) -> list[dict]:
    """Who carries the case now, and the reason in words that was kept when they were named."""
    rows = [row for row in case.assignments.all() if row.ended_at is None and row.kind in CARRIES]
    return [
        {"name": row.user.name, "kind": row.get_kind_display(), "reason": row.reason, "since": row.created_at}
        for row in sorted(rows, key=lambda row: (CARRIES.index(row.kind), row.pk))
    ]


def earlier_cases(user: User, case: Case, partners: list[Partner]) -> dict[int, str]:
    """For each partner, how its earlier proposals that this reader may see ended; one query."""
    keys = [case.proposal_id, *(partner.pk for partner in partners)]
    most = MOST_PARTNERS + 1 if len(partners) <= MOST_PARTNERS else len(keys)
    rows = ask(scope_key(user), partial(_earlier, user), keys=keys, most=most)
    found = defaultdict(list)
    for row in rows:
        words = _("%(count)d %(state)s") % {"count": row["count"], "state": State(row["proposal__state"]).label}
        found[row["partner"]].append(words)
    return {partner: ", ".join(words) for partner, words in found.items()}


def _earlier(user: User, keys: list[int]) -> QuerySet:
    own, *partners = keys
    # Which of them ended is found first: who may read one is asked of no others.
    ended = Participation.objects.filter(proposal__state__in=[*AFTER_DECISION, State.REGISTERED], partner__in=partners)
    return (
        Participation.objects.filter(
            Exists(visible_proposals(user).filter(pk=OuterRef("proposal"))),
            pk__in=ended.exclude(proposal=own).order_by().values("pk"),
        )
        .order_by()
        .values("partner", "proposal__state")
        .annotate(count=Count("proposal", distinct=True))
    )

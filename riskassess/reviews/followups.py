"""When an approval is asked about: halfway, before it runs out, and at its end."""

from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.proposals.models import Proposal
from riskassess.proposals.states import STANDING, State
from riskassess.reviews.models import Decision, FollowUp

OPENS_DAYS = 30  # so long before its day the mid-term check can be answered


def midterm_day(decision: Decision) -> date | None:
    """Halfway between the decision and the day on which it runs out; none where none is set or nobody asks."""
    if not decision.valid_until or not decision.case.proposal.institution.asks_midway:
        return None
    start = timezone.localtime(decision.decided_at).date()
    return start + (decision.valid_until - start) / 2


def why_not_follow_up(proposal: Proposal, decision: Decision | None, kind: str) -> str:
    """Why the authors cannot give this account now, in a sentence; empty where they can."""
    if decision is None or decision.round != decision.case.round:
        return _("There is no approval that stands, so nothing is asked.")
    if decision.followups.filter(kind=kind).exists():
        return _("You answered this already. The page of the decision shows what you wrote.")
    if kind == FollowUp.Kind.CLOSING:
        return ""
    if proposal.state not in STANDING:
        return _("The approval no longer stands, so nothing is asked halfway.")
    day = midterm_day(decision)
    if day is None:
        return _("Nothing is asked halfway here.")
    if timezone.localdate() < day - timedelta(days=OPENS_DAYS):
        return _("This opens on %(day)s. If something changes before, propose a correction under Messages.") % {
            "day": (day - timedelta(days=OPENS_DAYS)).isoformat()
        }
    return ""


def standing_decisions():
    """The decisions on which an approval rests today."""
    return Decision.objects.filter(
        case__proposal__state__in=[State.APPROVED, State.APPROVED_WITH_CONDITIONS],
        round=F("case__round"),
        valid_until__isnull=False,
    ).select_related("case__proposal__institution", "case__proposal__owner")


def unasked_midway():
    """Those of them for which the mid-term check is not answered yet."""
    asked = standing_decisions().filter(case__proposal__institution__asks_midway=True)
    return asked.exclude(followups__kind=FollowUp.Kind.MIDTERM)

"""The days that matter to one person: what a calendar may show of them is a reference and a need, never content."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.proposals.models import CoInvestigator, Proposal
from riskassess.proposals.states import STANDING, UNDER_REVIEW, State
from riskassess.reviews.followups import midterm_day, unasked_midway
from riskassess.reviews.models import Appeal, Assignment, Case, Condition, Decision, Outcome
from riskassess.reviews.queries import followed, visible_proposals


@dataclass(frozen=True)
class Due:
    key: str  # the same for the same need, however often it is asked
    reference: str
    day: date
    need: str
    page: str  # the route that shows it
    uid: UUID | None = None  # of what the page shows, where it is not the proposal


def dates_of(user: User) -> list[Due]:
    """What waits for this person by a day, in a constant number of queries, the earliest first."""
    visible = visible_proposals(user)
    takes_part = Exists(CoInvestigator.objects.filter(proposal=OuterRef("pk"), user=user))
    own = visible.filter(Q(owner=user) | takes_part)
    found = [
        *_cases(user, visible),
        *_conditions(user, visible, own),
        *_expiries(own),
        *_midterms(own),
        *_appeals(user, visible),
    ]
    return sorted(found, key=lambda due: (due.day, due.reference, due.key))


def _cases(user: User, visible: QuerySet[Proposal]) -> list[Due]:
    on_panel = Assignment.objects.filter(case=OuterRef("pk"), kind="panel", user=user, ended_at__isnull=True)
    carried = Q(officer=user) | Q(reviewer=user) | Exists(on_panel)
    rows = Case.objects.filter(carried, proposal__in=visible, proposal__state__in=[*UNDER_REVIEW, State.SUBMITTED])
    return [
        Due(f"case-{uid}", reference, day, _("a case is due"), "case")
        for uid, reference, day in rows.values_list("uid", "proposal__reference", "due_on")
    ]


def _conditions(user: User, visible: QuerySet[Proposal], own: QuerySet[Proposal]) -> list[Due]:
    rows = Condition.objects.filter(
        decision__case__proposal__state__in=STANDING,
        decision__round=F("decision__case__round"),
        fulfilled_on__isnull=True,
        broken_on__isnull=True,
    ).values_list("uid", "decision__case__proposal__reference", "due_on")
    need = _("a condition falls due")
    authored = rows.filter(decision__case__proposal__in=own)
    carried = rows.filter(decision__case__officer=user, decision__case__proposal__in=visible)
    given = rows.filter(owner=user).exclude(decision__case__proposal__in=own)
    return [
        *(Due(f"condition-{uid}", reference, day, need, "condition", uid) for uid, reference, day in given),
        *(Due(f"condition-{uid}", reference, day, need, "decision") for uid, reference, day in authored),
        *(Due(f"condition-{uid}-case", reference, day, need, "case") for uid, reference, day in carried),
    ]


def _expiries(own: QuerySet[Proposal]) -> list[Due]:
    rows = followed(own.filter(state__in=STANDING)).filter(valid_until__isnull=False)
    return [
        Due(f"expiry-{uid}", reference, day, _("the approval runs out"), "proposal")
        for uid, reference, day in rows.values_list("uid", "reference", "valid_until")
    ]


def _midterms(own: QuerySet[Proposal]) -> list[Due]:
    found = [(row, midterm_day(row)) for row in unasked_midway().filter(case__proposal__in=own)]
    need = _("halfway: did anything change?")
    return [Due(f"midterm-{row.uid}", row.case.proposal.reference, day, need, "decision") for row, day in found if day]


def _appeals(user: User, visible: QuerySet[Proposal]) -> list[Due]:
    heard = Appeal.objects.filter(hearer=user, outcome="", decision__case__proposal__in=visible)
    contestable = (
        Decision.objects.filter(case__proposal__owner=user, case__proposal__in=visible, round=F("case__round"))
        .filter(case__proposal__state__in=[State.APPROVED_WITH_CONDITIONS, State.DECLINED], appeal__isnull=True)
        .exclude(outcome=Outcome.APPROVE)
    )
    return [
        *(
            Due(f"appeal-{uid}", reference, day, _("an appeal waits for your answer"), "appeal_hear")
            for uid, reference, day in heard.values_list("uid", "decision__case__proposal__reference", "due_on")
        ),
        *(
            Due(f"appeal-until-{uid}", reference, day, _("the last day to appeal"), "appeal")
            for uid, reference, day in contestable.values_list("uid", "case__proposal__reference", "appeal_until")
        ),
    ]

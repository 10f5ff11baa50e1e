"""What people say of their own interest before they read a case, and who takes over from them."""

from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.audit.log import story
from riskassess.notices import telling
from riskassess.proposals.states import UNDER_REVIEW, State
from riskassess.reviews import routing
from riskassess.reviews import services as reviews
from riskassess.reviews.hearing import open_appeal
from riskassess.reviews.models import Case, Interest
from riskassess.workflow.common import case_of, escalate_where_stuck, free_officers, lock
from riskassess.workflow.opening import assign_panel


@story()
def declare_none(*, case: Case, actor: User, because: str = "") -> Interest:
    """Nothing stands against it: the case opens to this person for this round."""
    return reviews.declare_none(case=case, actor=actor, because=because)


@story()
def declare_interest(*, case: Case, actor: User, because: str) -> Interest:
    """Something stands against it: the case is hidden from this person at once, and others take over."""
    proposal = case.proposal
    lock(proposal)
    interest = reviews.declare_interest(case=case, actor=actor, because=because)
    case = case_of(proposal)
    case.proposal = proposal
    parts = {kind for kind in ("officer", "reviewer") if getattr(case, f"{kind}_id") == actor.pk}
    was_on_it = reviews.hand_back(case=case, user=actor, reason=_("declared an interest"))
    if was_on_it and proposal.state in {*UNDER_REVIEW, State.SUBMITTED}:
        _pass_on(case, actor, parts)
    elif proposal.state in UNDER_REVIEW:
        escalate_where_stuck(case)
    if waiting := open_appeal(case):
        waiting = reviews.pass_on_appeal(appeal=waiting)
        telling.appeal_filed(
            proposal=proposal,
            people=[waiting.hearer] if waiting.hearer else free_officers(proposal),
            uid=waiting.uid,
        )
    telling.interest_declared(
        proposal=proposal,
        people=[user for user in free_officers(proposal) if user.pk != actor.pk],
        user=actor,
        round_number=case.round,
    )
    return interest


def _pass_on(case: Case, gone: User, parts: set[str]) -> None:
    """Find who takes over by the routing; where nobody is free the case stays escalated."""
    proposal, people, why = case.proposal, {"officer": case.officer, "reviewer": case.reviewer}, ""
    for kind, role in (("officer", Role.OFFICER), ("reviewer", Role.REVIEWER)):
        if kind in parts:
            besides = {user.pk for user in people.values() if user is not None} | {gone.pk}
            people[kind], reason = routing.choose(role, proposal, besides=besides)
            why = why or reason
    if people["officer"] is not None:
        reviews.assign_case(
            case=case,
            actor=None,
            officer=people["officer"],
            reviewer=people["reviewer"],
            reason=_("%(name)s handed the case back; %(why)s") % {"name": gone.name, "why": why or _("panel")},
        )
        case.escalated = ""
        case.save(update_fields=["escalated"])
    for kind in parts:
        if people[kind] is not None:
            telling.case_assigned(proposal=proposal, user=people[kind], round_number=case.round)
    if reviews.needs_panel(case):
        assign_panel(proposal, case, _("%(name)s handed the case back") % {"name": gone.name})
    escalate_where_stuck(case)

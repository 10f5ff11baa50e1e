"""Opening a round of review and finding who carries it."""

from django.utils.translation import gettext as _

from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import catalogue_of
from riskassess.engine.results import Assessment
from riskassess.notices import telling
from riskassess.proposals import services as proposals
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import State
from riskassess.reports import services as reports
from riskassess.reviews import routing
from riskassess.reviews import services as reviews
from riskassess.reviews.models import Case
from riskassess.reviews.rules import conflict_reason
from riskassess.workflow.common import escalate_where_stuck, free_officers


def open_review(
    proposal: Proposal, record: AssessmentRecord, result: Assessment, *, besides: frozenset[int] = frozenset()
) -> Case:
    """Begin a round of review. People in `besides` are given it only where nobody else is free."""
    catalogue = catalogue_of(record.release)
    route = routing.case_route(result)
    due_on = routing.due_date(catalogue, route, calendar_of(proposal.institution))
    case = reviews.open_case(proposal=proposal, route=route, deciders=result.deciders, due_on=due_on)
    proposal.case = case
    reviews.sync_holds(case=case, result=result)
    _assign_by_table(proposal, case, besides)
    escalate_where_stuck(case)
    reports.request_report(proposal=proposal, record=record, kind="assessment", asked_by=proposal.owner)
    people = [case.officer] if case.officer else free_officers(proposal)
    telling.proposal_submitted(proposal=proposal, people=people, number=record.version.number)
    telling.review_opened(proposal=proposal, due_on=case.due_on, round_number=case.round)
    return case


def _assign_by_table(proposal: Proposal, case: Case, besides: frozenset[int]) -> None:
    """The routing table's own choice; where nobody may act, the case is escalated and an officer assigns."""
    officer, why_officer = case.officer, _("carried the case before")
    if officer is None or not officer.is_active or conflict_reason(officer, proposal):
        officer, why_officer = _choose(Role.OFFICER, proposal, besides)
    reviewer = case.reviewer
    if reviewer is None or not reviewer.is_active or conflict_reason(reviewer, proposal):
        reviewer, _why = _choose(Role.REVIEWER, proposal, besides, {officer.pk} if officer else set())
    if officer is None:
        case.escalated = _("No research-security officer without a conflict of interest is free for this case.")
        case.save(update_fields=["escalated"])
        return
    reviews.assign_case(
        case=case,
        actor=None,
        officer=officer,
        reviewer=reviewer,
        reason=why_officer,
        panel=panel_for(proposal, case, officer),
    )
    if proposal.state == State.SUBMITTED:
        proposals.move(proposal=proposal, name="assign", actor=None)
    if reviewer is not None:
        telling.case_assigned(proposal=proposal, user=reviewer, round_number=case.round)


def _choose(role: str, proposal: Proposal, besides: frozenset[int], out: set[int] = frozenset()):
    """Somebody outside `besides` where there is one; never anybody in `out`."""
    found = routing.choose(role, proposal, besides={*besides, *out})
    return found if found[0] else routing.choose(role, proposal, besides=set(out))


def panel_for(proposal: Proposal, case: Case, officer: User | None) -> tuple[User, ...]:
    if case.route != "panel" and not case.panel_called:
        return ()
    members = proposal.institution.panel.filter(is_active=True).order_by("name")
    return tuple(
        user for user in members if (officer is None or user.pk != officer.pk) and not conflict_reason(user, proposal)
    )


def assign_panel(proposal: Proposal, case: Case, reason: str) -> None:
    """Put the panel on the case where its route or two different votes ask for one, and tell its members."""
    members = panel_for(proposal, case, case.officer)
    if not members:
        return
    reviews.assign_case(
        case=case, actor=None, officer=case.officer, reviewer=case.reviewer, reason=reason, panel=members
    )
    for user in members:
        telling.case_assigned(proposal=proposal, user=user, round_number=case.round)

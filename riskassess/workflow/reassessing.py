"""Assessing the same version again with what is known today."""

from django.utils.translation import gettext as _

from riskassess.accounts.calendar import calendar_of
from riskassess.assessments import services as assessments
from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import assessment_of, catalogue_of, latest_record, latest_version
from riskassess.audit.log import story
from riskassess.notices import telling
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import UNDER_REVIEW, State
from riskassess.reviews import routing
from riskassess.reviews import services as reviews
from riskassess.workflow.common import carriers_of, case_of, lock
from riskassess.workflow.comparing import is_being_screened, screen_first, stale_parties_of, waiting_on
from riskassess.workflow.opening import assign_panel


@story()
def reassess(*, proposal: Proposal, trigger: str) -> AssessmentRecord | None:
    """Assess the same version again with today's facts. Whoever a list has changed under is compared first; then there
    is no record yet, and it goes on by itself."""
    before = _record_to_follow(proposal)
    if before is None:
        return None
    waiting = waiting_on(before)
    stale = stale_parties_of(proposal)
    screen_first(stale, waiting=waiting, follow_up="schedule.reassess_screened", ids=(before.pk, trigger))
    return None if is_being_screened(waiting) else _reassess_now(proposal, before, trigger)


@story()
def reassess_screened(*, record: AssessmentRecord, trigger: str) -> AssessmentRecord | None:
    """Go on once nobody is being compared any more, also where that failed; doing it twice does it once."""
    proposal = record.proposal
    before = _record_to_follow(proposal)
    if before is None or before.pk != record.pk or is_being_screened(waiting_on(before)):
        return None
    return _reassess_now(proposal, before, trigger)


def _record_to_follow(proposal: Proposal) -> AssessmentRecord | None:
    """The newest assessment of a proposal that is open, which is locked; none while a newer version has none yet."""
    lock(proposal)
    proposal.refresh_from_db(fields=["state"])
    before = latest_record(proposal)
    if before is None or proposal.state not in {*UNDER_REVIEW, State.SUBMITTED}:
        return None
    return before if before.version_id == latest_version(proposal).pk else None


def _reassess_now(proposal: Proposal, before: AssessmentRecord, trigger: str) -> AssessmentRecord:
    """Route and due date only rise; votes fall on a real change."""
    record = assessments.assess_version(version=before.version, trigger=trigger)
    case = case_of(proposal)
    if case is None:
        return record
    result, catalogue = assessment_of(record), catalogue_of(record.release)
    holds_changed = reviews.sync_holds(case=case, result=result)
    route = routing.higher(case.route, routing.case_route(result), routing.ROUTE_ORDER)
    due_on = case.due_on
    if route != case.route:
        due_on = max(due_on, routing.due_date(catalogue, route, calendar_of(proposal.institution)))
    rerouted = route != case.route or case.deciders != result.deciders
    reviews.update_case(case=case, route=route, deciders=result.deciders, due_on=due_on, reason=trigger)
    if rerouted and case.officer is not None:
        assign_panel(proposal, case, _("the route is now panel"))
    levels = ("inherent_lower", "inherent_upper", "residual_upper")
    if holds_changed or rerouted or any(getattr(before, name) != getattr(record, name) for name in levels):
        reviews.drop_votes(case=case, reason=_("The assessment changed after the vote."))
        telling.reassessed(proposal=proposal, people=carriers_of(case), record_uid=record.uid)
    return record

"""Safeguards proposed and settled."""

from datetime import date

from riskassess.accounts.models import User
from riskassess.assessments import services as assessments
from riskassess.assessments.models import Safeguard, SafeguardState
from riskassess.audit.log import story
from riskassess.proposals.models import Proposal
from riskassess.workflow.common import guard_no_conflict
from riskassess.workflow.reassessing import reassess


@story()
def propose_safeguard(
    *, proposal: Proposal, actor: User, finding: str, mitigation: str, responsible: str = "", due_on: date | None = None
) -> Safeguard:
    """Take up a mitigation; in review the level it would reach is computed anew."""
    safeguard = assessments.propose_safeguard(
        questionnaire=proposal.questionnaire,
        actor=actor,
        finding=finding,
        mitigation=mitigation,
        responsible=responsible,
        due_on=due_on,
    )
    reassess(proposal=proposal, trigger="safeguard")
    return safeguard


@story()
def settle_safeguard(
    *,
    safeguard: Safeguard,
    actor: User,
    state: str,
    responsible: str = "",
    due_on: date | None = None,
    evidence_wanted: str = "",
) -> Safeguard:
    """Agree to a safeguard, or not; an agreed one counts at once and becomes a condition at the decision."""
    guard_no_conflict(actor, safeguard.questionnaire.proposal)
    safeguard = assessments.settle_safeguard(
        safeguard=safeguard,
        actor=actor,
        state=SafeguardState(state),
        responsible=responsible,
        due_on=due_on,
        evidence_wanted=evidence_wanted,
    )
    reassess(proposal=safeguard.questionnaire.proposal, trigger="safeguard")
    return safeguard

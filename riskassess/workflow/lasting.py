"""While an approval lasts: what the authors are asked halfway and at the end, and what an officer makes of it."""

from riskassess.accounts.models import User
from riskassess.audit.log import story
from riskassess.core.errors import Conflict
from riskassess.notices import telling
from riskassess.proposals.models import Proposal
from riskassess.reviews import services as reviews
from riskassess.reviews.followups import why_not_follow_up
from riskassess.reviews.models import FollowUp
from riskassess.reviews.queries import last_decision
from riskassess.workflow.common import case_of, guard_no_conflict, lock, officers_of
from riskassess.workflow.following import close_when_done, reopen


@story()
def follow_up(*, proposal: Proposal, actor: User, kind: str, is_changed: bool, text: str) -> FollowUp:
    """The authors say halfway whether something changed, or at the end what came of the work."""
    lock(proposal)
    case = case_of(proposal)
    decision = last_decision(case) if case else None
    if why := why_not_follow_up(proposal, decision, kind):
        raise Conflict(why)
    account = reviews.follow_up(decision=decision, actor=actor, kind=kind, is_changed=is_changed, text=text)
    telling.follow_up_told(proposal=proposal, people=officers_of(case), account=account)
    return account


@story()
def see_follow_up(*, account: FollowUp, actor: User, answer: str = "", opens_again: bool = False) -> FollowUp:
    """An officer has read it: it is kept, or the case is opened again because of it. Where a closing report was read
    and no condition is open, the proposal closes."""
    proposal = account.decision.case.proposal
    guard_no_conflict(actor, proposal)
    lock(proposal)
    account = reviews.see_follow_up(account=account, actor=actor, answer=answer)
    if opens_again:
        reopen(proposal=proposal, actor=actor, reasons=answer)
        return account
    telling.follow_up_read(proposal=proposal, account=account)
    if account.kind == FollowUp.Kind.CLOSING:
        close_when_done(account.decision, actor)
    return account

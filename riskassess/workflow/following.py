"""What follows a decision: conditions, appeal, opening again, the end."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.assessments import services as assessments
from riskassess.assessments.queries import assessment_of, latest_version
from riskassess.audit.log import story
from riskassess.core.errors import DomainError
from riskassess.notices import telling
from riskassess.proposals import services as proposals
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import STANDING
from riskassess.reviews import routing
from riskassess.reviews import services as reviews
from riskassess.reviews.hearing import took_part
from riskassess.reviews.models import Appeal, Case, Condition
from riskassess.reviews.queries import last_decision
from riskassess.workflow.common import carriers_of, case_of, free_officers, guard_no_conflict, lock, needed
from riskassess.workflow.opening import open_review


@story()
def report_condition(*, condition: Condition, actor: User, evidence: str) -> Condition:
    """The authors say that a condition is done; the case officer looks."""
    condition = reviews.report_condition(condition=condition, actor=actor, evidence=evidence)
    case = condition.decision.case
    people = [user for user in carriers_of(case) if user == case.officer] or free_officers(case.proposal)
    telling.condition_reported(proposal=case.proposal, people=people, condition=condition)
    return condition


@story()
def check_condition(*, condition: Condition, actor: User, accepted: bool, reasons: str = "") -> Condition:
    """An officer's look at what is said to be done: accepted, or sent back with what is missing."""
    guard_no_conflict(actor, condition.decision.case.proposal)
    if accepted:
        condition = reviews.accept_condition(condition=condition, actor=actor)
    else:
        condition = reviews.return_condition(condition=condition, actor=actor, reasons=reasons)
    telling.condition_checked(proposal=condition.decision.case.proposal, condition=condition)
    return condition


@story()
def break_condition(*, condition: Condition, actor: User, reasons: str) -> Case:
    """A condition was not kept: the case is opened again, and its decision is for people to take anew."""
    guard_no_conflict(actor, condition.decision.case.proposal)
    condition = reviews.break_condition(condition=condition, actor=actor, reasons=reasons)
    return reopen(
        proposal=condition.decision.case.proposal,
        actor=actor,
        reasons=_("A condition was not kept: “%(text)s”. %(reasons)s")
        % {"text": condition.text, "reasons": condition.breach},
    )


@story()
def reopen(*, proposal: Proposal, actor: User, reasons: str, besides: frozenset[int] = frozenset()) -> Case:
    """Take a decided or registered proposal into a new round of review, assessed with today's facts. What was decided
    stays on record. People in `besides` carry it only where nobody else is free."""
    guard_no_conflict(actor, proposal)
    reasons = needed(reasons, _("Say why the case is opened again."))
    proposals.move(proposal=proposal, name="reopen", actor=actor, reason=reasons)
    record = assessments.assess_version(version=latest_version(proposal), trigger="reopened")
    if besides:
        _free_of(proposal, besides)
    case = open_review(proposal, record, assessment_of(record))
    telling.case_reopened(proposal=proposal, round_number=case.round)
    return case


def _free_of(proposal: Proposal, besides: frozenset[int]) -> None:
    """Take these people off the case where somebody else may carry it in their place."""
    case = case_of(proposal)
    for field, role in (("officer", Role.OFFICER), ("reviewer", Role.REVIEWER)):
        if getattr(case, f"{field}_id") in besides and routing.choose(role, proposal, besides=set(besides))[0]:
            setattr(case, field, None)
            case.assignments.filter(kind=field, ended_at__isnull=True).update(ended_at=timezone.now())
    case.save(update_fields=["officer", "reviewer"])


@story()
def terminate(*, proposal: Proposal, actor: User, reasons: str) -> Proposal:
    """End an approved or registered collaboration before its time."""
    proposals.move(
        proposal=proposal, name="terminate", actor=actor, reason=needed(reasons, _("Say why the work ends."))
    )
    case = case_of(proposal)
    people = [user for user in (carriers_of(case) if case else free_officers(proposal)) if user.pk != actor.pk]
    telling.proposal_terminated(proposal=proposal, people=people, revision=proposal.revision)
    return proposal


@story()
def close(*, case: Case, actor: User, reasons: str) -> Proposal:
    """Close what came to its end. Not while a condition is open."""
    guard_no_conflict(actor, case.proposal)
    if Condition.objects.filter(decision__case=case, decision__round=case.round, fulfilled_on__isnull=True).exists():
        raise DomainError(_("A condition is still open. Accept it first, or record that it was not kept."))
    proposals.move(proposal=case.proposal, name="close", actor=actor, reason=reasons.strip())
    return case.proposal


@story()
def expire(*, proposal: Proposal, on: date) -> Proposal | None:
    """Note that an approval has run out by this day; once it did, doing it again does nothing."""
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    decision = last_decision(case_of(proposal))
    if proposal.state not in STANDING or decision is None or not decision.valid_until or decision.valid_until >= on:
        return None
    proposals.move(proposal=proposal, name="expire", actor=None)
    telling.approval_expired(proposal=proposal, revision=proposal.revision)
    return proposal


@story()
def tell_due(*, condition: Condition, days: int) -> None:
    """Remind the authors of a condition, and the officer once its day has passed; once for each distance."""
    case = condition.decision.case
    telling.condition_due(proposal=case.proposal, condition=condition, days=days)
    if days < 0:
        telling.condition_late(proposal=case.proposal, people=carriers_of(case), condition=condition, days=days)


@story()
def appeal(*, case: Case, actor: User, reasons: str) -> Appeal:
    """Contest the last decision. Other people read it."""
    proposal = case.proposal
    if proposal.owner_id != actor.pk:
        raise DomainError(_("Only the lead researcher can appeal."))
    lock(proposal)
    filed = reviews.file_appeal(case=case, decision=last_decision(case), actor=actor, reasons=reasons)
    people = [filed.hearer] if filed.hearer else free_officers(proposal)
    telling.appeal_filed(proposal=proposal, people=people, uid=filed.uid)
    return filed


@story()
def settle_appeal(*, appeal: Appeal, actor: User, upheld: bool, answer: str) -> Appeal:
    """Answer an appeal. Where it is upheld the case is opened again, with other people where there are some."""
    case = appeal.decision.case
    lock(case.proposal)
    settled = reviews.settle_appeal(appeal=appeal, actor=actor, upheld=upheld, answer=answer)
    if upheld:
        reasons = _("The appeal was upheld: %(answer)s") % {"answer": settled.answer}
        reopen(proposal=case.proposal, actor=actor, reasons=reasons, besides=frozenset(took_part(case)))
    telling.appeal_settled(proposal=case.proposal, uid=settled.uid)
    return settled

"""What follows a decision: conditions, appeal, opening again, the end."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.accounts.roles import Role
from riskassess.assessments import services as assessments
from riskassess.assessments.queries import assessment_of, latest_version
from riskassess.audit.log import record as record_event
from riskassess.audit.log import story
from riskassess.core.errors import DomainError
from riskassess.files.checking import CheckedFile
from riskassess.files.services import written_whole
from riskassess.notices import telling
from riskassess.proposals import services as proposals
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import MOVES, STANDING
from riskassess.reviews import routing
from riskassess.reviews import services as reviews
from riskassess.reviews.hearing import took_part
from riskassess.reviews.models import Appeal, Case, Condition, ConditionFile, Decision, FollowUp
from riskassess.reviews.queries import last_decision
from riskassess.workflow.common import carriers_of, case_of, free_officers, guard_no_conflict, lock, needed, officers_of
from riskassess.workflow.opening import open_review


@story()
def name_condition_owner(*, condition: Condition, actor: User, owner: User) -> Condition:
    """The lead researcher or an officer says who sees to a condition; it may be somebody outside the proposal."""
    proposal = condition.decision.case.proposal
    if proposal.owner_id != actor.pk:
        guard_no_conflict(actor, proposal)
    before = condition.owner_id
    condition = reviews.name_owner(condition=condition, actor=actor, owner=owner)
    if owner.pk not in {before, actor.pk}:
        telling.condition_given(proposal=proposal, condition=condition)
    return condition


@written_whole()
@story()
def report_condition(*, condition: Condition, actor: User, evidence: str, file: CheckedFile | None = None) -> Condition:
    """Whoever sees to a condition, or an author, says that it is done; the case officer looks."""
    condition = reviews.report_condition(condition=condition, actor=actor, evidence=evidence, file=file)
    case = condition.decision.case
    people = officers_of(case)
    telling.condition_reported(proposal=case.proposal, people=people, condition=condition)
    return condition


@story()
def propose_condition(*, condition: Condition, actor: User, advice: str) -> Condition:
    """The reviewer of the case proposes to close a condition; the officer is told, and closes."""
    case = condition.decision.case
    guard_no_conflict(actor, case.proposal)
    if case.reviewer_id != actor.pk:
        raise DomainError(_("The reviewer of the case proposes this."))
    condition = reviews.propose_condition(condition=condition, actor=actor, advice=advice)
    people = officers_of(case)
    telling.condition_proposed(proposal=case.proposal, people=people, condition=condition)
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
    if accepted:
        close_when_done(condition.decision, actor)
    return condition


@story()
def tell_condition_file_refused(*, row: ConditionFile) -> None:
    """The virus scanner found something in a file of a condition: its bytes are gone; who attached it learns of it."""
    record_event(
        "condition.file_refused",
        subject=row.condition,
        actor_id=None,
        role="system",
        reference=row.condition.decision.case.proposal.reference,
        after={"sha256": row.file.sha256},
    )
    telling.condition_file_refused(row=row)


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
    case = open_review(proposal, record, assessment_of(record), besides=besides)
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


def close_when_done(decision: Decision, actor: User) -> None:
    """Once its closing report was read, a proposal closes with its last condition."""
    reports = decision.followups.filter(kind=FollowUp.Kind.CLOSING, seen_at__isnull=False)
    if reports.exists() and not decision.conditions.filter(fulfilled_on__isnull=True).exists():
        reasons = _("The closing report was read and every condition is done.")
        close(case=decision.case, actor=actor, reasons=reasons)


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
    """Answer an appeal. Where it is upheld the case is opened again, with other people where there are some; not where
    it was opened meanwhile, or the work has ended."""
    case = appeal.decision.case
    lock(case.proposal)
    settled = reviews.settle_appeal(appeal=appeal, actor=actor, upheld=upheld, answer=answer)
    proposal = Proposal.objects.get(pk=case.proposal_id)
    if upheld and proposal.state in MOVES["reopen"].sources and appeal.decision.round == case.round:
        reasons = _("The appeal was upheld: %(answer)s") % {"answer": settled.answer}
        again = reopen(proposal=proposal, actor=actor, reasons=reasons, besides=frozenset(took_part(case)))
        settled = reviews.link_round(appeal=settled, round_number=again.round)
    telling.appeal_settled(proposal=case.proposal, uid=settled.uid)
    return settled

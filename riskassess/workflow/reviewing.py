"""The review of a case: who carries it, advice, votes, flags and holds."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.audit.log import record as record_event
from riskassess.audit.log import story
from riskassess.audit.models import Event
from riskassess.core.errors import DomainError
from riskassess.files.checking import CheckedFile
from riskassess.files.services import written_whole
from riskassess.notices import telling
from riskassess.proposals import services as proposals
from riskassess.proposals import threads
from riskassess.proposals.models import Proposal, Thread
from riskassess.proposals.services import role_in
from riskassess.proposals.states import UNDER_REVIEW, State
from riskassess.reports import services as reports
from riskassess.reviews import services as reviews
from riskassess.reviews.eligibility import FEWEST_PANEL_MEMBERS, panel_members, why_not_recommend, why_not_vote
from riskassess.reviews.inbox import with_turns
from riskassess.reviews.models import Case, Hold, Outcome, Recommendation, Vote
from riskassess.reviews.rules import without_conflict
from riskassess.workflow.common import (
    carriers_of,
    escalate_where_stuck,
    free_officers,
    guard_lists,
    guard_no_conflict,
    guard_open,
    lock,
    needed,
    next_voters,
    record_shown,
    set_clock,
)
from riskassess.workflow.opening import assign_panel, panel_for
from riskassess.workflow.threads import resolve_flags, tell_first

STATE_AFTER = {
    Outcome.APPROVE: State.APPROVED,
    Outcome.CONDITIONS: State.APPROVED_WITH_CONDITIONS,
    Outcome.PART: State.APPROVED_WITH_CONDITIONS,
    Outcome.DECLINE: State.DECLINED,
}


@story()
def assign(*, case: Case, actor: User, officer: User, reviewer: User | None, reason: str = "") -> Case:
    """An officer's own choice of who carries the case, which goes before what the routing table chose."""
    proposal = case.proposal
    lock(proposal)
    guard_open(case)
    guard_no_conflict(actor, proposal)
    chosen = _("chosen by %(name)s") % {"name": actor.name}
    reviews.assign_case(
        case=case,
        actor=actor,
        officer=officer,
        reviewer=reviewer,
        reason=chosen + (f": {reason.strip()}" if reason.strip() else ""),
        panel=panel_for(proposal, case, officer),
    )
    if case.escalated:
        case.escalated = ""
        case.save(update_fields=["escalated"])
    escalate_where_stuck(case)
    if proposal.state == State.SUBMITTED:
        proposals.move(proposal=proposal, name="assign", actor=actor)
    for user in filter(None, (officer, reviewer)):
        if user.pk != actor.pk:
            telling.case_assigned(proposal=proposal, user=user, round_number=case.round)
    return case


@story()
def remind(*, case: Case, actor: User) -> list[User]:
    """Tell those whom an open case waits for that it does, once a day at most; says who was told."""
    proposal, today = case.proposal, timezone.localdate()
    lock(proposal)
    if proposal.state != State.CHANGES_REQUESTED:
        guard_open(case)
    guard_no_conflict(actor, proposal)
    begun = timezone.make_aware(datetime.combine(today, time.min))
    if Event.objects.filter(verb="case.reminded", reference=proposal.reference, at__gte=begun).exists():
        raise DomainError(_("Those it waits for were reminded today already."))
    people = [user for user in awaited(case, actor) if user.pk != actor.pk]
    if not people:
        raise DomainError(_("It waits for you, and nobody else."))
    telling.case_waits(proposal=proposal, people=people, day=today)
    record_event(
        "case.reminded",
        subject=case,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after={"people": [user.pk for user in people]},
    )
    return people


def awaited(case: Case, reader: User) -> list[User]:
    """The people whom an open case waits for now."""
    waits_for = with_turns(Case.objects.filter(pk=case.pk), reader).values_list("waits_for", flat=True).get()
    if waits_for == "researcher":
        return [case.proposal.owner]
    if waits_for == "reviewer":
        return [case.reviewer]
    if waits_for == "approver":
        return next_voters(case)
    if waits_for == "panel" and case.panel_called:
        return [user for user in panel_members(case) if not why_not_vote(case, user)]
    if waits_for == "panel":
        return [user for user in panel_members(case) if not why_not_recommend(case, user)]
    return [case.officer] if case.officer else free_officers(case.proposal)


@story()
def recommend(*, case: Case, actor: User, outcome: str, reasons: str, record_uid: str) -> Recommendation:
    lock(case.proposal)
    record = record_shown(case.proposal, record_uid)
    recommendation = reviews.recommend(case=case, actor=actor, outcome=outcome, reasons=reasons, record=record)
    escalate_where_stuck(case)
    telling.recommendation_made(
        proposal=case.proposal, people=next_voters(case), round_number=case.round, uid=recommendation.uid
    )
    return recommendation


@story()
def decide(
    *,
    case: Case,
    actor: User,
    record_uid: str,
    outcome: str,
    reasons: str = "",
    source: str = "",
    why_safeguards_fail: str = "",
    scope: list[str] | None = None,
    conditions: list[dict] | None = None,
    lists_shown: str = "",
) -> Vote:
    """Cast the vote that is due on exactly the assessment and the list editions that were shown; the last one moves
    the proposal."""
    proposal = case.proposal
    lock(proposal)
    record = record_shown(proposal, record_uid)
    guard_lists(lists_shown)
    vote, decision = reviews.cast_vote(
        case=case,
        actor=actor,
        record=record,
        outcome=outcome,
        reasons=reasons,
        source=source,
        why_safeguards_fail=why_safeguards_fail,
        scope=scope,
        conditions=conditions,
    )
    case.refresh_from_db()
    if decision is None:
        if case.panel_called and not case.assignments.filter(kind="panel", ended_at__isnull=True).exists():
            assign_panel(proposal, case, _("two different votes"))
            if len(panel_members(case)) < FEWEST_PANEL_MEMBERS:
                case.escalated = _("Two different votes, and the panel has fewer than three members who may act.")
                case.save(update_fields=["escalated"])
        telling.vote_awaited(proposal=proposal, people=next_voters(case), uid=vote.uid)
        return vote
    proposals.move(proposal=proposal, name="decide", actor=actor, to=STATE_AFTER[Outcome(decision.outcome)])
    resolve_flags(proposal, actor)
    set_clock(proposal, actor)
    reports.request_report(
        proposal=proposal, record=record, kind="decision", decision=decision, asked_by=proposal.owner
    )
    telling.decision_made(proposal=proposal, uid=decision.uid)
    return vote


@story()
def request_changes(*, case: Case, actor: User, reasons: str) -> Proposal:
    """Send the proposal back with what is asked; the clock stops."""
    proposal = case.proposal
    guard_no_conflict(actor, proposal)
    proposals.move(
        proposal=proposal, name="request_changes", actor=actor, reason=needed(reasons, _("Say what you ask for."))
    )
    resolve_flags(proposal, actor)
    set_clock(proposal, actor)
    telling.changes_requested(proposal=proposal, revision=proposal.revision)
    return proposal


@story()
def flag(*, case: Case, actor: User, reasons: str, told: str) -> Proposal:
    """Mark the case for a closer look. `reasons` are internal; `told` is what the authors read and may reply to."""
    proposal = case.proposal
    guard_no_conflict(actor, proposal)
    proposals.move(
        proposal=proposal, name="flag", actor=actor, reason=needed(reasons, _("Say what needs a closer look."))
    )
    days = proposal.institution.reply_working_days
    thread = threads.open_thread(
        proposal=proposal,
        actor=actor,
        kind=Thread.Kind.FLAG,
        text=threads.read_text(told, field="told", empty=_("Say what the authors are told, and may reply to.")),
        reply_until=calendar_of(proposal.institution).add(timezone.localdate(), days),
    )
    tell_first(thread)
    people = [user for user in carriers_of(case) if user.pk != actor.pk]
    telling.proposal_flagged(proposal=proposal, people=people, revision=proposal.revision)
    return proposal


@story()
def unflag(*, case: Case, actor: User, reasons: str) -> Proposal:
    """Take the case back into the ordinary review, with what was found."""
    guard_no_conflict(actor, case.proposal)
    resolve_flags(case.proposal, actor)
    return proposals.move(
        proposal=case.proposal, name="unflag", actor=actor, reason=needed(reasons, _("Say what was found."))
    )


@written_whole()
@story()
def lift_hold(
    *,
    hold: Hold,
    actor: User,
    authority: str,
    number: str,
    evidence: str = "",
    file: CheckedFile | None = None,
    valid_until: date | None = None,
) -> Hold:
    """First half of lifting a legal hold, on the authority's evidence."""
    guard_open(hold.case)
    hold = reviews.lift_hold(
        hold=hold,
        actor=actor,
        authority=authority,
        number=number,
        evidence=evidence,
        file=file,
        valid_until=valid_until,
    )
    proposal = hold.case.proposal
    others = {
        u.pk: u for u in (*holders(Role.OFFICER, unit=proposal.unit), *holders(Role.APPROVER, unit=proposal.unit))
    }
    others.pop(actor.pk, None)
    telling.hold_lift_proposed(
        proposal=proposal,
        people=without_conflict(others.values(), proposal),
        uid=hold.uid,
        revision=proposal.revision,
    )
    return hold


@story()
def confirm_hold_lift(*, hold: Hold, actor: User) -> Hold:
    """Second half, by another person. The score does not change."""
    guard_open(hold.case)
    return reviews.confirm_hold_lift(hold=hold, actor=actor)


@story()
def end_hold_lift(*, hold: Hold, on: date) -> bool:
    """An authorisation ran out: the hold stands again, votes cast without it fall, and people are told."""
    proposal, case = hold.case.proposal, hold.case
    lock(proposal)
    if not reviews.end_hold_lift(hold=hold, today=on):
        return False
    if proposal.state in UNDER_REVIEW:
        reviews.drop_votes(case=case, reason=_("A legal hold stands again."))
    telling.hold_stands_again(proposal=proposal, people=carriers_of(case), uid=hold.uid, day=hold.valid_until)
    return True

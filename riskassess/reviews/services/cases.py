from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.calendar import Calendar, calendar_of
from riskassess.accounts.models import User
from riskassess.accounts.queries import with_roles_now
from riskassess.accounts.roles import Role
from riskassess.assessments.models import AssessmentRecord
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import role_in
from riskassess.proposals.states import UNDER_REVIEW
from riskassess.reviews.eligibility import why_not_declared, why_not_recommend
from riskassess.reviews.models import Assignment, Case, Note, Outcome, Recommendation, Route
from riskassess.reviews.rules import conflict_reason


@transaction.atomic
def open_case(*, proposal: Proposal, route: str, deciders: str, due_on: date, escalated: str = "") -> Case:
    """Open the proposal's case, or its next round with a clean sheet of votes and recommendations."""
    case = Case.objects.select_for_update().filter(proposal=proposal).first()
    values = {
        "route": route,
        "deciders": deciders,
        "due_on": due_on,
        "started_on": (today := timezone.localdate()),
        "promised_days": calendar_of(proposal.institution).count(today, due_on),
        "escalated": escalated,
        "panel_called": False,
        "closed_at": None,
        "paused_on": None,
        "delay_told_on": None,
    }
    if case is None:
        case = Case.objects.create(proposal=proposal, opened_at=timezone.now(), **values)
    else:
        for name, value in values.items():
            setattr(case, name, value)
        case.round += 1
        case.save(update_fields=[*values, "round"])
    record_event(
        "case.opened",
        subject=case,
        actor_id=None,
        role="system",
        reference=proposal.reference,
        after={"round": case.round, "route": route, "deciders": deciders, "due_on": due_on.isoformat()},
    )
    return case


@transaction.atomic
def update_case(*, case: Case, route: str, deciders: str, due_on: date, reason: str) -> Case:
    """Write a route, deciders and due date that a new assessment asks for."""
    before = {"route": case.route, "deciders": case.deciders, "due_on": case.due_on.isoformat()}
    after = {"route": str(route), "deciders": str(deciders), "due_on": due_on.isoformat()}
    if before != after:
        if due_on != case.due_on:
            case.promised_days = calendar_of(case.proposal.institution).count(case.started_on, due_on)
        case.route, case.deciders, case.due_on = route, deciders, due_on
        case.save(update_fields=["route", "deciders", "due_on", "promised_days"])
        record_event(
            "case.rerouted",
            subject=case,
            actor_id=None,
            role="system",
            reference=case.proposal.reference,
            before=before,
            after={**after, "reason": reason},
        )
    return case


@transaction.atomic
def recount_due(*, case: Case, calendar: Calendar, reason: str) -> bool:
    """Move the day an open case is due to where the calendar has it now: the days promised stay as many."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    due_on = calendar.add(case.started_on, case.promised_days)
    if case.closed_at or not case.promised_days or due_on == case.due_on:
        return False
    before, case.due_on = case.due_on, due_on
    case.save(update_fields=["due_on"])
    record_event(
        "case.due_moved",
        subject=case,
        actor_id=None,
        role="system",
        reference=case.proposal.reference,
        before={"due_on": before.isoformat()},
        after={"due_on": due_on.isoformat(), "reason": reason},
    )
    return True


@transaction.atomic
def assign_case(
    *,
    case: Case,
    actor: User | None,
    officer: User | None,
    reviewer: User | None,
    reason: str,
    panel: tuple[User, ...] = (),
) -> Case:
    """Say who carries the case. People with a conflict of interest, or without the role, are refused."""
    for user, role, field in ((officer, Role.OFFICER, "officer"), (reviewer, Role.REVIEWER, "reviewer")):
        if user is None:
            continue
        if not user.has_role(role):
            raise DomainError(_("%(name)s does not hold that role now.") % {"name": user.name}, field=field)
        if conflict_reason(user, case.proposal):
            raise DomainError(
                _("%(name)s has a conflict of interest here. Choose somebody else.") % {"name": user.name}, field=field
            )
    before = {"officer": case.officer_id, "reviewer": case.reviewer_id}
    now = timezone.now()
    for kind, user in (("officer", officer), ("reviewer", reviewer)):
        if before[kind] == (user.pk if user else None):
            continue
        case.assignments.filter(kind=kind, ended_at__isnull=True).update(ended_at=now)
        if user is not None:
            Assignment.objects.create(case=case, kind=kind, user=user, assigned_by=actor, reason=reason[:300])
    for user in panel:
        if not case.assignments.filter(kind="panel", user=user, ended_at__isnull=True).exists():
            Assignment.objects.create(case=case, kind="panel", user=user, assigned_by=actor, reason=reason[:300])
    case.officer, case.reviewer = officer, reviewer
    case.save(update_fields=["officer", "reviewer"])
    record_event(
        "case.assigned",
        subject=case,
        actor_id=actor.pk if actor else None,
        role=actor.role_now if actor else "system",
        actor_name=actor.name if actor else "",
        reference=case.proposal.reference,
        before=before,
        after={
            "officer": officer.pk if officer else None,
            "reviewer": reviewer.pk if reviewer else None,
            "panel": [user.pk for user in panel],
            "reason": reason,
        },
    )
    return case


@transaction.atomic
def hand_back(*, case: Case, user: User, reason: str) -> bool:
    """Take somebody off the case who may no longer act on it. Their vote of this round falls; says whether they were on
    it."""
    ended = case.assignments.filter(user=user, ended_at__isnull=True).update(ended_at=timezone.now())
    if not ended:
        return False
    parts = [kind for kind in ("officer", "reviewer") if getattr(case, f"{kind}_id") == user.pk]
    for kind in parts:
        setattr(case, kind, None)
    case.escalated = _("%(name)s handed the case back because of a conflict of interest. Choose who takes it on.") % {
        "name": user.name
    }
    case.save(update_fields=[*parts, "escalated"])
    if case.closed_at is None:  # what was decided stays as it was decided
        case.votes.filter(round=case.round, fallen="", by=user).update(fallen=_("A conflict of interest came up."))
    record_event(
        "case.handed_back",
        subject=case,
        actor_id=None,
        role="system",
        reference=case.proposal.reference,
        before=dict.fromkeys(parts or ["panel"], user.pk),
        after={"reason": reason, **dict.fromkeys(parts)},
    )
    return True


@transaction.atomic
def recommend(*, case: Case, actor: User, outcome: str, reasons: str, record: AssessmentRecord) -> Recommendation:
    """A reviewer's, officer's or panel member's advice on this round; whoever gives it does not decide."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    actor = with_roles_now(actor)
    if case.proposal.state not in UNDER_REVIEW:
        raise Conflict(_("This case is not in review now."))
    if not actor.has_role(Role.REVIEWER, Role.OFFICER, Role.APPROVER):
        raise DomainError(_("You no longer hold a role in which you recommend."))
    if not reasons.strip():
        raise DomainError(_("Say in a sentence or two why you recommend this."), field="reasons")
    if outcome not in Outcome.values:
        raise DomainError(_("Choose one of the four outcomes."), field="outcome")
    if reason := why_not_recommend(case, actor) or why_not_declared(case, actor):
        raise DomainError(reason)
    recommendation = Recommendation.objects.create(
        case=case,
        round=case.round,
        version=record.version,
        by=actor,
        role=role_in(actor, case.proposal),
        outcome=outcome,
        reasons=reasons.strip(),
    )
    record_event(
        "case.recommended",
        subject=recommendation,
        actor_id=actor.pk,
        role=recommendation.role,
        actor_name=actor.name,
        reference=case.proposal.reference,
        after={"outcome": str(outcome), "reasons": recommendation.reasons, "version": record.version.number},
    )
    return recommendation


@transaction.atomic
def add_note(*, case: Case, actor: User, text: str, opened: UUID | None = None) -> Note:
    """Keep an internal note; no page, mail or report of the researcher ever reads it.

    `opened` names the form it was written in: sent twice, it is kept once.
    """
    if not text.strip():
        raise DomainError(_("Write the note first."), field="text")
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    if opened and (present := Note.objects.filter(author=actor, opened=opened).first()):
        return present
    note = Note.objects.create(case=case, author=actor, text=text.strip(), opened=opened)
    record_event(
        "note.added",
        subject=note,
        actor_id=actor.pk,
        role=role_in(actor, case.proposal),
        actor_name=actor.name,
        reference=case.proposal.reference,
    )
    return note


def needs_panel(case: Case) -> bool:
    return case.route == Route.PANEL or case.panel_called

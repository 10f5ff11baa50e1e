from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from riskassess.accounts.models import Mandate, User
from riskassess.accounts.queries import the_institution, with_children
from riskassess.accounts.roles import Role
from riskassess.assessments.models import AssessmentRecord, Determination, ProposalVersion
from riskassess.audit.queries import start_of
from riskassess.core.reading import kept
from riskassess.jobs.models import Job
from riskassess.jobs.models import State as JobState
from riskassess.proposals.models import CoInvestigator, Invitation, InvitationState, ParticipationContact, Proposal
from riskassess.proposals.states import AFTER_DECISION, STANDING, UNDER_REVIEW, State
from riskassess.reviews.models import (
    Assignment,
    Case,
    Condition,
    Deciders,
    Decision,
    GuestSeat,
    Hold,
    Interest,
    Recommendation,
    Vote,
)
from riskassess.reviews.rules import together_since

REVIEWING = (Role.OFFICER, Role.REVIEWER, Role.APPROVER, Role.AUDITOR)


def visible_proposals(user: User):
    """The one scope of case content: every page, list, count and file goes through it. Administrators see none.

    Whoever reviews comes in once they said that nothing stands against it, in each round anew; nobody in conflict does.
    """
    if not user.is_authenticated or not user.is_active:
        return Proposal.objects.none()
    own, staff = _own(user), _at_work(user)
    if staff is None:
        return Proposal.objects.filter(own)
    declared = Interest.objects.filter(
        case__proposal=OuterRef("pk"), round=F("case__round"), user=user, answer=Interest.Answer.NONE
    )
    seen = ~in_conflict(user)
    if not user.has_role(Role.AUDITOR):
        seen &= Q(case__isnull=True) | Exists(declared)
    return Proposal.objects.filter(own | (staff & seen))


def listed_proposals(user: User):
    """What somebody may know of, also where they did not declare yet: of those, reference, unit, level and due date
    alone."""
    if not user.is_authenticated or not user.is_active:
        return Proposal.objects.none()
    own, staff = _own(user), _at_work(user)
    return Proposal.objects.filter(own if staff is None else own | (staff & ~in_conflict(user)))


def scope_key(user: User) -> tuple:
    """All that `visible_proposals` and `listed_proposals` read of this person, for questions that are put together
    once."""
    if writes_alone(user):
        return (user.pk, user.is_active)
    institution = the_institution()
    units = user.units_with(Role.APPROVER)
    return (
        *(user.pk, user.is_active, user.is_superuser, user.supervisor_id, user.orcid, frozenset(user.held)),
        frozenset() if None in units else frozenset(with_children(units)) if units else frozenset(),
        tuple((m.pk, m.submitted_from, m.submitted_until, frozenset(unit_scope(m))) for m in user.mandates_now),
        *((institution.pk, together_since(institution)) if institution else ()),
    )


def writes_alone(user: User) -> bool:
    """Whether all that somebody sees of proposals is what they write themselves."""
    return not user.is_superuser and not user.has_role(*REVIEWING)


def unit_scope(mandate: Mandate) -> set[int]:
    return with_children([mandate.unit_id]) if mandate.unit_id else set()


def _own(user: User) -> Q:
    return Q(owner=user) | Exists(CoInvestigator.objects.filter(proposal=OuterRef("pk"), user=user))


def _at_work(user: User) -> Q | None:
    """What the roles and assignments of this person reach; none for whoever has neither."""
    if user.is_superuser:
        return Q(pk__isnull=False)
    submitted = ~Q(state=State.DRAFT)
    if user.has_role(Role.OFFICER):
        return submitted
    if user.has_role(Role.AUDITOR):
        scopes = [within(mandate) for mandate in user.mandates_now]
        return submitted & reduce(or_, scopes) if scopes else None
    if not user.has_role(Role.REVIEWER, Role.APPROVER):
        return None
    assigned = Assignment.objects.filter(case__proposal=OuterRef("pk"), user=user, ended_at__isnull=True, until=None)
    scope = submitted & Exists(assigned)
    if units := user.units_with(Role.APPROVER):
        at_stage = _at_decision_stage()
        if None not in units:
            at_stage &= Q(unit__in=with_children(units))
        scope |= at_stage
        scope |= submitted & Q(institution__top_approver=user) & Q(case__escalated__gt="")
    return scope


def open_seats():
    """The seats of experts from outside that are open today: in time, not ended, of a case that is in review."""
    return GuestSeat.objects.filter(
        assignment__ended_at__isnull=True,
        assignment__until__gte=timezone.localdate(),
        assignment__user__is_active=True,
        assignment__user__is_guest=True,
        assignment__case__proposal__state__in=UNDER_REVIEW,
    ).select_related("assignment__user", "assignment__case__proposal__institution", "assignment__case__proposal__owner")


def in_conflict(user: User) -> Q:
    """The proposals that `rules.conflict_reason` finds something against, for this person, without one query more."""
    institution = the_institution()
    if institution is None:
        return Q(pk__isnull=True)
    takes_part = CoInvestigator.objects.filter(user=user)
    left = Invitation.objects.filter(settled_by=user, state=InvitationState.ENDED)
    # By their keys, so that this person's few are looked up, and not all of three years.
    theirs = Proposal.objects.filter(owner=user).order_by().values("pk")
    theirs = theirs.union(takes_part.order_by().values("proposal"), left.order_by().values("proposal"))
    joint = Proposal.objects.filter(
        pk__in=theirs, created_at__gte=together_since(institution), submitted_at__isnull=False
    )
    with_them = CoInvestigator.objects.filter(proposal__in=joint.values("pk"), user=OuterRef("owner"))
    was_here = left.filter(proposal=OuterRef("pk"))
    said_yes = Interest.objects.filter(case__proposal=OuterRef("pk"), user=user, answer=Interest.Answer.YES)
    found = _own(user) | Q(owner__supervisor=user) | Q(owner__in=joint.values("owner")) | Exists(with_them)
    found |= Exists(was_here) | Exists(said_yes)
    if user.supervisor_id:
        found |= Q(owner=user.supervisor_id)
    if user.orcid:
        named = ParticipationContact.objects.filter(participation__proposal=OuterRef("pk"), contact__orcid=user.orcid)
        found |= Exists(named)
    return found


def within(mandate: Mandate) -> Q:
    """The proposals that a mandate is about: of its unit and those below, submitted within its period."""
    scope = Q(pk__isnull=False)
    if mandate.unit_id:
        scope &= Q(unit__in=unit_scope(mandate))
    if mandate.submitted_from:
        scope &= Q(submitted_at__gte=start_of(mandate.submitted_from))
    if mandate.submitted_until:
        scope &= Q(submitted_at__lt=start_of(mandate.submitted_until + timedelta(days=1)))
    return scope


def carried_by(people) -> QuerySet[Case]:
    """The cases that are not over in which one of these people is officer, reviewer or member of the panel."""
    named = Assignment.objects.filter(case=OuterRef("pk"), user__in=people, ended_at__isnull=True)
    return Case.objects.filter(
        Exists(named), proposal__state__in=[*UNDER_REVIEW, State.SUBMITTED, State.CHANGES_REQUESTED]
    ).order_by("pk")


def stuck_submissions(proposals) -> dict[int, Job]:
    """Of these, the submitted ones whose assessment has failed for good, by their key, each with its failed job."""
    failed = Job.objects.filter(task="schedule.assess_submitted", state=JobState.FAILED).order_by("pk")
    jobs = {job.ids[1]: job for job in failed}
    assessed = AssessmentRecord.objects.filter(version=OuterRef("newest"))
    newest = ProposalVersion.objects.filter(proposal=OuterRef("pk")).order_by("-number")
    stuck = (
        proposals.filter(pk__in=jobs, state=State.SUBMITTED)
        .annotate(newest=Subquery(newest.values("pk")[:1]))
        .filter(~Exists(assessed))
    )
    return {pk: jobs[pk] for pk in stuck.values_list("pk", flat=True)}


def drawn_percent() -> Decimal:
    """Of a hundred registrations so many are read afterwards: what the institution leaves of its fast-track share, or
    what the installation is set to."""
    institution = the_institution()
    if institution is None or institution.fast_track_share is None:
        return settings.DRAW_PERCENT
    return Decimal(100 - institution.fast_track_share)


def undrawn_registrations() -> QuerySet[Proposal]:
    """Registrations for which it is not settled yet whether they are read afterwards, the oldest first."""
    return Proposal.objects.filter(state=State.REGISTERED, case__isnull=True, draw__isnull=True).order_by("pk")


def followed(proposals):
    """These already scoped proposals with what follows their last decision: `condition_due`, the day on which the next
    open condition is due, and `valid_until`; none where nothing is due or no day is set."""
    decisions = Decision.objects.filter(case__proposal=OuterRef("pk")).order_by("-round", "-pk")
    conditions = Condition.objects.filter(
        decision__case__proposal=OuterRef("pk"), decision__round=F("decision__case__round"), fulfilled_on__isnull=True
    ).order_by("due_on")
    return proposals.annotate(
        condition_due=Subquery(conditions.values("due_on")[:1]),
        valid_until=Subquery(decisions.values("valid_until")[:1]),
    )


def _at_decision_stage() -> Q:
    """When approvers come in: low once assigned, moderate once recommended, high once an officer voted; and after."""
    recommended = Recommendation.objects.filter(case__proposal=OuterRef("pk"), round=OuterRef("case__round"))
    voted = Vote.objects.filter(case__proposal=OuterRef("pk"), round=OuterRef("case__round"), fallen="")
    open_stage = (
        Q(case__deciders=Deciders.LOW, case__officer__isnull=False)
        | (Q(case__deciders=Deciders.MODERATE) & Exists(recommended))
        | (Q(case__deciders=Deciders.HIGH) & (Exists(voted) | Q(case__panel_called=True)))
    )
    lifting = Hold.objects.filter(case__proposal=OuterRef("pk"), state=Hold.State.LIFTING)
    open_stage |= Exists(lifting)
    found = Determination.objects.filter(version__proposal=OuterRef("pk"), state=Determination.State.FOUND)
    open_stage |= Exists(found)
    return (Q(state__in=UNDER_REVIEW) & open_stage) | Q(state__in=AFTER_DECISION, case__isnull=False)


def open_cases_after(pk: int) -> QuerySet[Case]:
    """Cases that are not closed, beyond this key, in the order of their keys: for work that goes in steps."""
    return Case.objects.filter(closed_at__isnull=True, pk__gt=pk).order_by("pk")


def overdue(today: date):
    """Cases past their day whose clock runs: while the authors are asked something, nobody is late."""
    open_states = [*UNDER_REVIEW, State.SUBMITTED]
    return Case.objects.filter(due_on__lt=today, paused_on__isnull=True, proposal__state__in=open_states)


def standing_holds(case: Case):
    return case.holds.filter(state__in=["possible", "firm", "lifting"])


def counted_votes(case: Case):
    """The votes of this round that still count."""
    return case.votes.filter(round=case.round, fallen="").select_related("by")


def recommendations_now(case: Case):
    """The advice of this round; not of somebody who found later that they have an interest."""
    conflicted = Interest.objects.filter(case=case, answer=Interest.Answer.YES).values("user")
    return case.recommendations.filter(round=case.round).exclude(by__in=conflicted).select_related("by")


def votes_of(case: Case) -> list[Vote]:
    """`counted_votes` in the order they were cast; read once for a page."""
    return kept(("votes", case.pk), lambda: list(counted_votes(case).order_by("pk")))


def advice_of(case: Case) -> list[Recommendation]:
    """`recommendations_now`; read once for a page."""
    return kept(("advice", case.pk), lambda: list(recommendations_now(case)))


def last_decision(case: Case) -> Decision | None:
    """Read once for a page."""
    return kept(("decision", case.pk), case.decisions.order_by("-round", "-pk").first)


def lifts_run_out(today: date) -> QuerySet[Hold]:
    """Lifted holds, or holds about to be, whose authorisation ended before this day."""
    lifted = Hold.objects.filter(state__in=[Hold.State.LIFTED, Hold.State.LIFTING], valid_until__lt=today)
    return lifted.select_related("case__proposal", "case__officer", "case__reviewer").order_by("pk")


def run_out(today: date) -> list[int]:
    """The keys of proposals whose approval ended before this day and is not noted as expired yet."""
    standing = followed(Proposal.objects.filter(state__in=STANDING))
    return list(standing.filter(valid_until__lt=today).order_by("pk").values_list("pk", flat=True))

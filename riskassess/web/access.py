"""The only door to case content for views: out of scope is 404, in scope but not allowed is 403."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from riskassess.accounts.roles import Role
from riskassess.audit.services import record_read
from riskassess.core.errors import Conflict
from riskassess.core.prepared import ask
from riskassess.proposals.models import CoInvestigator, Proposal, Thread, Transfer
from riskassess.proposals.rules import is_coinvestigator, is_owner
from riskassess.reports.models import Report
from riskassess.reports.rules import PERMISSIONS
from riskassess.reviews.models import Assignment, Case, Condition, GuestSeat
from riskassess.reviews.queries import listed_proposals, open_seats, scope_key, visible_proposals, writes_alone
from riskassess.reviews.talk import help_for, is_helper, part_in, visible_threads


class StepClosed(Conflict):
    """This person may take the step, but the proposal has moved on: a button pressed twice ends here."""


class NotDeclared(Exception):
    """This person comes in once they said whether something stands against it."""

    def __init__(self, reference: str):
        super().__init__(reference)
        self.reference = reference


def get_proposal_for(user, reference: str, permission: str) -> Proposal:
    """The proposal with its people and case, when it is in this person's scope and the permission holds.

    Whoever comes too late for a step gets StepClosed; who has not declared their interest yet, NotDeclared.
    """
    if writes_alone(user):
        found = ask(scope_key(user), partial(_scoped, user), word=reference)
    else:
        found = _scoped(user, reference)
    proposal = next(iter(found), None)
    if proposal is None:
        if listed_proposals(user).filter(reference=reference).exists():
            raise NotDeclared(reference)
        raise Http404
    if not user.has_perm(permission, proposal):
        if user.has_perm(f"{permission}.ever", proposal):
            raise StepClosed(
                _("%(reference)s stands at “%(state)s” now, so this step is not open.")
                % {"reference": proposal.reference, "state": proposal.get_state_display()}
            )
        raise PermissionDenied
    return proposal


def _scoped(user, word):
    scoped = (
        visible_proposals(user)
        .filter(reference=word)
        .select_related(
            "owner__unit",
            "unit__parent__parent",
            "institution",
            "questionnaire__release",
            "case__officer",
            "case__reviewer",
        )
    )
    # Most proposals have no thread; whoever shows threads then need not look for them.
    scoped = scoped.annotate(has_threads=Exists(Thread.objects.filter(proposal=OuterRef("pk"))))
    assignments = Assignment.objects.select_related("user").order_by("pk")
    return scoped.prefetch_related(
        Prefetch("coinvestigators", CoInvestigator.objects.select_related("user")),
        Prefetch("case__assignments", assignments),
    )


def note_read(user, proposal: Proposal) -> None:
    """An auditor's reading of case content is on record; call it where a page shows some."""
    if user.has_role(Role.AUDITOR):
        record_read(
            "proposal.read",
            actor_id=user.pk,
            role=Role.AUDITOR,
            subject=f"proposals.Proposal:{proposal.uid}",
            reference=proposal.reference,
        )


def get_case_for(user, reference: str, permission: str) -> Case:
    """The proposal's case, reached through the proposal's scope."""
    proposal = get_proposal_for(user, reference, permission)
    case = getattr(proposal, "case", None)
    if case is None:
        raise Http404
    case.proposal = proposal
    return case


def get_interest_for(user, reference: str) -> Case:
    """A case on which this person is to say whether something stands against their reading it: its reference, unit,
    level and due date, and whom it concerns. Authors and auditors say nothing."""
    rows = listed_proposals(user).select_related("owner__unit", "unit", "institution", "case")
    proposal = get_object_or_404(rows.prefetch_related("coinvestigators__user"), reference=reference)
    if getattr(proposal, "case", None) is None:
        raise Http404
    if is_owner(user, proposal) or is_coinvestigator(user, proposal) or user.has_role(Role.AUDITOR):
        raise PermissionDenied
    proposal.case.proposal = proposal
    return proposal.case


def get_seat_for(user, uid, entered: str | None) -> GuestSeat:
    """An expert's own seat, the one they came in by; everything else of the case is out of their scope."""
    if not user.is_guest or entered != str(uid):
        raise Http404
    return get_object_or_404(open_seats().filter(assignment__user=user), uid=uid)


def get_condition_for(user, uid) -> Condition:
    """A condition: for the person who sees to it, who gets nothing else of the case, and for whoever may read that."""
    rows = Condition.objects.select_related(
        "owner",
        "decision__case__proposal__owner",
        "decision__case__proposal__unit__parent__parent",
        "decision__case__proposal__institution",
    ).prefetch_related("decision__case__proposal__coinvestigators__user", "files__file")
    condition = get_object_or_404(rows, uid=uid)
    if condition.owner_id != user.pk:
        get_proposal_for(user, condition.decision.case.proposal.reference, "proposals.view")
    return condition


def get_report_for(user, uid, permission: str = "proposals.view") -> Report:
    """A report of a proposal in this person's scope, when the permission holds for the proposal; some kinds ask for
    one more."""
    report = get_object_or_404(Report.objects.select_related("proposal", "job", "file", "archive"), uid=uid)
    proposal = get_proposal_for(user, report.proposal.reference, permission)
    if (needed := PERMISSIONS.get(report.kind)) and not user.has_perm(needed, proposal):
        raise PermissionDenied
    return report


def get_transfer_for(user, reference: str) -> tuple[Proposal, Transfer | None]:
    """A proposal and the offer of its lead that is open, for whoever is asked to consent; and for an officer of its
    unit once its lead has left, who sees nothing else of a draft."""
    proposal = get_object_or_404(
        Proposal.objects.select_related("owner", "unit__parent__parent", "institution").prefetch_related(
            "coinvestigators__user"
        ),
        reference=reference,
    )
    offer = (
        proposal.transfers.filter(state=Transfer.State.OPEN)
        .select_related("new_owner", "old_owner", "offered_by")
        .first()
    )
    if offer is not None:
        offer.proposal = proposal
        if user.pk in {offer.new_owner_id, offer.offered_by_id}:
            return proposal, offer
    if not proposal.owner.is_active and is_helper(user, proposal):
        return proposal, offer
    if not visible_proposals(user).filter(pk=proposal.pk).exists():
        raise Http404
    raise PermissionDenied


def get_thread_for(user, reference: str, uid) -> tuple[Proposal, Thread]:
    """A thread of a proposal in this person's scope; one that they may not read is not there."""
    proposal = get_proposal_for(user, reference, "proposals.view")
    thread = get_object_or_404(visible_threads(user, proposal, part_in(user, proposal)), uid=uid)
    thread.proposal = proposal
    return proposal, thread


def get_help_for(user, uid) -> Thread:
    """A call for help that this officer may answer; of a draft it opens nothing else."""
    found = help_for(user).select_related(
        "proposal__owner", "proposal__unit", "proposal__institution", "proposal__questionnaire__release",
        "proposal__case__officer",
    )  # fmt: skip
    return get_object_or_404(found.prefetch_related("proposal__coinvestigators__user"), uid=uid)

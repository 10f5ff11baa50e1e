"""One condition on a page of its own: for whoever sees to it, who may know nothing else of the case, and for authors
and staff."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.proposals.services import role_in
from riskassess.reviews.models import Condition
from riskassess.web.access import StepClosed, get_case_for, get_condition_for, get_proposal_for
from riskassess.web.conditions import standing_of
from riskassess.web.context import home_of
from riskassess.web.downloads import file_to_keep
from riskassess.web.forms.following import EvidenceForm, OwnerForm
from riskassess.web.forms.reviews import ReasonForm
from riskassess.web.views.assessment import RESPONSIBLE
from riskassess.web.views.case import case_context
from riskassess.web.views.following import condition_of, refuse, report


def condition(request, uid):
    """What is to be done, by whom and when; whoever sees to it says here that it is done."""
    condition = get_condition_for(request.user, uid)
    if request.method == "GET":
        return condition_page(request, condition)
    proposal = condition.decision.case.proposal
    if not may_report(request.user, condition):
        if condition.owner_id == request.user.pk or request.user.has_perm("proposals.report_condition.ever", proposal):
            raise StepClosed(_("This condition is settled, or the case moved on. Its page says where it stands."))
        raise PermissionDenied
    form = EvidenceForm(request.POST, request.FILES)
    status = report(request, condition, form)
    if status == 200:
        return redirect("condition", uid)
    return condition_page(request, condition, form=form, status=status)


def may_report(user, condition: Condition) -> bool:
    proposal = condition.decision.case.proposal
    is_standing = proposal.state in {"approved", "approved_with_conditions", "registered"}
    is_theirs = condition.owner_id == user.pk or user.has_perm("proposals.report_condition", proposal)
    return is_standing and is_theirs and condition.is_open and condition.reported_at is None


def condition_page(request, condition, *, form=None, owner_form=None, status=200):
    user, proposal = request.user, condition.decision.case.proposal
    reads_case = user.has_perm("proposals.view", proposal)
    names_owner = condition.is_open and user.has_perm("reviews.name_condition_owner", proposal)
    tone, words = standing_of(condition)
    first = home_of(user, proposal)
    way = [(proposal.reference, proposal.get_absolute_url())] if reads_case else []
    context = {
        "condition": condition,
        "proposal": proposal,
        "reads_case": reads_case,
        "tone": tone,
        "words": words,
        "who": RESPONSIBLE.get(condition.responsible, condition.responsible),
        "form": (form or EvidenceForm()) if may_report(user, condition) else None,
        "owner_form": (owner_form or owner_form_of(user, condition)) if names_owner else None,
        "crumbs": [first, *way, (_("Condition"), "")],
    }
    return render(request, "proposals/condition.html", context, status=status)


def owner_form_of(user, condition, data=None) -> OwnerForm:
    proposal = condition.decision.case.proposal
    authors = [proposal.owner, *(row.user for row in proposal.coinvestigators.all())]
    return OwnerForm(data, authors=authors, names_anybody=proposal.owner_id != user.pk)


@require_POST
def condition_owner(request, reference, uid):
    """The lead researcher, or an officer, names who sees to a condition."""
    proposal = get_proposal_for(request.user, reference, "reviews.name_condition_owner")
    condition_of(proposal, uid)
    condition = get_condition_for(request.user, uid)
    form, status = owner_form_of(request.user, condition, request.POST), 422
    if form.is_valid():
        try:
            workflow.name_condition_owner(condition=condition, actor=request.user, owner=form.cleaned_data["owner"])
        except DomainError as fault:
            status = refuse(form, fault)
        else:
            messages.success(request, _("%(name)s sees to it, and was told.") % {"name": form.cleaned_data["owner"]})
            return redirect("condition", uid)
    return condition_page(request, condition, owner_form=form, status=status)


@require_POST
def condition_propose(request, reference, uid):
    """The reviewer of the case proposes to close a condition; the officer closes."""
    case = get_case_for(request.user, reference, "reviews.propose_condition")
    condition = condition_of(case.proposal, uid)
    form, status = ReasonForm(request.POST, prefix=str(uid)), 422
    if form.is_valid():
        try:
            workflow.propose_condition(condition=condition, actor=request.user, advice=form.cleaned_data["reasons"])
        except DomainError as fault:
            status = refuse(form, fault)
        else:
            messages.success(request, _("Your word is with the officer, who closes the condition."))
            return redirect(f"{case.get_absolute_url()}#conditions")
    context = case_context(request.user, case, typed={str(uid): form})
    return render(request, "cases/case.html", context, status=status)


def condition_file(request, uid, file):
    """A file that shows that a condition is done, through the scope of the condition."""
    condition = get_condition_for(request.user, uid)
    row = get_object_or_404(condition.files.select_related("file"), uid=file)
    answer = file_to_keep(row.file)
    proposal = condition.decision.case.proposal
    record_read(
        "condition.file_read",
        actor_id=request.user.pk,
        role=role_in(request.user, proposal),
        subject=f"reviews.ConditionFile:{row.uid}",
        reference=proposal.reference,
    )
    return answer

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.assessments.queries import assessment_of, latest_record
from riskassess.core.errors import Conflict, DomainError
from riskassess.web.access import get_case_for
from riskassess.web.forms.reviews import EvidenceForm
from riskassess.web.views.case import crumbs
from riskassess.web.views.moves import keep_refusal


def hold(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.view_case")
    row = get_object_or_404(case.holds, uid=uid)
    return _hold_page(request, case, row, EvidenceForm())


def _hold_page(request, case, row, form):
    user = request.user
    found = next(
        (h for h in assessment_of(latest_record(case.proposal)).holds if (h.rule, h.row) == (row.rule, row.row)), None
    )
    return render(
        request,
        "cases/hold.html",
        {
            "case": case,
            "proposal": case.proposal,
            "hold": row,
            "found": found,
            "form": form,
            "may_lift": row.state == "firm" and user.has_perm("reviews.lift_hold", case.proposal),
            "may_confirm": row.state == "lifting"
            and user.has_perm("reviews.confirm_hold", case.proposal)
            and row.lifted_by_id != user.pk,
            "is_own_lift": row.state == "lifting" and row.lifted_by_id == user.pk,
            "crumbs": crumbs(case, _("Legal hold"), reader=user),
        },
        status=422 if form.errors else 200,
    )


@require_POST
def hold_lift(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.lift_hold")
    row = get_object_or_404(case.holds, uid=uid)
    form = EvidenceForm(request.POST)
    if form.is_valid():
        try:
            workflow.lift_hold(hold=row, actor=request.user, evidence=form.cleaned_data["evidence"])
        except Conflict:
            raise  # the hold's page has no form any more; the page for lost races shows what was typed
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("Recorded. Another officer or an approver confirms it."))
            return redirect("hold", reference, row.uid)
    return _hold_page(request, case, row, form)


@require_POST
def hold_confirm(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.confirm_hold")
    row = get_object_or_404(case.holds, uid=uid)
    workflow.confirm_hold_lift(hold=row, actor=request.user)
    messages.success(request, _("The hold is lifted. The risk level stays as it was."))
    return redirect(case)

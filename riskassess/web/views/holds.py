from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.assessments.queries import assessment_of, latest_record
from riskassess.audit.services import record_read
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import check_file
from riskassess.proposals.services import role_in
from riskassess.web.access import get_case_for
from riskassess.web.downloads import file_to_keep
from riskassess.web.forms.reviews import LiftForm
from riskassess.web.views.case import crumbs
from riskassess.web.views.moves import keep_refusal


def hold(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.view_case")
    row = get_object_or_404(case.holds, uid=uid)
    return _hold_page(request, case, row, LiftForm())


def hold_file(request, reference, uid):
    """The authority's answer, as data to keep."""
    case = get_case_for(request.user, reference, "reviews.view_case")
    row = get_object_or_404(case.holds.select_related("file"), uid=uid, file__isnull=False)
    record_read(
        "hold.evidence_read",
        actor_id=request.user.pk,
        role=role_in(request.user, case.proposal),
        subject=f"reviews.Hold:{row.uid}",
        reference=reference,
    )
    return file_to_keep(row.file)


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
    form = LiftForm(request.POST, request.FILES)
    if row.state != "firm":  # the page has no form for it any more; the page for lost races shows what was typed
        raise Conflict(_("Only a firm hold can be lifted; this one is %(state)s.") % {"state": row.get_state_display()})
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            if file := given.pop("file"):
                given["file"] = _checked(file)
            workflow.lift_hold(hold=row, actor=request.user, **given)
        except Conflict:
            raise  # the hold's page has no form any more; the page for lost races shows what was typed
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("Recorded. Another officer or an approver confirms it."))
            return redirect("hold", reference, row.uid)
    return _hold_page(request, case, row, form)


def _checked(file):
    try:
        return check_file(stream=file.file, name=file.name, size=file.size)
    except DomainError as fault:
        raise DomainError(str(fault), field="file") from None


@require_POST
def hold_confirm(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.confirm_hold")
    row = get_object_or_404(case.holds, uid=uid)
    workflow.confirm_hold_lift(hold=row, actor=request.user)
    messages.success(request, _("The hold is lifted. The risk level stays as it was."))
    return redirect(case)

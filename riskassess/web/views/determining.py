"""Findings of fact over the answers of a case."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.accounts.roles import Role
from riskassess.assessments.models import Determination
from riskassess.assessments.queries import catalogue_of, latest_record
from riskassess.assessments.trying import answers_to_try
from riskassess.core.errors import DomainError
from riskassess.web.access import get_case_for, note_read
from riskassess.web.determined import determination_rows
from riskassess.web.forms.determining import DeterminationForm
from riskassess.web.forms.reviews import ReasonForm
from riskassess.web.views.case import crumbs
from riskassess.web.views.moves import keep_refusal, status_of

State = Determination.State


def determinations(request, reference):
    permission = "reviews.propose_determination" if request.method == "POST" else "reviews.view_case"
    case = get_case_for(request.user, reference, permission)
    note_read(request.user, case.proposal)
    record = latest_record(case.proposal)
    answers = answers_to_try(catalogue_of(record.release), record.facts)
    initial = {"record": record.uid, "answer": request.GET.get("answer", "")}
    form = DeterminationForm(request.POST or None, answers=answers, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            workflow.determine(
                case=case,
                actor=request.user,
                record_uid=given["record"],
                answer=given["answer"],
                evidence=given["evidence"],
            )
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("Entered. It counts once a second person has confirmed it."))
            return redirect("determinations", reference)
    return _page(request, case, record, form)


@require_POST
def determination_settle(request, reference, uid):
    """Take up, confirm, or drop with a reason."""
    does = request.POST.get("do")
    if does not in {"confirm", "drop"}:
        raise Http404
    case = get_case_for(
        request.user, reference, "reviews.confirm_determination" if does == "confirm" else "reviews.determine"
    )
    row = get_object_or_404(
        Determination.objects.select_related("version__release", "by"), uid=uid, version__proposal=case.proposal
    )
    row.version.proposal = case.proposal
    if does == "confirm":
        row = workflow.confirm_determination(determination=row, actor=request.user)
        counts = row.state == State.CONFIRMED
        messages.success(
            request,
            _("It counts now. The level was computed anew, and the authors were told.")
            if counts
            else _("It is your finding now. Another officer or an approver confirms it."),
        )
        return redirect("determinations", reference)
    form = ReasonForm(request.POST)
    if form.is_valid():
        workflow.drop_determination(determination=row, actor=request.user, reasons=form.cleaned_data["reasons"])
        messages.success(request, _("Not taken up. The answer stays as it was filed."))
        return redirect("determinations", reference)
    record = latest_record(case.proposal)
    answers = answers_to_try(catalogue_of(record.release), record.facts)
    form_of_page = DeterminationForm(answers=answers, initial={"record": record.uid})
    return _page(request, case, record, form_of_page, dropping=(row, form))


def _page(request, case, record, form, dropping=None):
    user, proposal = request.user, case.proposal
    return render(
        request,
        "cases/determinations.html",
        {
            "case": case,
            "proposal": proposal,
            "form": form,
            "dropping": dropping[1] if dropping else None,
            "rows": determination_rows(case, user, dropping),
            "may_enter": user.has_perm("reviews.propose_determination", proposal),
            "is_officer": user.has_role(Role.OFFICER),
            "crumbs": crumbs(case, _("Findings of fact"), reader=user),
        },
        status=422 if dropping else status_of(form),
    )

"""What follows a decision: conditions said to be done and looked at, one appeal, opening again, ending, closing."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.checking import check_file
from riskassess.reviews.hearing import why_no_appeal, why_not_hear
from riskassess.reviews.models import Appeal, Condition
from riskassess.reviews.queries import last_decision
from riskassess.web.access import get_case_for, get_proposal_for
from riskassess.web.forms.following import AppealAnswerForm, AppealForm, EvidenceForm
from riskassess.web.forms.reviews import ReasonForm
from riskassess.web.standing import day
from riskassess.web.views.case import case_context
from riskassess.web.views.case import crumbs as case_crumbs
from riskassess.web.views.proposals import decision_page
from riskassess.web.views.questionnaire import crumbs


def refuse(form, fault: DomainError) -> int:
    """Put a refusal on the form it belongs to; what was typed stays, and a lost race answers 409."""
    form.add_error(fault.field if fault.field in form.fields else None, str(fault))
    return 409 if isinstance(fault, Conflict) else 422


def condition_of(proposal, uid) -> Condition:
    rows = Condition.objects.select_related("decision__case__proposal", "owner")
    return get_object_or_404(rows.filter(decision__case__proposal=proposal), uid=uid)


@require_POST
def condition_report(request, reference, uid):
    """The authors say that a condition is done, with what shows it."""
    proposal = get_proposal_for(request.user, reference, "proposals.report_condition")
    condition = condition_of(proposal, uid)
    form = EvidenceForm(request.POST, request.FILES, prefix=str(uid))
    status = report(request, condition, form)
    if status == 200:
        return redirect("decision", reference)
    return decision_page(request, proposal, typed={str(uid): form}, status=status)


def report(request, condition, form) -> int:
    """Say that a condition is done, with the file that shows it; 200 when it is said."""
    if not form.is_valid():
        return 422
    given, file = form.cleaned_data, form.cleaned_data["file"]
    try:
        checked = check_file(stream=file, name=file.name, size=file.size) if file else None
    except DomainError as fault:
        form.add_error("file", str(fault))
        return 422
    try:
        workflow.report_condition(condition=condition, actor=request.user, evidence=given["evidence"], file=checked)
    except DomainError as fault:
        return refuse(form, fault)
    messages.success(request, _("Sent. An officer looks at it; the condition is open until then."))
    return 200


@require_POST
def condition_check(request, reference, uid):
    """An officer's look at a condition: accepted, sent back with what is missing, or not kept."""
    proposal = get_case_for(request.user, reference, "reviews.check_condition").proposal
    condition, given = condition_of(proposal, uid), request.POST.get("do")
    if given not in {"accept", "return", "break"}:
        raise Http404
    form = ReasonForm(request.POST, prefix=str(uid))
    form.fields["reasons"].required = given != "accept"
    status = 422
    if form.is_valid():
        reasons = form.cleaned_data["reasons"]
        try:
            if given == "break":
                workflow.break_condition(condition=condition, actor=request.user, reasons=reasons)
                messages.success(request, _("Recorded. The case is open again."))
            else:
                accepted = given == "accept"
                workflow.check_condition(condition=condition, actor=request.user, accepted=accepted, reasons=reasons)
                messages.success(request, _("Accepted.") if accepted else _("Sent back with your words."))
        except DomainError as fault:
            status = refuse(form, fault)
        else:
            return redirect(f"{proposal.case.get_absolute_url()}#conditions")
    case = get_case_for(request.user, reference, "reviews.check_condition")
    context = case_context(request.user, case, typed={str(uid): form})
    return render(request, "cases/case.html", context, status=status)


def appeal(request, reference):
    """The lead researcher contests the last decision, once; afterwards the page says where the appeal stands."""
    proposal = get_proposal_for(request.user, reference, "proposals.appeal")
    case = getattr(proposal, "case", None)
    decision = last_decision(case) if case else None
    if decision is None:
        raise Http404
    present = Appeal.objects.select_related("hearer").filter(decision=decision).first()
    form, status = AppealForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                workflow.appeal(case=case, actor=request.user, **form.cleaned_data)
            except DomainError as fault:
                status = refuse(form, fault)
            else:
                messages.success(request, _("Your appeal is sent. Somebody who took no part in the decision reads it."))
                return redirect("appeal", reference)
    return render(
        request,
        "proposals/appeal.html",
        {
            "proposal": proposal,
            "decision": decision,
            "appeal": present,
            "form": form,
            "closed_because": "" if present else why_no_appeal(case, decision),
            "crumbs": crumbs(proposal, _("Appeal")),
        },
        status=status,
    )


def appeal_hear(request, reference):
    """Whoever took no part reads the appeal beside the decision, and answers it for good."""
    case = get_case_for(request.user, reference, "reviews.hear_appeal")
    appeal = get_object_or_404(Appeal.objects.select_related("decision", "by").filter(decision__case=case, outcome=""))
    form, status = AppealAnswerForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                workflow.settle_appeal(
                    appeal=appeal,
                    actor=request.user,
                    upheld=given["outcome"] == Appeal.Outcome.UPHELD,
                    answer=given["answer"],
                )
            except DomainError as fault:
                status = refuse(form, fault)
            else:
                messages.success(request, _("The appeal is answered, and the researcher was told."))
                return redirect(case)
    return render(
        request,
        "cases/appeal.html",
        {
            "case": case,
            "proposal": case.proposal,
            "appeal": appeal,
            "decision": appeal.decision,
            "closed_because": why_not_hear(appeal, request.user),
            "is_late": appeal.due_on < timezone.localdate(),
            "due": day(appeal.due_on),
            "form": form,
            "crumbs": case_crumbs(case, _("Appeal"), reader=request.user),
        },
        status=status,
    )


def terminate(request, reference):
    """The researcher, or an officer, ends the work before its time."""
    proposal = get_proposal_for(request.user, reference, "reviews.terminate")
    form, status = ReasonForm(request.POST or None, label=_("Why it ends")), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                workflow.terminate(proposal=proposal, actor=request.user, **form.cleaned_data)
            except DomainError as fault:
                status = refuse(form, fault)
            else:
                messages.success(request, _("%(reference)s has ended.") % {"reference": reference})
                return redirect(proposal)
    context = {"proposal": proposal, "form": form, "crumbs": crumbs(proposal, _("End the work"), reader=request.user)}
    return render(request, "proposals/terminate.html", context, status=status)

"""While an approval lasts: the mid-term check, the closing report, and what a partner corrects of its record."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.core.errors import DomainError
from riskassess.reviews.followups import midterm_day, why_not_follow_up
from riskassess.reviews.models import FollowUp, PartnerCorrection
from riskassess.reviews.queries import last_decision
from riskassess.web.access import get_case_for, get_proposal_for, note_read
from riskassess.web.forms.following import ClosingForm, MidtermForm, PartnerCorrectionForm
from riskassess.web.forms.reviews import ReasonForm
from riskassess.web.views.case import case_context
from riskassess.web.views.following import refuse
from riskassess.web.views.questionnaire import crumbs

FORMS = {FollowUp.Kind.MIDTERM: MidtermForm, FollowUp.Kind.CLOSING: ClosingForm}


def follow_up(request, reference, kind):
    """A short form halfway, or at the end; afterwards the page says what was told and what came of it."""
    if kind not in FORMS:
        raise Http404
    permission = "proposals.follow_up" if request.method == "POST" else "proposals.view"
    proposal = get_proposal_for(request.user, reference, permission)
    note_read(request.user, proposal)
    case = getattr(proposal, "case", None)
    decision = last_decision(case) if case else None
    if decision is None:
        raise Http404
    form, status = FORMS[kind](request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                account = workflow.follow_up(proposal=proposal, actor=request.user, kind=kind, **form.cleaned_data)
            except DomainError as fault:
                status = refuse(form, fault)
            else:
                messages.success(request, told_words(account))
                return redirect("follow_up", reference, kind)
    told = decision.followups.select_related("by", "seen_by").filter(kind=kind).first()
    title = _("Halfway: did anything change?") if kind == FollowUp.Kind.MIDTERM else _("Closing report")
    context = {
        "proposal": proposal,
        "decision": decision,
        "kind": kind,
        "title": title,
        "told": told,
        "day": midterm_day(decision),
        "closed_because": "" if told else why_not_follow_up(proposal, decision, kind),
        "writes": request.user.has_perm("proposals.follow_up", proposal),
        "open_conditions": decision.conditions.filter(fulfilled_on__isnull=True).count(),
        "form": form,
        "crumbs": crumbs(proposal, title, reader=request.user),
    }
    return render(request, "proposals/follow_up.html", context, status=status)


def told_words(account: FollowUp) -> str:
    if account.kind == FollowUp.Kind.CLOSING:
        return _("Thank you. An officer reads it, and the case closes once every condition is done.")
    if account.is_changed:
        return _("Thank you. An officer reads what changed and tells you what follows.")
    return _("Thank you. That is all; the approval goes on.")


@require_POST
def follow_up_read(request, reference, uid):
    """An officer has read an account: it is kept, or the case is opened again because of it."""
    case = get_case_for(request.user, reference, "reviews.read_follow_up")
    account = get_object_or_404(FollowUp, uid=uid, decision__case=case)
    opens_again = request.POST.get("do") == "reopen"
    form = ReasonForm(request.POST, prefix=str(uid))
    form.fields["reasons"].required = opens_again
    status = 422
    if form.is_valid():
        try:
            workflow.see_follow_up(
                account=account,
                actor=request.user,
                answer=form.cleaned_data["reasons"],
                opens_again=opens_again,
            )
        except DomainError as fault:
            status = refuse(form, fault)
        else:
            messages.success(
                request, _("The case is open again.") if opens_again else _("Kept. The authors were told.")
            )
            return redirect(case)
    case = get_case_for(request.user, reference, "reviews.view_case")
    context = case_context(request.user, case, typed={str(uid): form})
    return render(request, "cases/case.html", context, status=status)


def partner_corrections(request, reference):
    """Authors bring what a partner says the registry has wrong of it; an officer alone writes the registry."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    note_read(request.user, proposal)
    may_bring = request.user.has_perm("proposals.correct_partner", proposal)
    may_settle = request.user.has_perm("reviews.settle_partner_correction", proposal)
    partners = [row.partner for row in proposal.participations.select_related("partner")]
    form, answered, status = PartnerCorrectionForm(partners=partners), {}, 200
    given = request.POST.get("do", "") if request.method == "POST" else ""
    if given == "propose":
        if not may_bring:
            raise PermissionDenied
        form = PartnerCorrectionForm(request.POST, partners=partners)
        status = bring(request, proposal, form)
    elif given in {"apply", "refuse"}:
        if not may_settle:
            raise PermissionDenied
        status = settle(request, proposal, given == "apply", answered)
    elif request.method == "POST":
        raise Http404
    if request.method == "POST" and status == 200:
        return redirect("partner_corrections", reference)
    rows = proposal.partner_corrections.select_related("partner", "by", "settled_by")
    context = {
        "proposal": proposal,
        "rows": [(row, answered.get(str(row.uid)) or answer_form(row)) for row in rows],
        "form": form if may_bring and partners else None,
        "may_settle": may_settle,
        "crumbs": crumbs(proposal, _("Partners' corrections"), reader=request.user),
    }
    return render(request, "proposals/partner_corrections.html", context, status=status)


def answer_form(row, data=None) -> ReasonForm:
    form = ReasonForm(data, prefix=str(row.uid), label=_("Your answer"), help_text=_("The researcher reads this."))
    form.fields["reasons"].required = False
    return form


def bring(request, proposal, form) -> int:
    if not form.is_valid():
        return 422
    try:
        workflow.propose_partner_correction(proposal=proposal, actor=request.user, **form.given())
    except DomainError as fault:
        return refuse(form, fault)
    messages.success(request, _("An officer looks at it. The registry stays as it is until then."))
    return 200


def settle(request, proposal, is_applied, answered) -> int:
    uid = request.POST.get("correction", "")
    row = next((row for row in proposal.partner_corrections.all() if str(row.uid) == uid), None)
    if row is None:
        raise Http404
    form = answer_form(row, request.POST)
    answered[uid] = form
    if not form.is_valid():
        return 422
    try:
        workflow.settle_partner_correction(
            correction=row, actor=request.user, is_applied=is_applied, answer=form.cleaned_data["reasons"]
        )
    except DomainError as fault:
        fault_field = "reasons" if fault.field == "answer" else fault.field
        form.add_error(fault_field if fault_field in form.fields else None, str(fault))
        return 422
    by_hand = row.field == PartnerCorrection.Field.OTHER
    done = _("Noted. Write it on the partner's page now.") if by_hand else _("The registry says it now.")
    messages.success(request, done if is_applied else _("Answered. The registry stays as it is."))
    return 200

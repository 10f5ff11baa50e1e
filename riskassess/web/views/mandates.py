"""Mandates of auditors: administrators ask, officers confirm."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.accounts.mandates import LAPSES_AFTER
from riskassess.accounts.models import Mandate
from riskassess.core.errors import Conflict, DomainError
from riskassess.web.forms.auditing import MandateForm

PAGE_SIZE = 50


def mandates(request):
    may_ask = request.user.has_perm("accounts.ask_mandate")
    typed = request.POST if request.method == "POST" else None
    form = MandateForm(typed, initial={"starts": timezone.localdate()}) if may_ask else None
    if request.method == "POST" and form.is_valid():
        try:
            workflow.ask_mandate(actor=request.user, **form.cleaned_data)
        except Conflict:
            raise
        except DomainError as fault:
            form.add_error(fault.field or None, str(fault))
        else:
            messages.success(request, _("Asked. An officer confirms it within a week, else it lapses."))
            return redirect("mandates")
    rows = Mandate.objects.select_related("auditor", "unit", "asked_by", "confirmed_by", "ended_by")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "audit/mandates.html",
        {"form": form, "page": page, "rows": [row_of(mandate, request.user) for mandate in page]},
        status=422 if form and form.errors else 200,
    )


def mandate_confirm(request, uid):
    workflow.confirm_mandate(mandate=get_object_or_404(Mandate, uid=uid), actor=request.user)
    messages.success(request, _("Confirmed. It counts on its days."))
    return redirect("mandates")


def mandate_end(request, uid):
    workflow.end_mandate(mandate=get_object_or_404(Mandate, uid=uid), actor=request.user)
    messages.info(request, _("Ended. Nothing can be read by it any more."))
    return redirect("mandates")


def row_of(mandate: Mandate, user) -> dict:
    state, words = state_of(mandate)
    is_waiting = state == "waiting"
    return {
        "mandate": mandate,
        "tone": {"waiting": "turn", "in_force": "good"}.get(state, "ended"),
        "words": words,
        "may_confirm": is_waiting
        and user.has_perm("accounts.confirm_mandate")
        and user.pk not in {mandate.asked_by_id, mandate.auditor_id},
        "may_end": state in {"waiting", "in_force", "to_come"} and user.pk != mandate.auditor_id,
        "end_label": _("Decline") if is_waiting else _("End it now"),
    }


def state_of(mandate: Mandate) -> tuple[str, str]:
    today = timezone.localdate()
    if mandate.ended_at:
        by = mandate.ended_by.name
        return "over", (_("ended by %(name)s") if mandate.confirmed_at else _("declined by %(name)s")) % {"name": by}
    if not mandate.confirmed_at:
        if mandate.created_at < timezone.now() - LAPSES_AFTER:
            return "lapsed", _("lapsed: nobody confirmed it within a week")
        return "waiting", _("waits for an officer")
    if mandate.ends < today:
        return "over", _("over")
    return ("to_come", _("begins later")) if mandate.starts > today else ("in_force", _("in force"))

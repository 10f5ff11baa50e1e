"""What is kept of people and for how long; what an auditor orders and an officer confirms."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.core.errors import DomainError
from riskassess.privacy.models import LegalHold, Order
from riskassess.privacy.services import place_hold
from riskassess.web.forms.privacy import HoldForm, MonthsForm, PersonForm, ReasonForm, SettleForm

SHOWN = 50


def privacy(request):
    """Record classes with what goes next, legal holds, and orders."""
    return _page(request)


@require_POST
def privacy_hold(request):
    form = HoldForm(request.POST, auto_id="hold-%s")
    if form.is_valid():
        place_hold(actor=request.user, reason=form.cleaned_data["reason"], reference=form.reference, person=form.person)
        messages.success(request, _("Nothing of it goes from now on."))
        return redirect("privacy")
    return _page(request, hold_form=form)


@require_POST
def privacy_erase(request):
    form = PersonForm(request.POST, auto_id="erase-%s")
    if form.is_valid():
        if stands := workflow.against_erasing(form.person):
            form.add_error("email", " ".join(stands))
        elif _ordered(request, form, kind=Order.Kind.ERASE, person=form.person):
            return redirect("privacy")
    return _page(request, erase_form=form)


@require_POST
def privacy_months(request):
    form = MonthsForm(request.POST, auto_id="months-%s")
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("record_class", "months")}
        if _ordered(request, form, kind=Order.Kind.MONTHS, **given):
            return redirect("privacy")
    return _page(request, months_form=form)


@require_POST
def privacy_release(request, uid):
    hold = get_object_or_404(LegalHold.objects.filter(released_at__isnull=True), uid=uid)
    form = ReasonForm(request.POST)
    if form.is_valid() and _ordered(request, form, kind=Order.Kind.RELEASE, hold=hold):
        return redirect("privacy")
    return _page(request, release_form=form, released=hold)


@require_POST
def privacy_settle(request, uid):
    ordered = get_object_or_404(Order.objects.select_related("person"), uid=uid)
    form = SettleForm(request.POST)
    is_confirmed = request.POST.get("answer") == "confirm"
    if form.is_valid():
        try:
            workflow.settle_order(
                ordered=ordered, actor=request.user, is_confirmed=is_confirmed, reason=form.cleaned_data["reason"]
            )
        except DomainError as fault:
            form.add_error("reason" if fault.field == "reason" else None, str(fault))
        else:
            messages.success(request, _("Carried out.") if is_confirmed else _("Refused. Nothing was changed."))
            return redirect("privacy")
    return _page(request, settle_form=form, settled=ordered)


def account_data(request):
    """All that is kept about the reader, as one file of JSON."""
    content = workflow.take_data(user=request.user, actor=request.user)
    response = JsonResponse(content, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="my-data-{timezone.localdate()}.json"'
    return response


def _ordered(request, form, **what) -> bool:
    try:
        workflow.place_order(actor=request.user, reason=form.cleaned_data["reason"], **what)
    except DomainError as fault:
        form.add_error(fault.field if fault.field in form.fields else None, str(fault))
        return False
    messages.success(request, _("Ordered. It happens once an officer confirms it."))
    return True


def _page(request, **forms):
    may_order = request.user.has_perm("privacy.order")
    rows = Order.objects.select_related("person", "ordered_by", "settled_by", "hold__person")
    orders = list(rows[:SHOWN])
    settled, released = forms.get("settled"), forms.get("released")
    context = {
        "classes": workflow.outlook(),
        "holds": LegalHold.objects.filter(released_at__isnull=True).select_related("person", "placed_by"),
        "waiting": [row for row in orders if row.state == Order.State.WAITING],
        "settled_orders": [row for row in orders if row.state != Order.State.WAITING],
        "may_order": may_order,
        "may_confirm": request.user.has_perm("privacy.confirm"),
        "erase_form": forms.get("erase_form") or PersonForm(auto_id="erase-%s"),
        "hold_form": forms.get("hold_form") or HoldForm(auto_id="hold-%s"),
        "months_form": forms.get("months_form") or MonthsForm(auto_id="months-%s"),
        "release_form": forms.get("release_form") or ReasonForm(),
        "settle_form": forms.get("settle_form") or SettleForm(),
        "settled": settled,
        "released": released,
        "faulty": next((form for form in forms.values() if getattr(form, "errors", None)), None),
    }
    return render(request, "privacy/privacy.html", context, status=422 if context["faulty"] else 200)

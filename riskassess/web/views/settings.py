from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.accounts.models import SettingChange, User
from riskassess.accounts.queries import the_institution
from riskassess.accounts.settings import values_of
from riskassess.accounts.texts import TEXTS
from riskassess.audit.queries import EventFilters, events
from riskassess.web.forms.settings import ReviewSettingsForm, SettingsForm, TextsForm, label_of, route_label
from riskassess.web.views.public import CLOSED

SHOWN_CHANGES = 20
PARTS = ("general", "review", "texts")


def institution_settings(request):
    """What holds for the whole institution, who changed it when, and what waits for a second person."""
    institution = the_institution()
    part = request.POST.get("part") if request.POST.get("part") in PARTS else "general"
    forms = forms_of(values_of(institution), part, request.POST if request.method == "POST" else None)
    form = forms[part]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data if part == "general" else form.values
        asked = workflow.change_settings(institution=institution, actor=request.user, **given)
        cache.delete(CLOSED)
        if asked:
            messages.info(request, _("What makes a control weaker waits for a second person; the rest holds now."))
        else:
            messages.success(request, _("Saved. It holds from now on."))
        return redirect("settings")
    changes = events(EventFilters(verb="settings.changed"))[:SHOWN_CHANGES]
    context = {
        "form": form,
        "forms": forms,
        "institution": institution,
        "waiting": [waiting_words(change) for change in waiting()],
        "changes": [change_words(event) for event in changes],
    }
    return render(request, "settings/settings.html", context, status=422 if form.errors else 200)


def forms_of(values: dict, part: str, given) -> dict:
    """A form for each part of the page; what was sent fills its own alone."""
    initials = {"general": values, "review": ReviewSettingsForm.initial_of(values), "texts": values["texts"]}
    classes = {"general": SettingsForm, "review": ReviewSettingsForm, "texts": TextsForm}
    return {name: classes[name](given if name == part else None, initial=initials[name]) for name in PARTS}


def waiting():
    rows = SettingChange.objects.filter(state=SettingChange.State.OPEN, lapses_on__gte=timezone.localdate())
    return rows.select_related("asked_by")


def setting_change(request, uid):
    """One change that waits: what it was, what it would be, and the second person's word."""
    change = get_object_or_404(SettingChange.objects.select_related("asked_by", "settled_by", "institution"), uid=uid)
    if request.method == "POST":
        agreed = request.POST.get("do") == "agree"
        workflow.settle_setting(change=change, actor=request.user, agreed=agreed)
        cache.delete(CLOSED)
        messages.success(request, _("It holds from now on.") if agreed else _("The setting stays as it was."))
        return redirect("setting_change", change.uid)
    is_open = change.state == SettingChange.State.OPEN and change.lapses_on >= timezone.localdate()
    context = {
        "change": change,
        "row": waiting_words(change),
        "is_open": is_open,
        "is_own": change.asked_by_id == request.user.pk,
        "crumbs": [(_("Settings"), "/settings" if request.user.has_perm("accounts.change_settings") else ""),
                   (_("A change that waits"), "")],
    }  # fmt: skip
    return render(request, "settings/change.html", context)


def waiting_words(change: SettingChange) -> dict:
    return {
        "change": change,
        "label": label_of(change.name),
        "before": value_words(change.name, change.before),
        "after": value_words(change.name, change.after),
    }


def change_words(event) -> dict:
    """A change as the page tells it: each setting by its label, before and after."""
    before, after = event.detail.before or {}, event.detail.after or {}
    lines = [
        {
            "label": label_of(name),
            "before": value_words(name, before.get(name)),
            "after": value_words(name, after[name]),
        }
        for name in after
    ]
    return {"when": event.at, "actor": event.detail.actor_name, "lines": lines}


def value_words(name: str, value) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if name == "panel":
        return ", ".join(User.objects.filter(uid__in=value or []).values_list("name", flat=True)) or _("nobody")
    if name == "route_days":
        return ", ".join(f"{route_label(route)} {days}" for route, days in (value or {}).items()) or _("as catalogued")
    if name == "texts":
        return " · ".join(f"{TEXTS.get(key, key)}: {text}" for key, text in (value or {}).items()) or _("empty")
    return _("empty") if value in {None, ""} else str(value)

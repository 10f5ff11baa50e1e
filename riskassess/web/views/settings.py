from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from riskassess.accounts.queries import the_institution
from riskassess.accounts.services import SETTINGS, change_settings
from riskassess.audit.queries import EventFilters, events
from riskassess.web.forms.settings import SettingsForm
from riskassess.web.views.public import CLOSED

SHOWN_CHANGES = 20


def institution_settings(request):
    """What holds for the whole institution, and who changed it when."""
    institution = the_institution()
    form = SettingsForm(request.POST or None, initial={name: getattr(institution, name) for name in SETTINGS})
    if request.method == "POST" and form.is_valid():
        change_settings(institution=institution, actor=request.user, **form.cleaned_data)
        cache.delete(CLOSED)
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("settings")
    changes = events(EventFilters(verb="settings.changed"))[:SHOWN_CHANGES]
    context = {"form": form, "institution": institution, "changes": [change_words(event, form) for event in changes]}
    return render(request, "settings/settings.html", context, status=422 if form.errors else 200)


def change_words(event, form: SettingsForm) -> dict:
    """A change as the page tells it: each setting by its label, before and after."""
    before, after = event.detail.before or {}, event.detail.after or {}
    lines = [
        {"label": form.fields[name].label, "before": value_words(before.get(name)), "after": value_words(after[name])}
        for name in after
        if name in form.fields
    ]
    return {"when": event.at, "actor": event.detail.actor_name, "lines": lines}


def value_words(value) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return value or _("empty")

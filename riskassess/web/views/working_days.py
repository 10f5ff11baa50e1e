from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.accounts.calendar import public_holidays
from riskassess.accounts.queries import the_institution
from riskassess.audit.queries import EventFilters, events
from riskassess.core.errors import DomainError
from riskassess.web.forms.working_days import CalendarForm, ClosedDayForm
from riskassess.web.verbs import VERB_WORDS
from riskassess.web.views.moves import keep_refusal

SHOWN_CHANGES = 20
VERBS = ("calendar.changed", "calendar.day_closed", "calendar.day_opened")


def working_days(request):
    """Which days count: public holidays of a place, and the institution's own closed days."""
    institution = the_institution()
    place = {"country": institution.country, "subdivision": institution.subdivision}
    is_day = request.POST.get("what") == "day"
    form = CalendarForm(request.POST if request.method == "POST" and not is_day else None, initial=place)
    day_form = ClosedDayForm(request.POST if is_day else None)
    sent = day_form if is_day else form
    step = workflow.close_day if is_day else workflow.change_calendar
    if request.method == "POST" and sent.is_valid():
        try:
            step(institution=institution, actor=request.user, **sent.cleaned_data)
        except DomainError as fault:
            keep_refusal(sent, fault)
        else:
            messages.success(request, saved_words())
            return redirect("working_days")
    today = timezone.localdate()
    context = {
        "form": form,
        "day_form": day_form,
        "institution": institution,
        "closed": institution.closed_days.filter(day__gte=today),
        "coming": coming_holidays(institution, today),
        "changes": changes(),
        "today": today,
        "crumbs": [(_("Settings"), reverse("settings")), (_("Working days"), "")],
    }
    return render(
        request, "settings/working_days.html", context, status=getattr(sent, "status", 422) if sent.errors else 200
    )


def saved_words() -> str:
    return _("Saved. Open cases are counted anew in the next minutes; what was decided keeps its days.")


@require_POST
def closed_day_drop(request, uid):
    closed = get_object_or_404(the_institution().closed_days, uid=uid)
    try:
        workflow.open_day(closed=closed, actor=request.user)
    except DomainError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, saved_words())
    return redirect("working_days")


def coming_holidays(institution, today) -> list[tuple]:
    """The public holidays of the next twelve months that fall on a weekday."""
    if not institution.country:
        return []
    both = [public_holidays(institution.country, institution.subdivision, today.year + step) for step in (0, 1)]
    end = today.replace(year=today.year + 1, day=1)
    return sorted(
        (day, name) for days in both for day, name in days.items() if today <= day < end and day.weekday() < 5
    )


def changes() -> list[dict]:
    found = [event for verb in VERBS for event in events(EventFilters(verb=verb))[:SHOWN_CHANGES]]
    found.sort(key=lambda event: event.sequence, reverse=True)
    return [
        {
            "when": event.at,
            "actor": event.detail.actor_name,
            "text": VERB_WORDS[event.verb],
            "hint": change_words(event.detail),
        }
        for event in found[:SHOWN_CHANGES]
    ]


def change_words(detail) -> str:
    before, after = (
        " · ".join(value for value in (given or {}).values() if value) for given in (detail.before, detail.after)
    )
    if detail.before is not None and detail.after is not None:
        return f"{before or _('none')} → {after or _('none')}"
    return before or after

"""One edition of a list: how far it is, what it changes, and a person's decision about it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from partners import lists
from partners.lists.deciding import NotByUploader
from partners.models import ListEdition, ListSource
from partners.queries.lists import differences_of, editions_of, stuck_rescreenings
from riskassess.accounts.models import Role
from riskassess.accounts.queries import holders
from riskassess.jobs.services import start_again
from riskassess.web.forms.editions import DecisionForm
from riskassess.web.list_words import (
    Change,
    counts_of,
    day_of,
    difference_row,
    edition_facts,
    edition_row,
    progress_of,
    story_of,
)

PAGE_SIZE = 50
State = ListEdition.State
DECISIONS = {"accept": lists.accept_edition, "refuse": lists.refuse_edition, "restore": lists.roll_back}
SAID = {
    "accept": gettext_lazy("Accepted. The edition comes into force as soon as it is compared."),
    "refuse": gettext_lazy("Refused. The edition in force stays."),
    "restore": gettext_lazy("The earlier edition is being brought back."),
}


def edition(request, code, uid):
    row = edition_for(code, uid)
    may_manage = request.user.has_perm("partners.manage_lists")
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("decision") in DECISIONS and form.is_valid():
        decision = request.POST["decision"]
        try:
            DECISIONS[decision](edition=row, actor=request.user, **form.cleaned_data)
        except NotByUploader as fault:
            messages.error(request, str(fault))
            return redirect(row)
        messages.success(request, SAID[decision])
        return redirect(row.source if decision == "restore" else row)
    is_own = may_manage and row.state == State.HELD and lists.is_own(row, request.user)
    counts = counts_of(row)
    kinds = [kind for kind, count in counts.items() if count]
    kind = next((each for each in kinds if each == request.GET.get("show")), kinds[0] if kinds else "")
    page = Paginator(differences_of(row, kind), PAGE_SIZE).get_page(request.GET.get("page")) if kind else None
    return render(
        request,
        "lists/edition.html",
        {
            "edition": row,
            "crumbs": [
                (_("Lists"), reverse("list_sources")),
                (row.source.name, row.source.get_absolute_url()),
                (day_of(row), ""),
            ],
            "state": edition_row(row),
            "facts": edition_facts(row),
            "story": story_of(row),
            "progress": progress_of(row),
            "form": form if may_manage else None,
            "stuck": stuck.reason if (stuck := stuck_rescreenings().get(row.pk)) else "",
            "own_upload": others_words(request.user) if is_own else "",
            "may_accept": may_manage and row.state == State.HELD and not is_own,
            "may_stop": may_manage and row.state == State.STAGING,
            "may_restore": may_manage and row.state == State.SUPERSEDED,
            "before": row.compared_with,
            "chips": [
                {
                    "label": Change(each).label.capitalize(),
                    "count": counts[each],
                    "url": f"?show={each}",
                    "current": each == kind,
                }
                for each in kinds
            ],
            "kind": kind,
            "page": page,
            "differences": [difference_row(delta) for delta in page or []],
            "query": f"show={kind}&",
        },
    )


def edition_state(request, code, uid):
    """The progress, for the page that waits; at the end that page loads again."""
    row = edition_for(code, uid)
    if not request.htmx:
        return redirect(row)
    if row.state != State.STAGING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "_partials/job_progress.html", progress_of(row))


@require_POST
def edition_rescreen(request, code, uid):
    """Go on comparing the partners with it where that stopped."""
    row = edition_for(code, uid)
    if stuck := stuck_rescreenings().get(row.pk):
        start_again(job=stuck, actor=request.user)
        messages.success(request, _("The partners are being compared with this edition again, from where it stopped."))
    return redirect(row)


@require_POST
def edition_retry(request, code, uid):
    row = edition_for(code, uid)
    if row.state == State.STAGING and row.job:
        start_again(job=row.job, actor=request.user)
    return redirect(row)


def others_words(user) -> str:
    """Who may accept in this person's place."""
    names = [each.name for each in holders(Role.OFFICER) if each.pk != user.pk]
    if not names:
        return _("There is no other officer. Ask the administrator to name one.")
    return _("Any other officer may: %(names)s.") % {"names": ", ".join(names)}


def edition_for(code: str, uid) -> ListEdition:
    return get_object_or_404(editions_of(get_object_or_404(ListSource, code=code)), uid=uid)

"""What is done from the desk: several cases at once, and views that are kept under a name."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.core.errors import DomainError
from riskassess.reviews import services as reviews
from riskassess.reviews.inbox import saved_filters
from riskassess.reviews.models import SavedFilter
from riskassess.web.access import get_case_for
from riskassess.web.forms.desk import BulkForm, SaveViewForm
from riskassess.web.views.desk import Desk, desk_context

PERMISSIONS = {"assign": "reviews.assign", "remind": "reviews.remind"}


def crumbs(last: str) -> list[tuple[str, str]]:
    return [(_("Desk"), reverse("desk")), (last, "")]


def desk_keys(request):
    return render(request, "desk/keys.html", {"crumbs": crumbs(_("Keys"))})


@require_POST
def desk_bulk(request):
    """Each ticked case is a step of its own: what one refuses holds no other one up, and is told beside its name."""
    desk = Desk(request)
    form = BulkForm(request.POST, officers=desk.officers, references=request.POST.getlist("case"))
    if not form.is_valid():
        return render(request, "desk/desk.html", desk_context(desk, bulk=form), status=422)
    given = form.cleaned_data
    officer = next((one for one in desk.officers if str(one.uid) == given["officer"]), None)
    if given["action"] == "remind":
        officer = None
    rows = [done(request.user, reference, given["action"], officer, given["reason"]) for reference in given["case"]]
    context = {
        "rows": rows,
        "count": sum(not row["refused"] for row in rows),
        "is_remind": given["action"] == "remind",
        "officer": officer,
        "back": f"{reverse('desk')}?{request.GET.urlencode()}",
        "crumbs": crumbs(_("What was done")),
    }
    return render(request, "desk/bulk.html", context)


def done(user: User, reference: str, action: str, officer: User | None, reason: str) -> dict:
    """One case of several: what was done with it, or why not, in words."""
    row = {"reference": reference, "url": "", "text": "", "refused": ""}
    try:
        case = get_case_for(user, reference, PERMISSIONS[action])
        row["url"] = case.get_absolute_url()
        if action == "remind":
            people = workflow.remind(case=case, actor=user)
            row["text"] = _("Reminded: %(names)s.") % {"names": ", ".join(person.name for person in people)}
        else:
            reviewer = case.reviewer if case.reviewer_id != officer.pk else None
            workflow.assign(case=case, actor=user, officer=officer, reviewer=reviewer, reason=reason)
            row["text"] = _("With %(name)s now.") % {"name": officer.name}
    except DomainError as fault:
        row["refused"] = str(fault)
    except PermissionDenied:
        row["refused"] = _("You may not do this here now.")
    except Http404:
        row["refused"] = _("There is no such case, or it is not open to you.")
    return row


def desk_view(request, uid):
    """A kept view by its address; each reader sees their own scope through it."""
    view = get_object_or_404(saved_filters(request.user), uid=uid)
    return redirect(f"{reverse('desk')}?{urlencode(view.query)}")


@require_POST
def desk_view_save(request: HttpRequest):
    desk = Desk(request)
    form = SaveViewForm(request.POST)
    if form.is_valid():
        try:
            reviews.save_filter(owner=request.user, query=desk.given, **form.cleaned_data)
        except DomainError as fault:
            form.add_error(fault.field or None, str(fault))
        else:
            messages.success(request, _("Kept. It stands above the list, with an address that you can pass on."))
            return redirect(f"{reverse('desk')}?{urlencode(desk.given)}")
    return render(request, "desk/desk.html", desk_context(desk, save=form), status=422)


@require_POST
def desk_view_change(request, uid):
    """Share one's own view, keep it to oneself again, or take it away."""
    view = get_object_or_404(SavedFilter, uid=uid, owner=request.user)
    what = request.POST.get("what")
    if what == "drop":
        reviews.drop_filter(view=view)
        messages.success(request, _("The view is gone. The cases are where they were."))
    elif what in {"share", "keep"}:
        reviews.share_filter(view=view, is_shared=what == "share")
        messages.success(request, _("Colleagues see it now.") if what == "share" else _("Only you see it now."))
    else:
        raise Http404
    return redirect(f"{reverse('desk')}?{urlencode(view.query)}")

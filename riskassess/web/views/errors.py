"""Pages for what went wrong. They keep what was typed, and the last of them needs neither database nor session."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse, HttpResponseServerError
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django_htmx.http import reselect, reswap, retarget

from riskassess.proposals.models import Proposal
from riskassess.reviews.queries import visible_proposals
from riskassess.web.history import STEPS, timeline
from riskassess.web.typed import HIDDEN_CHARACTER, read_by_people, words_for

NOT_KEPT = {"csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2"}
LONGEST_KEPT = 20_000
REFERENCE = re.compile(r"RA-\d{4}-\d{4,}")
TOLD_EVENTS = 3


def came_from_here(request) -> bool:
    """Whether the browser says that the form was one of ours. What a foreign page sent is never offered again."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def typed_values(request) -> list[tuple[str, str, str]]:
    """(name, words for it, value) of each thing in the form that was sent, passwords left out."""
    is_sign_in = request.resolver_match is not None and request.resolver_match.view_name == "login"
    if request.method != "POST" or is_sign_in or not came_from_here(request):
        return []
    return kept_values(request)


def kept_values(request) -> list[tuple[str, str, str]]:
    return [
        (name, words_for(name), value)
        for name, values in request.POST.lists()
        if name not in NOT_KEPT
        for value in values
        if len(value) <= LONGEST_KEPT
    ]


@requires_csrf_token
def csrf_failure(request, reason=""):
    if getattr(request, "htmx", False):
        return unsure_who(request)
    typed = typed_values(request)
    context = {"typed": typed, "shown": read_by_people(request, typed), "had_files": bool(request.FILES)}
    return render(request, "errors/403_csrf.html", context, status=403)


def signed_out(request) -> HttpResponse:
    """For a form that arrives after the session has ended: the values wait here until the person is back."""
    return csrf_failure(request)


def unsure_who(request) -> HttpResponse:
    """For a page that saves itself. Its text is kept in the browser, so it needs only the way to sign in.

    Whoever signed in again elsewhere meanwhile gets a new token: no foreign page can send that request or read this.
    """
    if request.user.is_authenticated and request.POST.get("writer") == str(request.user.uid):
        return HttpResponse(status=403, headers={"X-Fresh-Token": get_token(request)})
    response = render(request, "errors/signed_out_part.html", status=401)
    return reselect(retarget(reswap(response, "innerHTML"), "#signed-out"), "#signed-out-words")


@requires_csrf_token
def bad_request(request, exception):
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return too_large(request)
    return render(request, "errors/400.html", status=400)


def too_large(request) -> HttpResponse:
    return render(request, "errors/413.html", status=413)


@requires_csrf_token
def forbidden(request, exception):
    return render(request, "errors/403.html", {"reason": str(exception)}, status=403)


def lost_race(request, message) -> HttpResponse:
    """409: what happened meanwhile, where the proposal stands now, and what was typed, to be copied.

    The form has passed the check of its token by now, so what it sent may be shown.
    """
    proposal = proposal_of(request)
    context = {
        "message": message,
        "typed": read_by_people(request, kept_values(request)) if request.method == "POST" else [],
        "proposal": proposal,
        "place": place_of(request, proposal),
        "others": others_named(request, message, proposal),
        "events": meanwhile(request, proposal),
    }
    return render(request, "errors/409.html", context, status=409)


def refused(request, message) -> HttpResponse:
    """422: what the domain does not allow, with what was typed."""
    typed = read_by_people(request, kept_values(request)) if request.method == "POST" else []
    return render(request, "errors/422.html", {"message": message, "typed": typed}, status=422)


def unreadable_place(request) -> str | None:
    """The words for the first field that holds a character no database keeps; None where all can be read."""
    if HIDDEN_CHARACTER in request.path_info:
        return _("The address")
    for values in (request.GET, request.POST):
        for name, texts in values.lists():
            if HIDDEN_CHARACTER in name or any(HIDDEN_CHARACTER in text for text in texts):
                return words_for(name)
    return None


def unreadable(request, place: str) -> HttpResponse:
    """400: nothing was done; which field it is, and what was typed without the character."""
    text = _("“%(place)s” holds a hidden character, as text copied from a PDF may. Type it anew and send it again.")
    typed = read_by_people(request, kept_values(request)) if request.method == "POST" else []
    context = {
        "message": text % {"place": place},
        "typed": [tuple(part.replace(HIDDEN_CHARACTER, "") for part in row) for row in typed],
    }
    return render(request, "errors/400.html", context, status=400)


def proposal_of(request) -> Proposal | None:
    """The proposal that the address names, where this person may see it."""
    reference = request.resolver_match.kwargs.get("reference") if request.resolver_match else None
    if not reference:
        return None
    return visible_proposals(request.user).select_related("case").filter(reference=reference).first()


def others_named(request, message: str, proposal: Proposal | None) -> list[Proposal]:
    """Other proposals that the sentence names, where this person may see them."""
    names = set(REFERENCE.findall(str(message))) - {proposal.reference if proposal else ""}
    return list(visible_proposals(request.user).filter(reference__in=names).order_by("reference")) if names else []


def place_of(request, proposal: Proposal | None) -> str:
    if proposal is None:
        return ""
    is_staff_page = request.resolver_match.route.startswith("cases/")
    if is_staff_page and request.user.has_perm("reviews.view_case", proposal):
        return proposal.case.get_absolute_url()
    return proposal.get_absolute_url()


def meanwhile(request, proposal: Proposal | None) -> list[dict]:
    if proposal is None:
        return []
    return timeline(reference=proposal.reference, reader=request.user, limit=TOLD_EVENTS, verbs=STEPS)


@requires_csrf_token
def not_found(request, exception):
    return render(request, "errors/404.html", status=404)


def server_error(request):
    number = getattr(request, "id", "")
    try:
        return HttpResponseServerError(loader.get_template("errors/500.html").render({"number": number}))
    except Exception:  # the fault may lie in the templates or their files: then plain words must do
        return HttpResponseServerError(
            "Something broke on our side. What you saved before is safe. "
            f"Try again, or ask the help desk with number {number}.",
            content_type="text/plain; charset=utf-8",
        )

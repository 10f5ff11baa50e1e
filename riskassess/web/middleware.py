import logging
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.audit.services import record_denial
from riskassess.core.errors import Conflict, DomainError
from riskassess.web.access import NotDeclared, StepClosed
from riskassess.web.policy import GUEST_ROUTES, OBJECT, PUBLIC, SIGNED_IN, entry_for
from riskassess.web.views.errors import forbidden, lost_race, refused, signed_out, unreadable, unreadable_place

logger = logging.getLogger(__name__)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class PolicyMiddleware:
    """The first gate: a route and method without an entry in the policy table is denied. Each denial is on record."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and _is_refused(request, response.status_code):
            _record_denied(request, response.status_code)
        return response

    def process_view(self, request, view, args, kwargs):
        route = request.resolver_match.view_name
        entry = entry_for(route, request.method)
        if entry is None:
            allowed = [m for m in METHODS if entry_for(route, m) is not None]
            if allowed:
                return HttpResponseNotAllowed(allowed)
            logger.error("route %s has no entry in the policy table", route)
            raise PermissionDenied
        if entry == PUBLIC:
            return None
        if not request.user.is_authenticated:
            if request.method == "POST":
                return signed_out(request)
            return redirect_to_login(request.get_full_path())
        if request.user.is_guest and route not in GUEST_ROUTES:
            raise Http404
        if entry in {SIGNED_IN, OBJECT} or request.user.has_perm(entry):
            return None
        raise PermissionDenied


def _is_refused(request, status: int) -> bool:
    """What is out of somebody's scope is not there for them, so 404 is a refusal too; not where a page is public, or
    where no route leads."""
    if status != 404:
        return status == 403
    match = request.resolver_match
    return match is not None and entry_for(match.view_name, request.method) not in {None, PUBLIC}


def _record_denied(request, status: int) -> None:
    match = request.resolver_match
    record_denial(
        actor_id=request.user.pk,
        actor_name=request.user.name,
        role=request.user.role_now,
        subject=f"route:{match.view_name if match else request.path}",
        reference=str(match.kwargs.get("reference", "")) if match else "",
        method=request.method,
        status=status,
    )


class DomainErrorMiddleware:
    """Turns what the domain refuses into a page that says why: 409 for a lost race, 422 for the rest.

    What holds a character that no database keeps goes no further than this: 400.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        place = unreadable_place(request)
        return unreadable(request, place) if place else None

    def process_exception(self, request, exception):
        if isinstance(exception, NotDeclared):
            if request.method == "POST":
                words = _("Say first whether something stands against your reading this case; its page asks you.")
                return forbidden(request, PermissionDenied(words))
            place = reverse("interest", args=[exception.reference])
            return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")
        if isinstance(exception, StepClosed) and request.method != "POST":
            return forbidden(request, exception)
        if isinstance(exception, Conflict):
            return lost_race(request, exception.message)
        if isinstance(exception, DomainError):
            return refused(request, exception.message)
        return None

"""Which way a case goes, who carries it and by when. Days and routes are the catalogue's data."""

from datetime import date

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext

from riskassess.accounts.calendar import Calendar
from riskassess.accounts.models import Institution, User
from riskassess.accounts.queries import holders, the_institution
from riskassess.accounts.roles import Role
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.results import Assessment
from riskassess.proposals.models import Proposal
from riskassess.proposals.states import UNDER_REVIEW
from riskassess.reviews.rules import without_conflict

ROUTE_ORDER = ("fast_track", "light", "full", "panel")
DECIDERS_ORDER = ("low", "moderate", "high")


def days_of(catalogue: Catalogue, route: str) -> int:
    """The working days of a route: the catalogue's, or those that the institution set."""
    return the_institution().route_days.get(route) or catalogue.route(route).days


def due_date(catalogue: Catalogue, route: str, calendar: Calendar, start: date | None = None) -> date:
    return calendar.add(start or timezone.localdate(), days_of(catalogue, route))


def filed_route(result: Assessment, institution: Institution) -> str:
    """The route that a proposal takes once it is submitted: no fast track where the institution has everything read."""
    return result.route if institution.allows_fast_track else case_route(result)


def case_route(result: Assessment) -> str:
    """The review route of a result; what comes to a case although its route was the fast track is read lightly."""
    return "light" if result.route == "fast_track" else result.route


def deciders_for(result: Assessment) -> str:
    """Who decides follows the inherent upper end, firm stops included; the residual level never changes the number."""
    return result.deciders


def higher(first: str, second: str, order: tuple[str, ...]) -> str:
    return max(first, second, key=order.index)


def choose(role: str, proposal: Proposal, *, besides: set[int] = frozenset()) -> tuple[User | None, str]:
    """The person with the fewest open cases who holds the role there and has no conflict of interest, and why."""
    load = dict(_open_case_counts(role))
    holding = [user for user in holders(role, unit=proposal.unit) if user.pk not in besides]
    candidates = without_conflict(holding, proposal)
    if not candidates:
        return None, ""
    chosen = min(candidates, key=lambda user: (load.get(user.pk, 0), user.pk))
    count = load.get(chosen.pk, 0)
    return chosen, gettext("least load (%(count)d open), no conflict of interest") % {"count": count}


def _open_case_counts(role: str):
    relation = "cases" if role == Role.OFFICER else "reviews"
    return (
        User.objects.filter(**{f"{relation}__proposal__state__in": [*UNDER_REVIEW, "submitted"]})
        .annotate(open_count=Count(relation, distinct=True))
        .values_list("pk", "open_count")
    )

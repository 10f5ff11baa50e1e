from typing import NamedTuple

from django.core.cache import cache
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from riskassess.accounts.calendar import the_calendar
from riskassess.accounts.queries import the_institution
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.assessments.triage import Triage, triage_questions
from riskassess.assessments.triage import triage as triage_of
from riskassess.engine.catalogue import RouteRow
from riskassess.insights.queries import Turnaround, turnaround
from riskassess.web import readers
from riskassess.web.forms.questionnaire import SectionForm
from riskassess.web.reading import reading_tabs

SHOWN_FINDINGS, SHOWN_SAFEGUARDS = 5, 8
# Which routes the start page promises; a panel is what a few of the full ones become.
SHOWN = ("fast_track", "light", "full")
# Figures for everybody need not be of this very minute.
KEPT_SECONDS = 600
CLOSED = "closed-routes"


class Promise(NamedTuple):
    """A route of the catalogue, with the days that it promises, beside what was measured."""

    route: RouteRow
    took: Turnaround | None


def closed_routes() -> tuple[str, ...]:
    """What the institution does not offer, so that nothing promises it."""
    institution = the_institution()
    return () if institution is None or institution.allows_fast_track else ("fast_track",)


def start(request):
    """The public front page. Without a catalogue it still opens: set-up may not have ended yet."""
    try:
        routes = {row.id: row for row in catalogue_of(current_release()).routes}
    except CatalogueRelease.DoesNotExist:
        routes = {}
    today = timezone.localdate()
    figures = (
        cache.get_or_set(f"turnaround-{today}", lambda: turnaround(today, the_calendar()), KEPT_SECONDS)
        if routes
        else {}
    )
    cards = [Promise(route, figures.get(name)) for name, route in routes.items()]
    closed = cache.get_or_set(CLOSED, closed_routes, KEPT_SECONDS)
    return render(
        request,
        "public/start.html",
        {
            "routes": [card for card in cards if card.route.id in SHOWN and card.route.id not in closed],
            "panel": next((card for card in cards if card.route.id == "panel"), None),
            "until": today,
            "stages": readers.STAGES,
        },
    )


def who_sees_what(request):
    return render(
        request,
        "public/who_sees_what.html",
        {
            "stages": readers.STAGES,
            "parts": readers.PARTS,
            "shown": [readers.TITLES[reader] for reader in readers.SHOWN],
            "tabs": reading_tabs("who_sees_what"),
        },
    )


@never_cache
@csrf_exempt  # nothing is kept or changed, so no cookie is needed to guard it
def triage(request):
    """Six questions and what they lead to. The answers come by POST, so that they stand in no address and no log."""
    try:
        release = current_release()
    except CatalogueRelease.DoesNotExist as fault:
        raise Http404 from fault
    catalogue = catalogue_of(release)
    questions = triage_questions(catalogue)
    names = [question.id for question in questions]
    form = SectionForm(
        request.POST if request.method == "POST" else None,
        slots=[(question, "") for question in questions],
        values={},
        shown=names,
    )
    outcome, status = None, 200
    if request.method == "POST":
        if form.is_valid():
            given = {name: value for (name, _row), value in form.answers().items() if value}
            outcome = triage_of(catalogue, given, on=timezone.localdate())
        else:
            status = 422
    return render(
        request,
        "public/triage.html",
        {
            "form": form,
            "release": release,
            "outcome": outcome,
            "route": catalogue.route(outcome.result.route) if outcome else None,
            "calm": catalogue.route(outcome.calm.route) if outcome else None,
            **(_reasons(outcome) if outcome else {}),
            "helpful": outcome.safeguards[:SHOWN_SAFEGUARDS] if outcome else (),
            "titles": {dimension.id: dimension.title for dimension in catalogue.dimensions},
        },
        status=status,
    )


def _reasons(outcome: Triage) -> dict:
    """The first findings. Where most answers are open, only what is certain: the rest is folded, since it says nothing
    about the project."""
    findings, holds = outcome.result.findings, outcome.result.holds
    shown = [finding for finding in findings if finding.firm or not outcome.is_mostly_open][:SHOWN_FINDINGS]
    return {
        "shown": shown,
        "folded": [finding for finding in findings if finding not in shown],
        "holds": [hold for hold in holds if hold.state == "firm"],
        "maybe_holds": [hold for hold in holds if hold.state != "firm"],
        "open_count": outcome.unsure,
        "office": the_institution(),
    }

from django.shortcuts import render

from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release

# Which routes the start page promises; a panel is what a few of the full ones become.
SHOWN = ("fast_track", "light", "full")


def start(request):
    """The public front page. Without a catalogue it still opens: set-up may not have ended yet."""
    try:
        routes = {row.id: row for row in catalogue_of(current_release()).routes}
    except CatalogueRelease.DoesNotExist:
        routes = {}
    shown = [routes[name] for name in SHOWN if name in routes]
    return render(request, "public/start.html", {"routes": shown, "panel": routes.get("panel")})

from django.shortcuts import render

from riskassess.core.words import LEVEL_WORDS, LEVELS
from riskassess.insights.appeals import FEWEST, overturned


def insights(request):
    """How often decisions were overturned, for whoever looks after the rules."""
    levels, rules = overturned()
    levels.sort(key=lambda row: LEVELS.index(row.name))
    return render(
        request,
        "insights/insights.html",
        {"levels": [(LEVEL_WORDS[row.name], row) for row in levels], "rules": rules, "fewest": FEWEST},
    )

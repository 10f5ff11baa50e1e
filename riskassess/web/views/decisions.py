"""The page of whoever decides a few times a year: one card a case, with what is needed to begin."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.assessments.queries import assessments_of
from riskassess.core.words import ROUTE_WORDS
from riskassess.reviews.inbox import rows_of, visible_cases, waiting_for_vote
from riskassess.reviews.models import Recommendation
from riskassess.web.views.desk import is_unread

MOST = 20


def decisions(request):
    today = timezone.localdate()
    keys = waiting_for_vote(visible_cases(request.user), request.user)
    cases = rows_of(keys[:MOST], request.user)
    advice = advice_of(cases)
    results = assessments_of([case.proposal_id for case in cases])
    cards = [card_of(case, results.get(case.proposal_id), advice.get(case.pk, []), today) for case in cases]
    context = {
        "cards": cards,
        "more": len(keys) > MOST,
        "lead": lead(len(keys)),
        "next_url": cards[0]["url"] if cards else "",
    }
    return render(request, "decisions/decisions.html", context)


def lead(count: int) -> str:
    if not count:
        return _("No case waits for your vote.")
    return ngettext("%(n)d case waits for your vote.", "%(n)d cases wait for your vote.", count) % {"n": count}


def advice_of(cases) -> dict[int, list[Recommendation]]:
    """The advice of the present round, by case; one query."""
    found: dict[int, list[Recommendation]] = {}
    for row in Recommendation.objects.filter(case__in=cases).select_related("by", "case"):
        if row.round == row.case.round:
            found.setdefault(row.case_id, []).append(row)
    return found


def card_of(case, result, advice, today) -> dict:
    """Level pair, one sentence on why, the advice and the day; a case that is not open yet shows no content."""
    left = (case.due_on - today).days
    main = max(result.firm_findings, key=lambda finding: finding.score, default=None) if result else None
    return {
        "case": case,
        "is_open_to": case.is_open_to,
        "is_unread": is_unread(case),
        "url": reverse("decide", args=[case.proposal.reference]) if case.is_open_to else case.get_absolute_url(),
        "case_url": case.get_absolute_url(),
        "filed": {"lower": case.inherent_lower, "upper": case.inherent_upper},
        "reached": {"lower": case.if_agreed_upper, "upper": case.if_agreed_upper}
        if case.inherent_lower == case.inherent_upper
        else None,
        "why": main.title if main else _("No rule found anything."),
        "more": max(len(result.firm_findings) - 1, 0) if result else 0,
        "advice": advice,
        "route": ROUTE_WORDS[case.route],
        "is_late": left < 0,
        "due": ngettext("%(n)d day over", "%(n)d days over", -left) % {"n": -left}
        if left < 0
        else ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left},
    }

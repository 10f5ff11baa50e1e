"""The receipt of a registration: what may begin, what was seen, and whether it is read afterwards."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from riskassess.assessments.queries import assessment_of
from riskassess.audit.queries import last_event
from riskassess.core.words import LEVEL_MEANINGS, ROUTE_WORDS
from riskassess.proposals.states import State
from riskassess.reports.models import Kind
from riskassess.reports.queries import reports_of
from riskassess.reviews.models import Draw
from riskassess.reviews.queries import drawn_percent, last_decision
from riskassess.web.access import get_proposal_for, note_read
from riskassess.web.draft import may_write
from riskassess.web.talk import may_correct
from riskassess.web.views.questionnaire import crumbs
from riskassess.web.views.reports import report_card


def receipt(request, reference):
    """Reference, level and fingerprint as registered. A proposal on its way is led to its own page, which says so."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    report = reports_of(proposal, request.user).filter(kind=Kind.RECEIPT).order_by("pk").first()
    if report is None:
        if proposal.state in {State.DRAFT, State.SUBMITTED}:
            return redirect(proposal)
        raise Http404
    note_read(request.user, proposal)
    registered = last_event("proposal.register", proposal.reference)
    draw = Draw.objects.select_related("event").filter(proposal=proposal).first()
    result = assessment_of(report.record)
    return render(
        request,
        "proposals/receipt.html",
        {
            "proposal": proposal,
            "version": report.version,
            "level": result.inherent.upper,
            "line": _("%(route)s · registered %(moment)s")
            % {
                "route": ROUTE_WORDS["fast_track"],
                "moment": formats.date_format(timezone.localtime(registered.at), "j M Y, H:i"),
            },
            "meaning": LEVEL_MEANINGS[result.inherent.upper],
            "report": report_card(report, may_retry=may_write(request.user, proposal)),
            "may_correct": may_correct(request.user, proposal),
            "stands": proposal.state == State.REGISTERED,
            "draw": draw,
            "fraction": draw.event.hash[:8] if draw else "",
            "percent": draw.percent if draw else drawn_percent(),
            "reviewed": draw is not None and draw.is_drawn and last_decision(proposal.case) is not None,
            "crumbs": crumbs(proposal, _("Receipt"), reader=request.user),
        },
    )

from django.shortcuts import render
from django.utils.translation import gettext as _

from riskassess.assessments.queries import catalogue_of, latest_version
from riskassess.assessments.services import open_questionnaire
from riskassess.assessments.trail import answer_trails, labels_in, labels_now
from riskassess.proposals.rules import is_coinvestigator
from riskassess.web.access import get_proposal_for, note_read
from riskassess.web.draft import may_write
from riskassess.web.views.questionnaire import crumbs


def answer_history(request, reference):
    """Every answer with who gave or changed it, when, from what to what. Whoever is no author reads it up to the last
    submission."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    note_read(request.user, proposal)
    is_author = may_write(request.user, proposal) or is_coinvestigator(request.user, proposal)
    version = None if is_author else latest_version(proposal)
    questionnaire = open_questionnaire(proposal=proposal)
    trails = answer_trails(
        questionnaire=questionnaire,
        catalogue=catalogue_of(questionnaire.release),
        labels=labels_in(version.content) if version else labels_now(proposal),
        until=version.created_at if version else None,
    )
    context = {
        "proposal": proposal,
        "is_author": is_author,
        "changed": [trail for trail in trails if trail.changes],
        "once": by_section([trail for trail in trails if not trail.changes]),
        "crumbs": crumbs(proposal, _("History of answers"), reader=request.user),
    }
    return render(request, "proposals/answer_history.html", context)


def by_section(trails) -> list[dict]:
    found: dict[str, list] = {}
    for trail in trails:
        found.setdefault(trail.section, []).append(trail)
    return [{"title": title, "trails": rows} for title, rows in found.items()]

"""A renewal asks what changed: each section as it was, to be kept whole or changed where it is answered."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.assessments.wording import words_of
from riskassess.proposals.rules import is_coinvestigator
from riskassess.web.access import get_proposal_for
from riskassess.web.draft import Draft
from riskassess.web.forms.questionnaire import field_name
from riskassess.web.views.questionnaire import crumbs, get_draft_for


def renewal(request, reference):
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    if proposal.renews_id is None:
        raise Http404
    if proposal.is_editable and request.method == "GET" and is_reader(request.user, proposal):
        return redirect("check", reference)
    draft = get_draft_for(request, reference)
    if draft is None:
        return redirect("proposal", reference)
    if request.method == "POST":
        keep_section(request, draft, request.POST.get("keep", ""))
        return redirect("renewal", reference)
    sections = [part for section in draft.sections[1:] if (part := section_part(draft, section))]
    return render(
        request,
        "proposals/renewal.html",
        {
            "proposal": proposal,
            "renews": proposal.renews,
            "draft": draft,
            "first": draft.sections[0],
            "partners": proposal.participations.select_related("partner"),
            "funders": proposal.funders.all(),
            "sections": sections,
            "waiting": len(draft.waiting),
            "new": sum(part["new"] for part in sections),
            "next": draft.page("check"),
            "crumbs": crumbs(proposal, _("What changed?")),
        },
    )


def is_reader(user, proposal) -> bool:
    """Takes part without writing."""
    return is_coinvestigator(user, proposal) and not user.has_perm("proposals.edit", proposal)


def keep_section(request, draft: Draft, section: str) -> None:
    """Confirm what the page showed of a section; `shown` names it, so that nobody confirms what came in meanwhile."""
    shown = set(request.POST.getlist("shown"))
    keys = [
        (item.question.id, item.row)
        for item in draft.waiting
        if item.question.section == section and mark_of(draft, item) in shown
    ]
    kept = workflow.confirm_answers(proposal=draft.proposal, actor=request.user, keys=keys)
    if kept:
        messages.success(request, _("Kept: %(title)s.") % {"title": draft.catalogue.section(section).title})


def mark_of(draft: Draft, item) -> str:
    name = field_name(item.question.id, item.row)
    return f"{name}:{draft.stored[name].revision}"


def section_part(draft: Draft, section) -> dict | None:
    """A section with its answers in words; `new` counts the questions that stand open."""
    asked = draft.in_section(section.id)
    if not asked:
        return None
    waiting = {field_name(item.question.id, item.row) for item in draft.waiting}
    lines, shown, new = [], [], 0
    for item in asked:
        name = field_name(item.question.id, item.row)
        value = draft.answers_of(item.row).get(item.question.id)
        is_open = value in (None, "", [])
        if is_open and not item.question.required:
            continue
        new += is_open
        if name in waiting:
            shown.append(mark_of(draft, item))
        lines.append(
            {
                "text": item.question.text,
                "row_label": item.row_label,
                "words": words_of(item.question, value),
                "is_open": is_open,
                "waits": name in waiting,
                "url": draft.url_of(item.question, item.row),
            }
        )
    if not lines:
        return None
    return {
        "id": section.id,
        "title": section.title,
        "url": draft.page_of(section),
        "lines": lines,
        "shown": shown,
        "waiting": len(shown),
        "new": new,
    }

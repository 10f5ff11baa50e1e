"""The last page before submitting. What is submitted is what that page showed, or it is shown again."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.accounts.calendar import calendar_of
from riskassess.accounts.texts import text_for
from riskassess.assessments.facts import present_visits
from riskassess.assessments.wording import answer_groups, lines_of, visits_of
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.rules import is_coinvestigator
from riskassess.proposals.states import State
from riskassess.reviews.routing import days_of, due_date, filed_route
from riskassess.web.access import get_proposal_for
from riskassess.web.draft import Draft, may_write
from riskassess.web.evidence import evidence_rows
from riskassess.web.forms.proposals import SubmitForm
from riskassess.web.seen import content_mark, part_marks, what_changed
from riskassess.web.views.questionnaire import crumbs, get_draft_for


def check(request, reference):
    """The whole proposal before submitting; whoever takes part without writing reads the same, without a button."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    if proposal.is_editable and is_coinvestigator(request.user, proposal) and not may_write(request.user, proposal):
        return reading_page(request, Draft(proposal))
    draft = get_draft_for(request, reference)
    if draft is None:
        return redirect("proposal", reference)
    return check_page(request, draft, SubmitForm(catalogue=draft.catalogue))


def submit(request, reference):
    """What was refused stands at this address: opened again it leads back to the page it came from."""
    if request.method != "POST":
        get_proposal_for(request.user, reference, "proposals.view")
        return redirect("check", reference)
    draft = get_draft_for(request, reference)
    if not draft.proposal.is_editable:
        get_proposal_for(request.user, reference, "proposals.submit")  # says that it is too late, and where it stands
    form = SubmitForm(request.POST, catalogue=draft.catalogue)
    if draft.missing_links:
        form.add_error(None, _("Some answers are missing. The list below leads to each of them."))
    if not request.user.has_perm("proposals.submit", draft.proposal) and draft.proposal.is_editable:
        form.add_error(
            None, _("Only %(name)s, who leads this proposal, can submit it.") % {"name": draft.proposal.owner.name}
        )
    status = 422
    if words := what_changed(draft, request.POST.get("parts", ""), request.user, seen=request.POST.get("seen", "")):
        form.add_error(None, words)
        status = 409
    if form.is_valid():
        try:
            workflow.submit(proposal=draft.proposal, actor=request.user, seen=request.POST["seen"])
        except DomainError as fault:
            form.add_error(None, str(fault))
            draft = get_draft_for(request, reference)  # as it stands now, which is what the next try is bound to
            return check_page(request, draft, form, status=409 if isinstance(fault, Conflict) else 422)
        return redirect(after_submitting(request, draft.proposal))
    return check_page(request, draft, form, status=status)


def after_submitting(request, proposal) -> str:
    """The receipt where no review is needed, else the proposal's own page."""
    proposal.refresh_from_db()
    if proposal.state == State.REGISTERED:
        return reverse("receipt", args=[proposal.reference])
    messages.success(request, _("%(reference)s is submitted.") % {"reference": proposal.reference})
    return proposal.get_absolute_url()


def reading_page(request, draft: Draft):
    context = {
        "proposal": draft.proposal,
        "title": draft.sections[0].title,
        "missing_count": len(draft.missing_links),
        "crumbs": crumbs(draft.proposal, _("Draft")),
        **whole_of(draft),
    }
    return render(request, "proposals/draft.html", context)


def whole_of(draft: Draft) -> dict:
    """All that a proposal says, as `proposal_whole.html` shows it."""
    proposal, catalogue = draft.proposal, draft.catalogue
    content = {
        "answers": draft.facts["answers"],
        **{name: draft.facts[name] for name in ("partners", "technology", "funders")},
    }
    kinds = [line for q in catalogue.questions if q.field == "kinds" for line in lines_of(content, q) if line.words]
    return {
        "groups": asked_groups(draft, answer_groups(content, catalogue)),
        "kinds": kinds,
        "partners": proposal.participations.select_related("partner").prefetch_related("contacts__contact"),
        "funders": proposal.funders.all(),
        "technology": proposal.technology_items.all(),
        "visits": visits_of({**content, "visits": present_visits(proposal)}),
    }


def check_page(request, draft: Draft, form, status=200):
    proposal, result, catalogue = draft.proposal, draft.result, draft.catalogue
    route = catalogue.route(filed_route(result, proposal.institution))
    return render(
        request,
        "proposals/check.html",
        {
            "draft": draft,
            "proposal": proposal,
            "form": form,
            "seen": content_mark(draft),
            "parts": part_marks(draft),
            "rail": draft.rail("check"),
            "panel": draft.panel(),
            "missing": draft.missing_links,
            "unsure": [
                {"text": i.question.text, "row_label": i.row_label, "url": draft.url_of(i.question, i.row)}
                for i in draft.asked
                if draft.is_unsure(i)
            ],
            "own_text": text_for(proposal.institution, "before_submitting"),
            "route": route,
            "route_reason": result.route_reason,
            "days": days_of(catalogue, route.id),
            "due_on": due_date(catalogue, route.id, calendar_of(proposal.institution)) if route.days else None,
            "result": result,
            **whole_of(draft),
            "evidence": evidence_rows(request.user, proposal),
            "may_submit": request.user.has_perm("proposals.submit", proposal),
            "before": draft.step_before("check"),
            "crumbs": crumbs(proposal, _("Check and submit")),
        },
        status=status,
    )


def asked_groups(draft: Draft, groups):
    """Only what is asked now, each section with the page where it is changed."""
    asked = {(item.question.id, item.row) for item in draft.asked}
    pages = {section.title: draft.page_of(section) for section in draft.sections}
    found = []
    for group in groups:
        lines = [line for line in group.lines if (line.question.id, line.row) in asked]
        if lines:
            found.append({"title": group.title, "url": pages[group.title], "lines": lines})
    return found

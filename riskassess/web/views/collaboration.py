from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.queries import find_ror
from partners.services import register_partner
from riskassess import workflow
from riskassess.accounts.models import Unit
from riskassess.assessments.facts import fingerprint
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals import services as proposals
from riskassess.web.access import get_proposal_for
from riskassess.web.draft import Draft
from riskassess.web.forms.collaboration import MOST_SUGGESTIONS, Collaboration
from riskassess.web.views.questionnaire import crumbs, get_draft_for


def collaboration(request, reference):
    """The first section. Buttons of rows only redraw the page; saving writes all of it or nothing."""
    draft = get_draft_for(request, reference)
    if draft is None:
        return redirect("proposal", reference)
    proposal, status = draft.proposal, 200
    forms = Collaboration(
        proposal,
        catalogue=draft.catalogue,
        units=Unit.objects.filter(institution=proposal.institution),
        data=request.POST if request.method == "POST" else None,
        may_invite=proposal.owner_id == request.user.pk,
    )
    if request.method == "POST":
        action = request.POST.get("do", "continue")
        if forms.act(action):
            pass
        elif not forms.is_valid():
            status = 422
        else:
            try:
                save_collaboration(proposal, request.user, forms, seen=request.POST.get("seen", ""))
            except DomainError as fault:
                keep_refusal(forms, fault)
                status = 409 if isinstance(fault, Conflict) else 422
            else:
                return redirect(after_saving(request, reference, action, draft))
    return render(
        request,
        "proposals/collaboration.html",
        {
            "draft": draft,
            "proposal": proposal,
            "forms": forms,
            "section": draft.sections[0],
            "seen": mark_of(proposal),
            "rail": draft.rail(draft.sections[0].id),
            "panel": draft.panel(),
            "next": draft.next_step(draft.sections[0].id),
            "crumbs": crumbs(proposal, draft.sections[0].title),
        },
        status=status,
    )


def mark_of(proposal) -> str:
    """Changes with anything this page writes; what is posted under an older mark was typed over somebody's change."""
    return fingerprint(
        [
            [proposal.title, proposal.summary, proposal.kinds, str(proposal.starts), str(proposal.ends)],
            proposal.unit_id,
            [[row.partner_id, row.role] for row in proposal.participations.all()],
            [[row.name, row.country, row.kind] for row in proposal.funders.all()],
            [[co.user_id, co.can_edit] for co in proposal.coinvestigators.all()],
        ]
    )[:16]


@story()
def save_collaboration(proposal, actor, forms: Collaboration, *, seen: str) -> None:
    """Write the whole page through the services, or nothing of it."""
    proposals.guard_editable(proposal)
    if seen and seen != mark_of(proposal):
        raise Conflict(
            _("Somebody changed this page after you opened it. Yours is not lost: it is shown here. Save it again.")
        )
    given = forms.main.cleaned_data
    proposals.describe(proposal=proposal, actor=actor, **given)
    rows = []
    for form in forms.partners:
        if form.is_blank:
            continue
        row = form.cleaned_data
        try:
            partner = register_partner(name=row["name"], country=row["country"], ror_id=row["ror_id"], actor=actor)
        except DomainError as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault))
            raise
        rows.append((partner, row["role"]))
    workflow.choose_partners(proposal=proposal, actor=actor, rows=rows)
    proposals.set_funders(proposal=proposal, actor=actor, rows=forms.funders.filled())
    if forms.may_invite:
        people = [(form.user, form.cleaned_data["can_edit"]) for form in forms.people if not form.is_blank]
        proposals.set_coinvestigators(proposal=proposal, actor=actor, people=people)


def keep_refusal(forms: Collaboration, fault: DomainError) -> None:
    """Put a refusal where it belongs, unless a row has it already; what was typed stays."""
    if any(form.errors for form in forms.all_forms):
        return
    forms.main.add_error(fault.field if fault.field in forms.main.fields else None, str(fault))


def after_saving(request, reference, action, draft) -> str:
    if action == "leave":
        messages.success(request, _("Saved. You can go on whenever you like."))
        return draft.proposal.get_absolute_url()
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    return Draft(proposal).next_step(draft.sections[0].id)["url"]


def ror_search(request):
    """Suggestions from the local ROR data: a fragment for the picker, a page of its own without script."""
    row = request.GET.get("row", "")
    text = request.GET.get("q") or request.GET.get(f"{row}-name") or ""
    found = find_ror(text, limit=MOST_SUGGESTIONS) if text.strip() else []
    template = "_partials/suggestion_list.html" if request.htmx else "proposals/organisations.html"
    return render(request, template, {"found": found, "text": text.strip(), "prefix": row})

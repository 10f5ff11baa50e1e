from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.models import Partner
from partners.services import NearDuplicates, register_partner
from riskassess import workflow
from riskassess.accounts.models import Unit
from riskassess.assessments.copying import copy_answers
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals import services as proposals
from riskassess.proposals.contacts import contacts_of
from riskassess.proposals.models import Proposal
from riskassess.proposals.visits import set_visits
from riskassess.web.access import get_proposal_for
from riskassess.web.draft import Draft
from riskassess.web.forms.collaboration import Collaboration
from riskassess.web.forms.picking import PartnerForm, offers_of, told_apart
from riskassess.web.seen import changed_since, joined, last_described, mark
from riskassess.web.views.questionnaire import crumbs, get_draft_for


def collaboration(request, reference):
    """The first section. Buttons of rows only redraw the page; saving writes all of it or nothing."""
    draft = get_draft_for(request, reference)
    if draft is None:
        return redirect("proposal", reference)
    proposal, status = draft.proposal, 200
    action = request.POST.get("do", "continue")
    forms = Collaboration(
        proposal,
        catalogue=draft.catalogue,
        units=Unit.objects.filter(institution=proposal.institution),
        data=told_apart(request.POST, action) if request.method == "POST" else None,
    )
    seen, contested = joined(marks_of(proposal)), []
    if request.method == "POST":
        if forms.act(action) or forms.take(action.removeprefix("take:"), stored_forms(draft, forms)):
            seen = request.POST.get("seen", "")
        elif not forms.is_valid():
            status, seen = 422, request.POST.get("seen", "")
        else:
            try:
                save_collaboration(proposal, request.user, forms, seen=request.POST.get("seen", ""))
            except DomainError as fault:
                keep_refusal(forms, fault)
                status = 409 if isinstance(fault, Conflict) else 422
                if isinstance(fault, Contested):
                    contested, seen = fault.parts, fault.seen
                    proposal = get_proposal_for(request.user, reference, "proposals.view")
                else:
                    seen = request.POST.get("seen", "")
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
            "named_people": len(contacts_of(proposal)),
            "seen": seen,
            "contested": contested_words(contested, forms, stored_forms(Draft(proposal), forms)) if contested else [],
            "other": last_described(reference, request.user) if contested else None,
            "rail": draft.rail(draft.sections[0].id),
            "panel": draft.panel(),
            "next": draft.next_step(draft.sections[0].id),
            "crumbs": crumbs(proposal, draft.sections[0].title),
        },
        status=status,
    )


class Contested(Conflict):
    """Somebody else changed parts of the page since it was shown; `seen` are the marks of how it stands now."""

    def __init__(self, parts: list[str], seen: str):
        super().__init__(_("Somebody changed this page after you opened it. Yours is not lost: choose below."))
        self.parts, self.seen = parts, seen


def marks_of(proposal) -> dict[str, str]:
    """A mark for each part of the page; what is posted under an older one was typed over somebody's change."""
    own = {name: str(getattr(proposal, name)) for name in ("title", "summary", "kinds", "starts", "ends", "unit_id")}
    rows = {
        "partners": [[row.partner_id, row.role] for row in proposal.participations.all()],
        "funders": [[row.name, row.country, row.kind] for row in proposal.funders.all()],
        "visits": [
            [row.participation_id, row.role, row.people, row.direction, row.months, row.access]
            for row in proposal.visits.all()
        ],
    }
    return {name.removesuffix("_id"): mark(value) for name, value in {**own, **rows}.items()}


def stored_forms(draft: Draft, forms: Collaboration) -> Collaboration:
    """The page as it stands, beside what was typed."""
    return Collaboration(draft.proposal, catalogue=draft.catalogue, units=forms.units)


def contested_words(parts: list[str], mine: Collaboration, theirs: Collaboration) -> list[dict]:
    """Both versions of each part that was changed elsewhere and says something else here."""
    found = [
        {"name": name, "title": mine.title_of(name), "theirs": theirs.words_of(name), "mine": mine.words_of(name)}
        for name in parts
    ]
    return [item for item in found if item["theirs"] != item["mine"]]


@story()
def save_collaboration(proposal, actor, forms: Collaboration, *, seen: str) -> None:
    """Write the whole page through the services, or nothing of it."""
    proposals.guard_editable(proposal)
    marks = marks_of(Proposal.objects.get(pk=proposal.pk))  # read after the row is locked
    if seen and (changed := changed_since(seen, marks)):
        raise Contested(changed, joined(marks))
    given = forms.main.cleaned_data
    proposals.describe(proposal=proposal, actor=actor, **given)
    rows, doubtful = [], None
    for form in forms.partners.kept:
        try:
            rows.append((partner_of(form, actor), form.cleaned_data["role"]))
        except NearDuplicates as fault:
            doubtful = fault
            form.near = offers_of(fault.found, forms.partners.chosen())
            form.add_error("name", str(fault))
        except DomainError as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault))
            raise
    if doubtful:
        raise doubtful
    partners = workflow.choose_partners(proposal=proposal, actor=actor, rows=rows)
    funders = proposals.set_funders(proposal=proposal, actor=actor, rows=forms.funders.filled())
    copy_answers(
        questionnaire=proposal.questionnaire,
        actor=actor,
        rows={**forms.partners.copies(partners), **forms.funders.copies(funders)},
    )
    places = {form.cleaned_data["uid"]: row for form, row in zip(forms.partners.kept, partners, strict=True)}
    set_visits(proposal=proposal, actor=actor, rows=forms.visits.filled_for(places))
    workflow.fill_in_known(proposal=proposal, actor=actor)


def partner_of(form: PartnerForm, actor) -> Partner:
    """The partner that was chosen, or the one that is registered with what was typed."""
    if form.chosen and form.chosen.partner:
        return form.chosen.partner
    row = form.cleaned_data
    return register_partner(
        name=row["name"],
        country=row["country"],
        ror_id=row["ror_id"] or (form.chosen.ror_id if form.chosen else ""),
        type=row["type"],
        website=row["website"],
        told_apart=row["told_apart"].split(),
        actor=actor,
    )


def keep_refusal(forms: Collaboration, fault: DomainError) -> None:
    """Put a refusal where it belongs, unless a row has it already; what was typed stays."""
    if any(form.errors for form in forms.all_forms):
        return
    forms.main.add_error(fault.field if fault.field in forms.main.fields else None, str(fault))


def after_saving(request, reference, action, draft) -> str:
    if action == "contacts":
        return draft.page("contacts")
    if action == "leave":
        messages.success(request, _("Saved. You can go on whenever you like."))
        return draft.proposal.get_absolute_url()
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    return Draft(proposal).next_step(draft.sections[0].id)["url"]

"""People named at the partners of a draft; and the erasing of what is known of one, on request."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from partners.models import Contact
from riskassess import workflow
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.contacts import UnfitContact, contacts_of
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import guard_editable
from riskassess.web.access import get_proposal_for
from riskassess.web.forms.contacts import Contacts, ErasureForm
from riskassess.web.people import uids_named
from riskassess.web.seen import last_described, mark
from riskassess.web.views.moves import keep_refusal, status_of
from riskassess.web.views.questionnaire import crumbs, get_draft_for


def contacts(request, reference):
    """Buttons of rows only redraw the page; saving writes all of it or nothing."""
    draft = get_draft_for(request, reference)
    if draft is None:
        return redirect("proposal", reference)
    proposal, status, refusal, stands = draft.proposal, 200, "", None
    forms = Contacts(proposal, request.POST if request.method == "POST" else None)
    seen = mark_of(proposal)
    if request.method == "POST":
        action, posted = request.POST.get("do", "continue"), request.POST.get("seen", "")
        if forms.act(action):
            seen = posted
        elif not forms.is_valid():
            status, seen = 422, posted
        else:
            try:
                save_contacts(proposal, request.user, forms, seen=posted)
            except UnfitContact as fault:
                form = forms.filled[fault.place]
                form.add_error(fault.field if fault.field in form.fields else None, str(fault))
                status, seen = 422, posted
            except DomainError as fault:
                status, refusal = 409 if isinstance(fault, Conflict) else 422, str(fault)
                stands = contacts_of(proposal) if isinstance(fault, Overtaken) else None
            else:
                messages.success(request, _("Saved."))
                return redirect(after_saving(draft, action))
    first = draft.sections[0]
    return render(
        request,
        "proposals/contacts.html",
        {
            "draft": draft,
            "proposal": proposal,
            "forms": forms,
            "seen": seen,
            "refusal": refusal,
            "stands": stands,
            "other": last_described(reference, request.user) if stands is not None else None,
            "rail": draft.rail(first.id),
            "panel": draft.panel(),
            "next": draft.next_step(first.id),
            "first": first,
            "crumbs": crumbs(proposal, _("People at the partners")),
        },
        status=status,
    )


class Overtaken(Conflict):
    """Somebody else saved the page since it was shown."""


def mark_of(proposal: Proposal) -> str:
    rows = [
        [row.participation_id, row.contact.name, row.role, row.contact.orcid, row.contact.birth_year]
        for row in contacts_of(proposal)
    ]
    return mark(rows)


@story()
def save_contacts(proposal: Proposal, actor, forms: Contacts, *, seen: str) -> None:
    guard_editable(proposal)
    if seen and seen != mark_of(proposal):  # read after the row is locked
        raise Overtaken(
            _("Somebody changed this page after you opened it. Yours is not lost: save it again to keep it.")
        )
    workflow.choose_contacts(proposal=proposal, actor=actor, people=forms.named())


def after_saving(draft, action: str) -> str:
    if action == "leave":
        return draft.proposal.get_absolute_url()
    if action == "back":
        return draft.page_of(draft.sections[0]) + "#partners"
    return draft.next_step(draft.sections[0].id)["url"]


def contact_erase(request, reference, uid):
    """Deletes what is known of a person whom a version of this proposal names, after a page that says what goes."""
    proposal = get_proposal_for(request.user, reference, "reviews.erase_contact")
    if str(uid) not in uids_named(proposal):
        raise Http404
    contact = get_object_or_404(Contact, uid=uid)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.erase_contact(contact=contact, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("The details are erased."))
            case = getattr(proposal, "case", None)
            return redirect(case or proposal)
    context = {
        "proposal": proposal,
        "contact": contact,
        "form": form,
        "crumbs": crumbs(proposal, _("Erase details"), reader=request.user),
    }
    return render(request, "cases/contact_erase.html", context, status=status_of(form))

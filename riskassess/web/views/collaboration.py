from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import Unit
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals.contacts import contacts_of
from riskassess.web.access import get_proposal_for
from riskassess.web.draft import Draft
from riskassess.web.first_page import Contested, Kept, marks_of, save_by_itself, save_collaboration
from riskassess.web.forms.collaboration import Collaboration
from riskassess.web.forms.picking import told_apart
from riskassess.web.seen import joined, last_described, marks_in
from riskassess.web.views.questionnaire import crumbs, get_draft_for, page_mark


def collaboration(request, reference):
    """The first section. Buttons of rows only redraw the page; saving writes all of it or nothing. A page that
    saves itself (`do=keep`) writes what is whole, and only what stands beside the form is shown anew."""
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
    seen, contested, kept = joined(marks_of(proposal)), [], None
    if request.method == "POST":
        if action == "keep":
            forms.is_valid()
            kept = save_by_itself(proposal, request.user, forms, seen=request.POST.get("seen", ""))
            contested, seen = kept.contested, kept.seen
            proposal = get_proposal_for(request.user, reference, "proposals.view")
            draft = Draft(proposal)
        elif forms.act(action) or forms.take(action.removeprefix("take:"), stored_forms(draft, forms)):
            seen = request.POST.get("seen", "")
        elif not forms.is_valid():
            status, seen = 422, request.POST.get("seen", "")
        else:
            try:
                save_collaboration(proposal, request.user, forms, seen=seen_posted(request.POST))
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
    response = render(
        request,
        "proposals/collaboration.html",
        {
            "frame": "parts.html" if kept else "base.html",
            "is_beside": kept is not None,
            "mark": page_mark(request.POST),
            "left": left_words(forms, kept) if kept else [],
            "saved": saved_now(kept) if kept else "",
            "both": both_marks(proposal, contested) if kept else "",
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
    if kept:
        response["X-Saved"] = "no" if kept.left or kept.contested else "yes"
    return response


def seen_posted(posted) -> str:
    """What the page showed, with both versions of what two people changed: whoever presses a button then chooses."""
    return joined({**marks_in(posted.get("seen", "")), **marks_in(posted.get("both", ""))})


def both_marks(proposal, parts: list[str]) -> str:
    return joined({name: value for name, value in marks_of(proposal).items() if name in parts})


def saved_now(kept: Kept) -> str:
    time = timezone.localtime().strftime("%H:%M")
    words = _("The rest was saved at %(time)s") if kept.left or kept.contested else _("Saved at %(time)s")
    return words % {"time": time}


def left_words(forms: Collaboration, kept: Kept) -> list[str]:
    """What a page that saved itself left for a button, with the reason where something is wrong."""
    found = []
    for name in kept.left:
        wrong = forms.error_of(name)
        words = wrong or _("saved when you press a button that leads on")
        found.append(_("%(part)s: %(words)s") % {"part": forms.title_of(name), "words": words})
    return found


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

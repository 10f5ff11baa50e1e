"""Who takes part in a proposal: invitations, what each may do and did, and who leads it."""

from collections import defaultdict
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals import team
from riskassess.proposals.models import InvitationState, Transfer
from riskassess.proposals.queries import open_invitations
from riskassess.proposals.rules import is_coinvestigator
from riskassess.web.access import get_proposal_for, get_transfer_for, note_read
from riskassess.web.forms.people import InviteForm, OfferForm, OfficerOfferForm
from riskassess.web.places import Places
from riskassess.web.views.moves import keep_refusal, status_of
from riskassess.web.views.questionnaire import crumbs


def people(request, reference):
    """All that concerns people on one page; each button does one thing, by the lead or by the person."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    action, _sign, uid = request.POST.get("do", "").partition(":")
    invite, offer = InviteForm(), OfferForm(proposal=proposal)
    if request.method == "POST":
        if action == "leave":
            return leave(request, reference)
        proposal = get_proposal_for(request.user, reference, "proposals.manage_people")
        if action == "invite":
            invite = InviteForm(request.POST)
            if invite.is_valid() and take(invite, send_invitation, request, proposal, invite):
                return redirect("people", reference)
        elif action == "offer":
            offer = OfferForm(request.POST, proposal=proposal)
            if offer.is_valid() and take(offer, offer_lead, request, proposal, offer):
                return redirect("people", reference)
        else:
            change(request, proposal, action, uid)
            return redirect("people", reference)
    note_read(request.user, proposal)
    return render(
        request, "proposals/people.html", page_of(request, proposal, invite, offer), status=status_of(invite, offer)
    )


def page_of(request, proposal, invite, offer) -> dict:
    is_lead = proposal.owner_id == request.user.pk
    may_manage = request.user.has_perm("proposals.manage_people", proposal)
    return {
        "proposal": proposal,
        "rows": rows_of(proposal, request.user),
        "invitations": invitations_of(proposal) if is_lead else [],
        "invite": invite if may_manage else None,
        "offer": offer if may_manage else None,
        "transfer": proposal.transfers.filter(state=Transfer.State.OPEN)
        .select_related("new_owner", "offered_by")
        .first(),
        "is_lead": is_lead,
        "may_leave": request.user.has_perm("proposals.leave", proposal),
        "officer": getattr(getattr(proposal, "case", None), "officer", None),
        "crumbs": crumbs(proposal, _("People"), reader=request.user),
    }


def rows_of(proposal, reader) -> list[dict]:
    """Everybody who writes or wrote, with the last change of each answer; the reader's way to each question."""
    places = Places(proposal, reader)
    changes = defaultdict(list)
    for answer in proposal.questionnaire.answers.select_related("changed_by").order_by("-changed_at", "pk"):
        if title := places.title(answer.question, answer.row):
            place = {"title": title, "url": places.url(answer.question, answer.row), "at": answer.changed_at}
            changes[answer.changed_by].append(place)
    found = [{"user": proposal.owner, "is_lead": True, "row": None, "changes": changes.pop(proposal.owner, [])}]
    for row in proposal.coinvestigators.all():
        found.append({"user": row.user, "is_lead": False, "row": row, "changes": changes.pop(row.user, [])})
    return found + [{"user": user, "is_lead": False, "row": None, "changes": made} for user, made in changes.items()]


def invitations_of(proposal) -> list[dict]:
    """Those that nobody has answered, and answers that the lead has not acted on."""
    today = timezone.localdate()
    shown = (InvitationState.OPEN, InvitationState.DECLINED)
    return [
        {"row": row, "is_open": row.state == InvitationState.OPEN, "is_past": row.valid_until < today}
        for row in proposal.invitations.filter(state__in=shown)
    ]


def take(form, step, *args) -> bool:
    """Whether the step was taken; a refusal is put on the form."""
    try:
        step(*args)
    except DomainError as fault:
        keep_refusal(form, fault)
        return False
    return True


def send_invitation(request, proposal, form) -> None:
    given = form.cleaned_data
    workflow.invite(proposal=proposal, actor=request.user, email=given["email"], can_edit=given["access"] == "edit")
    messages.success(request, _("We sent an invitation to %(email)s.") % {"email": given["email"].strip().lower()})


def offer_lead(request, proposal, form) -> None:
    given = form.cleaned_data
    workflow.offer_lead(
        proposal=proposal, actor=request.user, new_owner=given["new_owner"], old_owner_stays=given["stays"]
    )
    messages.success(
        request, _("%(name)s was asked. You lead it until they accept.") % {"name": given["new_owner"].name}
    )


def change(request, proposal, action: str, uid: str) -> None:
    """One of the small buttons of the page's rows."""
    if action in {"edit", "view", "remove"}:
        row = get_object_or_404(proposal.coinvestigators.select_related("user"), user__uid=as_uid(uid))
        row.proposal = proposal
        if action == "remove":
            workflow.remove_person(row=row, actor=request.user)
            messages.success(request, _("%(name)s no longer takes part.") % {"name": row.user.name})
        else:
            team.change_access(row=row, actor=request.user, can_edit=action == "edit")
            words = _("%(name)s may edit now.") if action == "edit" else _("%(name)s may read, and edits no longer.")
            messages.success(request, words % {"name": row.user.name})
    elif action == "withdraw":
        invitation = get_object_or_404(proposal.invitations, uid=as_uid(uid))
        invitation.proposal = proposal
        team.withdraw_invitation(invitation=invitation, actor=request.user)
        messages.success(request, _("The invitation is withdrawn."))
    elif action == "unoffer":
        transfer = get_object_or_404(proposal.transfers, state=Transfer.State.OPEN)
        transfer.proposal = proposal
        team.withdraw_offer(transfer=transfer, actor=request.user)
        messages.success(request, _("The offer is withdrawn. You lead the proposal as before."))
    else:
        raise Http404


def leave(request, reference):
    proposal = get_proposal_for(request.user, reference, "proposals.leave")
    row = proposal.coinvestigators.get(user=request.user)
    row.proposal = proposal
    workflow.remove_person(row=row, actor=request.user)
    messages.success(request, _("You have left %(reference)s.") % {"reference": reference})
    return redirect("home")


def invitation(request, reference):
    """What somebody was asked, and the two answers. Whoever was not asked finds no page."""
    row = open_invitations(request.user).filter(proposal__reference=reference).first()
    if row is None:
        proposal = get_proposal_for(request.user, reference, "proposals.view")  # 404 for those out of scope
        if not is_coinvestigator(request.user, proposal):
            raise PermissionDenied
        if request.method == "POST":
            raise Conflict(_("This invitation is not open any more. Ask who invited you for a new one."))
        return redirect("people", reference)
    if request.method == "POST":
        if request.POST.get("do") == "accept":
            workflow.accept_invitation(invitation=row, actor=request.user)
            messages.success(request, _("You take part in %(reference)s now.") % {"reference": reference})
            return redirect("proposal", reference)
        if request.POST.get("do") == "decline":
            workflow.decline_invitation(invitation=row, actor=request.user)
            messages.success(request, _("You declined. %(name)s was told.") % {"name": row.proposal.owner.name})
            return redirect("home")
        raise Http404
    context = {"invitation": row, "proposal": row.proposal, "crumbs": [(_("My page"), "/home"), (reference, "")]}
    return render(request, "proposals/invitation.html", context)


def transfer(request, reference):
    """Who is to lead the proposal: consent to an offer, or, for an officer once the lead has left, make one."""
    proposal, offer = get_transfer_for(request.user, reference)
    may_consent = offer is not None and workflow.may_consent(request.user, offer)
    is_own = offer is not None and offer.offered_by_id == request.user.pk
    may_offer = offer is None and proposal.owner_id != request.user.pk and not proposal.owner.is_active
    form = OfficerOfferForm(request.POST if request.POST.get("do") == "offer" else None)
    action = request.POST.get("do", "") if request.method == "POST" else ""
    if action == "offer" and may_offer:
        if form.is_valid() and take(form, start_for_left, request, proposal, form):
            return redirect("transfer", reference)
    elif action == "accept" and may_consent:
        workflow.accept_lead(transfer=offer, actor=request.user)
        name = offer.new_owner.name
        words = (
            _("You lead %(reference)s now.") if offer.new_owner_id == request.user.pk else _("%(name)s leads it now.")
        )
        messages.success(request, words % {"reference": reference, "name": name})
        return redirect("people", reference) if offer.new_owner_id == request.user.pk else redirect("desk")
    elif action == "decline" and may_consent:
        workflow.decline_lead(transfer=offer, actor=request.user)
        messages.success(request, _("Declined. Who leads the proposal stays as it was."))
        return redirect("home")
    elif action == "unoffer" and is_own:
        team.withdraw_offer(transfer=offer, actor=request.user)
        messages.success(request, _("The offer is withdrawn."))
        return redirect("transfer", reference)
    elif request.method == "POST":
        raise PermissionDenied(_("This step is not open to you, or somebody took it meanwhile."))
    return render(
        request,
        "proposals/transfer.html",
        {
            "proposal": proposal,
            "offer": offer,
            "may_consent": may_consent,
            "may_offer": may_offer,
            "is_own": is_own,
            "is_new_owner": offer is not None and offer.new_owner_id == request.user.pk,
            "form": form,
            "crumbs": crumbs(proposal, _("Who leads it"), reader=request.user),
        },
        status=status_of(form),
    )


def start_for_left(request, proposal, form) -> None:
    workflow.offer_lead(proposal=proposal, actor=request.user, new_owner=form.new_owner)
    day = date_format(timezone.localdate(), "j F")
    messages.success(
        request, _("%(name)s and the other officers were asked on %(day)s.") % {"name": form.new_owner.name, "day": day}
    )


def as_uid(text: str) -> UUID:
    """The uid that a button sent; what is none leads nowhere."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None

"""All that is said about a proposal in one place, and the calls for help on the desk."""

from django.contrib import messages as told
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.core.errors import DomainError
from riskassess.proposals.models import Thread
from riskassess.reviews import talk
from riskassess.web.access import get_help_for, get_proposal_for, get_thread_for, note_read
from riskassess.web.context import home_of
from riskassess.web.forms.talk import CorrectionForm, MessageForm
from riskassess.web.talk import Talk
from riskassess.web.views.moves import keep_refusal, status_of
from riskassess.web.views.questionnaire import crumbs

Kind = Thread.Kind


def messages(request, reference):
    """The threads that the reader may see, open ones first; authors begin new ones here."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    if request.method == "POST":
        proposal = get_proposal_for(request.user, reference, "proposals.talk")
    spoken = Talk(proposal, request.user)
    message, correction = forms_of(request, spoken)
    for form in (message, correction):
        if form is not None and form.is_bound and form.is_valid():
            thread = begin(request, proposal, form)
            if thread is not None:
                return redirect(place_of(thread))
    return messages_page(request, spoken, message, correction)


def forms_of(request, spoken) -> tuple[MessageForm | None, CorrectionForm | None]:
    """What an author may begin now, the one that was sent filled in."""
    proposal = spoken.proposal
    if not request.user.has_perm("proposals.talk", proposal):
        return None, None
    given = {
        "people": spoken.people(Kind.COMMENT),
        "names": spoken.names(Kind.COMMENT),
        "places": spoken.places.answered(),
    }
    action = request.POST.get("do")
    message = MessageForm(
        request.POST if action == "message" else None,
        is_draft=getattr(proposal, "case", None) is None and proposal.is_editable,
        initial={"about": request.GET.get("about", "")},
        **given,
    )
    if talk.why_not_open(request.user, proposal, Kind.CORRECTION):
        return message, None
    correction = CorrectionForm(request.POST if action == "correction" else None, auto_id="id_correction_%s", **given)
    return message, correction


def begin(request, proposal, form) -> Thread | None:
    """The thread that the form begins; none where it is refused, which the form then says."""
    given = form.given()
    kind = given.pop("kind", Kind.CORRECTION)
    try:
        thread = workflow.open_thread(proposal=proposal, actor=request.user, kind=kind, **given)
    except DomainError as fault:
        keep_refusal(form, fault)
        return None
    words = {
        Kind.COMMENT: _("Your comment is here. Only those who write the proposal see it."),
        Kind.HELP: _("Research security was told. The answer comes here, and you get a notice."),
        Kind.CORRECTION: _(
            "Your correction is with research security. What was filed stays as it is until they answer."
        ),
    }
    told.success(request, words[Kind(kind)])
    return thread


def messages_page(request, spoken, message=None, correction=None, *, bound=None, of=None):
    note_read(request.user, spoken.proposal)
    cards = spoken.cards(bound=bound, of=of)
    return render(
        request,
        "proposals/messages.html",
        {
            "proposal": spoken.proposal,
            "open": [card for card in cards if card.thread.is_open],
            "resolved": [card for card in cards if not card.thread.is_open],
            "message": message,
            "correction": correction,
            "is_draft": spoken.proposal.submitted_at is None,
            "opened": of.uid if of else None,
            "may_ask": request.user.has_perm("reviews.ask", spoken.proposal),
            "crumbs": crumbs(spoken.proposal, _("Messages"), reader=request.user),
        },
        status=status_of(*filter(None, (message, correction, bound))),
    )


@require_POST
def thread(request, reference, uid):
    """One button of a thread: answer it, resolve it, open it again, or settle a correction."""
    proposal, row = get_thread_for(request.user, reference, uid)
    spoken = Talk(proposal, request.user)
    action = request.POST.get("do", "answer")
    if action in {"resolve", "reopen"}:
        if reason := talk.why_not_settle(spoken.part, row):
            raise PermissionDenied(reason)
        workflow.settle_thread(thread=row, actor=request.user, is_open=action == "reopen")
        told.success(request, _("Open again.") if action == "reopen" else _("Resolved."))
        return redirect(place_of(row))
    if action not in {"answer", "settle"}:
        raise Http404
    if (reason := talk.why_not_write(spoken.part, row)) and row.is_open:
        raise PermissionDenied(reason)
    form = spoken.form_of(row, request.POST)
    if form.is_valid():
        try:
            answer(request, row, form, action)
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            return redirect(place_of(row))
    message, correction = forms_of(request, spoken)
    return messages_page(request, spoken, message, correction, bound=form, of=row)


def answer(request, row, form, action) -> None:
    given = form.given()
    if action == "settle":
        workflow.settle_correction(thread=row, actor=request.user, text=given["text"])
        told.success(request, _("Recorded: it changes nothing. The author was told."))
    else:
        workflow.answer_thread(thread=row, actor=request.user, **given)
        told.success(request, _("Your answer is here, and the others were told."))


def place_of(row: Thread) -> str:
    return f"{reverse('messages', args=[row.proposal.reference])}#thread-{row.uid}"


def help(request, uid):
    """A call for help as an officer reads it: the question, the answer if it is shown, and nothing else of a draft."""
    row = get_help_for(request.user, uid)
    spoken = Talk(row.proposal, request.user)
    action = request.POST.get("do", "answer")
    if request.method == "POST" and action in {"resolve", "reopen"}:
        workflow.settle_thread(thread=row, actor=request.user, is_open=action == "reopen")
        return redirect("help", uid)
    form = spoken.form_of(row, request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            workflow.answer_thread(thread=row, actor=request.user, **form.given())
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            told.success(request, _("Your answer is with the author."))
            return redirect("help", uid)
    card = spoken.card(next(each for each in spoken.threads if each.pk == row.pk), form)
    question = next((q for q in spoken.places.catalogue.questions if q.id == row.question), None)
    return render(
        request,
        "desk/help.html",
        {
            "card": card,
            "proposal": row.proposal,
            "question": question,
            "is_draft": row.proposal.submitted_at is None,
            "case": getattr(row.proposal, "case", None)
            if request.user.has_perm("reviews.view_case", row.proposal)
            else None,
            "crumbs": [
                home_of(request.user, row.proposal),
                (_("Help for %(ref)s") % {"ref": row.proposal.reference}, ""),
            ],
        },
        status=status_of(*filter(None, (form,))),
    )

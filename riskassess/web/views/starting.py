"""The ways into a new proposal: fresh, as a copy of an earlier one, as its renewal."""

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.accounts.models import Unit, User
from riskassess.accounts.queries import the_institution
from riskassess.assessments.services import open_questionnaire
from riskassess.audit.log import story
from riskassess.proposals.models import CoInvestigator, Proposal
from riskassess.proposals.queries import with_people
from riskassess.proposals.services import create_proposal
from riskassess.reviews.queries import visible_proposals
from riskassess.web.access import get_proposal_for
from riskassess.web.forms.bringing import FileForm
from riskassess.web.forms.proposals import CopyForm, TitleForm
from riskassess.web.reusing import reusable_of, with_reusable

SHOWN_EARLIER = 8


def new(request):
    """Title and unit open a draft; everything else is the next page. Below stand the ways that begin with something."""
    units = Unit.objects.filter(institution=the_institution())
    form = TitleForm(request.POST or None, units=units, initial={"unit": request.user.unit})
    if request.method == "POST" and form.is_valid():
        with story():
            proposal = create_proposal(owner=request.user, **form.cleaned_data)
            open_questionnaire(proposal=proposal)
        return redirect("collaboration", proposal.reference)
    return new_page(request, form, status=422 if form.errors else 200)


def new_page(request, form=None, *, file_form=None, status=200):
    form = form or TitleForm(
        units=Unit.objects.filter(institution=the_institution()), initial={"unit": request.user.unit}
    )
    own = own_proposals(request.user)
    search = " ".join(request.GET.get("q", "").split())[:100]
    found = own.filter(Q(title__icontains=search) | Q(reference__icontains=search)) if search else own
    count = found.count()
    return render(
        request,
        "proposals/new.html",
        {
            "form": form,
            "file_form": file_form or FileForm(auto_id="id_file_%s"),
            "rows": [earlier_row(proposal, request.user) for proposal in found[:SHOWN_EARLIER]],
            "more": max(count - SHOWN_EARLIER, 0),
            "search": search,
            "has_search": bool(search) or count > SHOWN_EARLIER,
            "crumbs": [(_("My page"), "/home"), (_("New proposal"), "")],
        },
        status=status,
    )


def own_proposals(user: User) -> QuerySet[Proposal]:
    """What this person leads or takes part in, the newest first, with how much could come along into another one."""
    taken = CoInvestigator.objects.filter(proposal=OuterRef("pk"), user=user)
    own = with_people(visible_proposals(user).filter(Q(owner=user) | Exists(taken)))
    return with_reusable(own).order_by("-updated_at", "-pk")


def earlier_row(proposal: Proposal, user: User) -> dict:
    partners = [row.partner.name for row in proposal.participations.all()]
    return {
        "proposal": proposal,
        "partners": " · ".join(partners[:2]) + (f" +{len(partners) - 2}" if len(partners) > 2 else ""),
        **reusable_of(proposal, user),
        "form": CopyForm(auto_id=f"id_{proposal.reference}_%s"),
        "may_renew": user.has_perm("proposals.renew", proposal),
    }


@require_POST
def copy(request, reference):
    source = get_proposal_for(request.user, reference, "proposals.copy")
    copied = workflow.copy_proposal(source=source, actor=request.user, **copy_wishes(request))
    tell_reused(request, source, copied)
    return redirect("collaboration", copied.proposal.reference)


@require_POST
def renew(request, reference):
    source = get_proposal_for(request.user, reference, "proposals.renew")
    renewed = workflow.copy_proposal(source=source, actor=request.user, is_renewal=True, **copy_wishes(request))
    tell_reused(request, source, renewed)
    return redirect("renewal", renewed.proposal.reference)


def copy_wishes(request) -> dict:
    form = CopyForm(request.POST)
    return form.cleaned_data if form.is_valid() else {}


def tell_reused(request, source: Proposal, reused: workflow.Reused) -> None:
    """How much came along, and how much the questionnaire of today does not take."""
    words = ngettext(
        "%(n)d answer came along from %(reference)s; confirm it where it is still right.",
        "%(n)d answers came along from %(reference)s; confirm those that are still right.",
        reused.taken,
    ) % {"n": reused.taken, "reference": source.reference}
    if not reused.taken:
        words = _("This is a copy of %(reference)s, which has no answers yet.") % {"reference": source.reference}
    _tell(request, words, reused)
    if reused.invited:
        words = ngettext(
            "%(n)d person is invited, and takes part once they accept.",
            "%(n)d people are invited, and take part once they accept.",
            reused.invited,
        )
        messages.info(request, words % {"n": reused.invited})


def tell_taken(request, reused: workflow.Reused) -> None:
    words = ngettext(
        "The file is taken as a draft with %(n)d answer; confirm it where it is right.",
        "The file is taken as a draft with %(n)d answers; confirm those that are right.",
        reused.taken,
    ) % {"n": reused.taken}
    if not reused.taken:
        words = _("The file is taken as a draft. It brought no answers.")
    _tell(request, words, reused)


def _tell(request, words: str, reused: workflow.Reused) -> None:
    if reused.left:
        words += " " + ngettext(
            "%(n)d was left out: its question is asked differently now.",
            "%(n)d were left out: their questions are asked differently now.",
            len(reused.left),
        ) % {"n": len(reused.left)}
    if reused.files:
        words += " " + ngettext(
            "%(n)d file of evidence came along.", "%(n)d files of evidence came along.", reused.files
        ) % {"n": reused.files}
    if reused.files_left:
        words += " " + ngettext(
            "%(n)d file of evidence did not: not brought, still being scanned, or no room. You can add it later.",
            "%(n)d files of evidence did not: not brought, still being scanned, or no room. You can add them later.",
            reused.files_left,
        ) % {"n": reused.files_left}
    messages.info(request, words)

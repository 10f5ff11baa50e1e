"""The officer's page of experts from outside: who was asked, what they answered, and whom to ask."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess import workflow
from riskassess.assessments.queries import catalogue_of, latest_record
from riskassess.core.errors import DomainError
from riskassess.reviews import services as reviews
from riskassess.reviews.models import GuestSeat
from riskassess.web.access import get_case_for, note_read
from riskassess.web.forms.experts import InviteExpertForm
from riskassess.web.views.case import crumbs
from riskassess.web.views.following import refuse


def experts(request, reference):
    case = get_case_for(request.user, reference, "reviews.view_case")
    note_read(request.user, case.proposal)
    status, code, seat = 200, "", None
    if request.method == "POST":
        case = get_case_for(request.user, reference, "reviews.invite_expert")
    sections = sections_of(case)
    form = InviteExpertForm(request.POST or None, sections=sections)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                seat, code = workflow.invite_expert(case=case, actor=request.user, **form.cleaned_data)
            except DomainError as fault:
                status = refuse(form, fault)
            else:
                form, status = InviteExpertForm(sections=sections), 200
    return experts_page(request, case, form, status=status, seat=seat, code=code)


def sections_of(case) -> list[tuple[str, str]]:
    return [(section.id, section.title) for section in catalogue_of(latest_record(case.proposal).release).sections]


def experts_page(request, case, form, *, status=200, seat=None, code=""):
    """`code`: one that was made just now, for this seat; it is shown this once."""
    rows = GuestSeat.objects.filter(assignment__case=case).select_related("assignment__user", "assignment__assigned_by")
    titles, today = dict(sections_of(case)), timezone.localdate()
    context = {
        "case": case,
        "proposal": case.proposal,
        "form": form,
        "may_invite": request.user.has_perm("reviews.invite_expert", case.proposal),
        "code": code,
        "new": seat,
        "rows": [
            {
                "seat": row,
                "is_open": row.assignment.ended_at is None and row.assignment.until >= today,
                "sections": [titles.get(section, section) for section in row.assignment.sections],
                "words": list(row.assignment.words.all()),
            }
            for row in rows.prefetch_related("assignment__words").order_by("-pk")
        ],
        "crumbs": crumbs(case, _("Experts from outside"), reader=request.user),
    }
    return render(request, "cases/experts.html", context, status=status)


@require_POST
def expert_end(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.invite_expert")
    seat = get_object_or_404(GuestSeat.objects.filter(assignment__case=case), uid=uid)
    reviews.end_expert(seat=seat, actor=request.user)
    messages.success(request, _("The seat is closed."))
    return redirect(reverse("experts", args=[reference]))


@require_POST
def expert_code(request, reference, uid):
    """A new code where the old one was lost, or tried too often."""
    case = get_case_for(request.user, reference, "reviews.invite_expert")
    open_rows = GuestSeat.objects.filter(assignment__case=case, assignment__ended_at__isnull=True)
    seat = get_object_or_404(
        open_rows.filter(assignment__until__gte=timezone.localdate()).select_related("assignment__user"), uid=uid
    )
    code = reviews.renew_code(seat=seat, actor=request.user)
    return experts_page(request, case, InviteExpertForm(sections=sections_of(case)), seat=seat, code=code)

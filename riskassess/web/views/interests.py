from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from riskassess import workflow
from riskassess.assessments.queries import latest_record
from riskassess.core.errors import DomainError
from riskassess.reviews.models import Interest
from riskassess.reviews.weighing import reasons_to_weigh, role_words
from riskassess.web.access import get_interest_for
from riskassess.web.forms.interests import InterestForm, NoInterestForm
from riskassess.web.views.following import refuse


def interest(request, reference):
    """Before a case opens: whether something stands against this person's reading it."""
    case = get_interest_for(request.user, reference)
    proposal, given = case.proposal, request.POST.get("answer")
    if request.method == "POST" and given not in {"none", "yes"}:
        raise Http404
    weighed, status = reasons_to_weigh(request.user, proposal), 200
    words = {"because": role_words(request.user, proposal)}
    none = NoInterestForm(request.POST if given == "none" else None, weighed=weighed, initial=words, prefix="none")
    yes = InterestForm(request.POST if given == "yes" else None, prefix="yes")
    form = yes if given == "yes" else none
    if given and form.is_valid():
        step = workflow.declare_interest if given == "yes" else workflow.declare_none
        try:
            step(case=case, actor=request.user, **form.cleaned_data)
        except DomainError as fault:
            status = refuse(form, fault)
        else:
            if given == "none":
                return redirect(place_after(request, case))
            messages.success(request, _("Thank you. Others read %(ref)s; it is closed to you.") % {"ref": reference})
            return redirect("desk")
    elif given:
        status = 422
    record = latest_record(proposal)
    context = {
        "case": case,
        "proposal": proposal,
        "level": {"lower": record.inherent_lower, "upper": record.inherent_upper} if record else None,
        "people": [proposal.owner, *(row.user for row in proposal.coinvestigators.all())],
        "partners": [row.partner.name for row in proposal.participations.select_related("partner")],
        "weighed": weighed,
        "none_form": none,
        "yes_form": yes,
        "form": form,
        "declared": case.interests.filter(user=request.user, round=case.round, answer=Interest.Answer.NONE).first(),
        "asked_again": case.round > 1,
        "next": request.GET.get("next", ""),
        "crumbs": [(_("Desk"), "/desk"), (reference, "")],
    }
    return render(request, "cases/interest.html", context, status=status)


def place_after(request, case):
    """Where the person was going, where that is a page of ours; else the case."""
    wanted = request.GET.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if is_ours else case.get_absolute_url()

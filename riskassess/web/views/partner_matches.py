"""A match of a partner, judged from the registry: for owners and others that no case shows."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Hit
from riskassess import workflow
from riskassess.core.errors import DomainError
from riskassess.web.forms.reviews import JudgementForm
from riskassess.web.views.matches import sides_of, weighed
from riskassess.web.views.moves import keep_refusal, status_of


def partner_match(request, uid, hit):
    found = Hit.objects.select_related(
        "screening__partner", "edition__source", "entity", "judgement__by", "judgement__confirmed_by"
    )
    hit = get_object_or_404(found, uid=hit, screening__partner__uid=uid)
    partner, user = hit.screening.partner, request.user
    may_judge = user.has_perm("partners.judge")
    may_confirm = bool(hit.judgement and hit.waits and hit.judgement.by != user) and user.has_perm("partners.confirm")
    is_confirming = request.method == "POST" and "confirm" in request.POST
    if request.method == "POST" and not (may_confirm if is_confirming else may_judge):
        raise PermissionDenied
    form = JudgementForm(request.POST if request.method == "POST" and not is_confirming else None)
    if is_confirming or (request.method == "POST" and form.is_valid()):
        try:
            if is_confirming:
                workflow.confirm_judgement(judgement=hit.judgement, actor=user)
            else:
                workflow.judge_hit(hit=hit, actor=user, **form.cleaned_data)
        except DomainError as fault:
            if is_confirming:
                messages.error(request, str(fault))
            else:
                keep_refusal(form, fault)
        else:
            messages.success(request, _("The judgement is kept."))
            return redirect(partner)
    return render(
        request,
        "cases/match.html",
        {
            "hit": hit,
            "partner": partner,
            "form": form,
            "may_judge": may_judge,
            "may_confirm": may_confirm,
            "sides": sides_of(hit),
            "features": weighed(hit.explanation.get("features", [])),
            "crumbs": [
                (_("Partners"), reverse("partners")),
                (partner.name, partner.get_absolute_url()),
                (_("Match"), ""),
            ],
        },
        status=status_of(form),
    )

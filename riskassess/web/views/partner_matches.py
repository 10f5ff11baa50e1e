"""A match of a partner, judged from the registry: for owners and others that no case shows."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Hit
from riskassess import workflow
from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.web.downloads import file_to_keep
from riskassess.web.forms.reviews import JudgementForm
from riskassess.web.views.matches import sides_of, weighed
from riskassess.web.views.moves import keep_refusal, status_of


def partner_match(request, uid, hit):
    hit = hit_of(uid, hit)
    partner, user = hit.screening.partner, request.user
    may_judge = user.has_perm("partners.judge")
    may_confirm = bool(hit.judgement and hit.waits and hit.judgement.by != user) and user.has_perm("partners.confirm")
    is_confirming = request.method == "POST" and "confirm" in request.POST
    if request.method == "POST" and not (may_confirm if is_confirming else may_judge):
        raise PermissionDenied
    form = JudgementForm(*((request.POST, request.FILES) if request.method == "POST" and not is_confirming else ()))
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
            "evidence_url": reverse("partner_match_evidence", args=[partner.uid, hit.uid]),
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


def hit_of(partner_uid, uid) -> Hit:
    found = Hit.objects.select_related(
        "screening__partner", "edition__source", "entity", "judgement__by", "judgement__confirmed_by",
        "judgement__evidence_file",
    )  # fmt: skip
    return get_object_or_404(found, uid=uid, screening__partner__uid=partner_uid)


def partner_match_evidence(request, uid, hit):
    """The file that a judgement rests on, as data to keep."""
    judgement = hit_of(uid, hit).judgement
    if judgement is None or judgement.evidence_file is None:
        raise Http404
    record_read(
        "judgement.evidence_read",
        actor_id=request.user.pk,
        role=request.user.role_now,
        subject=f"partners.Judgement:{judgement.uid}",
        reference="",
    )
    return file_to_keep(judgement.evidence_file)

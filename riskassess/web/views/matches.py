from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from partners.countries import country_name
from partners.models import Hit
from riskassess import workflow
from riskassess.assessments.queries import latest_record
from riskassess.core.errors import DomainError
from riskassess.web.access import get_case_for
from riskassess.web.forms.reviews import JudgementForm
from riskassess.web.views.case import crumbs
from riskassess.web.views.moves import keep_refusal, status_of


def match(request, reference, uid):
    case = get_case_for(request.user, reference, "reviews.view_case")
    found = Hit.objects.select_related("screening__partner", "edition__source", "entity", "judgement__by")
    partner_uids = [row["partner"] for row in latest_record(case.proposal).version.content["partners"]]
    hit = get_object_or_404(found, uid=uid, screening__partner__uid__in=partner_uids)
    may_judge = request.user.has_perm("reviews.judge", case.proposal)
    if request.method == "POST" and not may_judge:
        raise PermissionDenied
    form = JudgementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.judge_hit(hit=hit, actor=request.user, **form.cleaned_data)
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("The judgement is kept, and the case is assessed with it."))
            return redirect(case)
    return render(
        request,
        "cases/match.html",
        {
            "case": case,
            "proposal": case.proposal,
            "hit": hit,
            "partner": hit.screening.partner,
            "form": form,
            "may_judge": may_judge,
            "features": features_of(hit),
            "crumbs": crumbs(case, _("Match"), reader=request.user),
        },
        status=status_of(form),
    )


def features_of(hit: Hit) -> list[dict]:
    """What was compared, ours beside theirs, as it stood then; a country is one feature among others."""
    seen = hit.explanation
    theirs = ", ".join(str(country_name(code)) for code in seen["listed_countries"])
    return [
        {
            "label": _("Names that are equal"),
            "ours": "; ".join(pair["partner_name"] for pair in seen["names"]),
            "theirs": "; ".join(pair["listed_name"] for pair in seen["names"]),
        },
        {"label": _("Name"), "ours": seen["partner"], "theirs": seen["listed"]},
        {"label": _("Country"), "ours": country_name(seen["partner_country"]), "theirs": theirs},
        {"label": _("Kind"), "ours": hit.screening.partner.get_type_display(), "theirs": hit.entity.get_kind_display()},
        {"label": _("Programme"), "ours": "", "theirs": seen["programme"]},
        {"label": _("Listed on"), "ours": "", "theirs": seen["listed_on"]},
        {"label": _("Reference"), "ours": hit.screening.partner.ror_id, "theirs": seen["reference"]},
        {"label": _("Remarks"), "ours": "", "theirs": hit.entity.remarks},
    ]

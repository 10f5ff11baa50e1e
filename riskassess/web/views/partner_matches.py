"""A match of a partner, judged from the registry: for owners and others that no case shows."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Hit
from riskassess.web.views.matches import evidence, hits, judging


def partner_match(request, uid, hit):
    hit = hit_of(uid, hit)
    partner, user = hit.screening.partner, request.user
    may_confirm = bool(hit.judgement and hit.waits and hit.judgement.by != user) and user.has_perm("partners.confirm")
    return judging(
        request,
        hit,
        may_judge=user.has_perm("partners.judge"),
        may_confirm=may_confirm,
        after=partner,
        said=_("The judgement is kept."),
        context={
            "evidence_url": reverse("partner_match_evidence", args=[partner.uid, hit.uid]),
            "crumbs": [
                (_("Partners"), reverse("partners")),
                (partner.name, partner.get_absolute_url()),
                (_("Match"), ""),
            ],
        },
    )


def hit_of(partner_uid, uid) -> Hit:
    return get_object_or_404(hits(), uid=uid, screening__partner__uid=partner_uid)


def partner_match_evidence(request, uid, hit):
    return evidence(request, hit_of(uid, hit), request.user.role_now)

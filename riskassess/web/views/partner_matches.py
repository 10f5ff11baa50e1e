"""A match of a partner, or of a person who owns it, judged from the registry: for those that no case shows. And the
erasing of what is known of such a person, on request."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Contact, Hit, Partner
from riskassess import workflow
from riskassess.core.errors import DomainError
from riskassess.web.forms.contacts import ErasureForm
from riskassess.web.views.matches import evidence, hits, judging
from riskassess.web.views.moves import keep_refusal, status_of


def partner_match(request, uid, hit):
    partner, user = get_object_or_404(Partner, uid=uid), request.user
    hit = hit_of(uid, hit)
    may_confirm = bool(hit.judgement and hit.waits and hit.judgement.by != user) and user.has_perm("partners.confirm")
    return judging(
        request,
        hit,
        may_judge=user.has_perm("partners.judge"),
        may_confirm=may_confirm,
        after=partner,
        said=_("The judgement is kept."),
        context={
            "place": _("who holds shares in %(partner)s") % {"partner": partner} if hit.screening.contact_id else "",
            "evidence_url": reverse("partner_match_evidence", args=[partner.uid, hit.uid]),
            "crumbs": [
                (_("Partners"), reverse("partners")),
                (partner.name, partner.get_absolute_url()),
                (_("Match"), ""),
            ],
        },
    )


def hit_of(partner_uid, uid) -> Hit:
    of_it = Q(screening__partner__uid=partner_uid) | Q(screening__contact__holdings__owned__uid=partner_uid)
    return get_object_or_404(hits().filter(of_it).distinct(), uid=uid)


def partner_match_evidence(request, uid, hit):
    return evidence(request, hit_of(uid, hit), request.user.role_now)


def owner_erase(request, uid, person):
    """Deletes what is known of a person who holds shares in a partner, after a page that says what goes."""
    partner = get_object_or_404(Partner, uid=uid)
    contact = get_object_or_404(Contact.objects.filter(holdings__owned=partner).distinct(), uid=person)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.erase_contact(contact=contact, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("The details are erased."))
            return redirect(partner)
    context = {
        "partner": partner,
        "contact": contact,
        "form": form,
        "crumbs": [
            (_("Partners"), reverse("partners")),
            (partner.name, partner.get_absolute_url()),
            (_("Erase details"), ""),
        ],
    }
    return render(request, "partners/owner_erase.html", context, status=status_of(form))

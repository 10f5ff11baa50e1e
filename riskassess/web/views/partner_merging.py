"""Make one of two records, after a look at what will happen, and take them apart again."""

from uuid import UUID

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from partners import queries as registry
from partners.models import Partner, PartnerMerge
from riskassess import workflow
from riskassess.core.errors import DomainError
from riskassess.proposals.models import Participation
from riskassess.web.forms.partners import MergeForm
from riskassess.web.views.moves import keep_refusal, status_of

MOST_FOUND = 10


def partner_merge(request, uid):
    kept = get_object_or_404(Partner, uid=uid, merged_into__isnull=True)
    other = find_other(kept, request.POST.get("other") or request.GET.get("other") or "")
    form = MergeForm(request.POST if request.method == "POST" and other else None)
    if request.method == "POST" and other and form.is_valid():
        try:
            workflow.merge_partners(kept=kept, merged=other, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as fault:
            keep_refusal(form, fault)
        else:
            messages.success(request, _("%(name)s is part of this record now.") % {"name": other.name})
            return redirect(kept)
    text = request.GET.get("q", "").strip()
    return render(
        request,
        "partners/merge.html",
        {
            "kept": kept,
            "other": other,
            "form": form,
            "text": text,
            "found": registry.registered(text).exclude(pk=kept.pk)[:MOST_FOUND] if text else [],
            "goes_over": goes_over(other) if other else [],
            "crumbs": [(_("Partners"), reverse("partners")), (kept.name, kept.get_absolute_url()), (_("Merge"), "")],
        },
        status=status_of(form),
    )


@require_POST
def partner_unmerge(request, uid, merge):
    found = get_object_or_404(PartnerMerge.objects.select_related("kept", "merged"), uid=merge, kept__uid=uid)
    try:
        workflow.undo_merge(merge=found, actor=request.user)
    except DomainError as fault:
        messages.error(request, str(fault))
        return redirect(found.kept)
    messages.success(request, _("The two records stand apart again, as they were."))
    return redirect(found.merged)


def find_other(kept: Partner, uid: str) -> Partner | None:
    try:
        return Partner.objects.filter(uid=UUID(uid), merged_into__isnull=True).exclude(pk=kept.pk).first()
    except ValueError:
        return None


def goes_over(partner: Partner) -> list[str]:
    """What the record brings along, in words."""
    names = partner.aliases.count() + 1
    ids = partner.identifiers.count() + bool(partner.ror_id)
    shares = partner.owners.count() + partner.holdings.count()
    parts = partner.parentages.count() + partner.parts.count()
    proposals = Participation.objects.filter(partner=partner).count()
    counted = (
        (names, ngettext("%(n)d name", "%(n)d names", names)),
        (ids, ngettext("%(n)d identifier", "%(n)d identifiers", ids)),
        (shares, ngettext("%(n)d share as owner or owned", "%(n)d shares as owner or owned", shares)),
        (parts, ngettext("%(n)d tie to a larger body or a part", "%(n)d ties to larger bodies or parts", parts)),
        (proposals, ngettext("%(n)d proposal, with its answers", "%(n)d proposals, with their answers", proposals)),
    )
    return [words % {"n": count} for count, words in counted if count]

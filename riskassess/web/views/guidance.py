"""What everybody may read about risks and safeguards, in plain words out of the catalogue; no login, nothing kept."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from riskassess.accounts.queries import the_institution
from riskassess.assessments.guidance import Guidance, guidance_of
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release, published_releases
from riskassess.web.glossary import first_steps, words_used
from riskassess.web.reading import reading_tabs


def guidance(request):
    found = _guidance()
    return _page(
        request,
        "guidance.html",
        found,
        steps=first_steps(),
        glossary=words_used(),
        office=the_institution(),
    )


def guidance_risk(request, dimension):
    found = _guidance()
    risk = found.risk(dimension)
    if risk is None:
        raise Http404
    return _page(request, "risk.html", found, risk=risk, crumbs=_crumbs(risk.dimension.title))


def guidance_safeguards(request):
    return _page(request, "safeguards.html", _guidance(), crumbs=_crumbs(_("Safeguards")))


def guidance_safeguard(request, mitigation):
    """One safeguard. What only an earlier release has stands in that one's handbook."""
    found = _guidance()
    safeguard = found.safeguard(mitigation)
    if safeguard is None:
        for release in published_releases():
            if any(each.id == mitigation for each in catalogue_of(release).mitigations):
                book = reverse("handbook_release", args=[release.catalogue_id, release.version])
                return redirect(f"{book}#safeguard-{mitigation}")
        raise Http404
    above = (_("Safeguards"), reverse("guidance_safeguards"))
    return _page(
        request,
        "safeguard.html",
        found,
        safeguard=safeguard,
        crumbs=[*_crumbs(above[0])[:-1], above, (safeguard.mitigation.name, "")],
    )


def guidance_clauses(request):
    found = _guidance()
    with_text = [each for each in found.safeguards if each.clause]
    return _page(request, "clauses.html", found, with_text=with_text, crumbs=_crumbs(_("Model clauses")))


def _guidance() -> Guidance:
    try:
        return guidance_of(catalogue_of(current_release()))
    except CatalogueRelease.DoesNotExist as fault:
        raise Http404 from fault


def _crumbs(title: str) -> list[tuple[str, str]]:
    return [(_("Guidance"), reverse("guidance")), (title, "")]


def _page(request, template: str, found: Guidance, **context):
    context |= {"guidance": found, "catalogue": found.catalogue, "tabs": reading_tabs("guidance")}
    return render(request, f"guidance/{template}", context)

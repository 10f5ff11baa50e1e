"""What is known of countries: the datasets that say it, and all of it for one country."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.countries import NAMES, country_choices, country_name
from partners.queries.countries import dataset_rows, facts_by_kind


def datasets(request):
    return render(request, "partners/datasets.html", {"rows": dataset_rows(), "countries": country_choices()})


def country(request, code=""):
    code = (code or request.GET.get("country", "")).upper()
    if code not in NAMES:
        raise Http404
    name = str(country_name(code))
    crumbs = [(_("Countries"), reverse("datasets"))] if request.user.has_perm("partners.see_datasets") else []
    return render(
        request,
        "partners/country.html",
        {
            "name": name,
            "kinds": facts_by_kind(code, timezone.localdate()),
            "crumbs": [*crumbs, (name, "")],
        },
    )

"""Organisations to choose from, and one as ROR knows it: its names, what became of its id, what it belongs to."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.matching.identifiers import read_ror_id
from partners.models import RorName, RorRecord
from partners.queries import ror_tree, standing_of
from riskassess.web.forms.picking import Search, search_organisations
from riskassess.web.forms.rows import MOST_ROWS
from riskassess.web.registry_scope import partners_open_to


def organisations(request):
    """What the registry and ROR know by a text: a fragment for a row of the filing form, else a page of its own."""
    row = request.GET.get("row", "")
    text = request.GET.get("q") or request.GET.get(f"{row}-name") or ""
    chosen = [request.GET.get(f"partner-{number}-known", "") for number in range(MOST_ROWS)]
    search = search_organisations(text, chosen, partners_open_to(request.user)) if text.strip() else Search()
    template = "_partials/suggestion_list.html" if request.htmx else "proposals/organisations.html"
    return render(request, template, {"search": search, "prefix": row, "is_live": True})


def organisation(request, code):
    try:
        standing = standing_of(read_ror_id(code))
    except ValueError:
        raise Http404 from None
    record = standing.given
    if record is None:
        raise Http404
    return render(
        request,
        "proposals/organisation.html",
        {
            "record": record,
            "standing": standing,
            "names": [name for name in record.names.all() if name.kind != RorName.Kind.DISPLAY],
            "facts": _facts_of(record),
            "tree": ror_tree(record),
            "crumbs": [(_("Organisations"), reverse("organisations")), (record.name, "")],
        },
    )


def _facts_of(record) -> list[dict[str, str]]:
    facts = [
        (_("Country"), record.country_name),
        (_("City"), record.city or "—"),
        (_("Type"), record.get_type_display() or "—"),
        (_("Founded"), str(record.established or "—")),
    ]
    if record.status != RorRecord.Status.ACTIVE:
        facts[-1] = (_("Status"), record.get_status_display())
    return [{"label": label, "value": value} for label, value in facts]

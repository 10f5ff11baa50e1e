"""The lists that partners are compared with: how each stands, and loading a new edition."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import lists
from partners.models import ListEdition, ListSource
from partners.parsing.formats import FORMATS
from partners.queries.lists import editions_of, folder_problems, list_standings
from riskassess.web.forms.editions import UploadForm
from riskassess.web.list_words import edition_row, facts_of, lead_of, row_of, tabs

PAGE_SIZE = 25
MANAGE = "partners.manage_lists"


def sources(request):
    standings = list_standings(timezone.localdate())
    loaded = [standing for standing in standings if standing.in_force or standing.held or standing.being_read]
    return render(
        request,
        "lists/sources.html",
        {
            "lead": lead_of(standings),
            "loaded": [row_of(standing, request.user) for standing in loaded],
            "others": [row_of(standing, request.user) for standing in standings if standing not in loaded],
            "tabs": tabs("list_sources", request.user),
            "problems": folder_problems(),
        },
    )


def source(request, code):
    found = get_object_or_404(ListSource, code=code)
    may_manage = request.user.has_perm(MANAGE)
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ())) if may_manage else None
    if request.method == "POST" and form.is_valid():
        begun = lists.import_upload(source=found, files=form.cleaned_data["files"], actor=request.user)
        if isinstance(begun, ListEdition):
            return redirect(begun)
        messages.info(request, begun.sentence)
        return redirect(found if begun.outcome == lists.Outcome.UNCHANGED else begun.edition)
    (standing,) = list_standings(timezone.localdate(), ListSource.objects.filter(pk=found.pk))
    page = Paginator(editions_of(found), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "lists/source.html",
        {
            "source": found,
            "crumbs": [(_("Lists"), reverse("list_sources")), (found.name, "")],
            "row": row_of(standing, request.user),
            "facts": facts_of(standing),
            "form": form if found.format in FORMATS else None,
            "is_readable": found.format in FORMATS,
            "page": page,
            "editions": [edition_row(edition) for edition in page],
            "query": "",
        },
    )

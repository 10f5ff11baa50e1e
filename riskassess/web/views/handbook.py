from functools import lru_cache

from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from riskassess.assessments.handbook import handbook_of
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release, published_releases
from riskassess.web.reading import reading_tabs


def handbook(request, catalogue=None, version=None):
    """The questions and rules of a release, the one in force where none is named; open to everybody."""
    releases = published_releases()
    try:
        release = releases.get(catalogue_id=catalogue, version=version) if catalogue else current_release()
    except CatalogueRelease.DoesNotExist as fault:
        raise Http404 from fault
    return render(
        request,
        "catalogue/handbook.html",
        {
            "release": release,
            "body": _body(release.pk, release.sha256, get_language()),
            "tabs": reading_tabs("handbook"),
            "others": [each for each in releases if each.pk != release.pk],
        },
    )


@lru_cache(maxsize=8)
def _body(release_id: int, sha256: str, language: str) -> str:
    """The page's long part. A release never changes, so it is made once a process for each language."""
    release = CatalogueRelease.objects.get(pk=release_id, sha256=sha256)
    return render_to_string("catalogue/book.html", {"book": handbook_of(catalogue_of(release))})

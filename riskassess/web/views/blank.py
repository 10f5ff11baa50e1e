from functools import lru_cache

from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from riskassess.assessments.blank import blank_questionnaire, find_questions, question_count
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.web.reading import language_note, reading_tabs

LONGEST_SEARCH = 100


def blank(request):
    """The blank questionnaire of the release in force, with its guidance; open to everybody."""
    release = _release()
    catalogue = catalogue_of(release)
    sections = blank_questionnaire(catalogue)
    words = " ".join(request.GET.get("q", "")[:LONGEST_SEARCH].split())
    shown = find_questions(sections, words) if words else sections
    return render(
        request,
        "public/questionnaire.html",
        {
            "release": release,
            "words": words,
            "found": question_count(shown),
            "total": question_count(sections),
            "note": language_note(catalogue),
            "tabs": reading_tabs("questionnaire"),
            "body": _searched(release, shown) if words else _whole(release.pk, release.sha256, get_language()),
        },
    )


def _release() -> CatalogueRelease:
    try:
        return current_release()
    except CatalogueRelease.DoesNotExist as fault:
        raise Http404 from fault


def _searched(release: CatalogueRelease, sections) -> str:
    return render_to_string("public/questions.html", {"sections": sections, "release": release})


@lru_cache(maxsize=8)
def _whole(release_id: int, sha256: str, language: str) -> str:
    """The page's long part. A release never changes, so it is made once a process for each language."""
    release = CatalogueRelease.objects.defer("texts").get(pk=release_id, sha256=sha256)
    return _searched(release, blank_questionnaire(catalogue_of(release)))


def blank_pdf(request):
    raise Http404

from functools import lru_cache

from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from riskassess.accounts.queries import the_institution
from riskassess.assessments.blank import blank_questionnaire, find_questions, question_count
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.reports.services import request_blank_form
from riskassess.web.downloads import file_to_keep
from riskassess.web.reading import language_note, reading_tabs

LONGEST_SEARCH = 100
KEPT_SECONDS = 3600


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
    """The blank questionnaire to keep, the same file for everybody; while a worker makes it, a page that waits."""
    release = _release()
    catalogue = catalogue_of(release)
    language = (get_language() or "en").partition("-")[0]
    institution = the_institution()
    form = request_blank_form(
        release=release,
        language=language if language in catalogue.languages else catalogue.languages[0],
        institution=institution.name if institution else "",
    )
    if request.htmx:
        return render(request, "_partials/job_progress.html", _progress(form))
    if not form.is_ready:
        return render(request, "public/questionnaire_wait.html", _progress(form), status=202)
    response = file_to_keep(form.file)
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _progress(form) -> dict:
    """What `_partials/job_progress.html` shows of it."""
    failed = _("The PDF could not be made. The page itself can be read and printed; research security can help.")
    return {
        "job": {
            "state": {"queued": "queued", "working": "working", "ready": "done", "failed": "failed"}[form.state],
            "error": failed if form.is_failed else "",
        },
        "title": _("Blank questionnaire"),
        "poll_url": reverse("questionnaire_pdf"),
        "ready_url": reverse("questionnaire_pdf") if form.is_ready else "",
        "ready_label": _("Download PDF"),
    }

"""Loading the records of the Research Organization Registry: what is held, how far a file is, what it gave up."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from partners.models import RorImport, RorRecord
from partners.queries.ror import counts_by_status, partners_given_up, standings_of
from partners.reference.ror import import_ror_upload, progress_words
from riskassess.jobs.services import start_again
from riskassess.web.forms.editions import RorFileForm
from riskassess.web.list_words import short, tabs
from riskassess.web.progress import pace_words

PAGE_SIZE, MOST_PARTNERS = 25, 50
Status, State = RorRecord.Status, RorImport.State
TONES = {State.DONE: "good", State.REFUSED: "declined"}


def ror_files(request):
    may_manage = request.user.has_perm("partners.manage_lists")
    form = RorFileForm(*((request.POST, request.FILES) if request.method == "POST" else ())) if may_manage else None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        work, is_new = import_ror_upload(upload=file, name=file.name, actor=request.user)
        if not is_new:
            messages.info(request, _("%(file)s: nothing new. It was taken over before.") % {"file": work.file_name})
        return redirect("ror_files")
    imports = RorImport.objects.select_related("brought_by", "job")
    page = Paginator(imports, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = counts_by_status()
    given_up = list(partners_given_up()[:MOST_PARTNERS])
    standings = standings_of(partner.ror_id for partner in given_up)
    under_way = imports.exclude(state__in=TONES).first()
    return render(
        request,
        "lists/ror_files.html",
        {
            "tabs": tabs("ror_files", request.user),
            "lead": lead_of(counts),
            "facts": facts_of(counts),
            "form": form,
            "progress": progress_of(under_way),
            "given_up": [{"partner": each, "words": standings[each.ror_id].words} for each in given_up],
            "page": page,
            "imports": [row_of(work) for work in page],
            "query": "",
        },
    )


def ror_file_state(request, uid):
    """The progress, for the page that waits; at the end that page loads again."""
    work = get_object_or_404(RorImport.objects.select_related("job"), uid=uid)
    if not request.htmx:
        return redirect("ror_files")
    if work.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "_partials/job_progress.html", progress_of(work))


@require_POST
def ror_file_retry(request, uid):
    work = get_object_or_404(RorImport.objects.select_related("job"), uid=uid)
    if work.job and not work.is_over:
        start_again(job=work.job, actor=request.user)
    return redirect("ror_files")


def lead_of(counts: dict[str, int]) -> str:
    held = sum(counts.values())
    if not held:
        return _("No organisation of ROR is held, so none can be picked by its ROR id.")
    words = ngettext("%(n)s organisation of ROR is held.", "%(n)s organisations of ROR are held.", held)
    return words % {"n": held}


def facts_of(counts: dict[str, int]) -> list[dict]:
    newest = RorImport.objects.filter(state=State.DONE).first()
    return [
        {"label": _("Active"), "value": counts.get(Status.ACTIVE, 0), "note": ""},
        {"label": _("No longer exist"), "value": counts.get(Status.INACTIVE, 0), "note": _("closed or merged")},
        {"label": _("Withdrawn by ROR"), "value": counts.get(Status.WITHDRAWN, 0), "note": _("recorded in error")},
        {
            "label": _("Last taken over"),
            "value": short(newest.finished_at) if newest else "—",
            "note": _("newest record of %(day)s") % {"day": formats.date_format(newest.newest_on, "j M Y")}
            if newest and newest.newest_on
            else "",
        },
    ]


def row_of(work: RorImport) -> dict:
    return {
        "work": work,
        "tone": TONES.get(work.state, "plain"),
        "words": work.get_state_display().capitalize(),
        "told": progress_words(work),
        "who": work.brought_by.name if work.brought_by else _("command line"),
    }


def progress_of(work: RorImport | None) -> dict | None:
    """What `_partials/job_progress.html` shows; nothing where no file is being read by the worker."""
    if work is None or work.job is None:
        return None
    return {
        "job": {
            # Between two steps there is a moment without a job; the import goes on.
            "state": "working" if work.job.state == "done" else work.job.state,
            "done": work.done,
            "total": work.total if work.state == State.STORING else 0,
            "message": progress_words(work),
            "pace": pace_words(work.done, work.total, work.created_at) if work.state == State.STORING else "",
            "error": work.job.reason,
        },
        "title": _("Reading the file of ROR"),
        "poll_url": reverse("ror_file_state", args=[work.uid]),
        "retry_url": reverse("ror_file_retry", args=[work.uid]),
    }

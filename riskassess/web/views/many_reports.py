"""The page of reports: ask for many at once or for counts, see how far they are, and what was made with its hash."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from riskassess.accounts.queries import the_institution
from riskassess.audit.services import record_read
from riskassess.core.errors import DomainError
from riskassess.files.services import read_bytes
from riskassess.proposals.states import AFTER_DECISION, State
from riskassess.reports.batching import request_batch, retry_batch, stop_batch
from riskassess.reports.models import PeriodReport, ReportBatch
from riskassess.reports.periods import request_period_report
from riskassess.reports.queries import recent_reports
from riskassess.reports.rules import may_ask_period
from riskassess.reports.services import read_archive, read_report
from riskassess.reviews.queries import visible_proposals
from riskassess.web.downloads import to_keep
from riskassess.web.forms.reports import KIND_WORDS, ManyReportsForm, PeriodForm
from riskassess.web.progress import pace_words

PAGE_SIZE = 25
SHOWN = 10
RUNNING = {"queued", "working"}
FILTERS = {"all": Q(), "decided": Q(state__in=AFTER_DECISION), "registered": Q(state=State.REGISTERED)}


def reports(request):
    """POST asks for many reports; what was ticked and chosen stays where something is missing."""
    user = request.user
    may_ask = user.has_perm("reports.ask_many")
    given = request.POST if request.method == "POST" and may_ask else None
    form = ManyReportsForm(given, user=user) if may_ask else None
    if request.method == "POST" and not may_ask:
        raise PermissionDenied
    ticked = set(request.POST.getlist("proposals"))
    show, query = _filters(request)
    found = _selection(user, show, query)
    if form is not None and form.is_bound and form.is_valid():
        wanted = found if "all" in ticked else found.filter(reference__in=ticked)
        try:
            return redirect(
                request_batch(actor=user, proposals=list(wanted.values_list("pk", flat=True)), **form.cleaned_data)
            )
        except DomainError as fault:
            form.add_error(fault.field if fault.field in form.fields else None, str(fault))
            messages.error(request, str(fault))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")) if may_ask else None
    return render(
        request,
        "reporting/reports.html",
        {
            "form": form,
            "period_form": PeriodForm(user=user) if user.has_perm("reports.ask_period") else None,
            "page": page,
            "ticked": ticked,
            "total": page.paginator.count if page else 0,
            "chips": _chips(show, query),
            "query": f"show={show}&q={query}&",
            "search": query,
            "show": show,
            "batches": [
                batch_row(row) for row in ReportBatch.objects.filter(asked_by=user).select_related("job")[:SHOWN]
            ],
            "counts": [period_card(row) for row in period_reports_of(user)[:SHOWN]],
            "recent": recent_reports(user)[:SHOWN] if may_ask else [],
        },
        status=422 if form is not None and form.errors else 200,
    )


def _filters(request) -> tuple[str, str]:
    given = request.POST if request.method == "POST" else request.GET
    show = given.get("show", "all")
    return show if show in FILTERS else "all", given.get("q", "")[:100].strip()


def _selection(user, show: str, query: str):
    """What reports can be asked for: what was submitted, in this person's scope, own proposals left to their page."""
    found = (
        visible_proposals(user)
        .exclude(state__in=[State.DRAFT, State.SUBMITTED])
        .exclude(owner=user)
        .exclude(coinvestigators__user=user)
        .filter(FILTERS[show])
    )
    if query:
        found = found.filter(Q(reference__icontains=query) | Q(title__icontains=query))
    return found.select_related("owner", "unit").order_by("-pk")


def _chips(show: str, query: str) -> list[dict]:
    labels = {"all": _("All"), "decided": _("Decided"), "registered": _("Registered")}
    return [
        {"label": label, "url": f"?show={name}&q={query}", "count": None, "current": name == show}
        for name, label in labels.items()
    ]


def own_batches(user):
    return ReportBatch.objects.filter(asked_by=user).select_related("job")


def batch_row(row: ReportBatch) -> dict:
    when = formats.date_format(timezone.localtime(row.created_at), "j M Y, H:i")
    return {"batch": row, "title": batch_title(row), "when": when, "state": row.state}


def batch_title(row: ReportBatch) -> str:
    words = ngettext("%(kind)s of %(count)d proposal", "%(kind)s of %(count)d proposals", row.total)
    title = words % {"kind": KIND_WORDS[row.kind], "count": row.total}
    return _("%(title)s, redacted") % {"title": title} if row.is_redacted else title


def _own_batch(user, uid) -> ReportBatch:
    return get_object_or_404(own_batches(user).select_related("job", "file", "asked_by"), uid=uid)


def report_batch(request, uid):
    row = _own_batch(request.user, uid)
    return render(
        request,
        "reporting/batch.html",
        {
            "batch": row,
            "title": batch_title(row),
            "crumbs": [(_("Reports"), reverse("reports")), (batch_title(row), "")],
            "progress": batch_card(row),
            "made": list(row.reports.select_related("proposal", "version").order_by("proposal__reference", "pk")[:200])
            if row.ended_at
            else [],
            "may_stop": row.state in RUNNING,
        },
    )


def batch_card(row: ReportBatch) -> dict:
    state = row.state
    return {
        "job": {
            "state": state,
            "done": row.position,
            "total": row.total,
            "message": "",
            "pace": pace_words(row.position, row.total, row.created_at),
            "error": (row.job.reason if row.job else "") or _("It was stopped. What was made so far is kept."),
        },
        "title": batch_title(row),
        "poll_url": reverse("report_batch_state", args=[row.uid]),
        "ready_url": reverse("report_batch_file", args=[row.uid]) if row.file_id else "",
        "ready_label": _("Download ZIP"),
        "retry_url": reverse("report_batch_retry", args=[row.uid]),
        "hint": "",
    }


def report_batch_state(request, uid):
    row = _own_batch(request.user, uid)
    if not request.htmx:
        return redirect(row)
    if row.state not in RUNNING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "_partials/job_progress.html", batch_card(row))


def report_batch_file(request, uid):
    """The zip, as long as every case in it is still open to whoever asked."""
    row = _own_batch(request.user, uid)
    if row.file is None:
        return redirect(row)
    if row.reports.exclude(proposal__in=visible_proposals(request.user)).exists():
        raise PermissionDenied
    content = read_bytes(row.file)
    for reference in row.reports.values_list("proposal__reference", flat=True).distinct():
        record_read(
            "report.read",
            actor_id=request.user.pk,
            role=request.user.role_now,
            subject=f"reports.ReportBatch:{row.uid}",
            reference=reference,
        )
    return to_keep(content, row.file.content_type, row.file.name)


@require_POST
def report_batch_stop(request, uid):
    row = _own_batch(request.user, uid)
    stop_batch(batch=row, actor=request.user)
    messages.info(request, _("It was stopped. The reports that were made are kept."))
    return redirect(row)


@require_POST
def report_batch_retry(request, uid):
    row = _own_batch(request.user, uid)
    retry_batch(batch=row, actor=request.user)
    messages.success(request, _("It goes on where it ended."))
    return redirect(row)


# Counts over a period.


def period_reports_of(user):
    """Those that this person may have, whoever asked for them."""
    rows = PeriodReport.objects.select_related("job", "file", "requested_by")
    return [row for row in rows[:100] if may_ask_period(user, row.kind, row.units)]


def _own_period_report(user, uid) -> PeriodReport:
    row = get_object_or_404(PeriodReport.objects.select_related("job", "file", "archive"), uid=uid)
    if not may_ask_period(user, row.kind, row.units):
        raise Http404
    return row


@require_POST
def period_ask(request):
    form = PeriodForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Choose which counts, and one of the periods shown."))
        return redirect("reports")
    request_period_report(
        institution=the_institution(), actor=request.user, language=request.user.language, **form.cleaned_data
    )
    messages.success(request, _("It is being built. It appears here, on the page of reports."))
    return redirect("reports")


def period_report(request, uid):
    row = _own_period_report(request.user, uid)
    if not row.is_ready:
        return redirect("reports")
    _note_read(request.user, row)
    return to_keep(read_report(row), "application/pdf", row.file_name)


def period_archive(request, uid):
    row = _own_period_report(request.user, uid)
    if not row.is_ready:
        return redirect("reports")
    _note_read(request.user, row)
    return to_keep(read_archive(row), "application/pdf", row.archive_name)


def _note_read(user, row: PeriodReport) -> None:
    record_read("report.read", actor_id=user.pk, role=user.role_now, subject=f"reports.PeriodReport:{row.uid}")


def period_state(request, uid):
    row = _own_period_report(request.user, uid)
    if not request.htmx:
        return redirect("reports")
    return render(request, "_partials/job_progress.html", period_card(row))


def period_card(row: PeriodReport) -> dict:
    states = {"queued": "queued", "working": "working", "ready": "done", "failed": "failed"}
    days = f"{formats.date_format(row.first_day, 'j M Y')} – {formats.date_format(row.last_day, 'j M Y')}"
    return {
        "job": {
            "state": states[row.state],
            "done": 0,
            "total": 0,
            "message": "",
            "error": _("The PDF could not be built. Ask for it once more."),
        },
        "title": f"{row.get_kind_display().capitalize()}, {days}",
        "poll_url": reverse("period_state", args=[row.uid]),
        "ready_url": row.get_absolute_url(),
        "ready_label": _("Download PDF"),
        "hint": "",
    }

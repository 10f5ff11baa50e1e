from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from riskassess.audit.services import record_read
from riskassess.proposals.services import role_in
from riskassess.reports.asking import ask_report, kinds_for
from riskassess.reports.models import Kind, Report, State
from riskassess.reports.services import read_archive, read_report, retry_report
from riskassess.web.access import get_proposal_for, get_report_for
from riskassess.web.downloads import to_keep
from riskassess.web.forms.reports import AskReportForm

# The states of a report as the part "job progress" knows them.
JOB_STATES = {State.QUEUED: "queued", State.WORKING: "working", State.READY: "done", State.FAILED: "failed"}


def report(request, uid):
    """The PDF as a file to keep. It is data, never a page of ours: no script, no frame, no guessing of its kind."""
    row = get_report_for(request.user, uid)
    if not row.is_ready:
        messages.info(request, row.sentence)
        return redirect(row.proposal)
    content = read_report(row)
    note_report_read(request.user, row)
    return to_keep(content, "application/pdf", row.file_name)


def report_archive(request, uid):
    """The record copy: PDF/A with the dossier and the signature."""
    row = get_report_for(request.user, uid)
    if not row.is_ready:
        messages.info(request, row.sentence)
        return redirect(row.proposal)
    content = read_archive(row)
    note_report_read(request.user, row)
    return to_keep(content, "application/pdf", row.archive_name)


def note_report_read(user, row: Report) -> None:
    record_read(
        "report.read",
        actor_id=user.pk,
        role=role_in(user, row.proposal),
        subject=f"reports.Report:{row.uid}",
        reference=row.proposal.reference,
    )


def report_state(request, uid):
    """The progress of one report, for the page that waits for it."""
    row = get_report_for(request.user, uid)
    if not request.htmx:
        return redirect(row.proposal)
    return render(
        request,
        "_partials/job_progress.html",
        report_card(row, may_retry=request.user.has_perm("reports.retry", row.proposal)),
    )


@require_POST
def report_ask(request, reference):
    """Has one more report made; two clicks ask for the same one."""
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    place = request.POST.get("from") == "case" and reverse("case", args=[reference])
    form = AskReportForm(request.POST, kinds=kinds_for(proposal, request.user))
    if not form.is_valid():
        messages.error(request, _("This proposal has no such report now. Choose one of the list."))
        return redirect(place or proposal)
    ask_report(proposal=proposal, actor=request.user, language=request.user.language, **form.cleaned_data)
    messages.success(request, _("It is being built, and stands with the reports on this page."))
    return redirect(place or proposal)


@require_POST
def report_retry(request, uid):
    """Has a failed report built once more."""
    row = get_report_for(request.user, uid, "reports.retry")
    retry_report(report=row, actor=request.user)
    messages.success(request, _("It is being built once more. You may leave this page."))
    return redirect(row.proposal)


def report_card(row: Report, *, may_retry: bool) -> dict:
    """What `_partials/job_progress.html` shows of a report."""
    titles = {
        Kind.ASSESSMENT: _("Assessment report"),
        Kind.DECISION: _("Decision letter"),
        Kind.RECEIPT: _("Receipt"),
        Kind.CERTIFICATE: _("Certificate of conditions"),
        Kind.CASE_AUDIT: _("Audit report of the case"),
    }
    title = _("%(kind)s, version %(number)d") % {"kind": titles[Kind(row.kind)], "number": row.version.number}
    if row.is_redacted:
        title = _("%(title)s, redacted") % {"title": title}
    as_of = _("As of %(moment)s.") % {"moment": formats.date_format(timezone.localtime(row.as_of), "j M Y, H:i")}
    if row.language != get_language():
        as_of = f"{dict(settings.LANGUAGES)[row.language]} · {as_of}"
    state = State(row.state)
    return {
        "job": {
            "state": JOB_STATES[state],
            "done": row.job.done if row.job else 0,
            "total": row.job.total if row.job else 0,
            "message": row.job.message if row.job and state == State.WORKING else "",
            "error": row.sentence if state == State.FAILED else "",
        },
        "title": title,
        "poll_url": reverse("report_state", args=[row.uid]),
        "ready_url": row.get_absolute_url() if state == State.READY else "",
        "retry_url": reverse("report_retry", args=[row.uid]) if may_retry and state == State.FAILED else "",
        "ready_label": _("Download PDF"),
        "record_url": reverse("report_archive", args=[row.uid]) if row.archive_id else "",
        "hint": as_of,
    }

"""Data as files: what may be asked for, with a preview; the work is a job, and each download is on record."""

from itertools import islice

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from riskassess.audit.export import cell_of
from riskassess.audit.models import ChainHead
from riskassess.audit.services import record_read
from riskassess.auditing.columns import WITHOUT_CASES, columns_of, rows_of, source_of
from riskassess.auditing.models import Export, ExportChoice, Kind
from riskassess.auditing.services import guard_ready, request_export
from riskassess.core.errors import DomainError
from riskassess.files.services import path_of
from riskassess.reviews.queries import visible_proposals
from riskassess.web.downloads import HEADERS
from riskassess.web.forms.auditing import ExportForm
from riskassess.web.progress import pace_words

PREVIEWED = 5
LONGEST_CELL = 80
SHOWN = 20
JOB_STATES = {"ready": "done", "gone": "cancelled"}


def kinds_for(user) -> list[str]:
    """What this person may export; without a mandate, nothing is there."""
    if not user.has_perm("audit.export"):
        raise Http404
    if user.has_perm("audit.view_content"):
        return [kind for kind in Kind if kind != Kind.DOSSIER]
    return list(WITHOUT_CASES)


def exports(request):
    kinds = kinds_for(request.user)
    rows = Export.objects.filter(requested_by=request.user).select_related("job", "proposal")[:SHOWN]
    return render(
        request,
        "audit/exports.html",
        {
            "kinds": [
                {"label": kind.label, "holds": holds(kind), "url": reverse("export_new", args=[kind])} for kind in kinds
            ],
            "rows": rows,
            "crumbs": [(_("Audit"), reverse("audit")), (_("Exports"), "")],
            "content": request.user.has_perm("audit.view_content"),
        },
    )


def holds(kind: str) -> str:
    return {
        Kind.AUDIT: _("Every event, in its order, with its fingerprints."),
        Kind.COUNTS: _("How many events of each kind, month by month."),
        Kind.CASES: _("Each case with its level, route, people and dates."),
        Kind.DECISIONS: _("Each decision with its outcome, reasons and sources."),
        Kind.CONDITIONS: _("Each condition, by whom, by when, and what became of it."),
        Kind.JUDGEMENTS: _("Each judgement of a match with a list, and who confirmed it."),
    }[kind]


def export_new(request, table):
    """Columns, days, format and purpose, with the first rows as they would be written."""
    if table not in kinds_for(request.user):
        raise Http404
    kind, content = Kind(table), request.user.has_perm("audit.view_content")
    columns = columns_of(kind, content=content)
    names = [column.name for column in columns]
    kept = ExportChoice.objects.filter(user=request.user, kind=kind).values_list("chosen", flat=True).first() or {}
    initial = {**kept, "columns": [name for name in kept.get("columns", names) if name in names] or names}
    form = ExportForm(request.POST if request.method == "POST" else None, columns=columns, initial=initial)
    is_asked = request.method == "POST" and request.POST.get("do") != "preview"
    if is_asked and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            made = request_export(actor=request.user, kind=kind, file_format=values.pop("format"), **values)
        except DomainError as fault:
            form.add_error(fault.field or None, str(fault))
        else:
            return redirect(made)
    if request.method == "POST" and not is_asked:
        form.full_clean()
        form.errors.pop("purpose", None)
    return render(
        request,
        "audit/export_new.html",
        {
            "form": form,
            "title": kind.label,
            "holds": holds(kind),
            "preview": None if form.errors else preview_of(request, kind, form, initial, content),
            "crumbs": [(_("Audit"), reverse("audit")), (_("Exports"), reverse("exports")), (kind.label, "")],
        },
        status=422 if form.errors else 200,
    )


def preview_of(request, kind: str, form: ExportForm, initial: dict, content: bool) -> dict:
    """How many rows there are now, and the first of them; looking at them is on record as reading is."""
    chosen = form.cleaned_data if form.is_bound else {}
    names = chosen.get("columns") or initial["columns"]
    given = {
        "since": chosen.get("since") or None,
        "until": chosen.get("until") or None,
        "head": ChainHead.objects.get().sequence,
    }
    user = request.user
    record_read("export.previewed", actor_id=user.pk, role=user.role_now, subject=f"auditing.Export:{kind}")
    rows = islice(rows_of(kind, user, names=names, content=content, **given), PREVIEWED)
    return {
        "count": source_of(kind, user, **given).count(),
        "names": names,
        "rows": [[shown(value) for value in row] for row in rows],
    }


def shown(value) -> str:
    text = str(cell_of(value))
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def own_export(user, uid) -> Export:
    """An export of this person's own, which they still may have."""
    if not user.has_perm("audit.export"):
        raise Http404
    rows = Export.objects.filter(requested_by=user).select_related("job", "proposal", "file")
    if not user.has_perm("audit.view_content"):
        rows = rows.filter(kind__in=WITHOUT_CASES)
    row = get_object_or_404(rows, uid=uid)
    if row.proposal_id and not visible_proposals(user).filter(pk=row.proposal_id).exists():
        raise Http404
    return row


def export(request, uid):
    row = own_export(request.user, uid)
    return render(
        request,
        "audit/export.html",
        {
            "export": row,
            "progress": progress_of(row),
            "facts": facts_of(row),
            "columns": row.manifest.get("columns") or row.columns,
            "crumbs": [
                (_("Audit"), reverse("audit")),
                (_("Exports"), reverse("exports")),
                (row.get_kind_display(), ""),
            ],
        },
    )


def export_state(request, uid):
    row = own_export(request.user, uid)
    if not request.htmx:
        return redirect(row)
    if row.state not in {"queued", "working"}:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "_partials/job_progress.html", progress_of(row))


def export_file(request, uid):
    row = own_export(request.user, uid)
    guard_ready(row)
    answer = FileResponse(path_of(row.file).open("rb"), as_attachment=True, filename=row.file_name)
    for header, value in {**HEADERS, "Content-Type": row.file.content_type}.items():
        answer.headers[header] = value
    keep_read(request.user, row, "export.downloaded")
    return answer


def export_manifest(request, uid):
    """What the file is, with its fingerprint, which a file can't hold of itself."""
    row = own_export(request.user, uid)
    if not row.manifest:
        raise Http404
    keep_read(request.user, row, "export.manifest_read")
    name = f"{row.file_name}.manifest.json"
    answer = JsonResponse(row.manifest, json_dumps_params={"ensure_ascii": False, "indent": 2})
    for header, value in {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}.items():
        answer.headers[header] = value
    return answer


def keep_read(user, row: Export, verb: str) -> None:
    record_read(
        verb,
        actor_id=user.pk,
        role=user.role_now,
        subject=f"auditing.Export:{row.uid}",
        reference=row.proposal.reference if row.proposal else "",
    )


def progress_of(row: Export) -> dict | None:
    if row.state in {"ready", "gone"}:
        return None
    return {
        "job": {
            "state": row.state,
            "done": row.job.done if row.job else 0,
            "pace": pace_words(row.job.done, row.job.total, row.job.started_at) if row.job else "",
            "total": row.job.total if row.job else 0,
            "message": "",
            "error": row.sentence if row.state == "failed" else "",
        },
        "title": _("Writing the file"),
        "poll_url": reverse("export_state", args=[row.uid]),
    }


def facts_of(row: Export) -> list[dict]:
    manifest = row.manifest
    if not manifest:
        return []
    head = manifest["chain_head"]
    return [
        {"label": _("Rows"), "value": formats.localize(manifest["count"]), "note": row.get_format_display()},
        {
            "label": _("End of the log"),
            "value": formats.localize(head["sequence"]),
            "note": f"{head['hash'][:16]}…",
        },
        {
            "label": _("Kept until"),
            "value": formats.date_format(timezone.localtime(row.expires_at), "j M Y") if row.file_id else _("removed"),
            "note": _("then the file goes, and this page stays"),
        },
    ]

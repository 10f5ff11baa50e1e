import json
from urllib.parse import urlencode

from django.apps import apps
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from riskassess.audit import export
from riskassess.audit.models import Event
from riskassess.audit.queries import page_of
from riskassess.audit.services import open_export, recent_check, record_read
from riskassess.audit.verification import problem_of
from riskassess.core.errors import DomainError
from riskassess.web.forms.audit import EventFilterForm
from riskassess.web.verbs import verb_words


def audit(request):
    """The event log: for auditors in full, for administrators without case content."""
    content = request.user.has_perm("audit.view_content")
    form = EventFilterForm(request.GET, content=content)
    page = page_of(form.filters, request.GET.get("page", 1), content=content) if form.is_valid() else None
    asked = form.filters.as_record() if page is not None else {}
    record_read(
        "audit.read",
        actor_id=request.user.pk,
        role=request.user.role_now,
        subject="audit.Event",
        reference=asked.get("reference", ""),
    )
    check = recent_check()
    return render(
        request,
        "audit/events.html",
        {
            "form": form,
            "page": page,
            "rows": [row_of(event, content) for event in page or []],
            "asked": asked,
            "query": urlencode(asked) + "&" if asked else "",
            "content": content,
            "check": check,
            "problem": problem_of(check.kind, check.position) if check else "",
        },
    )


def audit_export(request):
    """The events that the filters find, as a file; what a manifest would say stands in the response headers."""
    content = request.user.has_perm("audit.view_content")
    form = EventFilterForm(request.POST, content=content)
    file_format = request.POST.get("format")
    if file_format not in export.FORMATS:
        raise DomainError(_("Choose CSV or JSON lines."), field="format")
    if not form.is_valid():
        raise DomainError(_("The filters can't be read. Go back to the log and choose them again."))
    begun = open_export(
        filters=form.filters,
        file_format=file_format,
        content=content,
        actor_id=request.user.pk,
        role=request.user.role_now,
        actor_name=request.user.name,
    )
    events = begun.events.iterator(chunk_size=2000)
    if file_format == "csv":
        lines, media_type = export.csv_lines(events, content), "text/csv"
    else:
        lines, media_type = export.jsonl_lines(events, content, begun.manifest), "application/jsonl"
    head = begun.manifest["chain_head"]
    name = f"audit-{timezone.localdate():%Y-%m-%d}.{file_format}"
    return StreamingHttpResponse(
        lines,
        content_type=f"{media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Audit-Chain-Head": f"{head['sequence']} {head['hash']}",
            "X-Audit-Count": str(begun.manifest["count"]),
            "X-Audit-Filter": json.dumps(begun.manifest["filter"]),
            "X-Audit-Content": "yes" if content else "no",
        },
    )


def row_of(event: Event, content: bool) -> dict:
    """What a line of the page says; without content it holds nothing that the reader may not see."""
    detail = getattr(event, "detail", None)
    row = {
        "sequence": event.sequence,
        "at": event.at,
        "actor": actor_words(event),
        "words": verb_words(event.verb),
        "verb": event.verb,
        "reference": event.reference,
        "hash": event.hash,
    }
    if content:
        row |= {
            "object": object_words(event.subject),
            "subject": event.subject,
            "role": event.role,
            "request_id": event.request_id,
            "previous_hash": event.previous_hash,
            "commitment": event.commitment,
            "is_erased": detail is None or detail.is_erased,
            "before": readable(detail and detail.before),
            "after": readable(detail and detail.after),
        }
    return row


def actor_words(event: Event) -> str:
    detail = getattr(event, "detail", None)
    if detail is not None and detail.actor_name:
        return detail.actor_name
    return _("The system") if event.actor_id is None else _("Person %(number)s") % {"number": event.actor_id}


def object_words(subject: str) -> str:
    """The kind of row in words and the beginning of its id; what names no row is shown as it is."""
    label, _colon, uid = subject.partition(":")
    try:
        kind = apps.get_model(label)._meta.verbose_name
    except (LookupError, ValueError):
        return subject
    return f"{capfirst(kind)} {uid[:8]}".strip()


def readable(value: object) -> str:
    """Nested content as lines of text; nothing for nothing."""
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)

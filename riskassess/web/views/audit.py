import json
from functools import partial
from urllib.parse import urlencode

from django.apps import apps
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from riskassess.audit import export
from riskassess.audit.models import Event
from riskassess.audit.queries import events, page_of
from riskassess.audit.services import open_export, recent_check, record_read
from riskassess.audit.verification import problem_of
from riskassess.auditing.queries import events_open_to
from riskassess.core.errors import DomainError
from riskassess.reviews.queries import visible_proposals
from riskassess.web.forms.audit import EventFilterForm
from riskassess.web.verbs import verb_words


def audit(request):
    """The event log: for auditors in full, for administrators without case content."""
    if not request.user.has_perm("audit.export"):
        return render(request, "audit/waiting.html", {"sentence": why_closed(request.user)})
    content = request.user.has_perm("audit.view_content")
    form = EventFilterForm(request.GET, content=content)
    page = None
    if form.is_valid():
        page = page_of(scoped(request.user)(events(form.filters, content=content)), request.GET.get("page", 1))
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
            "open_cases": open_cases(request.user, page) if content else (),
            "mandates": request.user.mandates_now,
            "check": check,
            "problem": problem_of(check.kind, check.position) if check else "",
        },
    )


def audit_export(request):
    """The events that the filters find, as a file; what a manifest would say stands in the response headers."""
    if not request.user.has_perm("audit.export"):
        raise Http404
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
        open_to=scoped(request.user),
    )
    found = begun.events.iterator(chunk_size=2000)
    if file_format == "csv":
        lines, media_type = export.csv_lines(found, content), "text/csv"
    else:
        lines, media_type = export.jsonl_lines(found, content, begun.manifest), "application/jsonl"
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


def open_cases(user, page) -> set[str]:
    """Of the cases named on this page, those that the reader may open."""
    named = {event.reference for event in page or [] if event.reference}
    return set(visible_proposals(user).filter(reference__in=named).values_list("reference", flat=True))


def scoped(user):
    """Narrows events to those that the mandates of an auditor open; administrators see all, without content."""
    return partial(events_open_to, user) if user.mandates_now else lambda found: found


def why_closed(user) -> str:
    """What became of an auditor's mandate, or when the next one begins."""
    today = timezone.localdate()
    confirmed = user.mandates.filter(confirmed_at__isnull=False)
    coming = confirmed.filter(ended_at__isnull=True, starts__gt=today).order_by("starts").first()
    if coming:
        return _("Your next one begins on %(day)s.") % {"day": date_format(coming.starts, "j M Y")}
    last = confirmed.order_by("-ends").first()
    if last is None:
        return _("None was confirmed for you yet.")
    if last.ended_at:
        return _("It was ended on %(day)s.") % {"day": date_format(timezone.localtime(last.ended_at), "j M Y")}
    return _("It ended on %(day)s.") % {"day": date_format(last.ends, "j M Y")}


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

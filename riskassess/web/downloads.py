"""Files as data to keep, never a page of ours: no script, no frame, no guessing of their kind."""

from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from riskassess.files.models import StoredFile
from riskassess.files.services import read_bytes

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


def to_keep(content: bytes, content_type: str, name: str) -> HttpResponse:
    if content_type == "text/plain":
        content_type = "text/plain; charset=utf-8"  # it was checked to be that
    headers = {**HEADERS, "Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=content_type, headers=headers)


def stream_to_keep(parts: Iterable[bytes], content_type: str, name: str) -> StreamingHttpResponse:
    headers = {**HEADERS, "Content-Disposition": content_disposition_header(True, name)}
    return StreamingHttpResponse(parts, content_type=content_type, headers=headers)


def file_to_keep(stored: StoredFile) -> HttpResponse:
    return to_keep(read_bytes(stored), stored.content_type, stored.name)

"""What a request leaves behind, read from the statements it sends to the database; and somebody who fills in every form
of a page. Laws: who writes rows of a case, a person or a setting leaves an event; who takes a file along or is refused
leaves a line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from lxml import html

from tests.story import PASSWORD

WRITES = re.compile(r'(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM) "(\w+)"')
# Written beside what is told, or about nothing but how somebody works: no event of their own.
UNTOLD = {
    "django_session": "who is signed in where",
    "jobs_job": "work to be done, told by what asked for it",
    "notices_notice": "a notice, told by what it is about; read or not is its reader's own",
    "notices_digest": "which notices wait for the morning",
    "notices_chosenway": "how somebody wants to hear of things",
    "notices_feed": "a secret address of one's own calendar",
    "auditing_exportchoice": "what to offer again on a page",
    "proposals_visit": "when an author last looked",
    "reviews_caseseen": "what of a case its reader has looked at",
    "reviews_savedview": "a filter of one's own",
}
EVENT, READ = "audit_event", "audit_accessread"


@dataclass
class Trace:
    tables: set[str] = field(default_factory=set)
    denied: bool = False

    @property
    def untold(self) -> set[str]:
        """Tables that were written without an event beside."""
        told = {name for name in self.tables if not name.startswith("audit_")} - set(UNTOLD)
        return set() if EVENT in self.tables else told

    @property
    def is_told(self) -> bool:
        return EVENT in self.tables and bool({n for n in self.tables if not n.startswith("audit_")} - set(UNTOLD))


@contextmanager
def watched() -> Iterator[Trace]:
    trace = Trace()

    def look(execute, sql, params, many, context):
        if found := WRITES.match(sql):
            trace.tables.add(found.group(1))
            trace.denied |= found.group(1) == EVENT and "access.denied" in str(params)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield trace


def is_download(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and answer.headers.get("Content-Disposition", "").startswith("attachment")


def filled_forms(page: str, at: str) -> Iterator[tuple[str, dict]]:
    """Each form of a page that is posted, filled in as somebody would; once for each of its buttons."""
    for form in html.fromstring(page).iterfind(".//form[@method='post']"):
        values = {}
        for part in form.iter("input", "select", "textarea"):
            name, is_taken = part.get("name"), part.get("type") in {"radio", "checkbox"} and part.get("name") in values
            if name and not is_taken and not part.get("disabled"):
                values[name] = _value(part)
        buttons = [(each.get("name"), each.get("value", "")) for each in form.iter("button") if each.get("name")]
        for name, value in (buttons or [(None, "")])[:4]:
            yield form.get("action") or at, {**values, **({name: value} if name else {})}


def _value(part):
    kind = part.get("type", "text") if part.tag == "input" else part.tag
    if kind == "select":
        options = [option.get("value", "") for option in part.iter("option")]
        return next((value for value in options if value), "")
    if kind in {"radio", "checkbox"}:
        return part.get("value", "on")
    if kind == "file":
        return SimpleUploadedFile("note.txt", b"One line.\n", "text/plain")
    if kind in {"hidden", "submit"}:
        return part.get("value", "")
    days = timezone.localdate() + timedelta(days=9)
    made = {"password": PASSWORD, "email": "eve@norderhaven.example", "date": days.isoformat(), "number": "3"}
    return made.get(kind) or part.get("value") or "Because it is so."

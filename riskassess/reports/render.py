import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from typing import NamedTuple

import pydyf
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, LOGGER, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration

from riskassess.core.memory import collecting_after
from riskassess.proof.dossier import NAME as DOSSIER
from riskassess.proof.dossier import canonical
from riskassess.reports.fetching import ClosedFetcher, style_text
from riskassess.reports.shapes import BlankContent, FlagLetter, PeriodContent, ReportContent

logger = logging.getLogger(__name__)


class LetterCounter(logging.Filter):
    """WeasyPrint's warnings quote the page letter by letter. No log may hold content, so only their number is kept."""

    def __init__(self):
        super().__init__()
        self.missing = 0

    def filter(self, record) -> bool:
        self.missing += "notdef" in str(record.msg)
        return False


class Copies(NamedTuple):
    """The same pages twice: one to read, one to keep."""

    reading: bytes  # PDF/UA-1
    archive: bytes  # PDF/A-3b with tags; the dossier is in it


def render(content: ReportContent | BlankContent | PeriodContent | FlagLetter) -> bytes:
    """The content as a tagged PDF. The same content gives the same bytes on one machine: fonts and Pango count too."""
    return to_pdf(page_text(content))


def render_copies(content: ReportContent | PeriodContent, dossier: dict, *, logo: bytes | None = None) -> Copies:
    """Laid out once, written twice."""
    with _counted_letters(), collecting_after():
        return _copies(content, dossier, logo)


def _copies(content: ReportContent | PeriodContent, dossier: dict, logo: bytes | None) -> Copies:
    document = _laid_out(page_text(content), logo)
    reading = document.write_pdf(pdf_variant="pdf/ua-1", finisher=_tidy)
    made_at = datetime.fromisoformat(content.made_at)
    document.metadata.attachments = [
        Attachment(
            string=canonical(dossier).decode(),
            name=DOSSIER,
            description="Facts, catalogue, result and decision of this report",
            relationship="Data",
            created=made_at,  # else they are of the clock, and the bytes are other ones each time
            modified=made_at,
        )
    ]
    return Copies(reading, document.write_pdf(pdf_variant="pdf/a-3b", pdf_tags=True, finisher=_tidy))


def to_pdf(page: str) -> bytes:
    with _counted_letters(), collecting_after():
        return _laid_out(page).write_pdf(pdf_variant="pdf/ua-1", finisher=_tidy)


def _laid_out(page: str, logo: bytes | None = None) -> Document:
    css, fonts = _style()
    return HTML(string=page, url_fetcher=ClosedFetcher(logo)).render(
        stylesheets=[css], font_config=fonts, pdf_tags=True
    )


@cache
def _style() -> tuple[CSS, FontConfiguration]:
    """Parsed once a process, the fonts with it: no report changes them."""
    fonts = FontConfiguration()
    return CSS(string=style_text(), url_fetcher=ClosedFetcher(), font_config=fonts), fonts


def _tidy(_document: Document, pdf: pydyf.PDF) -> None:
    """What checkers stumble over: empty dictionaries of patterns and shadings, and links that would not be printed."""
    for each in pdf.objects:
        parts = getattr(each, "extra", each)
        if not isinstance(parts, dict):
            continue
        if parts.get("Type") == "/Annot":
            parts["F"] = 4
        resources = parts.get("Resources")
        for place in (parts, resources if isinstance(resources, dict) else {}):
            for name in ("Pattern", "Shading"):
                if name in place and not place[name]:
                    del place[name]


@contextmanager
def _counted_letters() -> Iterator[None]:
    letters = LetterCounter()
    LOGGER.addFilter(letters)
    try:
        yield
    finally:
        LOGGER.removeFilter(letters)
    if letters.missing:
        logger.warning(
            "%d letters of a report have no font on this machine; fonts-wqy-microhei or fonts-noto-core may help",
            letters.missing,
        )


def page_text(content: ReportContent | BlankContent | PeriodContent | FlagLetter) -> str:
    """The report as HTML. Its templates escape everything, and nothing that a person wrote stands in an address."""
    return render_to_string(f"reports/{content.kind}.html", {"report": visible(content)})


def visible(value):
    """The same without characters that nobody sees and that could turn the order of what stands around them."""
    if is_dataclass(value):
        return replace(value, **{field.name: visible(getattr(value, field.name)) for field in fields(value)})
    if isinstance(value, tuple):
        parts = [visible(one) for one in value]
        return value._make(parts) if hasattr(value, "_make") else tuple(parts)
    if isinstance(value, str):
        return "".join(sign for sign in value.replace("\t", " ") if not is_hidden(sign))
    return value


def is_hidden(sign: str) -> bool:
    """Control signs and marks of direction; joiners stay, many scripts need them to be written at all."""
    if sign in "\n\u200c\u200d":
        return False
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"}

import logging
import unicodedata
from dataclasses import fields, is_dataclass, replace

from django.template.loader import render_to_string
from weasyprint import CSS, HTML, LOGGER
from weasyprint.text.fonts import FontConfiguration

from riskassess.reports.fetching import ClosedFetcher, style_text
from riskassess.reports.shapes import BlankContent, ReportContent

logger = logging.getLogger(__name__)


class LetterCounter(logging.Filter):
    """WeasyPrint's warnings quote the page letter by letter. No log may hold content, so only their number is kept."""

    def __init__(self):
        super().__init__()
        self.missing = 0

    def filter(self, record) -> bool:
        self.missing += "notdef" in str(record.msg)
        return False


def render(content: ReportContent) -> bytes:
    """The content as a tagged PDF. The same content gives the same bytes on one machine: fonts and Pango count too."""
    return to_pdf(page_text(content))


def to_pdf(page: str) -> bytes:
    fonts, fetcher = FontConfiguration(), ClosedFetcher()
    html = HTML(string=page, url_fetcher=fetcher)
    css = CSS(string=style_text(), url_fetcher=fetcher, font_config=fonts)
    letters = LetterCounter()
    LOGGER.addFilter(letters)
    try:
        pdf = html.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1")
    finally:
        LOGGER.removeFilter(letters)
    if letters.missing:
        logger.warning("%d letters of a report have no font on this machine; fonts-noto-cjk may help", letters.missing)
    return pdf


def page_text(content: ReportContent | BlankContent) -> str:
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

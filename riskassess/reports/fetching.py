from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from weasyprint.urls import URLFetcher, URLFetcherResponse

from riskassess.core.errors import DomainError

FONTS = ("RASans-Regular", "RASans-SemiBold", "RASans-Bold", "RASerif-SemiBold", "RAMono-Regular")
FONTS_DIR = settings.BASE_DIR / "static" / "generated" / "fonts" / "report"
TEMPLATES_DIR = settings.BASE_DIR / "templates" / "reports"


class ClosedFetcher(URLFetcher):
    """Hands out the report's own few files by name. It has no way to a disk or a network, whatever is asked of it."""

    def __init__(self, logo: bytes | None = None):
        super().__init__(allowed_protocols=("bundled",), allow_redirects=False)
        self.own = {} if logo is None else {"bundled:logo": logo}
        self.handlers.clear()
        self.handle_open.clear()

    def fetch(self, url, headers=None):
        content = self.own.get(url) or bundle().get(url)
        if content is None:
            raise ValueError("A report reads nothing but its own fonts and pictures.")
        return URLFetcherResponse(url, content)


@cache
def bundle() -> dict[str, bytes]:
    """Read once, so that no address is ever turned into a path."""
    files = {f"bundled:{name}.ttf": FONTS_DIR / f"{name}.ttf" for name in FONTS}
    return {url: _read(path) for url, path in files.items()} | {"bundled:mark.svg": _read(TEMPLATES_DIR / "mark.svg")}


@cache
def style_text() -> str:
    return _read(TEMPLATES_DIR / "report.css").decode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DomainError(
            _("The file %(name)s for reports is missing. Run: manage.py build_fonts") % {"name": path.name}
        )

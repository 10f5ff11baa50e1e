"""The handbook of a release as one HTML page that needs nothing beside it."""

from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from riskassess.assessments.handbook import handbook_of
from riskassess.engine.catalogue import Catalogue

STYLES = ("tokens.css", "handbook.css")


def handbook_page(catalogue: Catalogue) -> str:
    sheets = (Path(settings.BASE_DIR, "static", "css", name).read_text(encoding="utf-8") for name in STYLES)
    styles = mark_safe("\n".join(sheets))  # noqa: S308 our own style sheets
    page = render_to_string("catalogue/file.html", {"book": handbook_of(catalogue), "styles": styles})
    return page.lstrip()  # nothing may stand before the doctype

"""The pages that everybody may read before and beside a proposal; one row of tabs joins them."""

from django.urls import reverse
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from riskassess.engine.catalogue import Catalogue

READING = (
    ("guidance", gettext_lazy("Guidance")),
    ("questionnaire", gettext_lazy("Questionnaire")),
    ("who_sees_what", gettext_lazy("Who sees what")),
    ("handbook", gettext_lazy("Handbook")),
)


def reading_tabs(current: str) -> list[dict]:
    return [
        {"label": label, "url": reverse(name), "current": name == current, "count": None} for name, label in READING
    ]


def language_note(catalogue: Catalogue) -> str:
    """A sentence where the reader's language is none of the catalogue's; empty otherwise."""
    language = (get_language() or "en").partition("-")[0]
    if language in catalogue.languages:
        return ""
    shown, wanted = (get_language_info(code)["name_translated"] for code in (catalogue.languages[0], language))
    words = _("The questions are not there in %(wanted)s yet, so they are shown in %(shown)s.")
    return words % {"wanted": wanted, "shown": shown}

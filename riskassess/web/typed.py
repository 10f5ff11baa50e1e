"""What a form sent, in the words that stood on its page, for the pages on which something went wrong."""

import re

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from riskassess.accounts.models import Unit
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.assessments.wording import words_of
from riskassess.web.forms.collaboration import CollaborationForm, FunderForm
from riskassess.web.forms.contacts import ContactForm
from riskassess.web.forms.picking import PartnerForm
from riskassess.web.forms.questionnaire import ItemForm
from riskassess.web.forms.visits import VisitForm

HIDDEN_CHARACTER = "\x00"
# What a form carries for itself: nobody typed it, so nobody wants to read it.
NOT_TYPED = {"both", "do", "opened", "page", "parts", "record", "seen", "shape", "shown", "writer"}
SAID_BESIDE = {"comment", "help"}
OF_ROWS = ("-count", "-uid", "-copy_of", "-gone", "-known", "-told_apart", "-near")
ROW = re.compile(r"(?P<kind>partner|funder|visit|item|contact)-(?P<index>\d{1,3})-(?P<field>[a-z_]+)")
ROW_FORMS: dict[str, type[forms.Form]] = {
    "partner": PartnerForm, "funder": FunderForm, "visit": VisitForm, "item": ItemForm, "contact": ContactForm,
}  # fmt: skip


def words_for(name: str) -> str:
    """What a field is called where nothing else is known of it."""
    if name == "q":
        return _("The search")
    return capfirst(name.replace("_", " ").replace("-", " ").replace(HIDDEN_CHARACTER, ""))


def read_by_people(request, typed: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Of what a form sent, the part that a person wrote or chose: (name, what its field is called, what it says)."""
    rows = [row for row in typed if row[2].strip() and row[0] not in NOT_TYPED and not row[0].endswith(OF_ROWS)]
    place = request.resolver_match.view_name if request.resolver_match else ""
    if place == "collaboration":
        # Which units there are is for those who are signed in.
        known = [row for row in rows if row[0] != "unit" or request.user.is_authenticated]
        return [(name, *_of_first_page(name, words, value)) for name, words, value in known]
    if place == "contacts":
        # The partner of a person is a key here, and its name is for those who are signed in.
        return [
            (name, *_of_first_page(name, words, value)) for name, words, value in rows if not name.endswith("-partner")
        ]
    if place == "section":
        catalogue = _catalogue()
        return [(name, *_of_question(catalogue, name, words, value)) for name, words, value in rows]
    return rows


def _of_first_page(name: str, words: str, value: str) -> tuple[str, str]:
    if match := ROW.fullmatch(name):
        found = ROW_FORMS[match["kind"]].base_fields.get(match["field"])
        label = found.label if found else match["field"]
        kind = {
            "partner": _("Partner"),
            "funder": _("Funder"),
            "visit": _("Visit"),
            "item": _("Item"),
            "contact": _("Person"),
        }[match["kind"]]
        place = _("%(kind)s %(number)d, %(field)s")
        return place % {"kind": kind, "number": int(match["index"]) + 1, "field": str(label).lower()}, _chosen(
            found, value
        )
    if name == "unit":
        unit = Unit.objects.filter(pk=value).first() if value.isdecimal() else None
        return _("Unit"), str(unit or value)
    if name == "kinds":
        asked = next((question for question in _catalogue_questions() if question.field == "kinds"), None)
        return (asked.text, words_of(asked, value)) if asked else (words, value)
    found = CollaborationForm.base_fields.get(name)
    return str(found.label or words) if found else words, value


def _chosen(found: forms.Field | None, value: str) -> str:
    """The words of a choice, as its list shows them."""
    choices = dict(found.choices) if isinstance(found, forms.ChoiceField) else {}
    return str(choices.get(value, value))


def _of_question(catalogue, name: str, words: str, value: str) -> tuple[str, str]:
    if match := ROW.fullmatch(name):
        return _("Item %(number)d") % {"number": int(match["index"]) + 1}, value
    what, _sign, rest = name.partition("-")
    asked = (rest if what in SAID_BESIDE else name).split("-", 1)[0]
    if catalogue is None or not catalogue.has_question(asked):
        return words, value
    question = catalogue.question(asked)
    if what in SAID_BESIDE:
        return _("Beside “%(question)s”") % {"question": question.text}, value
    return question.text, words_of(question, value)


def _catalogue():
    """The newest release: its questions are public, so that somebody who is signed out may read them, too."""
    try:
        return catalogue_of(current_release())
    except CatalogueRelease.DoesNotExist:
        return None


def _catalogue_questions():
    catalogue = _catalogue()
    return catalogue.questions if catalogue else ()

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from riskassess.audit.queries import EventFilters
from riskassess.core.errors import DomainError
from riskassess.web.forms.words import OwnWordsForm
from riskassess.web.verbs import VERB_WORDS


def verb_choices():
    """Every verb by its words, in the alphabet of the reader's language."""
    words = sorted(
        ((verb, capfirst(str(text))) for verb, text in VERB_WORDS.items()), key=lambda pair: pair[1].casefold()
    )
    return [("", _("Anything")), *words]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class EventFilterForm(OwnWordsForm):
    """Which events to show; when valid, `filters` holds the answer. Details are searched for content readers only."""

    who = forms.CharField(
        label=_("Who"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": _("Name or system")}),
    )
    verb = forms.ChoiceField(label=_("What happened"), required=False, choices=verb_choices)
    reference = forms.CharField(
        label=_("Case"), required=False, max_length=40, widget=forms.TextInput(attrs={"placeholder": "RA-2026-0007"})
    )
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)
    text = forms.CharField(label=_("Words in it"), required=False, max_length=100)

    def __init__(self, *args, content: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not content:
            del self.fields["text"]

    def clean(self):
        values = super().clean()
        if self.errors:
            return values
        try:
            self.filters = EventFilters(**{**values, "reference": values["reference"].upper()})
        except DomainError as error:
            self.add_error(error.field, error.message)
        return values

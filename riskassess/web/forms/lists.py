from django import forms
from django.utils.translation import gettext_lazy as _

from partners.countries import NAMES
from riskassess.web.forms.words import OwnWordsForm


class SearchForm(OwnWordsForm):
    """Whom to look for on the lists."""

    name = forms.CharField(
        label=_("Name"), max_length=300, error_messages={"required": _("Give the name that you want to compare.")}
    )
    country = forms.ChoiceField(label=_("Country, where it is known"), required=False)
    kind = forms.ChoiceField(
        label=_("Who it is"),
        choices=[("organisation", _("an organisation")), ("person", _("a person"))],
        initial="organisation",
        required=False,
    )
    birth_year = forms.IntegerField(
        label=_("Year of birth of a person, where a list has it"), required=False, min_value=1900, max_value=2100
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = sorted(((code, str(name)) for code, name in NAMES.items()), key=lambda each: each[1])
        self.fields["country"].choices = [("", _("not known")), *named]

    def clean_name(self):
        name = self.cleaned_data["name"]
        if not any(char.isalnum() for char in name):
            raise forms.ValidationError(_("Give a name with at least one letter or digit."))
        return name

    def clean_kind(self):
        return self.cleaned_data["kind"] or "organisation"

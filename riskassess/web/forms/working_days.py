from django import forms
from django.utils.translation import gettext_lazy as _

from partners.countries import country_name
from riskassess.accounts.calendar import countries, subdivisions
from riskassess.web.forms.words import OwnWordsForm


class CalendarForm(OwnWordsForm):
    """Whose public holidays are no working days. The parts offered are those of the country that is saved or sent."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    subdivision = forms.ChoiceField(
        label=_("Part of the country"),
        required=False,
        help_text=_("Where its public holidays differ. Choose the country first and save."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = sorted((str(country_name(code)), code) for code in countries())
        self.fields["country"].choices = [("", _("none: weekends alone")), *((code, name) for name, code in known)]
        country = self.data.get("country") if self.is_bound else self.initial.get("country")
        parts = sorted(subdivisions(country or "").items(), key=lambda part: part[1])
        self.fields["subdivision"].choices = [("", _("the whole country")), *parts]


class ClosedDayForm(OwnWordsForm):
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label=_("Why"), max_length=80, help_text=_("For example: founder's day."))

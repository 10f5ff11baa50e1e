from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from riskassess.reviews.services.guests import LONGEST_DAYS
from riskassess.web.forms.words import OwnWordsForm


class InviteExpertForm(OwnWordsForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The link goes there. It opens nothing without the code."))
    question = forms.CharField(label=_("What you ask"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    sections = forms.MultipleChoiceField(
        label=_("What the expert reads"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The answers of these sections, and nothing else: no title, no people, no files, no levels."),
        error_messages={"required": _("Choose at least one section that the expert reads.")},
    )
    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("At most 30 days ahead. The seat also ends with the decision."),
    )

    def __init__(self, *args, sections, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sections"].choices, self.fields["sections"].columns = sections, 2
        self.initial.setdefault("until", timezone.localdate() + timedelta(days=LONGEST_DAYS // 2))


class EnterForm(OwnWordsForm):
    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class DigitsForm(OwnWordsForm):
    digits = forms.CharField(
        label=_("Six digits of your app"),
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class WordForm(OwnWordsForm):
    text = forms.CharField(label=_("Your words"), widget=forms.Textarea(attrs={"rows": 6}), max_length=10_000)

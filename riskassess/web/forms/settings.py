from django import forms
from django.utils.translation import gettext_lazy as _

from riskassess.web.forms.words import OwnWordsForm


class SettingsForm(OwnWordsForm):
    """What an administrator settles for the whole institution; each field is one of the accounts' SETTINGS."""

    shows_level_while_writing = forms.BooleanField(
        label=_("Researchers see the risk level while they write"),
        required=False,
        help_text=_("Switched off, the level and its reasons are there once a proposal is submitted."),
    )
    allows_fast_track = forms.BooleanField(
        label=_("Low risk gets its receipt at once"),
        required=False,
        help_text=_("Switched off, a reviewer reads what would have taken the fast track."),
    )
    office_name = forms.CharField(
        label=_("Office for research security"),
        required=False,
        max_length=120,
        help_text=_("Shown on public pages as whom to ask. An office, not a person."),
    )
    office_email = forms.EmailField(label=_("Its e-mail"), required=False)
    office_phone = forms.CharField(label=_("Its telephone"), required=False, max_length=40)

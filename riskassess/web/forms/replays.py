from django import forms
from django.utils.translation import gettext_lazy as _

from riskassess.assessments.models import CatalogueRelease
from riskassess.web.forms.words import OwnWordsForm


class StartReplayForm(OwnWordsForm):
    """Under which release, and how much."""

    release = forms.ModelChoiceField(
        label=_("Under which release"),
        queryset=CatalogueRelease.objects.defer("texts"),
        to_field_name="uid",
        required=False,
        empty_label=_("Each under its own"),
    )
    release.needed = True  # leaving it open is an answer, too
    every_record = forms.BooleanField(label=_("Earlier assessments of a proposal too"), required=False)
    every_record.needed = True

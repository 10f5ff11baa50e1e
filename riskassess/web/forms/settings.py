from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.accounts.texts import PLACES, TEXTS, unknown_places
from riskassess.core.words import ROUTE_WORDS
from riskassess.web.forms.words import OwnWordsForm

DAYS_ROUTES = ("light", "full", "panel")
FEWEST_PANEL = 3


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
    asks_midway = forms.BooleanField(
        label=_("Halfway through an approval we ask whether something changed"),
        required=False,
        help_text=_("The lead researcher answers in a minute; what changed comes to an officer."),
    )
    office_name = forms.CharField(
        label=_("Office for research security"),
        required=False,
        max_length=120,
        help_text=_("Shown on public pages as whom to ask. An office, not a person."),
    )
    office_email = forms.EmailField(label=_("Its e-mail"), required=False)
    office_phone = forms.CharField(label=_("Its telephone"), required=False, max_length=40)
    contact_point_name = forms.CharField(
        label=_("National contact point"),
        required=False,
        max_length=120,
        help_text=_("The office of your country that advises on research security. A flagged case may be sent there."),
    )
    contact_point_email = forms.EmailField(label=_("Its e-mail"), required=False)


class ReviewSettingsForm(OwnWordsForm):
    """How cases are reviewed. The days of a route are one setting, so that they are changed together."""

    days_light = forms.IntegerField(label=_("Light route"), required=False, min_value=1, max_value=120)
    days_full = forms.IntegerField(label=_("Full route"), required=False, min_value=1, max_value=120)
    days_panel = forms.IntegerField(label=_("Panel route"), required=False, min_value=1, max_value=240)
    fast_track_share = forms.IntegerField(
        label=_("Of a hundred fast-track registrations, how many are registered without a review afterwards"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Empty: as this installation is set up. A larger share waits for a second person."),
    )
    co_author_months = forms.IntegerField(
        label=_("Months for which a joint proposal keeps two people apart"),
        min_value=1,
        max_value=120,
        help_text=_("Fewer months wait for a second person."),
    )
    allows_one_person_low = forms.BooleanField(
        label=_("On low risk, one person may recommend and decide"),
        required=False,
        help_text=_("For small institutions. Each decision taken so says it, also in its report."),
    )
    panel = forms.ModelMultipleChoiceField(
        label=_("Members of the panel"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least three: security, law or ethics, and a peer of the field. Fewer wait for another person."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = {user.pk for role in (Role.REVIEWER, Role.OFFICER, Role.APPROVER) for user in holders(role)}
        self.fields["panel"].columns = 2
        self.fields["panel"].queryset = User.objects.filter(pk__in=people).order_by("name")

    def clean_panel(self):
        if 0 < len(self.cleaned_data["panel"]) < FEWEST_PANEL:
            raise forms.ValidationError(_("A panel has at least three members. Choose more people."))
        return self.cleaned_data["panel"]

    @property
    def values(self) -> dict:
        """In the form in which the settings keep them."""
        given = self.cleaned_data
        return {
            "route_days": {route: given[f"days_{route}"] for route in DAYS_ROUTES if given.get(f"days_{route}")},
            "fast_track_share": given["fast_track_share"],
            "co_author_months": given["co_author_months"],
            "allows_one_person_low": given["allows_one_person_low"],
            "panel": sorted(str(user.uid) for user in given["panel"]),
        }

    @staticmethod
    def initial_of(values: dict) -> dict:
        days = {f"days_{route}": values["route_days"].get(route) for route in DAYS_ROUTES}
        panel = User.objects.filter(uid__in=values["panel"])
        return {**values, **days, "panel": [user.pk for user in panel]}


class TextsForm(OwnWordsForm):
    """Own words at a few places. Only the placeholders that are listed are filled in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hint = _now("May hold %(places)s.") % {"places": ", ".join(PLACES)}
        for name, label in TEXTS.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3}), help_text=hint
            )

    def clean(self):
        cleaned = super().clean()
        for name in TEXTS:
            if unknown := unknown_places(cleaned.get(name, "")):
                words = _now("%(place)s is not filled in. Use one of %(places)s, or write it out.")
                self.add_error(name, words % {"place": unknown[0], "places": ", ".join(PLACES)})
        return cleaned

    @property
    def values(self) -> dict:
        return {"texts": {name: text for name, text in self.cleaned_data.items() if text}}


def label_of(name: str):
    """What a setting is called wherever a change of it is told."""
    for form in (SettingsForm, ReviewSettingsForm):
        if name in form.base_fields:
            return form.base_fields[name].label
    return {"route_days": _("Working days of the routes"), "texts": _("Own texts")}.get(name, name)


def route_label(route: str):
    return ROUTE_WORDS[route]

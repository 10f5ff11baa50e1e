"""What an officer changes on the page of a partner; each form is one change."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.countries import country_choices
from partners.models import Alias, Identifier, Ownership, Partner, PartnerType
from riskassess.web.forms.collaboration import countries, date_field
from riskassess.web.forms.words import OwnWordsForm

SHARE_WORDS = _("Write the share as a number from 0 to 100, such as 51 or 33.5.")


def any_country(words):
    return lambda: [("", words), *country_choices()]


class FindForm(OwnWordsForm):
    q = forms.CharField(label=_("Name or identifier"), max_length=200, required=False)
    country = forms.ChoiceField(label=_("Country"), choices=any_country(_("any")), required=False)
    type = forms.ChoiceField(label=_("Type"), choices=[("", _("any")), *PartnerType.choices], required=False)


class AsOfForm(OwnWordsForm):
    as_of = forms.DateField(label=_("As of the end of"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_as_of(self):
        if self.cleaned_data["as_of"] >= timezone.localdate():
            raise forms.ValidationError(_("Choose a day before today."))
        return self.cleaned_data["as_of"]


class PartnerEditForm(OwnWordsForm):
    name = forms.CharField(label=_("Name"), max_length=300)
    country = forms.ChoiceField(label=_("Country"), choices=countries)
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    type = forms.ChoiceField(label=_("Type"), choices=[("", _("not known")), *PartnerType.choices], required=False)
    website = forms.CharField(label=_("Website"), max_length=200, required=False)

    @staticmethod
    def of(partner: Partner) -> dict:
        return {name: getattr(partner, name) for name in ("name", "country", "city", "type", "website")}


class NameForm(OwnWordsForm):
    name = forms.CharField(label=_("Further name"), max_length=300)
    kind = forms.ChoiceField(
        label=_("Kind of name"),
        choices=[choice for choice in Alias.Kind.choices if choice[0] != Alias.Kind.FILED],
        initial=Alias.Kind.ALIAS,
    )
    language = forms.CharField(
        label=_("Language"), max_length=8, required=False, help_text=_("Its code, such as de or zh.")
    )


class IdentifierForm(OwnWordsForm):
    scheme = forms.ChoiceField(
        label=_("Kind of identifier"), choices=[("ror", _("ROR id")), *Identifier.Scheme.choices]
    )
    value = forms.CharField(label=_("Identifier"), max_length=120)


class WhoForm(OwnWordsForm):
    """Who an owner is. Of a person as little as tells people of one name apart, and never where they come from."""

    owner_name = forms.CharField(
        label=_("Owner"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    owner_kind = forms.ChoiceField(
        label=_("Who it is"), choices=Ownership.Kind.choices, initial=Ownership.Kind.ORGANISATION
    )
    owner_country = forms.ChoiceField(
        label=_("Country of an organisation"),
        choices=any_country(_("not known")),
        required=False,
        help_text=_("With it the organisation becomes a partner of its own, so that its matches can be judged."),
    )
    owner_orcid = forms.CharField(
        label=_("ORCID iD of a person"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "0000-0002-1825-0097"}),
        help_text=_("It tells people of one name apart, and so does the year. Where a person comes from is not kept."),
    )
    owner_birth_year = forms.IntegerField(
        label=_("Year of birth of a person"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "maxlength": 4}),
    )


class SettleForm(WhoForm):
    """Who it is of whom only a name was recorded."""

    @staticmethod
    def of(share: Ownership) -> dict:
        return {
            "owner_name": share.owner_name,
            "owner_kind": share.owner_kind,
            "owner_country": share.country,
            "owner_birth_year": share.owner_birth_year,
        }


class OwnerForm(WhoForm):
    percent = forms.DecimalField(
        label=_("Percent"),
        max_digits=6,
        decimal_places=3,
        min_value=0,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"), SHARE_WORDS
        ),
    )
    since = date_field(_("Since"))
    until = date_field(_("Until"))
    source = forms.CharField(label=_("Where this is known from"), max_length=300)


class ParentForm(OwnWordsForm):
    name = forms.CharField(label=_("It is a part of"), max_length=300)
    country = forms.ChoiceField(label=_("Country"), choices=countries)
    source = forms.CharField(label=_("Where this is known from"), max_length=300)


class EndForm(OwnWordsForm):
    until = forms.DateField(label=_("Held until"), initial=date.today, widget=forms.DateInput(attrs={"type": "date"}))


class MergeForm(OwnWordsForm):
    reason = forms.CharField(
        label=_("How do you know that they are one?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("For example: the same number in the register of companies."),
        error_messages={"required": _("Say how you know that they are one. The reason is kept.")},
    )

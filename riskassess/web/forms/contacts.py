"""Who at the partners one works with: as little as tells people of one name apart."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.services.contacts import LONGEST_NAME, clean_birth_year, clean_orcid, clean_person
from riskassess.core.errors import DomainError
from riskassess.proposals.contacts import LONGEST_ROLE, Named, contacts_of
from riskassess.proposals.models import Participation, Proposal
from riskassess.web.forms.rows import BRING, PlainRows, RowForm
from riskassess.web.forms.words import OwnWordsForm


class ContactForm(RowForm):
    telling = ("name", "role", "orcid", "birth_year")
    partner = forms.ChoiceField(
        label=gettext_lazy("At which partner"),
        error_messages={
            "required": gettext_lazy("Choose the partner at which you work with this person."),
            "invalid_choice": gettext_lazy("This partner was taken away. Choose another, or take the person away."),
        },
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Give the person's name, or take the row away."),
            "max_length": gettext_lazy("Keep the name under 200 characters, without titles."),
        },
    )
    role = forms.CharField(
        label=gettext_lazy("Part in the work"),
        required=False,
        max_length=LONGEST_ROLE,
        error_messages={"max_length": gettext_lazy("Keep it under 120 characters: a word or two are enough.")},
    )
    orcid = forms.CharField(
        label=gettext_lazy("ORCID iD"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "0000-0002-1825-0097"}),
        error_messages={"max_length": gettext_lazy("This is no ORCID iD. It looks like 0000-0002-1825-0097.")},
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "maxlength": 4}),
        error_messages={"invalid": gettext_lazy("Write the year as four digits, such as 1974, or leave it empty.")},
    )

    def __init__(self, *args, partners: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = partners if len(partners) == 1 else [("", _("Choose a partner")), *partners]

    def clean_name(self):
        return self._cleaned("name", clean_person)

    def clean_orcid(self):
        return self._cleaned("orcid", clean_orcid)

    def clean_birth_year(self):
        return self._cleaned("birth_year", clean_birth_year)

    def _cleaned(self, field, clean):
        try:
            return clean(self.cleaned_data[field])
        except DomainError as fault:
            raise ValidationError(str(fault)) from None


class ErasureForm(OwnWordsForm):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as: asked for by the person on 3 May. Leave names out, this stays on record."),
        error_messages={"required": gettext_lazy("Say who asked for it, or why it is done.")},
    )


class Contacts:
    """The rows of the page, with the partners there are to choose from."""

    def __init__(self, proposal: Proposal, data=None):
        self.participations: dict[str, Participation] = {
            str(row.uid): row for row in proposal.participations.select_related("partner")
        }
        rows = [
            {
                "partner": str(row.participation.uid),
                "name": row.contact.name,
                "role": row.role,
                "orcid": row.contact.orcid,
                "birth_year": row.contact.birth_year,
            }
            for row in contacts_of(proposal)
        ]
        partners = [(uid, row.partner.name) for uid, row in self.participations.items()]
        self.rows = PlainRows("contact", ContactForm, rows, data, partners=partners)

    def act(self, action: str) -> bool:
        """Whether the button asked for a row more or less, or the browser for what it kept: then nothing is checked."""
        if action == BRING:
            self.rows.show(self.rows.typed())
        return action == BRING or self.rows.act(action)

    def is_valid(self) -> bool:
        return self.rows.is_valid()

    def named(self) -> list[Named]:
        """The people as the service takes them, in the order of `filled`."""
        given = (form.cleaned_data for form in self.filled)
        return [
            Named(self.participations[row["partner"]], row["name"], row["role"], row["orcid"], row["birth_year"])
            for row in given
        ]

    @property
    def filled(self) -> list[ContactForm]:
        return [form for form in self.rows if not form.is_blank]

    # What the summary of errors on top reads, as of one form.

    @property
    def errors(self) -> dict:
        return {form.prefix: form.errors for form in self.rows if form.errors}

    def non_field_errors(self) -> list[str]:
        return [error for form in self.rows for error in form.non_field_errors()]

    def __iter__(self):
        return (field for form in self.rows if form.errors for field in form)

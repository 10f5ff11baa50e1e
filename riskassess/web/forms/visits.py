"""The rows in which visits are planned: roles and numbers, and nothing on who somebody is or where they come from."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.core.templatetags.ui import cap_first
from riskassess.proposals.models import VisitDirection, VisitorRole
from riskassess.proposals.visits import LONGEST_ACCESS, MOST_MONTHS, MOST_PEOPLE
from riskassess.web.forms.rows import RowForm, RowSet


def roles() -> list[tuple[str, str]]:
    return [("", _("Choose a role")), *((value, cap_first(label)) for value, label in VisitorRole.choices)]


def directions() -> list[tuple[str, str]]:
    return [("", _("Choose one")), *((value, cap_first(label)) for value, label in VisitDirection.choices)]


def whole_number(label, most: int, said, **kwargs) -> forms.IntegerField:
    errors = {"required": said, "min_value": said, "max_value": said, "invalid": said}
    return forms.IntegerField(label=label, min_value=1, max_value=most, error_messages=errors, **kwargs)


class VisitForm(RowForm):
    telling = ("role", "people", "direction", "months", "access")
    role = forms.ChoiceField(
        label=gettext_lazy("Role of the visitors"),
        choices=roles,
        error_messages={
            "required": gettext_lazy("Choose the role, or take the row away."),
            "invalid_choice": gettext_lazy("Choose one of the roles of the list."),
        },
    )
    people = whole_number(
        gettext_lazy("How many people"),
        MOST_PEOPLE,
        gettext_lazy("Write how many people, as a whole number from 1 to 999."),
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Which way"),
        choices=directions,
        error_messages={
            "required": gettext_lazy("Say whether they come to us or go to a partner."),
            "invalid_choice": gettext_lazy("Say whether they come to us or go to a partner."),
        },
    )
    partner = forms.ChoiceField(
        label=gettext_lazy("Partner"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This partner is no longer above. Choose another one.")},
    )
    months = whole_number(
        gettext_lazy("Months each"),
        MOST_MONTHS,
        gettext_lazy("Write the months, as a whole number from 1 to 120. Less than one counts as one."),
        help_text=gettext_lazy("Less than one counts as one."),
    )
    access = forms.CharField(
        label=gettext_lazy("What they have access to"),
        required=False,
        max_length=LONGEST_ACCESS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Rooms, instruments, data, accounts. No names, and nothing on where somebody comes from."
        ),
        error_messages={
            "max_length": gettext_lazy("At most %(limit_value)d characters fit here; shorten it a little.")
        },
    )

    def __init__(self, *args, partners: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = [("", _("Not decided yet")), *partners]

    @property
    def name_words(self) -> str:
        return dict(self.fields["role"].choices).get(self["role"].value() or "-", "")


class VisitRows(RowSet):
    """Planned visits. Which partners can be chosen hangs on the rows above."""

    def filled_for(self, participations: dict[str, object]) -> list[dict]:
        """The rows to save, with the participation each one names; `participations` by the uid of their row."""
        return [{**row, "participation": participations.get(row["partner"])} for row in self.filled()]

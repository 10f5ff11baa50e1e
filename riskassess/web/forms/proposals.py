"""Forms of the proposal as a whole: opening, submitting, withdrawing, proposing safeguards."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.engine.catalogue import Catalogue
from riskassess.web.forms.opened import OpenedForm
from riskassess.web.forms.words import OwnWordsForm


class SubmitForm(OwnWordsForm):
    """The statement somebody makes by submitting."""

    statement = forms.BooleanField(
        label=gettext_lazy("What I filed is true and complete as far as I know."),
        help_text=gettext_lazy("“Unsure” is a true answer where you do not know."),
        error_messages={"required": gettext_lazy("Tick the statement before you submit.")},
    )

    def __init__(self, *args, catalogue: Catalogue, **kwargs):
        super().__init__(*args, **kwargs)
        asked = next((question for question in catalogue.questions if question.field == "attest"), None)
        if asked:
            self.fields["statement"].label = asked.text
            self.fields["statement"].help_text = asked.help


class WithdrawForm(OwnWordsForm):
    reason = forms.CharField(
        label=gettext_lazy("Why, in a word or two"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The people who read your case see it."),
    )


class TitleForm(OpenedForm):
    """What a draft needs to begin."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        help_text=gettext_lazy("As you would call the collaboration in a letter; you can change it later."),
        error_messages={
            "required": gettext_lazy("Give the collaboration a title; you can change it later."),
            "max_length": gettext_lazy("Keep the title under 200 characters; the summary has room for more."),
        },
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=None,
        help_text=gettext_lazy("Reviewers of this unit read the proposal."),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose the unit that files this.")},
    )

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units


class CopyForm(OpenedForm):
    """What of an earlier proposal comes along beside its answers: only what somebody ticks."""

    with_people = forms.BooleanField(label=gettext_lazy("with the people named at its partners"), required=False)
    with_team = forms.BooleanField(label=gettext_lazy("invite those who write it with me"), required=False)
    with_evidence = forms.BooleanField(label=gettext_lazy("with its evidence"), required=False)


class SafeguardChangeForm(OwnWordsForm):
    """Who sees to a safeguard, and by when."""

    responsible = forms.CharField(label=gettext_lazy("Who sees to it"), max_length=120, required=False)
    due_on = forms.DateField(
        label=gettext_lazy("By when"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the date as year-month-day, such as 2027-01-15.")},
    )

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < timezone.localdate():
            raise ValidationError(_("This day is over. Choose a later one."))
        return due_on


class SafeguardForm(SafeguardChangeForm):
    """Safeguards picked for findings; `offered` maps "finding|mitigation" to its name."""

    pick = forms.MultipleChoiceField(
        label=gettext_lazy("Safeguards"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick at least one safeguard first."),
            "invalid_choice": gettext_lazy(
                "One of the safeguards is not offered here any more. Choose among those shown."
            ),
        },
    )

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pick"].choices = list(offered.items())

    def picked(self) -> list[tuple[str, str]]:
        return [tuple(value.split("|", 1)) for value in self.cleaned_data["pick"]]

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import Unit
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.auditing.columns import Column
from riskassess.auditing.models import AuditNote, Format
from riskassess.auditing.services import LARGEST_SAMPLE
from riskassess.proposals.states import State
from riskassess.web.forms.audit import DayInput
from riskassess.web.forms.opened import OpenedForm
from riskassess.web.forms.words import OwnWordsForm

FORMATS = [(each.value, each.label) for each in Format if each != Format.ZIP]
FORMAT_HINTS = {
    Format.CSV: _("opens everywhere"),
    Format.XLSX: _("dates and numbers as such; at most a million rows"),
    Format.JSONL: _("for programs, and for checking the log offline"),
    Format.PARQUET: _("for analysts"),
}


class ExportForm(OwnWordsForm):
    """Which columns, of which days, as what, and what for."""

    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)
    columns = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple)
    format = forms.ChoiceField(label=_("Format"), choices=FORMATS, initial=Format.CSV, widget=forms.RadioSelect)
    purpose = forms.CharField(
        label=_("What for"), max_length=300, help_text=_("Stands in the audit log, beside your name.")
    )
    format.hints = FORMAT_HINTS
    format.columns = 2
    columns.columns = 2

    def __init__(self, *args, columns: tuple[Column, ...], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["columns"]
        field.choices = [(column.name, column.name) for column in columns]
        field.hints = {
            column.name: f"{column.holds} ({column.unit})" if column.unit else column.holds for column in columns
        }


class SampleForm(OwnWordsForm):
    size = forms.IntegerField(label=_("How many cases"), min_value=1, max_value=LARGEST_SAMPLE, initial=10)
    since = forms.DateField(label=_("Submitted from"), required=False, widget=DayInput)
    until = forms.DateField(label=_("Submitted until"), required=False, widget=DayInput)
    state = forms.ChoiceField(label=_("Where they stand"), required=False)
    seed = forms.CharField(
        label=_("Seed"),
        required=False,
        max_length=64,
        help_text=_("Leave it empty for chance; give one to repeat a draw."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        states = [(state.value, capfirst(str(state.label))) for state in State if state != State.DRAFT]
        self.fields["state"].choices = [("", _("Anywhere")), *states]

    def clean(self):
        values = super().clean()
        if values.get("since") and values.get("until") and values["until"] < values["since"]:
            self.add_error("until", _("The last day lies before the first. Choose a later one."))
        return values


class AuditNoteForm(OpenedForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=AuditNote.Kind.choices, initial=AuditNote.Kind.NOTE, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the note first.")},
    )
    kind.columns = 2


class PurposeForm(OwnWordsForm):
    purpose = forms.CharField(label=_("What for"), max_length=300)


class MandateForm(OwnWordsForm):
    """What an auditor may read, and until when."""

    auditor = forms.ModelChoiceField(
        label=_("Auditor"), queryset=None, to_field_name="uid", empty_label=_("Choose one")
    )
    starts = forms.DateField(label=_("From"), widget=DayInput)
    ends = forms.DateField(label=_("Until"), widget=DayInput, help_text=_("A year at most."))
    unit = forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.all(),
        to_field_name="uid",
        required=False,
        empty_label=_("The whole institution"),
    )
    submitted_from = forms.DateField(label=_("Cases submitted from"), required=False, widget=DayInput)
    submitted_until = forms.DateField(label=_("Cases submitted until"), required=False, widget=DayInput)
    reason = forms.CharField(label=_("What for"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    unit.needed = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["auditor"].queryset = holders(Role.AUDITOR)

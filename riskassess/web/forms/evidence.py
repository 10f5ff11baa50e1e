from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from riskassess.proposals.evidence import LONGEST_TITLE
from riskassess.web.forms.editions import FilesField, FilesInput
from riskassess.web.forms.words import OwnWordsForm

MOST_AT_ONCE = 10
ACCEPTED = ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.odt,.txt"
LONGEST_CHOICE = 110
SAID = {
    "required": _("Choose a file first."),
    "empty": _("The file is empty. Look whether it opens on your computer, then choose it again."),
    "missing": _("The file did not arrive. Choose it again."),
    "invalid": _("The file did not arrive. Choose it again."),
}


class AddForm(OwnWordsForm):
    """New evidence, several files at once; `places` are the groups of what it can belong to."""

    files = FilesField(
        label=_("Files"),
        help_text=_("PDF, PNG, JPEG, DOCX, XLSX, ODT or TXT, at most 20 MB each, ten at once."),
        widget=FilesInput(attrs={"class": "form-control", "accept": ACCEPTED, "data-ra-drop": ""}),
        max_length=None,
        allow_empty_file=True,  # told with the others, by its name
        error_messages=SAID,
    )
    about = forms.ChoiceField(label=_("What it belongs to"), required=False)

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].needed = True  # something is always chosen
        self.fields["about"].choices = [
            (name, [(value, Truncator(label).chars(LONGEST_CHOICE)) for value, label in rows])
            if isinstance(rows, list)
            else (name, rows)
            for name, rows in places
        ]

    def clean_files(self):
        files = self.cleaned_data["files"]
        if len(files) > MOST_AT_ONCE:
            words = ngettext("Add at most %(n)d file at once.", "Add at most %(n)d files at once.", MOST_AT_ONCE)
            raise forms.ValidationError(words % {"n": MOST_AT_ONCE})
        return files


class TitleForm(OwnWordsForm):
    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, error_messages={"required": _("Give the evidence a title.")}
    )


class ReplaceForm(OwnWordsForm):
    file = forms.FileField(
        label=_("A newer file"),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPTED}),
        allow_empty_file=True,
        error_messages=SAID,
    )

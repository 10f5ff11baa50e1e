from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partners.parsing.listed import LARGEST_FILE
from partners.parsing.ror_json import LARGEST_FILE as LARGEST_ROR_FILE
from riskassess.web.forms.words import OwnWordsForm

MOST_FILES = 10
REASON_LENGTH = 2000


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file, or the files of a set; always a list."""

    widget = FilesInput(attrs={"class": "form-control"})

    def clean(self, value, initial=None):
        given = value if isinstance(value, list | tuple) else [value] if value else []
        files = [super(FilesField, self).clean(each, initial) for each in given]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class UploadForm(OwnWordsForm):
    """A new edition of a list."""

    files = FilesField(
        label=_("File of the new edition"),
        help_text=_("As the publisher gives it, at most 200 MB. Choose all files of a set together, or their zip."),
        max_length=None,
        error_messages={
            "required": _("Choose the file that you downloaded from the publisher."),
            "empty": _("The file is empty. Download it again."),
            "missing": _("The file did not arrive. Choose it again."),
            "invalid": _("The file did not arrive. Choose it again."),
        },
    )

    def clean_files(self):
        files = self.cleaned_data["files"]
        if sum(file.size for file in files) > LARGEST_FILE:
            raise forms.ValidationError(_("That is more than 200 MB. No list is that long; look at what you chose."))
        if len(files) > MOST_FILES:
            message = ngettext_lazy("At most %(n)d file goes together.", "At most %(n)d files go together.", MOST_FILES)
            raise forms.ValidationError(message % {"n": MOST_FILES})
        if len({file.name for file in files}) < len(files):
            raise forms.ValidationError(_("Two of the files have the same name. Choose each once."))
        return files


class RorFileForm(OwnWordsForm):
    """A file of the Research Organization Registry."""

    file = forms.FileField(
        label=_("File of ROR records"),
        help_text=_("The data dump as ROR publishes it, schema version 2: the zip, or the JSON file in it."),
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".zip,.json,.jsonl,.gz"}),
        error_messages={
            "required": _("Choose the file that you downloaded from ROR."),
            "empty": _("The file is empty. Download it again."),
            "missing": _("The file did not arrive. Choose it again."),
            "invalid": _("The file did not arrive. Choose it again."),
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_ROR_FILE:
            raise forms.ValidationError(_("That is more than 500 MB. Choose the zip as ROR publishes it."))
        return file


class DecisionForm(OwnWordsForm):
    """A yes or no to an edition; the reason is kept with it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why. The reason is kept with the edition.")},
    )

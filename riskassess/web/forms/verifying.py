import hashlib
import re

from django import forms
from django.utils.translation import gettext_lazy as _

from riskassess.web.forms.words import OwnWordsForm

MOST_MEGABYTES = 20


class VerifyForm(OwnWordsForm):
    """A receipt, or the file itself; of the file only its fingerprint is taken."""

    file = forms.FileField(
        label=_("The report as a file"),
        required=False,
        help_text=_("We work out its fingerprint and forget the file. This also finds a single changed letter."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )
    code = forms.CharField(
        label=_("Or the receipt from its last page"),
        required=False,
        max_length=200,
        help_text=_("64 letters and digits; spaces do not matter."),
    )

    def clean_code(self):
        code = re.sub(r"[\s-]", "", self.cleaned_data["code"]).lower()
        if code and not re.fullmatch(r"[0-9a-f]{64}", code):
            raise forms.ValidationError(
                _("A receipt has 64 characters, 0 to 9 and a to f. Copy it from the last page.")
            )
        return code

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MOST_MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(
                _("This file is larger than any report of ours (%(most)d MB). Give the receipt instead.")
                % {"most": MOST_MEGABYTES}
            )
        return file

    def clean(self):
        given = super().clean()
        if not self.errors and not given.get("file") and not given.get("code"):
            self.add_error("file", _("Choose the report as a file, or give the receipt from its last page."))
        return given

    @property
    def fingerprint(self) -> str:
        file = self.cleaned_data["file"]
        if not file:
            return self.cleaned_data["code"]
        digest = hashlib.sha256()
        for part in file.chunks():
            digest.update(part)
        return digest.hexdigest()

    @property
    def content(self) -> bytes:
        file = self.cleaned_data["file"]
        file.seek(0)
        return file.read()

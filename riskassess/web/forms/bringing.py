"""Bringing a proposal as a file: choosing it, and saying which organisation is meant where that is not clear."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partners.countries import country_name
from riskassess.web.forms.opened import OpenedForm
from riskassess.web.forms.words import OwnWordsForm
from riskassess.workflow import NEW_PARTNER, UnclearPartners

LARGEST = 60 * 1024 * 1024


class FileForm(OpenedForm):
    file = forms.FileField(
        label=gettext_lazy("A file with a proposal"),
        help_text=gettext_lazy(
            "JSON, the filled-in form (XLSX, at most 5 MB), or an RO-Crate (zip) with its evidence, at most 60 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".json,.zip,.xlsx"}),
        error_messages={
            "required": gettext_lazy("Choose the file first."),
            "missing": gettext_lazy("Choose the file first."),
            "empty": gettext_lazy("The file is empty. Choose it again."),
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 60 MB. Look whether it is the right one."))
        return file

    def clean(self):
        """Of one file, however often the form is sent, there is one draft; the name of the form says which."""
        return forms.Form.clean(self)


class MeantForm(OwnWordsForm):
    """For each unclear partner, which organisation it is; `content` and `opened` go along unseen."""

    content = forms.CharField(widget=forms.HiddenInput, strip=False)
    opened = forms.UUIDField(required=False, widget=forms.HiddenInput)
    source = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    file = forms.FileField(
        required=False,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        help_text=gettext_lazy("Nothing of it was kept yet. Without it you can add the files to the draft later."),
    )

    def __init__(self, *args, unclear: UnclearPartners | None = None, files: int = 0, **kwargs):
        super().__init__(*args, **kwargs)
        if files:  # nothing was kept, and a browser does not keep a file either
            self.fields["file"].label = ngettext(
                "The same file once more, so that its evidence (%(n)d file) comes along",
                "The same file once more, so that its evidence (%(n)d files) comes along",
                files,
            ) % {"n": files}
        elif not self.is_bound:
            del self.fields["file"]
        for place, name, found in unclear.unclear if unclear else ():
            choices = [
                (each.key, f"{each.name} · {country_name(each.country)}" + (f" · {each.ror_id}" if each.ror_id else ""))
                for each in found
            ]
            field = self.fields[f"partner-{place}"] = forms.ChoiceField(
                label=_("Which organisation is “%(name)s”?") % {"name": name},
                choices=[*choices, (NEW_PARTNER, _("None of these: register it as new"))],
                widget=forms.RadioSelect,
                required=False,
            )
            field.needed = True


def chosen_partners(posted) -> dict[int, str]:
    """By the place of a partner, what was chosen for it on the page before; earlier choices come along."""
    found = {}
    for name, value in posted.items():
        place = name.removeprefix("partner-")
        if name.startswith("partner-") and place.isdecimal() and len(place) < 4 and value:
            found[int(place)] = value[:60]
    return found

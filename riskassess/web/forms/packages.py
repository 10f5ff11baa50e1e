from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from riskassess.reports.models import Addressee
from riskassess.reports.packages import LONGEST_QUESTION
from riskassess.web.forms.words import OwnWordsForm


class PackageForm(OwnWordsForm):
    """To whom a flagged case goes, what is asked of them, and what goes along."""

    addressee = forms.ChoiceField(
        label=_("Whom is it for?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom the package goes to.")},
    )
    question = forms.CharField(
        label=_("What do you ask them?"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("These words are the letter. Name the rule or the fact, and what you need to know by when."),
        error_messages={"required": _("Say what you ask them.")},
    )
    is_redacted = forms.BooleanField(
        label=_("Leave out names, partners and free text"),
        required=False,
        help_text=_("The level, its findings and their sources stay. Evidence stays behind, too."),
    )
    with_evidence = forms.BooleanField(
        label=_("Add the evidence that was submitted"),
        required=False,
        help_text=_("Only where whoever reads it needs it."),
    )

    def __init__(self, *args, contact_point: str, **kwargs):
        super().__init__(*args, **kwargs)
        words = {value: capfirst(words) for value, words in Addressee.choices}
        if contact_point:
            words[Addressee.CONTACT_POINT] = contact_point
        self.fields["addressee"].choices = list(words.items())
        self.fields["addressee"].closed = (
            {} if contact_point else {str(Addressee.CONTACT_POINT): _("none is named yet; an administrator enters it")}
        )

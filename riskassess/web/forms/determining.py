from django import forms
from django.utils.translation import gettext_lazy as _

from riskassess.web.forms.words import OwnWordsForm


class DeterminationForm(OwnWordsForm):
    """What is the case, over what was filed; `answers` are the groups of `answers_to_try`."""

    record = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("What is the case?"),
        error_messages={"required": _("Choose the answer that is the case.")},
        help_text=_("Each question with the answers that were not given. Some can be given here alone."),
    )
    evidence = forms.CharField(
        label=_("What shows it?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who wrote it, what it is called and of which day. The researcher reads these words."),
        error_messages={"required": _("Say what shows it: who wrote it, what it is called and of which day.")},
    )

    def __init__(self, *args, answers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [("", _("Choose a question and its answer")), *answers]

"""What people write after a decision: that a condition is done, an appeal, and the answer to it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from riskassess.reviews.models import Appeal
from riskassess.web.forms.reviews import long_text
from riskassess.web.forms.words import OwnWordsForm


class EvidenceForm(OwnWordsForm):
    evidence = long_text(
        rows=3,
        label=_("What shows it"),
        help_text=_("A sentence or two, and where it can be read."),
        error_messages={"required": _("Say in a sentence what shows that it is done, and where it can be read.")},
    )


class AppealForm(OwnWordsForm):
    reasons = long_text(
        rows=8,
        label=_("What do you contest, and why?"),
        help_text=_("Name the finding, condition or reason you mean, and what was not seen or seen otherwise."),
        error_messages={"required": _("Say what you contest, and why.")},
    )


class AppealAnswerForm(OwnWordsForm):
    outcome = forms.ChoiceField(
        label=_("What is your answer?"),
        choices=[
            (Appeal.Outcome.UPHELD, _("Upheld: the case is opened again, with other people where there are some")),
            (Appeal.Outcome.REJECTED, _("Not upheld: the decision stands")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two answers.")},
    )
    answer = long_text(
        rows=6,
        label=_("Why"),
        help_text=_("The researcher reads these words."),
        error_messages={"required": _("Say why. The researcher reads these words.")},
    )

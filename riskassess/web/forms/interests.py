from django import forms
from django.utils.translation import gettext_lazy as _

from riskassess.web.forms.words import OwnWordsForm


class NoInterestForm(OwnWordsForm):
    """The usual answer; `weighed` asks for a few words where something was found that makes one think twice."""

    because = forms.CharField(label=_("Why you can judge this all the same"), max_length=300)

    def __init__(self, *args, weighed, **kwargs):
        super().__init__(*args, **kwargs)
        if not weighed:
            del self.fields["because"]
        else:
            self.fields["because"].error_messages["required"] = _(
                "Say in a few words why you can judge this all the same."
            )


class InterestForm(OwnWordsForm):
    because = forms.CharField(
        label=_("What stands against it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("A few words: a friendship, a dispute, money, a joint plan. The team does not read it."),
        error_messages={"required": _("Say in a few words what stands against it.")},
    )

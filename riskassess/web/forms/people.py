"""Who takes part: inviting, changing, and passing the lead on."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.accounts.models import User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.web.forms.words import OwnWordsForm

ACCESS = (("edit", gettext_lazy("may edit")), ("view", gettext_lazy("may read")))


class InviteForm(OwnWordsForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("The person signs in with this address to answer. The mail names the reference only."),
        error_messages={
            "required": gettext_lazy("Give the e-mail of the person you invite."),
            "invalid": gettext_lazy("This is no e-mail address. It looks like name@university.example."),
        },
    )
    access = forms.ChoiceField(
        label=gettext_lazy("What may they do?"),
        choices=[("edit", gettext_lazy("Read and edit")), ("view", gettext_lazy("Read only"))],
        initial="edit",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what they may do.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["access"].columns = 2


class OfferForm(OwnWordsForm):
    """The lead passes on within those who take part, so that nobody is named who was not asked before."""

    new_owner = forms.ModelChoiceField(
        label=gettext_lazy("New lead researcher"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a person"),
        error_messages={
            "required": gettext_lazy("Choose who is to lead the proposal."),
            "invalid_choice": gettext_lazy("Choose one of the people who take part."),
        },
    )
    stays = forms.BooleanField(
        label=gettext_lazy("I stay in the proposal and may read it"), required=False, initial=True
    )

    def __init__(self, *args, proposal, **kwargs):
        super().__init__(*args, **kwargs)
        takes_part = proposal.coinvestigators.values("user")
        self.fields["new_owner"].queryset = holders(Role.RESEARCHER).filter(pk__in=takes_part)

    @property
    def has_choice(self) -> bool:
        return self.fields["new_owner"].queryset.exists()


class OfficerOfferForm(OwnWordsForm):
    """An officer names a researcher by e-mail, once the lead has left."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail of the new lead researcher"),
        error_messages={"required": gettext_lazy("Give the e-mail of the researcher who is to lead the proposal.")},
    )

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        self.new_owner = holders(Role.RESEARCHER).filter(email=email).first()
        if self.new_owner is None:
            raise ValidationError(_("No researcher here has this e-mail. Check the spelling."))
        return email

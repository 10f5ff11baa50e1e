from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import User
from riskassess.web.forms.words import OwnWordsForm


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("This e-mail and password do not go together. Check both and try again."),
        "inactive": _("This account is closed. Ask an administrator."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail")
        self.fields["username"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
        self.fields["username"].error_messages["required"] = _("Enter your e-mail.")
        self.fields["password"].error_messages["required"] = _("Enter your password.")


class ChangePasswordForm(PasswordChangeForm):
    error_messages = {
        "password_incorrect": _("This is not your present password. Type it again."),
        "password_mismatch": _("The two new passwords differ. Type the same one twice."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Your present password")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("The same once more")
        self.fields["new_password2"].help_text = ""


class AccountForm(OwnWordsForm):
    """Not a ModelForm: that would write into the signed-in person before the service has read what was there."""

    name = forms.CharField(
        label=_("Name"),
        max_length=User._meta.get_field("name").max_length,
        error_messages={"required": _("Enter your name: colleagues see it beside what you do.")},
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("What is not translated yet appears in English."),
    )
    colours = forms.ChoiceField(label=_("Colours"), widget=forms.RadioSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        colours = self.fields["colours"]
        colours.choices = [(value, capfirst(words)) for value, words in User._meta.get_field("colours").choices]
        colours.columns = 3

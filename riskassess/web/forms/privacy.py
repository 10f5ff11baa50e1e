from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import User
from riskassess.privacy.models import RecordClass
from riskassess.proposals.models import Proposal
from riskassess.web.forms.words import OwnWordsForm


class ReasonForm(OwnWordsForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who asked for it, or why it is done. Leave the person's name out: this stays on record."),
    )


class PersonForm(ReasonForm):
    """A person by the address of the account, and why."""

    email = forms.EmailField(label=_("E-mail of the account"))
    field_order = ["email", "reason"]

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        self.person = User.objects.filter(email=email).first()
        if self.person is None:
            raise forms.ValidationError(_t("No account has this address. Look at it again: %s") % email)
        return email


class HoldForm(ReasonForm):
    """On a proposal or on a person."""

    what = forms.CharField(
        label=_("Proposal or person"),
        max_length=254,
        help_text=_("A reference such as RA-2026-0042, or the e-mail of an account."),
    )
    field_order = ["what", "reason"]

    def clean_what(self):
        what = self.cleaned_data["what"].strip()
        self.reference, self.person = "", None
        if "@" in what:
            self.person = User.objects.filter(email=what.lower()).first()
        else:
            found = Proposal.objects.filter(reference__iexact=what).values_list("reference", flat=True).first()
            self.reference = found or ""
        if not self.reference and self.person is None:
            raise forms.ValidationError(_t("Neither a proposal nor an account is called “%s”.") % what)
        return what


class MonthsForm(ReasonForm):
    record_class = forms.ChoiceField(label=_("What"), choices=RecordClass.choices)
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=600)
    field_order = ["record_class", "months", "reason"]


class SettleForm(OwnWordsForm):
    reason = forms.CharField(
        label=_("Reason, where you refuse"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

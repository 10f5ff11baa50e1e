"""What people write after a decision: that a condition is done, an appeal, and the answer to it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import User
from riskassess.reviews.models import Appeal, PartnerCorrection
from riskassess.web.forms.evidence import ACCEPTED, SAID
from riskassess.web.forms.reviews import long_text
from riskassess.web.forms.words import OwnWordsForm


class EvidenceForm(OwnWordsForm):
    evidence = long_text(
        rows=3,
        label=_("What shows it"),
        help_text=_("A sentence or two, and where it can be read."),
        error_messages={"required": _("Say in a sentence what shows that it is done, and where it can be read.")},
    )
    file = forms.FileField(
        label=_("A file that shows it"),
        required=False,
        help_text=_("PDF, PNG, JPEG, DOCX, XLSX, ODT or TXT, at most 20 MB."),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPTED}),
        max_length=None,
        error_messages=SAID,
    )


class OwnerForm(OwnWordsForm):
    """Who sees to a condition: one of the authors, or, where an officer names them, anybody with an account here."""

    person = forms.ChoiceField(label=_("One of the authors"), required=False)
    email = forms.EmailField(
        label=_("Or somebody else, by e-mail"),
        required=False,
        help_text=_("Of this institution. They read this condition and nothing else of the case."),
    )

    def __init__(self, *args, authors, names_anybody, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(user.uid): user for user in authors}
        self.fields["person"].choices = [("", _("Choose")), *((uid, user.name) for uid, user in self.people.items())]
        if not names_anybody:
            del self.fields["email"]

    def clean(self):
        cleaned = super().clean()
        person, email = cleaned.get("person"), (cleaned.get("email") or "").strip().lower()
        if self.errors:
            return cleaned
        if bool(person) == bool(email):
            raise forms.ValidationError(_("Choose one person: an author, or somebody else by e-mail."))
        owner = self.people.get(person) if person else User.objects.filter(email=email, is_active=True).first()
        if owner is None:
            self.add_error("email", _("Nobody here has this address. Look whether it is written right."))
        cleaned["owner"] = owner
        return cleaned


class MidtermForm(OwnWordsForm):
    is_changed = forms.TypedChoiceField(
        label=_("Is everything as you filed it?"),
        choices=[("no", _("Yes, nothing changed")), ("yes", _("No, something changed"))],
        coerce=lambda given: given == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    text = long_text(
        rows=5,
        label=_("What changed"),
        required=False,
        help_text=_("Partners, people, money, data or where the work is done. Leave it empty where nothing did."),
    )


class ClosingForm(OwnWordsForm):
    is_changed = forms.TypedChoiceField(
        label=_("Did the work go as it was filed?"),
        choices=[("no", _("Yes, as filed")), ("yes", _("No, something was otherwise"))],
        coerce=lambda given: given == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    text = long_text(
        rows=6,
        label=_("What came of it"),
        help_text=_("A few sentences: results, what was shared with whom, and what became of data and equipment."),
        error_messages={"required": _("Say in a few sentences what came of the work.")},
    )


class PartnerCorrectionForm(OwnWordsForm):
    partner = forms.ChoiceField(label=_("Which partner"))
    field = forms.ChoiceField(label=_("What is not right"), choices=PartnerCorrection.Field.choices)
    right = long_text(
        rows=2,
        label=_("What is right"),
        help_text=_("As the partner says it, and no more than that: a name, a city, an address."),
        error_messages={"required": _("Write what is right, as the partner says it.")},
    )
    source = long_text(
        rows=2,
        label=_("How one can see it"),
        help_text=_("A register, a page of the partner, a letter."),
        error_messages={"required": _("Say how one can see it: a register, a page, a letter of the partner.")},
    )

    def __init__(self, *args, partners, **kwargs):
        super().__init__(*args, **kwargs)
        self.partners = {str(partner.uid): partner for partner in partners}
        self.fields["partner"].choices = [(uid, partner.name) for uid, partner in self.partners.items()]

    def given(self) -> dict:
        return {**self.cleaned_data, "partner": self.partners[self.cleaned_data["partner"]]}


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

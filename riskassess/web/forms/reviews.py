from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.models import Judgement
from partners.models.screenings import VERDICTS_ON_PERSONS, VERDICTS_ON_WHOLES
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.assessments.queries import assessment_of
from riskassess.reviews.eligibility import needs_word_on_safeguards, one_person_may, parts_of, why_outcome_closed
from riskassess.reviews.grounds import grounds_of, source_with
from riskassess.reviews.models import Outcome
from riskassess.reviews.rules import without_conflict
from riskassess.web.forms.opened import OpenedForm
from riskassess.web.forms.words import OwnWordsForm

BLANK_CONDITIONS = 3


def long_text(rows=4, **kwargs):
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=5000, **kwargs)


class ReasonForm(OwnWordsForm):
    """One text that says why; the label and help are the page's."""

    reasons = long_text(label=_("Reasons"), error_messages={"required": _("Say why in a sentence or two.")})

    def __init__(self, *args, label=None, help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reasons"].label = label
        self.fields["reasons"].help_text = help_text


class FlagForm(ReasonForm):
    """Two texts: what colleagues read, and what the authors are told and may reply to."""

    told = long_text(
        label=_("What the authors are told"),
        help_text=_("They read these words with your name, and may reply. Name what you look at, not who is involved."),
        error_messages={"required": _("Say what the authors are told, and may reply to.")},
    )


class RecommendForm(OwnWordsForm):
    record = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What do you recommend?"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the four outcomes.")},
    )
    reasons = long_text(
        label=_("Why"),
        help_text=_("The deciders read this; the researcher reads it with the decision."),
        error_messages={"required": _("Say in a sentence or two why you recommend this.")},
    )


class AssignForm(OwnWordsForm):
    """Only people who hold the role for this unit and have no conflict of interest are offered."""

    officer = forms.ModelChoiceField(label=_("Case officer"), queryset=None)
    reviewer = forms.ModelChoiceField(
        label=_("Reviewer"), queryset=None, required=False, empty_label=_("Nobody for now")
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Your choice goes before what the routing table chose. The record keeps this sentence."),
        error_messages={"required": _("Say in a few words why.")},
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case
        self.initial.setdefault("officer", case.officer_id)
        self.initial.setdefault("reviewer", case.reviewer_id)
        for field, role in (("officer", Role.OFFICER), ("reviewer", Role.REVIEWER)):
            people = holders(role, unit=case.proposal.unit)
            free = [user.pk for user in without_conflict(people, case.proposal)]
            self.fields[field].queryset = people.filter(pk__in=free)

    def clean(self):
        cleaned = super().clean()
        is_one = cleaned.get("officer") and cleaned.get("officer") == cleaned.get("reviewer")
        if is_one and not one_person_may(self.case):
            raise ValidationError(_("The reviewer recommends and the officer may decide: choose two people."))
        return cleaned


class ConditionForm(OwnWordsForm):
    text = long_text(rows=2, label=_("What is to be done"), required=False)
    responsible = forms.CharField(label=_("Who"), max_length=120, required=False)
    due_on = forms.DateField(
        label=_("By when"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Write the date as year-month-day, such as 2027-01-15.")},
    )
    evidence_wanted = forms.CharField(label=_("What will show it"), max_length=300, required=False)

    def clean(self):
        cleaned = super().clean()
        given = [bool(cleaned.get(name)) for name in ("text", "responsible", "due_on")]
        if (any(given) or cleaned.get("evidence_wanted")) and not all(given) and not self.errors:
            raise ValidationError(_("A condition needs all three: what, who and by when."))
        return cleaned


ConditionFormSet = forms.formset_factory(ConditionForm, extra=BLANK_CONDITIONS, max_num=30)


class DecideForm(OwnWordsForm):
    """The vote on exactly the assessment that was shown; `closed` holds the outcomes that a rule closes, and why."""

    record = forms.UUIDField(widget=forms.HiddenInput)
    lists = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an outcome.")},
    )
    scope = forms.MultipleChoiceField(
        label=_("Which parts may start?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for approval in part."),
    )
    reasons = long_text(
        label=_("Why this outcome"),
        required=False,
        help_text=_("The researcher reads these words. Name what you weighed, not who is involved."),
    )
    grounds = forms.MultipleChoiceField(
        label=_("What it rests on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Needed unless you approve without conditions; here, or in the next field."),
    )
    source = long_text(
        rows=2, label=_("Another source"), required=False, help_text=_("A law or a document, with its section.")
    )
    why_safeguards_fail = long_text(
        rows=2,
        label=_("Why safeguards would not be enough"),
        required=False,
        help_text=_("Only when you decline."),
    )

    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("You signed in more than five minutes ago. A vote is cast by whoever is sure to sit here."),
        error_messages={"required": _("Type your password once more: it confirms that it is you who votes.")},
    )

    def __init__(self, *args, case, record_row, unconfirmed=None, **kwargs):
        """`unconfirmed`: the person who has to give the password with it."""
        super().__init__(*args, **kwargs)
        self.unconfirmed = unconfirmed
        if unconfirmed is None:
            del self.fields["password"]
        self.closed = {value: str(why_outcome_closed(case, record_row, value)) for value in Outcome.values}
        self.result = assessment_of(record_row)
        self.fields["reasons"].needed = self.fields["grounds"].needed = True  # for every outcome but one
        self.fields["grounds"].choices = grounds_of(self.result)
        self.fields["scope"].choices = [(row["id"], row["label"]) for row in parts_of(record_row.version)]
        if not needs_word_on_safeguards(record_row):
            del self.fields["why_safeguards_fail"]
        self.initial.setdefault("record", record_row.uid)
        if needs_word_on_safeguards(record_row):  # P06: what keeps a door open is offered first
            self.fields["outcome"].choices = sorted(Outcome.choices, key=lambda choice: choice[0] != Outcome.CONDITIONS)
        self.fields["outcome"].hints = {
            Outcome.APPROVE: _("Without conditions."),
            Outcome.CONDITIONS: _("The work may start; each condition has a person and a date."),
            Outcome.PART: _("Some partners or items may start, others not."),
            Outcome.DECLINE: _("Asks for reason and source."),
        }

    def clean(self):
        cleaned = super().clean()
        if cleaned:
            cleaned["source"] = source_with(cleaned.pop("grounds", []), cleaned.get("source", ""), self.result)
        return cleaned

    def clean_password(self):
        if not self.unconfirmed.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password. Nothing was decided; type it again."))
        return True

    def clean_outcome(self):
        outcome = self.cleaned_data["outcome"]
        if self.closed.get(outcome):
            raise ValidationError(self.closed[outcome])
        return outcome


class LiftForm(OwnWordsForm):
    """The authority's answer: in words or as a file, until a day where it has one."""

    authority = forms.CharField(
        label=_("Which authority answered?"),
        max_length=200,
        error_messages={"required": _("Say which authority answered.")},
    )
    number = forms.CharField(
        label=_("Number of its answer"),
        max_length=120,
        help_text=_("Its file number, and its date."),
        error_messages={"required": _("Give the number of its answer, or its date where it has none.")},
    )
    evidence = long_text(
        required=False,
        label=_("What does it allow?"),
        help_text=_("In a sentence or two. Needed where you add no file."),
    )
    file = forms.FileField(
        label=_("Its answer as a file"),
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs={"class": "form-control"}),
        help_text=_("At most 20 MB. Only people who may see the case can open it."),
        error_messages={
            "empty": _("The file is empty. Choose it again."),
            "invalid": _("The file did not arrive. Choose it again."),
            "missing": _("The file did not arrive. Choose it again."),
            "max_length": _("The name of the file is longer than 200 characters. Rename it."),
        },
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("After this day the hold stands again. Empty where the answer has no end."),
    )

    def clean(self):
        """A browser gives a file once: where the form comes back, that has to be said."""
        if self.errors and self.files.get("file") and "file" not in self.errors:
            self.add_error("file", _("Choose the file again: it is not sent a second time by itself."))
        return super().clean()


class AgreeForm(OwnWordsForm):
    """The terms on which a safeguard is agreed."""

    responsible = forms.CharField(label=_("Who sees to it"), max_length=120, required=False)
    due_on = forms.DateField(label=_("By when"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    evidence_wanted = forms.CharField(label=_("What will show it"), max_length=300, required=False)


class JudgementForm(OwnWordsForm):
    verdict = forms.ChoiceField(
        label=_("Is it the same organisation?"),
        choices=Judgement.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three answers.")},
    )
    reason = long_text(
        label=_("How do you know?"), error_messages={"required": _("Say how you know. It is kept with the judgement.")}
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=400,
        help_text=_("An address or a file number where somebody else can look it up."),
    )
    evidence_file = forms.FileField(
        label=_("Evidence as a file"),
        required=False,
        max_length=200,
        help_text=_("PDF, PNG, JPEG, DOCX, XLSX, ODT or text, at most 20 MB, for people who may see the match."),
        error_messages={
            "empty": _("The file is empty. Choose it again."),
            "invalid": _("The file did not arrive. Choose it again."),
            "missing": _("The file did not arrive. Choose it again."),
            "max_length": _("The name of the file is longer than 200 characters. Rename it."),
        },
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.odt,.txt", "class": "form-control"}),
    )

    def __init__(self, *args, of_person: bool = False, of_whole: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if of_whole:
            self.fields["verdict"].label = _("Does the list mean this partner, as a part?")
            self.fields["verdict"].choices = [
                (value, VERDICTS_ON_WHOLES.get(value, label)) for value, label in Judgement.Verdict.choices
            ]
        if of_person:
            self.fields["verdict"].label = _("Is it the same person?")
            self.fields["verdict"].choices = [
                (value, VERDICTS_ON_PERSONS.get(value, label)) for value, label in Judgement.Verdict.choices
            ]

    def clean(self):
        """A browser gives a file once: where the form comes back, that has to be said."""
        if self.errors and self.files.get("evidence_file") and "evidence_file" not in self.errors:
            self.add_error("evidence_file", _("Choose the file again: it is not sent a second time by itself."))
        return super().clean()


class NoteForm(OpenedForm):
    text = long_text(rows=3, label=_("Internal note"), error_messages={"required": _("Write the note first.")})

"""What one writes in threads: a text, and whom it names."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.accounts.models import User
from riskassess.proposals.models import Thread
from riskassess.proposals.threads import LONGEST_TEXT
from riskassess.web.forms.opened import OpenedForm

TOO_LONG = gettext_lazy("At most %(limit_value)d characters fit here; this has %(show_value)d. Shorten it a little.")


def text_field(label, *, empty, rows=2, **kwargs):
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": empty, "max_length": TOO_LONG},
        **kwargs,
    )


class TalkForm(OpenedForm):
    """An answer in a thread. `people` are those it may name."""

    text = text_field(gettext_lazy("Your answer"), empty=gettext_lazy("Write something first."))
    mention = forms.ChoiceField(
        label=gettext_lazy("Tell somebody by name"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the people of this proposal.")},
    )

    def __init__(self, *args, people: list[User], names: dict[int, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.uid): person for person in people}
        names = names or {}
        labels = [(str(person.uid), names.get(person.pk) or f"@{person.name}") for person in people]
        self.fields["mention"].choices = [("", _("Nobody in particular")), *labels]
        if not people:
            del self.fields["mention"]

    def given(self) -> dict:
        """What the services take."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "mention"}
        return {**found, "mentioned": self.people.get(self.cleaned_data.get("mention", ""))}


class AboutForm(TalkForm):
    """A new thread, on the whole proposal or on one answer."""

    about = forms.ChoiceField(
        label=gettext_lazy("About"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the questions of the list.")},
    )

    field_order = ("kind", "about", "correct", "text", "mention")

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [("", _("the whole proposal")), *places]

    def given(self) -> dict:
        found = super().given()
        question, _sign, row = found.pop("about", "").partition("|")
        return {**found, "question": question, "row": row}


class MessageForm(AboutForm):
    """An author begins: among those who write, or with research security."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Who reads it?"),
        choices=[
            (Thread.Kind.COMMENT, gettext_lazy("Those who write it")),
            (Thread.Kind.HELP, gettext_lazy("Research security too")),
        ],
        initial=Thread.Kind.COMMENT,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who is to read it.")},
    )

    def __init__(self, *args, is_draft: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What you want to say or ask")
        hint = (
            _("An officer sees the title and this thread, not the rest of the draft.")
            if is_draft
            else _("An officer answers; those who review the case can read it.")
        )
        self.fields["kind"].hints = {Thread.Kind.COMMENT: _("Nobody else sees it."), Thread.Kind.HELP: hint}


class CorrectionForm(AboutForm):
    """An author says that something filed is not right. It changes nothing by itself."""

    correct = text_field(gettext_lazy("What is right"), empty=gettext_lazy("Say what is right."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].label = _("What is not right")
        self.fields["about"].required = True
        self.fields["about"].error_messages["required"] = _("Choose what is not right.")
        self.fields["about"].choices = [("", _("Choose from the list")), *self.fields["about"].choices[1:]]
        self.fields["text"].label = _("Why, and since when you know")
        self.fields["text"].error_messages["required"] = _("Say in a sentence why.")
        self.fields.pop("mention", None)


class AskForm(AboutForm):
    """A question of those who review to the authors."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Your question")
        self.fields["text"].help_text = _("The authors read these words and answer here. Ask one thing at a time.")
        self.fields["text"].error_messages["required"] = _("Write the question first.")
        self.fields.pop("mention", None)

"""The mark of a form as it was opened: a double click or a second tab of the same page does its work once."""

from uuid import uuid4, uuid5

from django import forms

from riskassess.web.forms.words import OwnWordsForm


class OpenedForm(OwnWordsForm):
    opened = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)

    def clean(self):
        """Whoever goes back and writes something else means something else."""
        cleaned = super().clean()
        if opened := cleaned.get("opened"):
            rest = [f"{name}={value}" for name, value in sorted(cleaned.items()) if name != "opened"]
            cleaned["opened"] = uuid5(opened, "\n".join(rest))
        return cleaned

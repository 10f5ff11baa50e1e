"""The mark of a form as it was opened: a double click or a second tab of the same page does its work once."""

from uuid import uuid4, uuid5

from django import forms
from django.utils.translation import gettext_lazy


class OpenedForm(forms.Form):
    opened = forms.UUIDField(
        required=False,
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages={"invalid": gettext_lazy("This page was changed on its way. Open it again and repeat.")},
    )

    def clean(self):
        """Whoever goes back and writes something else means something else."""
        cleaned = super().clean()
        if opened := cleaned.get("opened"):
            rest = [f"{name}={value}" for name, value in sorted(cleaned.items()) if name != "opened"]
            cleaned["opened"] = uuid5(opened, "\n".join(rest))
        return cleaned

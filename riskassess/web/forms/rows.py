"""Rows that a page lets a person add and take away without JavaScript: a button posts, the page comes back."""

import re

from django import forms

from riskassess.web.forms.words import OwnWordsForm

MOST_ROWS = 30
ACTION = re.compile(
    r"^(?P<what>add|remove|find|pick|change)-(?P<prefix>[a-z]+)(?:-(?P<index>\d{1,3}))?(?::(?P<value>.*))?$"
)


class RowForm(OwnWordsForm):
    """A row that is left out when nothing is in it."""

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    telling: tuple[str, ...] = ()  # fields that make it a row

    @property
    def is_blank(self) -> bool:
        return not any(str(self[name].value() or "").strip() for name in self.telling)

    def clean(self):
        cleaned = super().clean()
        if self.is_blank:
            self._errors.clear()
        return cleaned


class RowSet:
    """A list of equal forms. `rows` is what stands; `data` is what was posted, and then it alone counts.

    Buttons are named `do` with the values `add-<prefix>`, `remove-<prefix>-<index>` and the like.
    """

    def __init__(self, prefix: str, form_class: type[forms.Form], rows: list[dict], data=None, *, blank=1, **kwargs):
        self.prefix, self.form_class, self.kwargs = prefix, form_class, kwargs
        self.is_posted = data is not None and f"{prefix}-count" in data
        if self.is_posted:
            count = data.get(f"{prefix}-count", "")
            self.count = min(int(count) if count.isdecimal() else 0, MOST_ROWS)
            self.forms = [form_class(data, prefix=f"{prefix}-{index}", **kwargs) for index in range(self.count)]
        else:
            self.show([*rows, *[{}] * (blank if not rows else 0)])

    def show(self, rows: list[dict]) -> None:
        """Show these rows anew, unchecked, so that a half-typed row is not scolded while another is added."""
        self.forms = [
            self.form_class(initial=row, prefix=f"{self.prefix}-{index}", **self.kwargs)
            for index, row in enumerate(rows)
        ]
        self.count = len(self.forms)

    def typed(self) -> list[dict]:
        """What stands in the rows as it was typed."""
        return [{name: form[name].value() for name in form.fields} for form in self.forms]

    def act(self, action: str) -> bool:
        """Do what a button asks of these rows; says whether it was one of theirs."""
        match = ACTION.match(action)
        if match is None or match["prefix"] != self.prefix:
            return False
        rows, index = self.typed(), int(match["index"] or 0)
        if match["what"] == "add":
            rows = [*rows, {}] if len(rows) < MOST_ROWS else rows
        elif match["what"] == "remove":
            rows = [row for place, row in enumerate(rows) if place != index]
        elif index < len(rows):
            rows[index] = self.changed(match["what"], rows[index], match["value"] or "")
        self.show(rows)
        if match["what"] in {"find", "pick", "change"} and index < len(self.forms):
            self.after(match["what"], self.forms[index])
        return True

    def changed(self, what: str, row: dict, value: str) -> dict:
        return row

    def after(self, what: str, form: forms.Form) -> None:
        """A place for what a row shows besides its fields."""

    def is_valid(self) -> bool:
        wrong = [form for form in self.forms if not form.is_valid()]  # all of them, so that each says its fault
        return not wrong

    def filled(self) -> list[dict]:
        """The rows with something in them."""
        return [form.cleaned_data for form in self.forms if not form.is_blank]

    def __iter__(self):
        return iter(self.forms)

    def __len__(self):
        return len(self.forms)

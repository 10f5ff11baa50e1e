"""Rows that a person adds, copies, moves and takes away without JavaScript: a button posts, the page comes back."""

import re
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from riskassess.web.forms.words import CHANGED_ON_ITS_WAY, OwnWordsForm

MOST_ROWS = 30
BRING = "bring"  # shows what a browser kept of the page, unsaved as it was
ACTION = re.compile(
    r"^(?P<what>add|copy|up|down|remove|restore|find|pick|change)-(?P<prefix>[a-z]+)(?:-(?P<index>\d{1,3}))?(?::(?P<value>.*))?$"
)
SAID = {
    "copy": gettext_lazy("%(name)s %(number)d was copied; the copy is number %(now)d."),
    "move": gettext_lazy("%(name)s %(number)d is number %(now)d now."),
    "remove": gettext_lazy("%(name)s %(number)d is taken away on saving. Until then you can put it back."),
    "restore": gettext_lazy("%(name)s %(now)d is back."),
    "full": gettext_lazy("At most %(most)d rows fit here. Put the rest into the summary."),
}


class RowForm(OwnWordsForm):
    """A row that is left out when nothing is in it, or when it was taken away.

    `uid` is the row's own, also before it is first saved; `copy_of` the row whose answers it takes along on saving.
    """

    uid = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    copy_of = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    gone = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)
    telling: tuple[str, ...] = ()  # fields that make it a row
    row_name = ""  # what such a row is called
    number = 0  # its place among those that stand, from 1
    is_first = is_last = True
    focused = ""  # the button that takes the focus

    @property
    def is_blank(self) -> bool:
        return not any(str(self[name].value() or "").strip() for name in self.telling)

    @property
    def is_gone(self) -> bool:
        return bool(self["gone"].value())

    @property
    def is_left_out(self) -> bool:
        return self.is_gone or self.is_blank

    @property
    def place_words(self) -> str:
        """Which row it is, for a list of faults."""
        return f"{self.row_name} {self.number}" if self.row_name and self.number else ""

    @property
    def name_words(self) -> str:
        """What to call the row beside its number."""
        return str(self[self.telling[0]].value() or "").strip()

    def focus(self, name: str) -> None:
        self.fields[name].widget.attrs["autofocus"] = True

    def clean_uid(self):
        return uid_of(self.cleaned_data["uid"])

    def clean_copy_of(self):
        return uid_of(self.cleaned_data["copy_of"])

    def clean(self):
        cleaned = super().clean()
        if self.is_left_out:
            self._errors.clear()
        return cleaned


def uid_of(text: str) -> str:
    """The uid in its usual spelling, or nothing; what is neither was not written by a page of ours."""
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        raise ValidationError(CHANGED_ON_ITS_WAY) from None


class RowSet:
    """A list of equal forms. `rows` is what stands; `data` is what was posted, and then it alone counts.

    Buttons are named `do` with the values `add-<prefix>`, `remove-<prefix>-<index>` and the like. `name` is what one of
    the rows is called. After an action `said` says what came of it, and `focused` is "add" where nothing else takes the
    focus.
    """

    said = focused = ""
    puts_back = True  # what is taken away stays on the page until it is saved
    copy_said = SAID["copy"]

    def __init__(
        self, prefix: str, form_class: type[RowForm], rows: list[dict], data=None, *, name="", blank=1, **kwargs
    ):
        self.prefix, self.form_class, self.name, self.kwargs = prefix, form_class, name, kwargs
        self.is_posted = data is not None and f"{prefix}-count" in data
        if self.is_posted:
            count = data.get(f"{prefix}-count", "")
            self.count = min(int(count[:9]) if count.isdecimal() else 0, 2 * MOST_ROWS)
            self.forms = [form_class(data, prefix=f"{prefix}-{index}", **kwargs) for index in range(self.count)]
            self._place()
        else:
            self.show([*rows, *[{} for _n in range(blank if not rows else 0)]])

    def show(self, rows: list[dict]) -> None:
        """Show these rows anew, unchecked, so that a half-typed row is not scolded while another is added."""
        self.forms = [
            self.form_class(
                initial={**row, "uid": row.get("uid") or str(uuid4())}, prefix=f"{self.prefix}-{index}", **self.kwargs
            )
            for index, row in enumerate(rows)
        ]
        self.count = len(self.forms)
        self._place()

    def _place(self) -> None:
        for form in self.forms:
            form.row_name = str(self.name)
        for number, form in enumerate(self.standing, start=1):
            form.number, form.is_first, form.is_last = number, number == 1, number == len(self.standing)

    @property
    def standing(self) -> list[RowForm]:
        """The rows that were not taken away."""
        return [form for form in self.forms if not form.is_gone]

    def typed(self) -> list[dict]:
        """What stands in the rows as it was typed."""
        return [{name: form[name].value() for name in form.fields} for form in self.forms]

    def act(self, action: str) -> bool:
        """Do what a button asks of these rows; says whether it was one of theirs."""
        match = ACTION.match(action)
        if match is None or match["prefix"] != self.prefix:
            return False
        what, index = match["what"], int(match["index"] or 0)
        if what == "add":
            self._add()
        elif index < len(self.forms):
            {
                "copy": self._copy,
                "up": self._move_up,
                "down": self._move_down,
                "remove": self._remove,
                "restore": self._restore,
            }.get(what, lambda index: self._change(what, index, match["value"] or ""))(index)
        else:
            self.show(self.typed())
        return True

    def _say(self, what: str, number: int, now: int = 0) -> None:
        words = self.copy_said if what == "copy" else SAID[what]
        self.said = words % {"name": self.name, "number": number, "now": now, "most": MOST_ROWS}

    def _is_full(self) -> bool:
        if len(self.standing) < MOST_ROWS:
            return False
        self.show(self.typed())
        self._say("full", 0)
        return True

    def _add(self) -> None:
        if self._is_full():
            return
        self.show([*self.typed(), {}])
        self.forms[-1].focus(self.forms[-1].telling[0])

    def _copy(self, index: int) -> None:
        """A row like this one below it, that takes its answers along."""
        if self._is_full():
            return
        rows, number = self.typed(), self.forms[index].number
        rows.insert(index + 1, self.copied(rows[index]))
        self.show(rows)
        self.forms[index + 1].focus(self.forms[index + 1].telling[0])
        self._say("copy", number, number + 1)

    def copied(self, row: dict) -> dict:
        return {**row, "uid": "", "copy_of": row["copy_of"] or row["uid"], "gone": ""}

    def _move_up(self, index: int) -> None:
        self._swap(index, [place for place in range(index) if not self.forms[place].is_gone][-1:], "up")

    def _move_down(self, index: int) -> None:
        places = range(index + 1, len(self.forms))
        self._swap(index, [place for place in places if not self.forms[place].is_gone][:1], "down")

    def _swap(self, index: int, other: list[int], way: str) -> None:
        rows, number = self.typed(), self.forms[index].number
        if not other or self.forms[index].is_gone:
            self.show(rows)
            return
        now = other[0]
        rows[index], rows[now] = rows[now], rows[index]
        self.show(rows)
        form = self.forms[now]
        is_at_the_end = form.is_first if way == "up" else form.is_last
        form.focused = {"up": "down", "down": "up"}[way] if is_at_the_end else way
        self._say("move", number, form.number)

    def _remove(self, index: int) -> None:
        rows, form = self.typed(), self.forms[index]
        if form.is_blank or not self.puts_back:
            self.show([row for place, row in enumerate(rows) if place != index])
            self.focused = "add"
            return
        rows[index]["gone"] = "yes"
        self.show(rows)
        self.forms[index].focused = "restore"
        self._say("remove", form.number)

    def _restore(self, index: int) -> None:
        rows = self.typed()
        rows[index]["gone"] = ""
        self.show(rows)
        self.forms[index].focused = "remove"
        self._say("restore", 0, self.forms[index].number)

    def _change(self, what: str, index: int, value: str) -> None:
        rows = self.typed()
        rows[index] = self.changed(what, rows[index], value)
        self.show(rows)
        self.after(what, self.forms[index])

    def changed(self, what: str, row: dict, value: str) -> dict:
        return row

    def after(self, what: str, form: forms.Form) -> None:
        """A place for what a row shows besides its fields."""

    def is_valid(self) -> bool:
        wrong = [form for form in self.forms if not form.is_valid()]  # all of them, so that each says its fault
        return not wrong

    @property
    def kept(self) -> list[RowForm]:
        """The rows that are to be saved, in their order."""
        return [form for form in self.forms if not form.is_left_out]

    def filled(self) -> list[dict]:
        """What is in the rows that are to be saved."""
        return [form.cleaned_data for form in self.kept]

    def copies(self, made: list) -> dict[str, str]:
        """Of the rows that were saved as these, those that are copies: uid of the new one -> of the row copied."""
        pairs = zip(self.kept, made, strict=True)
        return {str(row.uid): form.cleaned_data["copy_of"] for form, row in pairs if form.cleaned_data["copy_of"]}

    def __iter__(self):
        return iter(self.forms)

    def __len__(self):
        return len(self.forms)


class AnsweredRows(RowSet):
    """Rows about which questions are asked: the answers go along with a copy."""

    copy_said = gettext_lazy(
        "%(name)s %(number)d was copied; the copy is number %(now)d. It takes the answers along when it is saved."
    )


class PlainRows(RowSet):
    """Rows that are gone at once, such as people, whose names nobody should have to look at any longer."""

    puts_back = False

"""The rows in which partners are named: looked for in one list of what is known, chosen, or registered anew."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partners.countries import country_choices
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from partners.matching.resolve import LONGEST
from partners.models import Partner, PartnerType
from partners.queries import Organisation, find_organisations, organisations_of
from riskassess.core.templatetags.ui import cap_first
from riskassess.proposals.models import PartnerRole
from riskassess.web.forms.rows import RowForm, RowSet


@dataclass(frozen=True)
class Offer:
    """An organisation of a list to choose from; `place` is the row that has chosen it already, or 0."""

    organisation: Organisation
    place: int = 0


@dataclass(frozen=True)
class Search:
    """What was looked for, what was found, and the sentence that says so."""

    text: str = ""
    offers: tuple[Offer, ...] = ()
    said: str = ""


def search_organisations(text: str, chosen: Iterable[str] = (), among: QuerySet[Partner] | None = None) -> Search:
    """`chosen` are keys of organisations that stand in the rows already, "" for a row without."""
    text = text.strip()
    if not text:
        return Search(said=_("Type a name, an affiliation or a ROR id first."))
    if len(text) > LONGEST:
        words = _("This is longer than %(most)s characters. Type the name of the organisation alone.")
        return Search(text[:LONGEST], said=words % {"most": LONGEST})
    key = normalise(text)
    if not key:
        return Search(text, said=_("There is no letter and no digit in this. Type a name or a ROR id."))
    if len(key) < 2:
        return Search(text, said=_("Type at least two letters."))
    found = find_organisations(text, among=among)
    if not found:
        return Search(text, said=_nothing_found(text))
    words = ngettext("%(n)d organisation found.", "%(n)d organisations found.", len(found)) % {"n": len(found)}
    return Search(text, offers_of(found, chosen), words)


def offers_of(found: Iterable[Organisation], chosen: Iterable[str] = ()) -> tuple[Offer, ...]:
    places: dict[str, int] = {}
    for number, key in enumerate(chosen, start=1):
        places.setdefault(key, number)
    return tuple(Offer(each, places.get(each.key, 0) or places.get(each.ror_id or "-", 0)) for each in found)


def _nothing_found(text: str) -> str:
    try:
        read_ror_id(text)
    except ValueError:
        if "ror.org/" in text.lower():
            return _("This is no ROR id: a letter or digit is wrong. Compare it with its source, or type the name.")
        return _("No organisation found. Check the spelling, or register a new one: its name and country are enough.")
    return _("No organisation with this ROR id is held here. Type its name, or register it: name and country do.")


def countries() -> list[tuple[str, str]]:
    return [("", _("Choose a country")), *country_choices()]


def types() -> list[tuple[str, str]]:
    return [("", _("Not sure")), *((value, cap_first(label)) for value, label in PartnerType.choices)]


class PartnerForm(RowForm):
    telling = ("name", "country", "ror_id")
    known = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    told_apart = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("A name in any language, an acronym, an affiliation or a ROR id."),
        error_messages={
            "required": gettext_lazy("Give the name of the organisation, or take the row away."),
            "max_length": gettext_lazy("Keep the name under 300 characters."),
        },
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=countries,
        error_messages={
            "required": gettext_lazy("Choose the country in which the organisation is established."),
            "invalid_choice": gettext_lazy("Choose a country of the list."),
        },
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Its part"),
        choices=PartnerRole.choices,
        initial=PartnerRole.PARTNER,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the parts of the list.")},
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=types,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the types of the list.")},
    )
    website = forms.CharField(
        label=gettext_lazy("Website"),
        required=False,
        max_length=200,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    ror_id = forms.CharField(
        label=gettext_lazy("ROR id"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "https://ror.org/…"}),
    )
    chosen: Organisation | None = None  # what was chosen, as long as name, country and id are still its own
    search = Search()
    near: tuple[Offer, ...] = ()  # what is like an organisation that was to be registered
    said = ""  # what came of a choice, where something has to be said

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {
            "maxlength": LONGEST,  # so that an affiliation can be pasted
            "hx-get": f"{reverse('organisations')}?row={self.prefix}",
            "hx-trigger": "input changed delay:350ms",
            "hx-target": f"#found-{self.prefix}",
            "hx-include": "#partners [name$='-known']",
            "hx-sync": "this:replace",
            "hx-select": "unset",  # what the form itself asks of its buttons
            "hx-select-oob": "unset",
            "hx-swap": "innerHTML",
            "data-ra-find": f"find-{self.prefix}",
        }

    @property
    def key(self) -> str:
        return self.chosen.key if self.chosen else ""

    @property
    def shows_more(self) -> bool:
        """Whether the fields that few need are open."""
        return any(
            self[name].value() or (self.is_bound and self[name].errors) for name in ("type", "website", "ror_id")
        )

    @property
    def is_searched_by_enter(self) -> bool:
        """Whether whoever presses Enter can only mean a search: a name alone saves no row."""
        return not (self.is_gone or self.chosen or self["country"].value()) and bool(self.name_words)

    def clean_ror_id(self):
        given = self.cleaned_data["ror_id"].strip()
        if not given:
            return ""
        try:
            return read_ror_id(given)
        except ValueError:
            raise ValidationError(
                _("This is no ROR id. It looks like https://ror.org/03prydq77; leave it empty if there is none.")
            ) from None


class PartnerRows(RowSet):
    """Partners. The search works as buttons of the form; a choice that is made travels as the key of the chosen."""

    among: QuerySet[Partner] | None = None  # the partners of which whoever searches may know
    copy_said = gettext_lazy(
        "Partner %(now)d has the part of partner %(number)d, and takes its answers along when it is saved. Choose the "
        "other organisation here."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_posted:
            self._recognise()

    def show(self, rows):
        super().show(rows)
        self._recognise()

    def chosen(self) -> list[str]:
        return [form.key for form in self.standing]

    def act(self, action):
        self._said = ""
        if action == "enter":
            action = next((f"find-{form.prefix}" for form in self.forms if form.is_searched_by_enter), action)
        return super().act(action)

    def named(self) -> list[tuple[str, str]]:
        """The partners as other rows may name them: uid of the row, and what it is called."""
        return [
            (str(form["uid"].value()), form.name_words or _("Partner %(number)d") % {"number": form.number})
            for form in self.standing
            if form["uid"].value()
        ]

    def copied(self, row):
        """The same organisation can't stand twice, so that its place stays open."""
        return {"copy_of": row["copy_of"] or row["uid"], "role": row["role"]}

    def changed(self, what, row, value):
        if what == "change":
            return {**row, "known": "", "ror_id": "", "told_apart": ""}
        if what != "pick" or not (found := next(iter(organisations_of([value]).values()), None)):
            return row
        if place := offers_of([found], self.chosen())[0].place:
            words = _("%(name)s is in this proposal already, as partner %(number)d. Nothing was added.")
            self._said = words % {"name": found.name, "number": place}
            return row
        self._said = found.note
        given = {"known": found.key, "name": found.name, "country": found.country, "ror_id": found.ror_id}
        return {**row, **given, "told_apart": "", "type": "", "website": ""}

    def after(self, what, form):
        if what == "find":
            form.search = search_organisations(str(form["name"].value() or ""), self.chosen(), self.among)
        form.said = self._said
        form.focus("role" if form.chosen else "name")
        self.said = str(form.said or form.search.said)

    def _recognise(self) -> None:
        """Which rows stand for an organisation that was chosen; a row in which something else is typed does not."""
        keys = {form: str(form["known"].value() or form["ror_id"].value() or "").strip() for form in self.forms}
        found = organisations_of(filter(None, keys.values()))
        for form, key in keys.items():
            each = found.get(key)
            given = str(form["ror_id"].value() or "").strip()
            is_same = each and each.bears(str(form["name"].value() or "")) and form["country"].value() == each.country
            if is_same and (not given or given in (each.ror_id, each.record and each.record.pk)):
                form.chosen = each


def told_apart(data, action: str):
    """What was posted, with what the button "none of these" of a row says: that the organisations shown are others."""
    prefix = action.removeprefix("new-")
    if prefix == action or f"{prefix}-near" not in data:
        return data
    data = data.copy()
    data[f"{prefix}-told_apart"] = data[f"{prefix}-near"]
    return data

"""The first section: what is planned, with whom, and who pays."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.accounts.models import Unit
from riskassess.engine.catalogue import Catalogue
from riskassess.proposals.models import FunderKind
from riskassess.web.forms.picking import PartnerForm, PartnerRows, countries
from riskassess.web.forms.rows import BRING, AnsweredRows, RowForm, RowSet
from riskassess.web.forms.visits import VisitForm, VisitRows
from riskassess.web.forms.words import OwnWordsForm
from riskassess.web.registry_scope import partners_open_to

VISIT_KIND = "visit"  # the option of the kinds that planned visits speak of
DATE_ERRORS = {"invalid": gettext_lazy("Write the date as year-month-day, such as 2027-01-15.")}


def date_field(label, **kwargs):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, error_messages=DATE_ERRORS, **kwargs)


class CollaborationForm(OwnWordsForm):
    """The proposal's own fields; which kinds there are is the catalogue's."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        error_messages={
            "required": gettext_lazy("Give the collaboration a title; you can change it later."),
            "max_length": gettext_lazy("Keep the title under 200 characters; the summary has room for more."),
        },
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Two or three sentences are enough: what you plan, and what each side brings."),
        error_messages={"max_length": gettext_lazy("At most 5000 characters fit here; two or three sentences do.")},
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose among the kinds shown.")},
    )
    starts = date_field(gettext_lazy("Planned start"))
    ends = date_field(gettext_lazy("Planned end"))
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=Unit.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("Reviewers of this unit read the proposal."),
        error_messages={
            "required": gettext_lazy("Choose the unit that files this."),
            "invalid_choice": gettext_lazy("Choose one of the units of the list."),
        },
    )

    def __init__(self, *args, catalogue: Catalogue, units, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = next(question for question in catalogue.questions if question.field == "kinds")
        self.fields["kinds"].label = kinds.text
        self.fields["kinds"].help_text = f"{kinds.help} {kinds.why}".strip()
        self.fields["kinds"].choices = [(option.id, option.text) for option in kinds.options]
        self.fields["kinds"].columns = 2
        self.fields["kinds"].needed = True  # before submitting; a draft may leave it open
        self.fields["unit"].queryset = units

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] < cleaned["starts"]:
            self.add_error("ends", _("The end lies before the start. Choose a later end."))
        return cleaned


class FunderForm(RowForm):
    telling = ("name", "country")
    name = forms.CharField(
        label=gettext_lazy("Who pays"),
        max_length=200,
        error_messages={
            "required": gettext_lazy("Name the funder, or take the row away."),
            "max_length": gettext_lazy("Keep the name under 200 characters."),
        },
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        choices=countries,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a country of the list.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=FunderKind.choices,
        initial=FunderKind.OWN,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the kinds of the list.")},
    )


class Collaboration:
    """The page's forms together: each action on a row, each check and each value at one place."""

    said = ""  # what came of the last action, for whoever cannot see it

    def __init__(self, proposal, *, catalogue, units, data=None):
        initial = {name: getattr(proposal, name) for name in ("title", "summary", "kinds", "starts", "ends", "unit")}
        self.catalogue, self.units = catalogue, units
        self.main = CollaborationForm(data, initial=initial, catalogue=catalogue, units=units)
        self.partners = PartnerRows(
            "partner",
            PartnerForm,
            [
                {
                    "uid": str(row.uid),
                    "known": str(row.partner.uid),
                    "name": row.partner.name,
                    "country": row.partner.country,
                    "ror_id": row.partner.ror_id,
                    "role": row.role,
                }
                for row in proposal.participations.select_related("partner")
            ],
            data,
            name=_("Partner"),
        )
        if proposal.owner_id:
            self.partners.among = partners_open_to(proposal.owner)
        self.funders = AnsweredRows(
            "funder",
            FunderForm,
            [
                {"uid": str(row.uid), "name": row.name, "country": row.country, "kind": row.kind}
                for row in proposal.funders.all()
            ],
            data,
            name=_("Funder"),
        )
        self.visits = VisitRows(
            "visit",
            VisitForm,
            [
                {
                    "uid": str(row.uid),
                    "role": row.role,
                    "people": row.people,
                    "direction": row.direction,
                    "partner": str(row.participation.uid) if row.participation else "",
                    "months": row.months,
                    "access": row.access,
                }
                for row in proposal.visits.select_related("participation")
            ],
            data,
            name=_("Visit"),
            blank=0,
            partners=self.partners.named(),
        )

    @property
    def row_sets(self) -> tuple[RowSet, ...]:
        return self.partners, self.funders, self.visits

    def act(self, action: str) -> bool:
        """Whether the button asked for a row more or less or for a search: then nothing is checked, all is kept."""
        acted = next((rows for rows in self.row_sets if rows.act(action)), None)
        if acted is None and action != BRING:
            return False
        self.said = acted.said if acted else ""
        self.visits.kwargs["partners"] = self.partners.named()
        for rows in self.row_sets:
            if rows is not acted:
                rows.show(rows.typed())
        typed = {name: self.main[name].value() for name in self.main.fields}
        if action.startswith("add-visit") and VISIT_KIND not in (typed["kinds"] or []):
            typed["kinds"] = [*(typed["kinds"] or []), VISIT_KIND]
            self.said = " ".join(filter(None, (self.said, _("We ticked “Visiting researcher or student” above."))))
        self.main = CollaborationForm(initial=typed, catalogue=self.catalogue, units=self.units)
        return True

    def take(self, part: str, other: "Collaboration") -> bool:
        """Put what stands in the other page in place of one part of this one; says whether there is such a part."""
        if part in self.rows_by_part:
            self.rows_by_part[part].show(other.rows_by_part[part].typed())
        elif part not in self.main.fields:
            return False
        for rows in self.row_sets:
            rows.show(rows.typed())
        typed = {name: self.main[name].value() for name in self.main.fields}
        if part in typed:
            typed[part] = other.main[part].value()
        self.main = CollaborationForm(initial=typed, catalogue=self.catalogue, units=self.units)
        return True

    @property
    def rows_by_part(self) -> dict[str, RowSet]:
        return dict(zip(("partners", "funders", "visits"), self.row_sets, strict=True))

    def title_of(self, part: str) -> str:
        titles = {
            "partners": _("Partner organisations"),
            "funders": _("Who pays"),
            "visits": _("Planned visits"),
        }
        return titles[part] if part in titles else str(self.main.fields[part].label)

    def error_of(self, part: str) -> str:
        """The first sentence on what is wrong in a part, or nothing."""
        if part in self.main.fields:
            return str((self.main.errors.get(part) or [""])[0])
        rows = self.rows_by_part[part]
        return next((str(lines[0]) for form in rows.kept for lines in form.errors.values()), "")

    def words_of(self, part: str) -> str:
        """What a part says as it stands in the form, in words, so that two versions can be read side by side."""
        if part in self.rows_by_part:
            return "; ".join(filter(None, (self._row_words(form) for form in self.rows_by_part[part])))
        value = self.main[part].value()
        if part == "kinds":
            words = dict(self.main.fields["kinds"].choices)
            return ", ".join(words[kind] for kind in value or [] if kind in words)
        if part == "unit":
            unit = self.units.filter(pk=getattr(value, "pk", value)).first()
            return str(unit or "")
        return str(value or "")

    def _row_words(self, form: forms.Form) -> str:
        """What is in a row; choices by their words, hidden fields and ticks left out."""
        found = []
        for field in form:
            value = field.value()
            if field.is_hidden or not value or isinstance(value, bool):
                continue
            choices = dict(getattr(field.field, "choices", ()))
            found.append(str(choices.get(value, value)))
        if form.is_left_out:
            return ""
        return ", ".join(found)

    def is_valid(self) -> bool:
        wrong = [part for part in (self.main, *self.row_sets) if not part.is_valid()]
        return not wrong

    # What the summary of errors on top reads, as of one form.

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.main, *(form for rows in self.row_sets for form in rows)]

    @property
    def errors(self) -> dict:
        return {form.prefix: form.errors for form in self.all_forms if form.errors}

    def non_field_errors(self) -> list[str]:
        return [error for form in self.all_forms for error in form.non_field_errors()]

    def __iter__(self):
        return (field for form in self.all_forms if form.errors for field in form)

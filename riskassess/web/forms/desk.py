"""What one may look for at the desk: closed lists alone, so that a view can be kept and passed on to a colleague."""

import django_filters
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, Subquery
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from riskassess.accounts.models import Unit
from riskassess.assessments.models import AssessmentRecord
from riskassess.core.words import LEVEL_WORDS
from riskassess.reviews.inbox import IS_OPEN, decided, mine, stand
from riskassess.reviews.models import Case, Route
from riskassess.web.forms.words import OwnWordsForm

SHOW_WORDS = {"mine": _("Mine"), "open": _("All open"), "decided": _("Decided")}
STAND_WORDS = {
    "turn": _("My move"),
    "overdue": _("Overdue"),
    "week": _("Due within a week"),
    "waiting": _("Waiting for others"),
    "paused": _("Paused, waits for the researcher"),
    "hold": _("Legal hold"),
}
NOBODY = "nobody"
UNITS_KEPT_SECONDS = 60


def unit_choices() -> list[tuple[str, str]]:
    return [(str(uid), name) for uid, name in Unit.objects.values_list("uid", "name")]


class CaseFilter(django_filters.FilterSet):
    """Cases `with_turns`, narrowed. What is not understood narrows nothing, and its field says so."""

    show = django_filters.ChoiceFilter(
        label=_("Whose"), method="by_show", choices=list(SHOW_WORDS.items()), empty_label=None
    )
    stand = django_filters.ChoiceFilter(
        label=_("How it stands"), method="by_stand", choices=list(STAND_WORDS.items()), empty_label=_("any")
    )
    route = django_filters.ChoiceFilter(label=_("Route"), choices=Route.choices[1:], empty_label=_("any"))
    level = django_filters.ChoiceFilter(
        label=_("Level as filed, upper end"),
        method="by_level",
        choices=list(LEVEL_WORDS.items()),
        empty_label=_("any"),
    )
    officer = django_filters.ChoiceFilter(
        label=_("Case officer"), method="by_officer", choices=[], empty_label=_("any")
    )
    unit = django_filters.ChoiceFilter(label=_("Unit"), method="by_unit", choices=[], empty_label=_("any"))

    class Meta:
        model = Case
        fields: list[str] = []
        form = OwnWordsForm

    def __init__(self, *args, officers, today, **kwargs):
        self.today = today
        super().__init__(*args, **kwargs)
        people = [(str(officer.uid), officer.name) for officer in officers]
        units = cache.get_or_set("desk-units", unit_choices, UNITS_KEPT_SECONDS)
        self.filters["officer"].extra["choices"] = [(NOBODY, _("nobody yet")), *people]
        self.filters["unit"].extra["choices"] = units

    def by_show(self, cases, _name, value):
        return cases.filter({"mine": mine(self.request.user), "open": IS_OPEN, "decided": decided()}[value])

    def by_stand(self, cases, _name, value):
        return cases.filter(stand(value, self.request.user, self.today))

    def by_level(self, cases, _name, value):
        newest = AssessmentRecord.objects.filter(proposal=OuterRef("proposal")).order_by("-version__number", "-pk")
        return cases.annotate(filed=Subquery(newest.values("inherent_upper")[:1])).filter(filed=value)

    def by_officer(self, cases, _name, value):
        return cases.filter(Q(officer__isnull=True) if value == NOBODY else Q(officer__uid=value))

    def by_unit(self, cases, _name, value):
        return cases.filter(proposal__unit__uid=value)

    @cached_property
    def given(self) -> dict[str, str]:
        """What was asked for and understood."""
        self.form.full_clean()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    def narrow(self, cases):
        for name, value in self.given.items():
            cases = self.filters[name].filter(cases, value)
        return cases


class SaveViewForm(OwnWordsForm):
    """A name for what is looked for now."""

    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(
        label=_("Colleagues see it too"),
        required=False,
        help_text=_("They see the cases that are open to them, not yours."),
    )


class BulkForm(OwnWordsForm):
    """What is done with the cases that are ticked."""

    MOST = 50
    action = forms.ChoiceField(choices=[("assign", _("Give to")), ("remind", _("Remind"))])
    case = forms.MultipleChoiceField(
        choices=[], error_messages={"required": _("Tick the cases first, then choose what to do with them.")}
    )
    officer = forms.ChoiceField(label=_("Officer"), choices=[], required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args, officers, references, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [(str(officer.uid), officer.name) for officer in officers]
        self.fields["case"].choices = [(reference, reference) for reference in references]

    def clean(self):
        given = super().clean()
        if len(given.get("case", [])) > self.MOST:
            raise ValidationError(_("At most %(most)d cases at once.") % {"most": self.MOST})
        if given.get("action") == "assign":
            if not given.get("officer"):
                self.add_error("officer", _("Choose who takes these cases on."))
            if not given.get("reason", "").strip():
                self.add_error("reason", _("Say in a few words why; the record keeps it."))
        return given

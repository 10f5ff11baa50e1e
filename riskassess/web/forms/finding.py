"""Finding one's proposals again: every view, search and order of My page is an address that can be passed on."""

from datetime import date, timedelta

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from riskassess.core.words import LEVEL_WORDS
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.states import AFTER_DECISION, STANDING, UNDER_REVIEW, State
from riskassess.web.forms.words import OwnWordsForm

EXPIRING_DAYS = 90
# What stands in the box "Your turn": a condition, and the end of an approval, so many days ahead.
CONDITION_DAYS, ENDING_DAYS = 14, 30
VIEW_WORDS = {
    "all": _("All"),
    "waiting": _("Waiting for me"),
    "drafts": _("Drafts"),
    "review": _("In review"),
    "decided": _("Decided"),
    "conditions": _("Conditions due"),
    "expiring": _("Expiring"),
}


def view_of(name: str) -> Q:
    """Which proposals a view of My page holds; they come from `followed_up`. Beside the views of VIEW_WORDS there
    are `due_soon` and `ending_soon`, of the box "Your turn"."""
    return {
        "all": Q(),
        "waiting": Q(state=State.CHANGES_REQUESTED) | Q(is_asked=True),
        "drafts": Q(state=State.DRAFT),
        "review": Q(state__in=[*UNDER_REVIEW, State.SUBMITTED, State.CHANGES_REQUESTED]),
        "decided": Q(state__in=[*AFTER_DECISION, State.REGISTERED, State.WITHDRAWN]),
        "conditions": Q(state=State.APPROVED_WITH_CONDITIONS, condition_due__isnull=False),
        "expiring": Q(state__in=STANDING, valid_until__lte=in_days(EXPIRING_DAYS)),
        "due_soon": Q(state=State.APPROVED_WITH_CONDITIONS, condition_due__lte=in_days(CONDITION_DAYS)),
        "ending_soon": Q(state__in=STANDING, valid_until__lte=in_days(ENDING_DAYS)),
    }[name]


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


class ProposalFilter(django_filters.FilterSet):
    """What is not understood narrows nothing, and its field says so."""

    q = django_filters.CharFilter(
        label=_("Title, reference or partner"), method="search", max_length=100, widget=forms.TextInput
    )
    level = django_filters.ChoiceFilter(
        label=_("Risk level"), field_name="inherent_upper", choices=list(LEVEL_WORDS.items()), empty_label=_("any")
    )
    led = django_filters.ChoiceFilter(
        label=_("My part"),
        method="by_part",
        choices=[("lead", _("I lead it")), ("part", _("I take part"))],
        empty_label=_("any"),
    )
    order = django_filters.OrderingFilter(
        label=_("Order"),
        fields=[("updated_at", "changed"), ("title", "title"), ("reference", "reference"), ("valid_until", "valid")],
        choices=[
            ("-changed", _("Changed last")),
            ("changed", _("Changed longest ago")),
            ("title", _("Title")),
            ("-reference", _("Newest reference")),
            ("valid", _("Expires first")),
        ],
        empty_label=None,
        null_label=None,
    )

    class Meta:
        model = Proposal
        fields: list[str] = []
        form = OwnWordsForm

    def search(self, proposals, _name, value: str):
        words = " ".join(value.split())
        named = Participation.objects.filter(proposal=OuterRef("pk"), partner__name__icontains=words)
        return proposals.filter(Q(title__icontains=words) | Q(reference__icontains=words) | Exists(named))

    def by_part(self, proposals, _name, value: str):
        mine = Q(owner=self.request.user)
        return proposals.filter(mine if value == "lead" else ~mine)

    def filter_queryset(self, proposals):
        """Only by what was understood: one bad parameter of an address leaves the others standing."""
        for name, value in self.form.cleaned_data.items():
            proposals = self.filters[name].filter(proposals, value)
        return proposals

    @property
    def rows(self):
        """The proposals that fit, in their order; those changed last come first unless another order was asked for."""
        self.form.full_clean()
        found = self.filter_queryset(self.queryset)
        return found if self.form.cleaned_data.get("order") else found.order_by("-updated_at", "-pk")

    @property
    def is_used(self) -> bool:
        return any(self.data.get(name) for name in self.filters)

"""By which way somebody wants to be told what."""

from django import forms

from riskassess.notices.kinds import WAYS, WHY_BOUND, Kind, Way
from riskassess.web.forms.words import OwnWordsForm


class WaysForm(OwnWordsForm):
    """A field for each kind that leaves a choice; `bound_kinds` are those that leave none, with the reason."""

    def __init__(self, *args, chosen: dict[str, str], with_lists: bool, **kwargs):
        super().__init__(*args, **kwargs)
        for kind, ways in WAYS.items():
            if len(ways) == 1 or (kind == Kind.LISTS and not with_lists):
                continue
            self.fields[kind] = forms.ChoiceField(
                label=kind.label,
                choices=[(way.value, way.label) for way in ways],
                initial=chosen.get(kind, ways[0]) if chosen.get(kind) in ways else ways[0],
                help_text=WHY_BOUND.get(kind, ""),
                error_messages={"invalid_choice": WHY_BOUND[kind]} if kind in WHY_BOUND else None,
            )

    @property
    def bound_kinds(self) -> list[dict]:
        return [
            {"label": kind.label, "way": Way(ways[0]).label, "why": WHY_BOUND[kind]}
            for kind, ways in WAYS.items()
            if len(ways) == 1
        ]

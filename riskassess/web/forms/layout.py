"""Layout objects: one for each part of a section's form, drawn from the templates under templates/ra/."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache

from crispy_forms.layout import LayoutObject
from django.forms import BoundField, ChoiceField
from django.template.loader import render_to_string
from django.utils.translation import get_language

MOST_KEPT = 1000  # questions as they were last drawn, some 6 kB each
PLAIN = {str, int, bool, type(None)}  # safe and lazy strings are others: what they show does not follow from comparing


class LevelQuestion(LayoutObject):
    """A question with its options, its folds and the follow-ups that its answer called up.

    A page that saves itself comes back with most of its questions as they were: those are drawn once.
    """

    template = "ra/question.html"

    def __init__(self, block: dict):
        self.block = block

    def render(self, form, context, template_pack=None, **kwargs):
        try:
            shown = ShownQuestion((get_language(), self.template, frozen(self.block)), [self.block])
        except OwnWords:
            return render_to_string(self.template, {"question": self.block})
        return question_html(shown)


class RowHead(LayoutObject):
    """The heading above the questions about one partner, technology item or funder."""

    template = "ra/row.html"

    def __init__(self, head: dict):
        self.head = head

    def render(self, form, context, template_pack=None, **kwargs):
        return render_to_string(self.template, {"head": self.head})


# -- what is drawn once -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownQuestion:
    """All that a question shows; those that show the same are drawn once."""

    values: tuple
    block: list = field(compare=False)


@lru_cache(maxsize=MOST_KEPT)
def question_html(shown: ShownQuestion) -> str:
    block = shown.block.pop()  # what is kept holds no form
    return render_to_string(LevelQuestion.template, {"question": block})


class OwnWords(Exception):
    """Somebody's own words stand in a question, or an error: it is drawn anew each time, and nothing of it is kept."""


def frozen(value) -> Hashable:
    """Everything in a block, to compare it with another; a part of a kind that is not known here keeps nothing."""
    if isinstance(value, BoundField):
        return _frozen_field(value)
    if isinstance(value, dict):
        if value.get("text") or value.get("error"):
            raise OwnWords
        return tuple([(name, frozen(part)) for name, part in value.items()])
    if isinstance(value, list | tuple):
        return tuple([frozen(part) for part in value])
    if type(value) in PLAIN:
        return value
    raise OwnWords


def _frozen_field(bound: BoundField) -> tuple:
    own, value = bound.field, bound.value()
    if bound.errors or (value and not isinstance(own, ChoiceField)):
        raise OwnWords
    widget, named = own.widget, (bound.html_name, bound.auto_id, bound.label, bound.help_text, own.required)
    return (*named, type(widget), frozen(widget.attrs), frozen(list(getattr(own, "choices", ()))), frozen(value))

"""Layout objects: one for each part of a section's form, drawn from the templates under templates/ra/."""

from crispy_forms.layout import LayoutObject
from django.template.loader import render_to_string


class LevelQuestion(LayoutObject):
    """A question with its options, its folds and the follow-ups that its answer called up."""

    template = "ra/question.html"

    def __init__(self, block: dict):
        self.block = block

    def render(self, form, context, template_pack=None, **kwargs):
        return render_to_string(self.template, {"question": self.block})


class RowHead(LayoutObject):
    """The heading above the questions about one partner, technology item or funder."""

    template = "ra/row.html"

    def __init__(self, head: dict):
        self.head = head

    def render(self, form, context, template_pack=None, **kwargs):
        return render_to_string(self.template, {"head": self.head})

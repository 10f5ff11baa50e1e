"""A section of the questionnaire as a form: the questions the catalogue asks here, given the answers so far."""

from datetime import date

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskassess.assessments.wording import words_of
from riskassess.engine.catalogue import UNSURE, Question
from riskassess.web.forms.layout import LevelQuestion, RowHead
from riskassess.web.forms.rows import RowForm
from riskassess.web.forms.words import OwnWordsForm

LONGEST_TEXT = 4000
ONE = {"yes_no", "single", "scale"}
NONE_OF_THESE = "none"
YES_NO_UNSURE = ("yes", "no", UNSURE)


def field_name(question_id: str, row: str) -> str:
    return f"{question_id}-{row}" if row else question_id


def anchor(question_id: str, row: str) -> str:
    """The id of the question's block on its page; links to what is missing lead there."""
    return f"question-{field_name(question_id, row)}"


def choices_of(question: Question) -> list[tuple[str, str]]:
    """The options a person may choose; yes and no always in this order, unsure last."""
    choices = [(option.id, option.text) for option in question.options]
    if question.type == "yes_no":
        texts = {"yes": _("Yes"), "no": _("No"), **dict(choices)}
        choices = [(value, texts[value]) for value in ("yes", "no")]
    return [*choices, (UNSURE, _("Unsure"))] if question.unsure else choices


def grouped_choices(question: Question) -> list[tuple]:
    """The options of a long vocabulary for a drop-down list, under the terms above them; unsure last."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for option in question.options:
        groups.setdefault(option.group_text, []).append((option.id, option.text))
    found: list[tuple] = [("", _("Choose from the list"))]
    for words, options in groups.items():
        found += [(words, options)] if words else options
    return [*found, (UNSURE, _("Unsure"))] if question.unsure else found


def field_for(question: Question) -> forms.Field:
    common = {"label": question.text, "help_text": question.help, "required": False}
    if question.type in ONE and any(option.group for option in question.options):
        return forms.ChoiceField(
            choices=grouped_choices(question),
            error_messages={"invalid_choice": gettext_lazy("Choose one of the answers shown.")},
            **common,
        )
    if question.type in ONE:
        return forms.ChoiceField(
            choices=choices_of(question),
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": gettext_lazy("Choose one of the answers shown.")},
            **common,
        )
    if question.type == "multi":
        return forms.MultipleChoiceField(
            choices=choices_of(question),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": gettext_lazy("Choose among the answers shown.")},
            **common,
        )
    if question.type == "date":
        return forms.DateField(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": gettext_lazy("Write the date as year-month-day, such as 2027-01-15.")},
            **common,
        )
    if question.type == "number":
        return forms.IntegerField(
            min_value=0, error_messages={"invalid": gettext_lazy("Write a whole number, such as 12.")}, **common
        )
    return forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_TEXT,
        error_messages={
            "max_length": gettext_lazy("At most %(limit_value)d characters fit here; shorten it a little.")
        },
        **common,
    )


def read_value(question: Question, given: list[str]):
    """What was posted as the engine stores it; None where it is empty or cannot be read. Errors are the form's."""
    allowed = {value for value, _words in choices_of(question)} - closed_options(question).keys()
    given = [value.strip() for value in given if value.strip()]
    if question.type == "multi":
        return [value for value in given if value in allowed] or None
    if not given:
        return None
    value = given[-1]
    if question.type in ONE:
        return value if value in allowed else None
    if question.type == "number":
        return int(value) if value.isdecimal() and len(value) < 10 else None
    if question.type == "date":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            return None
    return value


def closed_options(question: Question) -> dict[str, str]:
    """Options that only an officer's determination sets, with the reason; the form shows that they exist."""
    words = _("An officer enters this with the evidence.")
    return {option.id: option.help or words for option in question.options if option.determined}


class SectionForm(OwnWordsForm):
    """The questions of one section that are asked now.

    `slots` are (question, row) in the order of the page, `values` what stands for each name. A name that the page
    showed (`shown`, from hidden inputs: name -> revision of its answer) takes what was posted, any other what stands.
    `marks` say of names that were filled in from elsewhere where from, as long as nobody has confirmed them.
    """

    def __init__(self, data=None, *, slots, values, shown=(), heads=None, marks=None, **kwargs):
        self.slots = {field_name(question.id, row): (question, row) for question, row in slots}
        self.shown = shown
        self.marks = marks or {}
        self.row_labels = {row: head["title"] for row, head in (heads or {}).items()}
        merged = None
        if data is not None:
            merged = MultiValueDict({name: as_list(value) for name, value in values.items() if name not in shown})
            for name in shown:
                merged.setlist(name, data.getlist(name))
        super().__init__(merged, initial=values, auto_id="id_%s", **kwargs)
        for name, (question, _row) in self.slots.items():
            self.fields[name] = field_for(question)
        self.blocks = self._blocks()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self._layout(heads or {})

    def clean(self):
        for name, (question, _row) in self.slots.items():
            value = self.cleaned_data.get(name)
            closed = closed_options(question)
            for chosen in closed.keys() & set(as_list(value)):
                self.add_error(name, closed[chosen])
            if not isinstance(value, list) or len(value) < 2:
                continue
            if UNSURE in value:
                self.add_error(name, _("Choose unsure alone, or those you know of."))
            elif NONE_OF_THESE in value:
                self.add_error(name, _("“None” stands alone. Take it away, or take the others away."))
        return super().clean()

    def answers(self) -> dict[tuple[str, str], object]:
        """What was posted, as the engine stores it, by question and row; None takes an answer back."""
        found = {}
        for name in self.shown:
            if name not in self.slots:
                continue
            question, row = self.slots[name]
            value = self.cleaned_data.get(name)
            if isinstance(value, date):
                value = value.isoformat()
            elif isinstance(value, str):
                value = value.strip()
            found[question.id, row] = None if value in ("", []) else value
        return found

    @property
    def shape(self) -> str:
        """Changes when other questions are asked, or a follow-up stands under another answer."""
        marks = dict.fromkeys(self.marks, "?")
        return " ".join(f"{name}{self.called.get(name, '')}{marks.get(name, '')}" for name in self.slots)

    def _blocks(self) -> dict[str, dict]:
        """By row, each question as `question_block.html` wants it; second halves and follow-ups hang under theirs."""
        self.by_name = blocks = {name: self._block(name) for name in self.slots}
        self.called = {}
        tops: dict[str, list[dict]] = {}
        for name, (question, row) in self.slots.items():
            half = blocks.get(field_name(question.part_of, row)) if question.part_of else None
            parent = blocks.get(field_name(question.follows, row)) if question.follows else None
            if half is not None:
                half["children"].append(blocks[name])
            elif parent is not None:
                words = words_of(self.slots[field_name(question.follows, row)][0], parent["value"])
                blocks[name]["because"] = _("Because you answered %(words)s") % {"words": lower_first(words)}
                parent["children"].append(blocks[name])
                self.called[name] = f"<{parent['value']}"
            else:
                tops.setdefault(row, []).append(blocks[name])
        for rows in tops.values():
            for number, block in enumerate(rows, start=1):
                block |= {"number": number, "total": len(rows)}
        return tops

    def _block(self, name) -> dict:
        question, _row = self.slots[name]
        return {
            "field": self[name],
            "value": read_value(question, as_list(self[name].value())),
            "hint_texts": {option.id: option.help for option in question.options if option.help},
            "closed": closed_options(question),
            "unsure_hint": _("stays open; we help you to find out") if question.type != "yes_no" else "",
            "find_out": question.unsure_help if question.unsure else "",
            "why": question.why,
            "seen_by": question.seen_by,
            "example": question.example,
            "optional": not question.required,
            "prefilled": self.marks.get(name, ""),
            "talk": None,
            "evidence_url": "",
            "children": [],
        }

    def _layout(self, heads) -> Layout:
        parts = []
        for row, blocks in self.blocks.items():
            if row in heads:
                parts.append(RowHead(heads[row]))
            parts += [LevelQuestion(block) for block in blocks]
        return Layout(*parts)


def as_list(value) -> list[str]:
    if value in (None, "", []):
        return []
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]


def lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]


class ItemForm(RowForm):
    """One technology, method or item of the work."""

    telling = ("label",)
    label = forms.CharField(
        label=gettext_lazy("Technology, method or item"),
        max_length=200,
        required=False,
        error_messages={"max_length": gettext_lazy("Keep it under 200 characters; details belong into the summary.")},
    )

    def __init__(self, *args, is_needed: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["label"].needed = is_needed  # before submitting; a draft may leave it open

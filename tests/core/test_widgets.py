"""What is drawn without templates is what Django's templates draw."""

from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from riskassess.core.widgets import DRAWN, WidgetRenderer

HOSTILE = "</option><script>alert(1)</script>\"'&"
GROUPED = [("", "none"), (HOSTILE, HOSTILE), ("Group <1>", [(1, "one & two"), ("2", HOSTILE)])]
ATTRIBUTES = {"id": f"x{HOSTILE}", "required": True, "disabled": False, "rows": 3, "data-words": HOSTILE}
WIDGETS = [
    (forms.TextInput(), HOSTILE),
    (forms.TextInput(), None),
    (forms.TextInput(), ""),
    (forms.EmailInput(), "ana@norderhaven.example"),
    (forms.URLInput(), "https://norderhaven.example/?a=1&b=2"),
    (forms.NumberInput(), 0),
    (forms.PasswordInput(), HOSTILE),
    (forms.HiddenInput(), HOSTILE),
    (forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), date(2026, 12, 1)),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.Textarea(), f"\n{HOSTILE}\n"),
    (forms.Textarea(), None),
    (forms.Select(choices=GROUPED), "2"),
    (forms.Select(choices=GROUPED), None),
    (forms.SelectMultiple(choices=GROUPED), ["1", HOSTILE]),
    (forms.NullBooleanSelect(), True),
]


@pytest.mark.parametrize(("widget", "value"), WIDGETS)
def test_a_field_is_drawn_as_django_draws_it(widget, value):
    drawn = widget.render("a name", value, ATTRIBUTES, WidgetRenderer())

    expected = widget.render("a name", value, ATTRIBUTES, DjangoTemplates())
    assert parse_html(drawn) == parse_html(expected)
    assert "<script>" not in drawn


def test_what_pages_ask_for_most_takes_no_template(settings):
    class Asked(forms.Form):
        words = forms.CharField(widget=forms.Textarea)
        day = forms.DateField()
        choice = forms.ChoiceField(choices=GROUPED)
        says_so = forms.BooleanField()

    assert {field.widget.template_name for field in Asked().fields.values()} <= set(DRAWN)
    assert settings.FORM_RENDERER == "riskassess.core.widgets.WidgetRenderer"

import pytest
from django import forms
from django.template import TemplateSyntaxError, engines

from riskassess.core.templatetags import ui


def drawn(source, **context):
    return engines["django"].from_string("{% load ui %}" + source).render(context)


def test_icon_is_silent_for_screen_readers():
    assert 'aria-hidden="true"' in ui.icon("door-open")


def test_icon_without_a_drawing_is_named():
    with pytest.raises(TemplateSyntaxError, match="no-such-icon"):
        ui.icon("no-such-icon")


def test_badge_of_an_open_level_has_no_fill():
    badge = ui.level_badge(("low", "high"))

    assert "ra-level-open" in badge
    assert "Low to high" in badge


def test_badge_of_a_doubt_is_no_result():
    assert "ra-level-open" in ui.level_badge("high", possible=True)
    assert "Possibly high" in ui.level_badge("high", possible=True)


def test_badge_of_nothing_is_empty():
    assert ui.level_badge(None) == ""


def test_pair_of_equal_levels_is_one_badge():
    assert ui.level_pair("low", "low") == ui.level_badge("low")


def test_pair_says_its_order_to_screen_readers():
    assert "Very high as filed, moderate with safeguards" in ui.level_pair("very_high", "moderate")


def test_because_quotes_the_answers():
    reasons = [
        {"kind": "answer", "text": "Is it shared?", "words": "yes"},
        {"kind": "fact", "text": "sanctions lists", "words": "possible match"},
        {"kind": "answer", "text": "Annex I", "words": ""},
    ]

    said = ui.because(reasons)

    assert said == (
        "<b>Because</b> you answered <b>yes</b> to “Is it shared”, "
        "sanctions lists: <b>possible match</b> and “Annex I” is still open."
    )


def test_because_for_staff_speaks_of_the_answer():
    assert "the answer is <b>yes</b>" in ui.because([{"kind": "answer", "text": "Q", "words": "yes"}], "they")


def test_because_escapes_what_people_typed():
    said = ui.because([{"kind": "answer", "text": "Q", "words": "<script>"}])

    assert "<script>" not in said


def test_marks_keep_the_order_of_the_findings():
    filed, reached = {"likelihood": 4, "impact": 4}, {"likelihood": 2, "impact": 4}

    marks = ui.as_marks([{"title": "A", "filed": filed, "if_agreed": reached}, {"title": "B", "filed": filed}])

    assert [(mark.number, mark.label, mark.to) for mark in marks] == [(1, "A", (2, 4)), (2, "B", None)]


def test_matrix_picture_names_itself_in_words():
    html = drawn(
        "{% matrix_picture marks %}", marks=ui.as_marks([{"title": "A", "filed": {"likelihood": 4, "impact": 3}}])
    )

    assert "<title" in html
    assert "1, 4 × 3" in html
    assert "style=" not in html


def test_factor_words_say_that_they_come_together():
    assert ui.factor_words(["domain", "partner"]) == "research domain and partner organisation together"
    assert ui.factor_words(["own"]) == "own organisation"


def test_and_list_reads_as_a_sentence():
    assert ui.and_list(["a", "b", "c"]) == "a, b and c"


class Filing(forms.Form):
    title = forms.CharField()

    def clean(self):
        raise forms.ValidationError("The dates do not follow each other.")


@pytest.mark.parametrize(
    "source",
    [
        "{{ form|crispy }}",
        '{% include "_partials/error_summary.html" with form=form only %}{{ form|crispy }}',
    ],
)
def test_errors_are_summed_up_once(source):
    html = drawn("{% load crispy_forms_tags %}" + source, form=Filing({"title": ""}))

    assert html.count("The dates do not follow each other.") == 1
    assert html.count('href="#id_title"') == 1


def test_field_says_its_error_and_keeps_its_description_together():
    html = drawn("{{ form.title.as_field_group }}", form=Filing({"title": ""}))

    assert 'aria-describedby="id_title_error"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html

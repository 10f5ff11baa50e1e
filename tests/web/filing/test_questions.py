"""What every question of the newest catalogue brings along, whatever section it stands in."""

import pytest
from django.http import QueryDict
from django.utils import translation

from riskassess.engine.loading import load_texts
from riskassess.reviews.queries import visible_proposals
from riskassess.web.forms.layout import question_html
from riskassess.web.forms.questionnaire import SectionForm, choices_of
from tests.story import catalogue_texts, submit_proposal

# What the person who files always knows: which fields, new or renewed, what is hoped for, and what was declared.
KNOWN_TO_WHOEVER_FILES = {"T1", "T3", "T6", "P3", "F1", "O9", "R2", "R4"}

ASKED = "T5"


@pytest.fixture(scope="module")
def catalogue():
    return load_texts(catalogue_texts())


def test_unsure_stands_beside_every_risk_question(catalogue):
    chosen = [question for question in catalogue.questions if question.options or question.type == "yes_no"]

    without = {question.id for question in chosen if "unsure" not in dict(choices_of(question))}

    assert without <= KNOWN_TO_WHOEVER_FILES
    assert all(question.unsure_help for question in chosen if question.unsure)


def test_every_question_says_why_it_is_asked_and_who_sees_it(catalogue):
    asked = [question for question in catalogue.questions if not question.field]

    assert [question.id for question in asked if not (question.why and question.seen_by)] == []


@pytest.mark.django_db
def test_who_sees_it_is_what_the_fold_says(filed, listed, university):
    proposal = filed(example="06-harbour")
    people = university.people

    def readers():
        return {name for name, user in people.items() if visible_proposals(user).filter(pk=proposal.pk).exists()}

    assert readers() == {"ana"}  # "until you submit, only you and your co-investigators"
    submit_proposal(proposal)
    assert {"ana", "omar", "david"} <= readers()  # "from then on also officers, and auditors"
    assert readers().isdisjoint({"eve", "mateo", "ada"})


@pytest.fixture
def asked(catalogue):
    """A form that asks one question, with an answer to it or none."""
    question_html.cache_clear()
    question = catalogue.question(ASKED)

    def form(value=None, *, data=None, marks=None):
        return SectionForm(data, slots=[(question, "")], values={ASKED: value}, shown={ASKED: 0}, marks=marks)

    return form


def drawn(form):
    return form.helper.layout[0].render(form, {})


def test_a_question_that_shows_the_same_is_drawn_once_and_any_other_anew(asked):
    first, again, answered = drawn(asked()), drawn(asked()), drawn(asked("yes"))

    assert first == again != answered
    assert (first.count(" checked"), answered.count(" checked")) == (0, 1)
    assert "filled in from elsewhere" in drawn(asked(marks={ASKED: "filled in from elsewhere"}))
    with translation.override("de"):
        drawn(asked())
    assert question_html.cache_info()[:2] == (1, 4)  # once found, four times drawn


def test_nothing_is_kept_of_a_question_that_shows_an_error_or_own_words(asked):
    wrong, told = asked(data=QueryDict(f"{ASKED}=no-such-answer")), asked()
    told.by_name[ASKED]["talk"] = {"help": {"rows": [], "text": "Who is meant by partner?", "error": ""}}

    assert "Choose one of the answers shown." in drawn(wrong)
    assert "Who is meant by partner?" in drawn(told)
    assert question_html.cache_info().currsize == 0

"""Comments and calls for help beside a question, sent with the answers of its page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskassess import workflow
from riskassess.proposals.models import Comment, Thread
from tests.story import join
from tests.web.filing.pages import filled, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(filed):
    return filed()


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


@pytest.fixture
def address(draft):
    return reverse("section", args=[draft.reference, "work"])


def test_help_is_asked_without_leaving_the_page_and_the_answers_are_saved(browser, draft, address, omar, as_user):
    page = browser.get(address)
    value = draft.questionnaire.answers.get(question="T4").value

    sent = filled(page, "questions", do="help:T4", help__T4="Does this count?", show__T4="on", T5="no")
    answer = browser.post(address, sent)

    assert answer["Location"] == f"{address}#question-T4"
    thread = Thread.objects.get()
    assert (thread.kind, thread.question, thread.row, thread.shown) == ("help", "T4", "", value)
    assert draft.questionnaire.answers.get(question="T5").value == "no"
    assert "Does this count?" in text_of(browser.get(address))
    assert "The answer then:" in text_of(as_user(omar).get(reverse("help", args=[thread.uid])))


def test_answer_is_shown_to_the_officer_only_where_it_is_ticked(browser, draft, address, omar, as_user):
    browser.post(address, filled(browser.get(address), "questions", do="help:T4", help__T4="Does this count?"))

    thread = Thread.objects.get()
    assert thread.shown is None
    assert "The answer then:" not in text_of(as_user(omar).get(reverse("help", args=[thread.uid])))


def test_two_authors_talk_beside_the_question(browser, draft, address, mateo, as_user):
    join(draft, mateo)
    other = as_user(mateo)

    browser.post(
        address,
        filled(browser.get(address), "questions", do="comment:T4", comment__T4="Rather no?", tell__T4=str(mateo.uid)),
    )
    thread = Thread.objects.get()
    assert Comment.objects.get().mentioned == mateo
    key = f"answer-{thread.uid}"
    sent = filled(other.get(address), "questions", do=f"answer:{thread.uid}")
    other.post(address, {**sent, key: ["Yes, rather no."]})
    browser.post(address, filled(browser.get(address), "questions", do=f"resolve:{thread.uid}"))

    thread.refresh_from_db()
    assert [comment.text for comment in thread.comments.all()] == ["Rather no?", "Yes, rather no."]
    assert thread.resolved_at is not None


@pytest.mark.parametrize(
    ("text", "sentence"), [("  ", "Write something first."), ("y" * 5001, "At most 5000 characters fit here")]
)
def test_text_that_cannot_be_taken_is_said_beside_it_and_nothing_is_lost(browser, draft, address, text, sentence):
    sent = filled(browser.get(address), "questions", do="comment:T4", comment__T4=text, help__T5="Another one")

    page = browser.post(address, sent)

    assert page.status_code == 422
    assert sentence in text_of(page)
    assert filled(page, "questions")["help-T5"] == ["Another one"]
    assert filled(page, "questions")["comment-T4"] == [(text.strip() and text) or text]
    assert not Thread.objects.exists()


def test_button_pressed_twice_says_it_once(browser, draft, address):
    sent = filled(browser.get(address), "questions", do="comment:T4", comment__T4="Once.")

    for _time in range(2):
        browser.post(address, sent)

    assert Comment.objects.count() == 1


def test_question_or_thread_that_is_not_there_is_refused(browser, draft, filed, address, eve):
    sent = filled(browser.get(address), "questions")
    elsewhere = filed(owner=eve)
    foreign = workflow.open_thread(proposal=elsewhere, actor=eve, kind="comment", text="Mine")

    assert browser.post(address, {**sent, "do": "help:ZZ", "help-ZZ": "x"}).status_code == 404
    for action in ("answer", "resolve"):
        more = {"do": f"{action}:{foreign.uid}", f"answer-{foreign.uid}": "x"}
        assert browser.post(address, {**sent, **more}).status_code == 404
    foreign.refresh_from_db()
    assert (foreign.comments.count(), foreign.resolved_at) == (1, None)


def test_saving_an_answer_asks_nothing_about_threads(browser, draft, ana, address):
    for number in range(3):
        workflow.open_thread(proposal=draft, actor=ana, kind="comment", text=f"Word {number}", question="T4")
    sent = filled(browser.get(address), "questions")

    with CaptureQueriesContext(connection) as found:
        browser.post(address, sent, headers={"HX-Request": "true"})

    begun = [query["sql"] for query in found]
    assert not any(sql.startswith(('SELECT "proposals_thread"', 'SELECT "proposals_comment"')) for sql in begun)


def test_queries_of_the_page_do_not_grow_with_threads(browser, draft, ana, address):
    counts = []
    for more in (1, 2):
        for number in range(more):
            workflow.open_thread(proposal=draft, actor=ana, kind="help", text=f"Word {number}", question="T4")
        browser.get(address)
        with CaptureQueriesContext(connection) as found:
            browser.get(address)
        counts.append(len(found))

    assert counts[0] == counts[1]

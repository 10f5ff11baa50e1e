"""The history of answers: who changed what, when, from what to what, for those who may read it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskassess.assessments.services import save_answers
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import move
from tests.story import submit_proposal
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


def change(proposal, actor, question="T5", *values, row=""):
    for value in values:
        save_answers(questionnaire=proposal.questionnaire, actor=actor, values={(question, row): value})


def page(browser, proposal):
    return browser.get(reverse("answer_history", args=[proposal.reference]))


def test_author_reads_each_change_with_its_person(as_user, ana, mateo, filed):
    proposal = filed()
    change(proposal, ana, "T5", "unsure")
    change(proposal, mateo, "T5", "no", None)

    words = text_of(page(as_user(ana), proposal))

    assert "Changed 3 times" in words
    assert "Mateo Ruiz Unsure → became No" in words
    assert "No taken back" in words
    assert "Given once" in words


def test_officer_reads_up_to_what_was_submitted(as_user, ana, omar, filed, listed):
    proposal = filed(example="06-harbour")
    change(proposal, ana, "T5", "no", "yes")
    proposal = submit_proposal(proposal)
    case = as_user(omar).get(reverse("case", args=[proposal.reference]))
    assert "was changed before it was submitted" in text_of(case)
    move(proposal=proposal, name="request_changes", actor=omar, reason="Say more, please.")
    change(Proposal.objects.get(pk=proposal.pk), ana, "T4", "basic", "unsure")

    seen, own = page(as_user(omar), proposal), page(as_user(ana), proposal)

    asked = "How far is the work from a use?"
    assert text_of(seen).partition("Given once")[0].count(asked) == 0
    assert text_of(own).partition("Given once")[0].count(asked) == 1


def test_whoever_takes_no_part_finds_nothing(as_user, omar, eve, filed):
    proposal = filed()

    assert [page(as_user(person), proposal).status_code for person in (omar, eve)] == [404, 404]


def test_history_takes_the_same_queries_for_1_and_3_changes(as_user, ana, filed):
    proposal, counts = filed(), []
    browser = as_user(ana)
    for values in (["no"], ["yes", "unsure", "no"]):
        change(proposal, ana, "T5", *values)
        page(browser, proposal)
        with CaptureQueriesContext(connection) as caught:
            page(browser, proposal)
        counts.append(len(caught))

    assert counts[0] == counts[1]

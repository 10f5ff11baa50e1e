"""Saving one answer: few queries, the same parts as a fresh page, and nothing kept that somebody changed."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from partners.models import Partner
from riskassess import workflow
from riskassess.assessments.models import Answer
from riskassess.assessments.services import DRAFT_FACTS_SECONDS, propose_safeguard
from riskassess.management.filing import answer as write_answer
from riskassess.web.draft import Draft
from tests.web.filing.pages import filled, text_of

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


@pytest.fixture
def draft(filed, listed):
    return filed(example="04-coastal")


def section(proposal, name="work"):
    return reverse("section", args=[proposal.reference, name])


def saved(browser, proposal, page, name="work", **answers):
    return browser.post(section(proposal, name), filled(page, "questions", **answers), **HTMX)


def test_one_answer_is_saved_in_twelve_queries_and_brings_no_question_again(
    as_user, ana, draft, django_assert_num_queries
):
    browser = as_user(ana)
    page = browser.get(section(draft))

    with django_assert_num_queries(12):  # the beginning and the end of the transaction are two of them
        answer = saved(browser, draft, page, T5="no")

    assert answer["HX-Reswap"] == "none"
    content = answer.content.decode()
    assert 'id="panel"' in content
    assert 'id="questions"' not in content
    assert "<header" not in content


def test_the_parts_are_those_of_a_fresh_page(as_user, ana, draft):
    browser = as_user(ana)
    page = browser.get(section(draft))

    answer = saved(browser, draft, page, T5="no").content.decode()

    fresh = browser.get(section(draft)).content.decode()
    for id in ("rail", "panel", "dock"):
        between = re.compile(rf'<div[^>]*id="{id}">(.*?)</(?:aside|details)>', re.S)
        assert between.search(answer).group(1) == between.search(fresh).group(1), id


def test_a_follow_up_comes_with_the_questions(as_user, ana, filed, listed):
    proposal, browser = filed(), as_user(ana)
    row = str(proposal.participations.first().uid)
    page = browser.get(section(proposal, "partners"))

    answer = saved(browser, proposal, page, "partners", **{f"O4-{row}": ["yes"]})

    assert "HX-Reswap" not in answer
    assert f"question-O4a-{row}" in answer.content.decode()


@pytest.mark.parametrize("change", ["partners", "safeguard"])
def test_a_change_that_is_no_answer_ends_what_was_kept(as_user, ana, draft, change, django_assert_max_num_queries):
    browser = as_user(ana)
    page = browser.get(section(draft))
    if change == "partners":
        rows = [(row.partner, row.role) for row in draft.participations.select_related("partner")]
        new = Partner.objects.create(name="Museum of Tides", normalised="museum of tides", country="NO")
        workflow.choose_partners(proposal=draft, actor=ana, rows=[*rows, (new, "partner")])
    else:
        finding = next(finding for finding in Draft(draft).result.findings if finding.mitigations)
        propose_safeguard(
            questionnaire=draft.questionnaire, actor=ana, finding=finding.key, mitigation=finding.mitigations[0]
        )

    with django_assert_max_num_queries(60) as queries:
        saved(browser, draft, page, T5="no")

    asked = [query["sql"] for query in queries.captured_queries]
    assert any("partners_screening" in sql for sql in asked)
    with django_assert_max_num_queries(12):  # and it is kept again
        saved(browser, draft, page, T5="yes")


def test_what_is_kept_is_never_older_than_a_minute():
    assert DRAFT_FACTS_SECONDS <= 60


def value_of(proposal, question):
    return Answer.objects.get(questionnaire=proposal.questionnaire, question=question, row="").value


def test_saved_page_says_so_and_one_with_a_fault_does_not(as_user, ana, draft):
    browser = as_user(ana)
    page = browser.get(section(draft))

    assert saved(browser, draft, page, T5="no")["X-Saved"] == "yes"
    assert saved(browser, draft, page, T5="perhaps")["X-Saved"] == "no"


def test_saving_after_the_session_has_ended_leads_to_the_login_and_back(as_user, ana, draft):
    page = as_user(ana).get(section(draft))

    answer = saved(Client(), draft, page, T5="no")

    assert (answer.status_code, answer["HX-Retarget"]) == (401, "#signed-out")
    assert f'href="/login?next={section(draft)}"' in answer.content.decode()
    assert "kept in this browser" in text_of(answer)
    assert value_of(draft, "T5") == "yes"


def test_page_from_before_another_login_gets_a_token_of_the_same_person_alone(ana, mateo, draft):
    first = Client(enforce_csrf_checks=True)
    first.force_login(ana)
    page = first.get(section(draft))
    for person, status, has_token in ((ana, 403, True), (mateo, 401, False)):
        later = Client(enforce_csrf_checks=True)
        later.force_login(person)

        answer = saved(later, draft, page, T5="no")

        assert (answer.status_code, answer.has_header("X-Fresh-Token")) == (status, has_token)
    assert value_of(draft, "T5") == "yes"


def test_another_window_of_the_same_person_is_asked_and_saving_itself_does_not_choose(as_user, ana, draft):
    browser = as_user(ana)
    first, second = browser.get(section(draft)), browser.get(section(draft))
    saved(browser, draft, first, T4="applied")

    answer = saved(browser, draft, second, T4="basic")

    assert "You changed this in another window" in text_of(answer)
    again = filled(answer, "questions", T5="no")
    assert browser.post(section(draft), again, **HTMX)["X-Saved"] == "no"
    # The rest of the section is saved beside the open conflict.
    assert (value_of(draft, "T4"), value_of(draft, "T5")) == ("applied", "no")
    kept = browser.post(section(draft), again | {"do": "mine:T4"})
    assert kept["Location"] == f"{section(draft)}#question-T4"
    assert (value_of(draft, "T4"), value_of(draft, "T5")) == ("basic", "no")


def test_page_may_overtake_itself_unless_somebody_came_between(as_user, ana, mateo, draft):
    browser = as_user(ana)
    page = browser.get(section(draft))
    saved(browser, draft, page, T4="applied")
    assert saved(browser, draft, page, T4="basic")["X-Saved"] == "yes"
    write_answer(proposal=draft, actor=mateo, values={("T4", ""): "trl4"})

    assert saved(browser, draft, page, T4="applied")["X-Saved"] == "no"
    assert value_of(draft, "T4") == "trl4"


def test_what_a_saved_answer_brings_up_is_told(as_user, ana, filed):
    proposal, browser = filed(), as_user(ana)
    row = str(proposal.participations.first().uid)
    page = browser.get(section(proposal, "partners"))

    answer = saved(browser, proposal, page, "partners", **{f"O4-{row}": ["yes"]})

    assert re.search(r'<p id="news" hidden>Your answer brings up \d+ more questions\.</p>', answer.content.decode())

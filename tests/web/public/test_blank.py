"""The blank questionnaire is open to everybody, whole, and can be searched."""

import re

import pytest
from django.urls import reverse

from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.web.views import blank

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(catalogue_release):
    return catalogue_of(current_release())


def shown(client, **given):
    response = client.get(reverse("questionnaire"), given)
    assert response.status_code == 200
    page = response.content.decode()
    return page, re.findall(r'<article id="question-([^"]+)"', page)


def test_every_question_stands_in_it_once_with_its_reason_and_readers(client, catalogue):
    page, found = shown(client)

    assert sorted(found) == sorted(question.id for question in catalogue.questions)
    for entry in ("Why we ask", "Who sees the answer", "When it is asked", "What it may lead to"):
        assert page.count(f"<dt>{entry}</dt>") == len(found)


def test_findings_that_a_question_leads_to_are_linked(client, catalogue):
    page, _found = shown(client)
    article = page.partition('<article id="question-X3"')[2].partition("</article>")[0]
    reading = [rule.id for rule in catalogue.rules if "'X3'" in str([rule.when, [row.when for row in rule.rows]])]

    assert reading
    assert re.findall(r"/handbook/[^#]+#rule-(\w+)", article) == reading


def test_what_only_an_officer_enters_is_not_offered(client, catalogue):
    page, _found = shown(client)
    determined = [option for question in catalogue.questions for option in question.options if option.determined]

    assert determined
    assert not [option.text for option in determined if f"<li>{option.text}</li>" in page]


def test_links_inside_lead_somewhere(client, catalogue):
    page, _found = shown(client)
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_search_finds_questions_that_have_every_word(client, catalogue):
    page, found = shown(client, q="  EMBARGO weapons ")

    assert found == ["X3"]
    assert "1 question of 77 with “EMBARGO weapons”." in page


def test_search_without_a_hit_says_so_and_leads_back(client, catalogue):
    page, found = shown(client, q="zeppelin")

    assert found == []
    assert "No question has “zeppelin” in it." in page
    assert f'<a href="{reverse("questionnaire")}">Show all questions</a>' in page


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202etxt.exe", "{{ 7 }}"]
)
def test_hostile_search_text_is_shown_as_text(client, catalogue, hostile):
    page, _found = shown(client, q=hostile)

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("No question has “") == 1


def test_a_search_as_long_as_a_book_is_cut(client, catalogue):
    page, _found = shown(client, q="a" * 5000)

    assert f'value="{"a" * blank.LONGEST_SEARCH}"' in page


def test_a_language_that_the_catalogue_lacks_is_told(client, catalogue):
    client.cookies["django_language"] = "de"

    assert "not there in Deutsch yet" in shown(client)[0]
    client.cookies["django_language"] = "en"
    assert "not there in" not in shown(client)[0]


def test_page_costs_few_queries(client, catalogue, django_assert_max_num_queries):
    shown(client)

    with django_assert_max_num_queries(2):
        shown(client)
    with django_assert_max_num_queries(2):
        shown(client, q="data")


def test_without_any_release_there_is_no_page_yet(client):
    assert client.get(reverse("questionnaire")).status_code == 404

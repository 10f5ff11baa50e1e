"""The blank questionnaire is open to everybody, whole, and can be searched."""

import io
import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.html import escape

from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.jobs.models import Job
from riskassess.reports.models import BlankForm
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
    assert not [option.text for option in determined if f"<li>{escape(option.text)}" in page]


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


def test_pdf_waits_for_a_worker_and_is_then_the_same_file_for_everybody(client, catalogue, as_user, ana, run_jobs):
    waiting = client.get(reverse("questionnaire_pdf"))
    assert (waiting.status_code, "waits for its turn" in waiting.content.decode()) == (202, True)

    run_jobs()

    first, second = client.get(reverse("questionnaire_pdf")), as_user(ana).get(reverse("questionnaire_pdf"))
    assert first.content == second.content
    assert first.content.startswith(b"%PDF-1.7")
    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == 'attachment; filename="questionnaire-allea-eu-1.1.1-en.pdf"'
    assert "sandbox" in first["Content-Security-Policy"]
    polled = client.get(reverse("questionnaire_pdf"), headers={"HX-Request": "true"}).content.decode()
    assert f'href="{reverse("questionnaire_pdf")}"' in polled


def test_pdf_that_could_not_be_made_says_so_and_is_tried_again_by_prepare(client, catalogue, run_jobs):
    client.get(reverse("questionnaire_pdf"))
    Job.objects.update(state="failed", attempts=3)

    page = client.get(reverse("questionnaire_pdf")).content.decode()
    assert "The PDF could not be made." in page

    call_command("make_questionnaire", stdout=io.StringIO())
    run_jobs()
    assert client.get(reverse("questionnaire_pdf")).status_code == 200


def test_pdf_of_a_language_that_the_catalogue_lacks_is_the_one_in_its_own(client, catalogue, run_jobs):
    client.cookies["django_language"] = "fr"
    client.get(reverse("questionnaire_pdf"))
    run_jobs()

    assert "-en.pdf" in client.get(reverse("questionnaire_pdf"))["Content-Disposition"]
    assert BlankForm.objects.count() == 1


def test_pdf_costs_few_queries(client, catalogue, run_jobs, django_assert_max_num_queries):
    client.get(reverse("questionnaire_pdf"))
    run_jobs()

    with django_assert_max_num_queries(5):
        client.get(reverse("questionnaire_pdf"))

"""The handbook is open to everybody and tells a release whole."""

import io
import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from riskassess.assessments.queries import catalogue_of, current_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    """The handbook of the release in force, as somebody without a login reads it."""
    call_command("load_catalogues", settings.CATALOGUES_DIR, stdout=io.StringIO())
    response = client.get(reverse("handbook"))
    assert response.status_code == 200
    return response.content.decode()


def test_every_question_rule_safeguard_and_source_stands_in_it_once(page):
    catalogue = catalogue_of(current_release())

    for kind, entries in (
        ("question", catalogue.questions),
        ("rule", catalogue.rules),
        ("safeguard", catalogue.mitigations),
        ("source", catalogue.sources),
        ("policy", catalogue.policies),
    ):
        found = re.findall(rf'<article id="{kind}-([^"]+)"', page)
        assert sorted(found) == sorted(entry.id for entry in entries)


def test_every_link_inside_leads_somewhere(page):
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_a_rule_that_reads_the_licensed_zone_says_that_it_is_law_and_no_opinion(page):
    reading = [rule.id for rule in catalogue_of(current_release()).rules if "eu_or_eu001" in str(rule)]

    assert reading
    for rule in reading:
        article = page.partition(f'<article id="rule-{rule}"')[2].partition("</article>")[0]
        assert "It is a dated legal fact, no opinion on a country." in article


def test_other_releases_are_linked_and_open(page, client):
    links = re.findall(r'href="(/handbook/[^"]+)"', page)

    assert links
    assert {client.get(link).status_code for link in links} == {200}


def test_a_release_that_is_not_there_is_not_found(page, client):
    assert client.get(reverse("handbook_release", args=["allea-eu", "9.9.9"])).status_code == 404


def test_without_any_release_there_is_no_page_yet(client):
    assert client.get(reverse("handbook")).status_code == 404


def test_the_foot_of_every_page_leads_to_it(page, client):
    assert f'href="{reverse("handbook")}"' in client.get(reverse("login")).content.decode()

"""Guidance is open to everybody and tells every risk and safeguard of the release in force."""

import re

import pytest
from django.urls import reverse

from riskassess import workflow
from riskassess.accounts.models import Institution
from riskassess.assessments.guidance import guidance_of
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import assessment_of, catalogue_of, current_release, latest_record
from riskassess.engine.loading import load_texts
from tests.story import HIGH

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(catalogue_release):
    return catalogue_of(current_release())


def page_of(client, name, *arguments):
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == 200
    return response.content.decode()


def test_every_risk_has_a_page_with_its_rules_safeguards_and_sources(client, catalogue):
    hub = page_of(client, "guidance")

    for dimension, _title in catalogue.risk_dimensions:
        assert f'href="{reverse("guidance_risk", args=[dimension])}"' in hub
        page = page_of(client, "guidance_risk", dimension)
        rules = [rule for rule in catalogue.rules if dimension in rule.dimensions and rule.effect != "relieve"]
        assert rules
        for rule in rules:
            assert f"#rule-{rule.id}" in page
            assert all(f'href="{reverse("guidance_safeguard", args=[name])}"' in page for name in rule.mitigations)
            assert all(catalogue.source(each.source).url in page for each in rule.sources)


def test_openness_and_benefit_is_told_but_is_no_risk(client, catalogue):
    assert "Openness and benefit" in page_of(client, "guidance")
    assert client.get(reverse("guidance_risk", args=["benefit"])).status_code == 404


def test_every_safeguard_has_a_page_that_names_what_it_helps_with(client, catalogue):
    listed = page_of(client, "guidance_safeguards")

    for item in catalogue.mitigations:
        assert f'href="{reverse("guidance_safeguard", args=[item.id])}"' in listed
        page = page_of(client, "guidance_safeguard", item.id)
        helped = [rule.id for rule in catalogue.rules if item.id in rule.mitigations]
        assert sorted(set(re.findall(r"#rule-(\w+)", page))) == sorted(helped)


def test_links_of_the_guidance_lead_somewhere(client, catalogue):
    names = ("guidance", "guidance_safeguards", "guidance_clauses")
    links = {link for name in names for link in re.findall(r'href="(/[^"#]*)', page_of(client, name))}

    assert {link: client.get(link).status_code for link in links if not link.startswith("/static")} == dict.fromkeys(
        (link for link in links if not link.startswith("/static")), 200
    )


def test_a_safeguard_of_an_earlier_release_leads_to_its_handbook(client, catalogue):
    now = current_release()
    texts = {name: text.replace("M_end_use", "M_gone") for name, text in now.texts.items()}
    texts["catalogue.yaml"] = now.texts["catalogue.yaml"].replace(f"version: {now.version}", "version: 0.9.0")
    CatalogueRelease.objects.create(
        catalogue_id=now.catalogue_id,
        version="0.9.0",
        title=now.title,
        released_on=now.released_on,
        sha256=load_texts(texts).sha256,
        texts=texts,
    )

    response = client.get(reverse("guidance_safeguard", args=["M_gone"]))

    assert response["Location"] == "/handbook/allea-eu/0.9.0#safeguard-M_gone"
    assert client.get(reverse("guidance_safeguard", args=["M_never"])).status_code == 404


def test_who_to_ask_is_the_office_or_says_that_none_is_entered(client, catalogue, university):
    assert "research-security@norderhaven.example" in page_of(client, "guidance")
    Institution.objects.update(office_email="", office_name="", office_phone="")

    page = page_of(client, "guidance")

    assert "No address of an office has been entered here yet." in page
    assert "mailto:" not in page


def test_the_same_page_whoever_reads_it(client, catalogue, as_user, ana, omar):
    def content(reader):
        page = page_of(reader, "guidance")
        return page[page.index('<div class="ra-book">') : page.index("<footer")]

    assert content(as_user(ana)) == content(as_user(omar)) == content(client)


def test_findings_and_safeguards_in_the_product_lead_to_handbook_and_guidance(as_user, ana, omar, submitted):
    proposal = submitted(example=HIGH)
    finding = next(each for each in assessment_of(latest_record(proposal)).findings if each.mitigations)
    workflow.propose_safeguard(
        proposal=proposal, actor=ana, finding=finding.key, mitigation=finding.mitigations[0], due_on=None
    )
    guide = reverse("guidance_safeguard", args=[finding.mitigations[0]])

    pages = {
        "assessment": page_of(as_user(ana), "assessment", proposal.reference),
        "safeguards": page_of(as_user(ana), "safeguards", proposal.reference),
        "case": page_of(as_user(omar), "case", proposal.reference),
    }

    assert f"/handbook/allea-eu/1.1.1#rule-{finding.rule}" in pages["assessment"]
    assert f"/handbook/allea-eu/1.1.1#rule-{finding.rule}" in pages["case"]
    assert guide in pages["safeguards"]
    assert guide in pages["case"]


def test_first_steps_are_at_most_seven(client, catalogue):
    steps = page_of(client, "guidance").partition('<ol class="ra-steps">')[2].partition("</ol>")[0]

    assert 3 <= steps.count("<li>") <= 7


def test_pages_cost_few_queries_however_long_the_catalogue(client, catalogue, django_assert_max_num_queries):
    client.get(reverse("guidance"))
    for name in ("guidance", "guidance_safeguards", "guidance_clauses"):
        with django_assert_max_num_queries(3):
            client.get(reverse(name))


def test_without_any_release_there_is_no_page_yet(client):
    assert client.get(reverse("guidance")).status_code == 404


def test_texts_name_no_country_and_nobodys_nationality(client, catalogue):
    own = page_of(client, "guidance").partition('id="risks"')[0] + page_of(client, "guidance_clauses")

    assert not re.search(r"\b(nationality|citizen|China|Russia|Iran|Korea)\b", own)


def test_guidance_of_a_safeguard_tells_the_catalogues_clause_first(catalogue):
    guides = guidance_of(catalogue).safeguards

    assert all(guide.clause == guide.mitigation.clause for guide in guides if guide.mitigation.clause)

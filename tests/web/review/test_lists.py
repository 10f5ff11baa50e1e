"""Officers compare any name with the lists, and see which proposals a changed list concerns."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import FactChange
from riskassess import workflow
from riskassess.assessments.models import AssessmentRecord
from riskassess.audit.models import Event
from tests.story import HIGH

pytestmark = pytest.mark.django_db


def changed(partner, before="none", after="possible"):
    return FactChange.objects.create(partner=partner, fact="sanction_hit", before=before, after=after)


def test_search_compares_a_name_and_says_why(as_user, omar, listed):
    page = (
        as_user(omar).get("/desk/lists", {"name": "Veldoria Institute for Applied Lattice Dynamics"}).content.decode()
    )

    assert "Likely match" in page
    assert re.search(r"<b>Words</b> \(for the same\): agree: .*veldoria", page)


def test_search_says_that_nothing_is_like_a_name_and_with_what_it_was_compared(as_user, omar, listed):
    page = as_user(omar).get("/desk/lists", {"name": "Quillan Thatch Weavers"}).content.decode()

    assert "No name like this" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Give the name that you want to compare."),
        ({"name": "…"}, "Give a name with at least one letter or digit."),
        ({"name": "A", "birth_year": "18"}, "1900"),
    ],
)
def test_search_says_what_is_wrong(given, said, as_user, omar, listed):
    page = as_user(omar).get("/desk/lists", given).content.decode()

    assert said in page


def test_changed_fact_lists_the_proposals_and_assesses_the_open_ones_again(as_user, omar, submitted):
    proposal = submitted(example=HIGH)
    partner = proposal.participations.first().partner
    change = changed(partner)
    before = AssessmentRecord.objects.filter(proposal=proposal).count()

    assert "1 changed fact waits for you" in as_user(omar).get("/desk").content.decode()
    page = as_user(omar).get("/desk/changes").content.decode()
    assert (partner.name in page, proposal.reference in page, "Assess again" in page) == (True, True, True)
    as_user(omar).post(f"/desk/changes/{change.uid}")

    change.refresh_from_db()
    assert change.handled_at is not None
    assert AssessmentRecord.objects.filter(proposal=proposal).count() == before + 1
    assert Event.objects.filter(verb="facts.handled").count() == 1
    assert proposal.reference not in as_user(omar).get("/desk/changes").content.decode()
    assert "waits for you" not in as_user(omar).get("/desk").content.decode()


def test_change_is_dealt_with_once(as_user, omar, submitted):
    proposal = submitted(example=HIGH)
    change = changed(proposal.participations.first().partner)
    workflow.handle_change(change=change, actor=omar)

    answer = as_user(omar).post(f"/desk/changes/{change.uid}", follow=True).content.decode()

    assert "Somebody has dealt with this change meanwhile." in answer
    assert Event.objects.filter(verb="facts.handled").count() == 1


def test_approved_proposal_is_listed_and_keeps_its_state(as_user, omar, submitted):
    proposal = submitted(example=HIGH)
    type(proposal).objects.filter(pk=proposal.pk).update(state="approved")
    change = changed(proposal.participations.first().partner)
    before = AssessmentRecord.objects.filter(proposal=proposal).count()

    page = as_user(omar).get("/desk/changes").content.decode()
    assert (proposal.reference in page, "stays approved until an officer reopens it" in page) == (True, True)
    as_user(omar).post(f"/desk/changes/{change.uid}")

    proposal.refresh_from_db()
    assert proposal.state == "approved"
    assert AssessmentRecord.objects.filter(proposal=proposal).count() == before


@pytest.mark.parametrize("name", ["ana", "tomasz"])
def test_only_officers_read_changes_and_search(name, request, as_user):
    browser = as_user(request.getfixturevalue(name))

    assert [browser.get(address).status_code for address in ("/desk/changes", "/desk/lists")] == [403, 403]


def test_changes_cost_the_same_number_of_queries_at_any_length(as_user, omar, submitted):
    proposal = submitted(example=HIGH)
    partner = proposal.participations.first().partner
    browser, counts = as_user(omar), {"/desk/changes": [], "/desk": []}
    for length in (1, 3, 300):
        FactChange.objects.all().delete()
        FactChange.objects.bulk_create(
            FactChange(**about, fact="sanction_hit", before="none", after="possible")
            for _n in range(length)
            for about in ({"partner": partner}, {"country": partner.country})
        )
        for address, made in counts.items():
            browser.get(address)
            with CaptureQueriesContext(connection) as caught:
                page = browser.get(address).content.decode()
            made.append(len(caught))

    assert {address: len(set(made)) for address, made in counts.items()} == {"/desk/changes": 1, "/desk": 1}
    assert "600 changed facts wait for you" in page


def test_changed_country_lists_its_proposals_in_words_and_assesses_them_again(as_user, omar, submitted):
    proposal = submitted(example=HIGH)
    country = proposal.participations.first().partner.country
    change = FactChange.objects.create(country=country, fact="measures", before=[], after=["arms_embargo"])
    FactChange.objects.create(country="TO", fact="eu_eea", before="no", after="yes")  # nobody works with Tonga
    before = AssessmentRecord.objects.filter(proposal=proposal).count()

    page = as_user(omar).get("/desk/changes").content.decode()
    assert (str(change.country_name) in page, proposal.reference in page, "Tonga" in page) == (True, True, False)
    assert ("Restrictive measures in force" in page, "arms embargo" in page) == (True, True)
    as_user(omar).post(f"/desk/changes/{change.uid}")

    assert AssessmentRecord.objects.filter(proposal=proposal).count() == before + 1
    assert proposal.reference not in as_user(omar).get("/desk/changes").content.decode()

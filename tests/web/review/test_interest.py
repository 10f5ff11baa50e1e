"""A case opens once somebody says that nothing stands against it; until then its words are nowhere."""

import pytest
from django.test import Client

from riskassess.reviews.models import Case, Interest
from tests.story import HIGH

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_round(submitted):
    """A case in whose present round nobody declared yet."""
    proposal = submitted(example=HIGH)
    Case.objects.filter(proposal=proposal).update(round=2)
    return proposal


def plain(user):
    client = Client()
    client.force_login(user)
    return client


def test_nothing_of_a_case_is_shown_before_one_declares(new_round, omar, ana):
    client, reference = plain(omar), new_round.reference
    asked = f"/cases/{reference}/interest"

    page, desk = client.get(asked), client.get("/desk")

    for path in (f"/cases/{reference}", f"/proposals/{reference}", f"/proposals/{reference}/proposal.json",
                 f"/proposals/{reference}/evidence", f"/cases/{reference}/decision"):  # fmt: skip
        assert client.get(path)["Location"] == f"{asked}?next={path.replace('/', '%2F')}"
    assert client.post(f"/cases/{reference}/notes", {"text": "No."}).status_code == 403
    for shown in (page, desk):
        assert new_round.title not in shown.content.decode()
        assert reference in shown.content.decode()
    assert "Ana Ferreira" in page.content.decode()
    assert "Ana Ferreira" not in desk.content.decode()


def test_one_press_opens_the_page_one_wanted(new_round, omar):
    client, reference = plain(omar), new_round.reference
    first = client.get(f"/cases/{reference}/assign")

    opened = client.post(first["Location"], {"answer": "none"})

    assert opened["Location"] == f"/cases/{reference}/assign"
    assert client.get(opened["Location"]).status_code == 200
    assert new_round.title in client.get("/desk").content.decode()
    elsewhere = client.post(f"/cases/{reference}/interest?next=//evil.example", {"answer": "none"})
    assert elsewhere["Location"] == f"/cases/{reference}"


def test_interest_closes_the_case_at_once(new_round, omar):
    client, reference = plain(omar), new_round.reference
    place = f"/cases/{reference}/interest"

    empty = client.post(place, {"answer": "yes", "yes-because": " "})
    done = client.post(place, {"answer": "yes", "yes-because": "We own a boat together."}, follow=True)

    assert empty.status_code == 422
    assert "what stands against it" in empty.content.decode()
    assert reference in done.content.decode()  # the message; no row of the desk
    assert reference not in client.get("/desk").content.decode()
    assert {client.get(path).status_code for path in (place, f"/cases/{reference}", f"/proposals/{reference}")} == {404}
    assert Interest.objects.get(answer="yes").because == "We own a boat together."


def test_head_of_the_unit_says_why_they_can_judge(new_round, jonas, kirsten):
    Case.objects.update(panel_called=True)
    client, place = plain(jonas), f"/cases/{new_round.reference}/interest"

    page = client.get(place).content.decode()

    assert "You head the unit of this proposal." in page
    assert 'value="I hold this role for the unit."' in page
    assert client.post(place, {"answer": "none"}).status_code == 422
    assert client.post(place, {"answer": "none", "none-because": "I head it."}).status_code == 302


def test_authors_and_auditors_are_not_asked(new_round, ana, david, eve):
    place = f"/cases/{new_round.reference}/interest"

    assert [plain(user).get(place).status_code for user in (ana, david, eve)] == [403, 403, 404]
    assert plain(david).get(f"/cases/{new_round.reference}").status_code == 200

"""The decision form as deciders use it."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from riskassess.assessments.queries import latest_record
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Condition, Vote
from riskassess.web.confirming import KEY
from tests.story import HIGH, PASSWORD


def form(proposal, **changes):
    empty = {f"conditions-{n}-{name}": "" for n in range(3) for name in ("text", "responsible", "due_on")}
    return {
        **empty,
        "record": str(latest_record(proposal).uid),
        "outcome": "approve_with_conditions",
        "reasons": "The workshop is shared.",
        "source": "Finding K04",
        "conditions-TOTAL_FORMS": "3",
        "conditions-INITIAL_FORMS": "0",
        "conditions-0-text": "Sign the end-use clause",
        "conditions-0-responsible": "Legal office",
        "conditions-0-due_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        **changes,
    }


def test_two_deciders_vote_through_the_page(submitted, omar, jonas, as_user):
    proposal = submitted(example=HIGH)
    url = reverse("decide", args=[proposal.reference])

    answers = [as_user(person).post(url, form(proposal)).status_code for person in (omar, jonas)]

    assert answers == [302, 302]
    assert Proposal.objects.get(pk=proposal.pk).state == "approved_with_conditions"
    assert [row.text for row in Condition.objects.all()] == ["Sign the end-use clause"]


def test_refused_vote_keeps_what_was_typed(submitted, omar, as_user):
    proposal = submitted(example=HIGH)

    response = as_user(omar).post(reverse("decide", args=[proposal.reference]), form(proposal, source=""))

    assert response.status_code == 422
    assert "The workshop is shared." in response.content.decode()
    assert "Sign the end-use clause" in response.content.decode()
    assert not Vote.objects.exists()


def signed_in_long_ago(as_user, user, minutes=6):
    browser = as_user(user)
    session = browser.session
    session[KEY] -= minutes * 60
    session.save()
    return browser


def test_vote_long_after_signing_in_asks_for_the_password(submitted, omar, as_user):
    proposal = submitted(example=HIGH)
    url, browser = reverse("decide", args=[proposal.reference]), signed_in_long_ago(as_user, omar)
    assert "4. Confirm that it is you" in browser.get(url).content.decode()

    without = browser.post(url, form(proposal))
    wrong = browser.post(url, form(proposal, password="not mine"))

    assert (without.status_code, wrong.status_code) == (422, 422)
    assert "it confirms that it is you who votes" in without.content.decode()
    assert "This is not your password. Nothing was decided" in wrong.content.decode()
    assert "not mine" not in wrong.content.decode()
    assert not Vote.objects.exists()
    assert browser.post(url, form(proposal, password=PASSWORD)).status_code == 302
    assert Vote.objects.count() == 1


def test_right_password_beside_another_fault_is_not_asked_again(submitted, omar, as_user):
    proposal = submitted(example=HIGH)
    url, browser = reverse("decide", args=[proposal.reference]), signed_in_long_ago(as_user, omar)

    first = browser.post(url, form(proposal, password=PASSWORD, source=""))

    assert first.status_code == 422
    assert "Your password" not in first.content.decode()
    assert browser.post(url, form(proposal)).status_code == 302


def test_confirmation_from_the_future_counts_for_nothing(submitted, omar, as_user):
    proposal = submitted(example=HIGH)
    browser = signed_in_long_ago(as_user, omar, minutes=-60)

    assert browser.post(reverse("decide", args=[proposal.reference]), form(proposal)).status_code == 422


def test_signing_in_confirms(submitted, omar, client):
    proposal = submitted(example=HIGH)
    client.post(reverse("login"), {"username": omar.email, "password": PASSWORD})

    assert client.post(reverse("decide", args=[proposal.reference]), form(proposal)).status_code == 302

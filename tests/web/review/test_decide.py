"""The decision form as deciders use it."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from riskassess.assessments.queries import latest_record
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Condition, Vote
from tests.story import HIGH


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

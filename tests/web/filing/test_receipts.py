"""The receipt of a registration, there at once, and what it says of the draw."""

from decimal import Decimal

import pytest
from django.urls import reverse

from partners.screening import screen
from riskassess.reviews.models import Draw
from riskassess.schedule import draw_registered
from tests.story import HIGH, LOW
from tests.web.filing.pages import filled

pytestmark = pytest.mark.django_db


def receipt_of(client, proposal):
    return client.get(reverse("receipt", args=[proposal.reference]))


def test_submitting_what_needs_no_review_leads_to_the_receipt(filed, listed, ana, as_user):
    proposal, browser = filed(example=LOW), as_user(ana)
    sent = filled(browser.get(reverse("check", args=[proposal.reference])), "submit", statement="on")
    for row in proposal.participations.select_related("partner"):
        screen(row.partner)

    answer = browser.post(reverse("submit", args=[proposal.reference]), sent, follow=True)

    proposal.refresh_from_db()
    assert proposal.state == "registered"
    assert answer.redirect_chain == [(reverse("receipt", args=[proposal.reference]), 302)]
    page = answer.content.decode()
    assert "The work may start" in page
    assert proposal.versions.get().sha256[:16] in page
    assert "The draw for this one follows within the hour" in page


@pytest.mark.parametrize(
    ("percent", "words"),
    [("100", "a reviewer reads it. The work goes on meanwhile."), ("0.01", "No. It was not drawn.")],
)
def test_the_receipt_says_whether_it_was_drawn_and_how_to_check(submitted, ana, as_user, settings, percent, words):
    proposal = submitted(example=LOW)
    settings.DRAW_PERCENT = Decimal(percent)
    draw_registered()

    page = receipt_of(as_user(ana), proposal).content.decode()

    draw = Draw.objects.get()
    assert words in page
    assert f"{draw.lot:04}" in page
    assert draw.event.hash[:8] in page
    assert f"Of a hundred registrations {percent} are drawn" in page


def test_without_a_draw_the_receipt_says_so(submitted, ana, as_user, settings):
    settings.DRAW_PERCENT = Decimal(0)
    proposal = submitted(example=LOW)

    assert "draws no registrations" in receipt_of(as_user(ana), proposal).content.decode()


def test_what_has_no_receipt_has_no_page_of_it(submitted, filed, ana, as_user):
    draft = filed(example=LOW)

    assert receipt_of(as_user(ana), draft).url == reverse("proposal", args=[draft.reference])
    assert receipt_of(as_user(ana), submitted(example=HIGH)).status_code == 404


def test_the_receipt_is_for_those_who_may_see_the_proposal(submitted, university, as_user):
    proposal = submitted(example=LOW)

    seen = {name: receipt_of(as_user(university.people[name]), proposal).status_code for name in ("omar", "eve")}

    assert seen == {"omar": 200, "eve": 404}

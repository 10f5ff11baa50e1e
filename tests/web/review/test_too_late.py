"""A step that was taken already: the second press of a button, the second tab. Nobody is called a stranger for it."""

import pytest
from django.urls import reverse

from riskassess import workflow
from tests.story import HIGH, LOW, MODERATE
from tests.web.filing.pages import read, text_of

pytestmark = pytest.mark.django_db
TEXT = "Please say who reads the raw data."


def address(name, proposal):
    return reverse(name, args=[proposal.reference])


@pytest.mark.parametrize("route", ["request_changes", "flag", "decide", "recommend"])
def test_second_post_of_a_step_says_what_happened_and_shows_the_typed_text(route, submitted, as_user, omar):
    proposal = submitted(example=HIGH)
    workflow.request_changes(case=proposal.case, actor=omar, reasons="The end use is missing.")

    page = as_user(omar).post(address(route, proposal), {"reasons": TEXT, "record": "x"})

    assert page.status_code == 409
    words = text_of(page)
    assert f"{proposal.reference} stands at “changes requested” now, so this step is not open." in words
    assert "You asked for changes" in words
    assert TEXT in words
    assert "Record x" not in words
    assert proposal.case.get_absolute_url() in read(page).links


def test_address_of_a_step_that_is_over_gives_the_reason(submitted, as_user, omar):
    proposal = submitted(example=MODERATE)

    page = as_user(omar).get(address("unflag", proposal))

    assert page.status_code == 403
    assert "stands at “in review” now, so this step is not open." in text_of(page)


def test_second_submission_leads_to_the_proposal(submitted, as_user, ana):
    proposal = submitted(example=MODERATE)

    page = as_user(ana).post(address("submit", proposal), {"statement": "on"})

    assert page.status_code == 409
    assert "stands at “in review” now" in text_of(page)
    assert proposal.get_absolute_url() in read(page).links
    assert proposal.versions.count() == 1


def test_second_withdrawal_keeps_the_reason(submitted, as_user, ana):
    proposal = submitted(example=MODERATE)
    browser = as_user(ana)

    pages = [browser.post(address("withdraw", proposal), {"reason": "The partner left."}) for _ in range(2)]

    assert [page.status_code for page in pages] == [302, 409]
    assert "The partner left." in text_of(pages[1])


def test_stranger_is_still_refused(submitted, as_user, tomasz, omar):
    proposal = submitted(example=HIGH)
    workflow.request_changes(case=proposal.case, actor=omar, reasons="The end use is missing.")

    assert as_user(tomasz).post(address("unflag", proposal), {"reasons": TEXT}).status_code == 403


def test_approver_who_asks_for_changes_is_led_to_a_page_that_is_open(submitted, as_user, jonas):
    proposal = submitted(example=LOW)
    workflow.draw(proposal=proposal)
    browser = as_user(jonas)

    page = browser.post(address("request_changes", proposal), {"reasons": TEXT}, follow=True)

    assert page.status_code == 200
    assert page.request["PATH_INFO"] == reverse("desk")

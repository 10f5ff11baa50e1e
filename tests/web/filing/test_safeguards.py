"""The page of safeguards: suggested, ticked, taken up, changed and taken back, in every state that allows it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskassess.assessments.models import Safeguard
from riskassess.audit.models import Event
from tests.story import HIGH, LOW
from tests.web.filing.pages import filled, read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(filed):
    return filed(example=HIGH)


@pytest.fixture
def address(draft):
    return reverse("safeguards", args=[draft.reference])


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


def values_of(page) -> list[str]:
    return [offer["value"] for offer in page.context["offers"]]


def reached_in(page) -> str:
    return page.content.decode().partition('id="reached"')[2].partition("</section>")[0]


def test_cards_say_what_each_does_and_mark_the_smallest_set(browser, address):
    page = browser.get(address)
    text = text_of(page)

    assert "Enough for moderate, the least effort first" in text
    assert "High → " in text
    assert any(offer["enough"] for offer in page.context["offers"])
    assert all(offer["does"] for offer in page.context["offers"])
    assert page.content.decode().count("ra-btn-primary") == 1


def test_what_is_ticked_shows_the_level_at_once_and_adds_nothing(browser, address):
    row = browser.get(address).context["lowering"]["rows"][0]

    page = browser.get(address, {"pick": row["values"]}, headers={"HX-Request": "true"})

    assert "High" in reached_in(page)
    assert "Moderate" in reached_in(page)
    assert not Safeguard.objects.exists()
    assert [value for name, value in read(page).forms["propose"] if name == "pick"] != []


def test_several_are_added_at_once_with_who_and_when(browser, draft, address):
    row = browser.get(address).context["lowering"]["rows"][0]
    others = [value for value in values_of(browser.get(address)) if value not in row["values"]][:1]
    picked = [*row["values"], *others]

    page = browser.post(address, {"pick": picked, "responsible": "Ana", "due_on": "2099-01-15"}, follow=True)

    assert "safeguards proposed" in text_of(page)
    assert draft.questionnaire.safeguards.count() == len(picked)
    assert "Ana · by 15 Jan 2099 · proposed; counts once the officer agrees" in text_of(page)
    assert "Moderate" in reached_in(page)


def test_who_and_when_are_changed_until_somebody_agreed(browser, draft, address):
    browser.post(address, {"pick": values_of(browser.get(address))[:1]})
    row = draft.questionnaire.safeguards.get()
    change, form = reverse("safeguard_change", args=[draft.reference, row.uid]), f"change-{row.uid}"

    page = browser.post(change, {f"{form}-responsible": "Mateo", f"{form}-due_on": "2001-01-01"})
    assert (page.status_code, "This day is over. Choose a later one." in text_of(page)) == (422, True)
    assert (f"{form}-responsible", "Mateo") in [pair for pairs in read(page).forms.values() for pair in pairs]

    page = browser.post(change, {f"{form}-responsible": "Mateo", f"{form}-due_on": "2099-02-01"}, follow=True)
    assert "Mateo · by 1 Feb 2099" in text_of(page)
    assert Event.objects.filter(verb="safeguard.changed").count() == 1

    Safeguard.objects.update(state="agreed")
    assert browser.post(change, {f"{form}-responsible": "Eve"}).status_code == 409
    row.refresh_from_db()
    assert row.responsible == "Mateo"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eevil", "<img src=x onerror=alert(1)>"])
def test_hostile_words_of_who_are_shown_as_text(browser, draft, address, text):
    browser.post(address, {"pick": values_of(browser.get(address))[:1], "responsible": text})

    assert draft.questionnaire.safeguards.get().responsible == text
    page = browser.get(address).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_too_long_a_name_is_refused_and_kept(browser, address):
    page = browser.post(address, {"pick": values_of(browser.get(address))[:1], "responsible": "a" * 5000})

    assert page.status_code == 422
    assert dict(read(page).forms["propose"])["responsible"] == "a" * 5000


def test_nothing_needs_lowering_where_nothing_was_found(as_user, ana, filed):
    page = as_user(ana).get(reverse("safeguards", args=[filed(example=LOW).reference]))

    assert "Nothing needs lowering" in text_of(page)
    assert page.content.decode().count("ra-btn-primary") == 1


def test_page_stays_open_while_it_is_reviewed(as_user, ana, omar, submitted):
    proposal = submitted(example=HIGH)
    address, browser = reverse("safeguards", args=[proposal.reference]), as_user(ana)

    page = browser.post(address, {"pick": values_of(browser.get(address))[:1]}, follow=True)
    assert "1 safeguard proposed." in text_of(page)

    page = as_user(omar).get(address)
    assert (page.status_code, page.context["may_propose"], "Taken up" in text_of(page)) == (200, False, True)
    assert as_user(omar).post(address, {"pick": ["x"]}).status_code == 403


def test_rail_leads_to_it(browser, draft, address):
    assert address in read(browser.get(reverse("collaboration", args=[draft.reference]))).links


def test_page_costs_the_same_with_one_safeguard_and_with_three(browser, draft, address):
    counts = []
    for more in (1, 2):
        browser.post(address, {"pick": values_of(browser.get(address))[:more]})
        with CaptureQueriesContext(connection) as found:
            browser.get(address)
        counts.append(len(found))

    assert draft.questionnaire.safeguards.count() == 3
    assert counts[0] == counts[1]


def test_token_is_not_asked_for_in_the_address_of_what_is_ticked(browser, address):
    text = browser.get(address).content.decode()

    assert 'hx-params="pick"' in text
    assert "csrfmiddlewaretoken" in filled(browser.get(address), "propose")

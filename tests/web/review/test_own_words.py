"""Forms that were tampered with or lost a part on their way: our sentences, the place, the way out."""

import pytest
from django import forms
from django.urls import reverse

from riskassess import workflow
from riskassess.reviews.models import Hold
from riskassess.web.forms.words import OwnWordsForm
from tests.story import HIGH, MODERATE
from tests.web.filing.pages import filled, text_of

pytestmark = pytest.mark.django_db
LOST = "Part of this page was lost on its way."
DJANGO = ("Enter a valid", "Select a valid choice", "This field is required", "ManagementForm", "Null characters")


def address(name, proposal, *args):
    return reverse(name, args=[proposal.reference, *args])


def speaks_for_itself(page, sentence):
    words = text_of(page)
    assert sentence in words
    assert [text for text in DJANGO if text in words] == []


def all_forms(cls=OwnWordsForm):
    for form in cls.__subclasses__():
        yield form
        yield from all_forms(form)


def test_every_form_of_ours_speaks_for_itself():
    from riskassess.web import urls  # noqa: F401  brings all views and their forms

    written = {cls for cls in forms.Form.__subclasses__() if cls.__module__.startswith("riskassess.web.forms")}

    assert written == {OwnWordsForm}
    assert len(list(all_forms())) > 10


@pytest.mark.parametrize("route", ["recommend", "decide"])
def test_bad_mark_of_the_assessment(route, submitted, as_user, omar):
    proposal = submitted(example=HIGH)

    page = as_user(omar).post(address(route, proposal), {"record": "x", "outcome": "perhaps", "reasons": "Because."})

    assert page.status_code == 422
    speaks_for_itself(page, LOST)


def test_decision_without_its_management_form(submitted, as_user, omar):
    proposal = submitted(example=HIGH)
    record = str(proposal.records.latest("pk").uid)

    page = as_user(omar).post(address("decide", proposal), {"record": record, "outcome": "decline", "reasons": "No."})

    assert page.status_code == 422
    speaks_for_itself(page, LOST)


def test_row_with_a_bad_uid(filed, as_user, ana):
    proposal = filed()
    browser = as_user(ana)
    sent = filled(browser.get(address("collaboration", proposal)), "collaboration", partner__0__uid="x")

    page = browser.post(address("collaboration", proposal), sent)

    assert page.status_code == 422
    speaks_for_itself(page, LOST)


def test_unit_and_officer_that_are_not_offered(submitted, as_user, ana, omar):
    page = as_user(ana).post("/proposals/new", {"title": "Maps", "unit": "999"})
    other = as_user(omar).post(address("assign", submitted(example=MODERATE)), {"officer": "x", "reviewer": "999"})

    assert (page.status_code, other.status_code) == (422, 422)
    speaks_for_itself(page, "Choose one of those shown.")
    speaks_for_itself(other, "Choose one of those shown.")


@pytest.mark.parametrize("path", ["/home?q=%00", "/home?show=%00", "/organisations?q=%00", "/handbook/x/%00"])
def test_hidden_character_in_an_address_is_answered_in_words(path, as_user, ana):
    page = as_user(ana).get(path)

    assert page.status_code == 400
    assert "holds a hidden character, as text copied from a PDF may." in text_of(page)


def test_hidden_character_in_a_search_names_the_search(as_user, ana):
    assert "“The search” holds a hidden character" in text_of(as_user(ana).get("/home?q=a%00b"))


def test_hidden_character_in_a_form_names_the_field_and_keeps_the_text(filed, as_user, ana):
    proposal = filed()
    browser = as_user(ana)
    sent = filled(browser.get(address("collaboration", proposal)), "collaboration", summary="Copied\x00 text")

    page = browser.post(address("collaboration", proposal), sent)

    assert page.status_code == 400
    assert "“Summary” holds a hidden character" in text_of(page)
    assert "Copied text" in text_of(page)
    proposal.refresh_from_db()
    assert "Copied" not in proposal.summary


def test_evidence_typed_for_a_hold_that_somebody_lifted_meanwhile_is_shown(submitted, as_user, omar, university):
    proposal = submitted(example=HIGH)
    hold = Hold.objects.filter(case__proposal=proposal).first() or Hold.objects.create(
        case=proposal.case, rule="L01", title="A permit", state=Hold.State.FIRM
    )
    Hold.objects.filter(pk=hold.pk).update(state=Hold.State.FIRM)
    hold.refresh_from_db()
    workflow.lift_hold(hold=hold, actor=omar, authority="Export office", number="12", evidence="Letter 12")

    page = as_user(omar).post(address("hold_lift", proposal, hold.uid), {"evidence": "Letter 34 of the authority"})

    assert page.status_code == 409
    assert "Letter 34 of the authority" in text_of(page)

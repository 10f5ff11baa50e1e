"""A form that is sent twice does its work once."""

import pytest
from django.urls import reverse

from riskassess.proposals.models import Proposal, ReferenceCounter
from riskassess.reviews.models import Note
from tests.story import MODERATE
from tests.web.filing.pages import filled, text_of

pytestmark = pytest.mark.django_db


def test_double_click_on_start_opens_one_draft(as_user, ana):
    browser = as_user(ana)
    sent = filled(browser.get("/proposals/new"), "new", title="Letters of the Atlantic trade")

    first, second = (browser.post("/proposals/new", sent) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert (Proposal.objects.filter(owner=ana).count(), ReferenceCounter.objects.get().last) == (1, 1)


def test_other_title_from_the_same_page_is_another_draft(as_user, ana):
    browser = as_user(ana)
    page = browser.get("/proposals/new")

    for title in ("Letters", "Maps"):
        browser.post("/proposals/new", filled(page, "new", title=title))

    assert {row.title for row in Proposal.objects.filter(owner=ana)} == {"Letters", "Maps"}


def test_mark_of_a_form_belongs_to_one_person(as_user, ana, eve):
    sent = filled(as_user(ana).get("/proposals/new"), "new", title="Letters")

    for user in (ana, eve):
        as_user(user).post("/proposals/new", sent)

    assert [row.owner for row in Proposal.objects.order_by("pk")] == [ana, eve]


def test_mark_that_is_none_is_refused_in_our_words(as_user, ana):
    browser = as_user(ana)
    sent = filled(browser.get("/proposals/new"), "new", title="Letters", opened="x")

    page = browser.post("/proposals/new", sent)

    assert page.status_code == 422
    assert "Part of this page was lost on its way." in text_of(page)


def test_note_sent_twice_is_kept_once(as_user, omar, submitted):
    proposal = submitted(example=MODERATE)
    browser = as_user(omar)
    opened = browser.get(proposal.case.get_absolute_url()).context["note_form"]["opened"].value()

    for text in ("Ask the library.", "Ask the library.", "The library answered."):
        browser.post(reverse("note_add", args=[proposal.reference]), {"text": text, "opened": opened})

    assert [note.text for note in Note.objects.order_by("pk")] == ["Ask the library.", "The library answered."]

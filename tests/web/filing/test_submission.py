"""What is submitted is what the check page showed."""

import pytest
from django.urls import reverse

from riskassess import workflow
from riskassess.core.errors import Conflict
from riskassess.management.filing import answer
from riskassess.proposals.services import describe
from tests.story import join
from tests.web.filing.pages import filled, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(filed, ana, mateo):
    proposal = filed()
    join(proposal, mateo, can_edit=True)
    return proposal


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


@pytest.fixture
def sent(browser, draft):
    page = browser.get(reverse("check", args=[draft.reference]))
    return filled(page, "submit", statement="on")


def submitted_by(browser, draft, sent):
    page = browser.post(reverse("submit", args=[draft.reference]), sent)
    draft.refresh_from_db()
    return page


def test_unchanged_content_is_submitted(browser, draft, sent, listed):
    page = submitted_by(browser, draft, sent)

    assert (page.status_code, draft.versions.get().sha256) == (302, sent["seen"][0])


def test_answer_changed_in_another_tab_brings_the_page_again_with_who_and_what(browser, draft, sent, mateo, listed):
    answer(proposal=draft, actor=mateo, values={("T5", ""): "no"})

    page = submitted_by(browser, draft, sent)

    assert (page.status_code, draft.state) == (409, "draft")
    assert "Mateo Ruiz changed this at " in text_of(page)
    title = page.context["draft"].catalogue.section("work").title
    assert f": {title}. Read it below, then submit again." in text_of(page)


def test_change_of_the_collaboration_names_the_first_section(browser, draft, sent, mateo, listed):
    own = {"summary": draft.summary, "kinds": draft.kinds, "unit": draft.unit, "starts": draft.starts}
    describe(proposal=draft, actor=mateo, title="Another title", ends=draft.ends, **own)

    page = submitted_by(browser, draft, sent)

    assert (page.status_code, draft.state) == (409, "draft")
    assert f": {page.context['rail']['items'][0]['title']}. Read it below" in text_of(page)
    assert submitted_by(browser, draft, filled(page, "submit", statement="on")).status_code == 302


def test_form_that_does_not_say_what_it_showed_is_shown_the_page(browser, draft):
    page = submitted_by(browser, draft, {"statement": "on"})

    assert (page.status_code, draft.state) == (409, "draft")
    assert "Read the whole proposal once more below" in text_of(page)


def test_change_in_the_last_moment_is_refused_by_the_service_too(draft, sent, ana, mateo):
    answer(proposal=draft, actor=mateo, values={("T5", ""): "no"})

    with pytest.raises(Conflict, match="Nothing was submitted"):
        workflow.submit(proposal=draft, actor=ana, seen=sent["seen"][0])

    draft.refresh_from_db()
    assert (draft.state, draft.versions.count()) == ("draft", 0)

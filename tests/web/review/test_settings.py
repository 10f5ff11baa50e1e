"""The institution's settings: an administrator changes them, the record tells it, and the pages follow."""

import pytest

from riskassess.accounts.models import Institution, User
from riskassess.accounts.services import SETTINGS
from riskassess.audit.models import Event
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case
from tests.story import submit_proposal
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(university):
    return User.objects.get(email__startswith="ada")


def settings_of(**changes) -> dict:
    """What the page would send as it stands, with these changes; None leaves a field out, as an empty box does."""
    institution = Institution.objects.get()
    boxes = ("shows_level_while_writing", "allows_fast_track")
    now = {name: "on" if name in boxes else getattr(institution, name) for name in SETTINGS}
    return {name: value for name, value in {**now, **changes}.items() if value is not None}


def test_level_panel_goes_and_the_page_says_who_changed_it(as_user, ada, ana, filed):
    draft = filed()
    section = f"/proposals/{draft.reference}/sections/work"
    assert (
        "Risk level so far" in text_of(as_user(ana).get(section))
        or 'id="panel"' in as_user(ana).get(section).content.decode()
    )

    answer = as_user(ada).post("/settings", settings_of(shows_level_while_writing=None, office_phone="+999 12"))

    assert answer.status_code == 302
    page = text_of(as_user(ada).get("/settings"))
    assert "Researchers see the risk level while they write: on → off" in page
    assert "Its telephone: " in page
    assert Event.objects.filter(verb="settings.changed").count() == 1
    assert 'id="panel"' not in as_user(ana).get(section).content.decode()


def test_settings_sent_unchanged_leave_no_event(as_user, ada):
    as_user(ada).post("/settings", settings_of())

    assert not Event.objects.filter(verb="settings.changed").exists()


def test_address_that_is_none_comes_back_with_a_sentence(as_user, ada):
    page = as_user(ada).post("/settings", settings_of(office_email="call us"))

    assert page.status_code == 422
    assert "This is no e-mail address." in text_of(page)
    assert "call us" in page.content.decode()


@pytest.mark.parametrize("who", ["ana", "omar", "jonas", "david"])
def test_nobody_else_opens_or_changes_them(as_user, university, who):
    browser = as_user(university.people[who])

    assert browser.get("/settings").status_code == 403
    assert browser.post("/settings", {}).status_code == 403
    assert Institution.objects.get().shows_level_while_writing


def test_without_a_fast_track_low_risk_is_read(filed, listed):
    Institution.objects.update(allows_fast_track=False)

    proposal = submit_proposal(filed())

    assert (proposal.state, Case.objects.get(proposal=proposal).route) == ("in_review", "light")


def test_without_a_fast_track_no_page_promises_one(as_user, ana, filed):
    Institution.objects.update(allows_fast_track=False)
    draft = filed()

    page = text_of(as_user(ana).get(f"/proposals/{draft.reference}/check"))

    assert "Fast track" not in page
    assert Proposal.objects.get(pk=draft.pk).state == "draft"

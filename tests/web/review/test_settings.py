"""The institution's settings: an administrator changes them, the record tells it, and the pages follow."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from riskassess import workflow
from riskassess.accounts.models import Institution, SettingChange, User
from riskassess.accounts.settings import SETTINGS, lapse_settings
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.core.errors import DomainError
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Decision
from tests.story import submit_proposal
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(university):
    return User.objects.get(email__startswith="ada")


def settings_of(**changes) -> dict:
    """What the page would send as it stands, with these changes; None leaves a field out, as an empty box does."""
    institution = Institution.objects.get()
    boxes = ("shows_level_while_writing", "allows_fast_track", "asks_midway")
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


def review_settings(**changes) -> dict:
    institution = Institution.objects.get()
    panel = list(institution.panel.values_list("pk", flat=True))
    now = {"part": "review", "co_author_months": institution.co_author_months, "panel": panel}
    return {**now, **changes}


def test_what_weakens_a_control_waits_for_a_second_person(as_user, ada, omar, jonas):
    given = {"fast_track_share": 99, "days_light": 12, "co_author_months": 48, "allows_one_person_low": "on"}
    page = text_of(as_user(ada).post("/settings", review_settings(**given), follow=True))

    now = Institution.objects.get()
    assert (now.route_days, now.co_author_months) == ({"light": 12}, 48)  # these hold at once
    assert (now.fast_track_share, now.allows_one_person_low) == (None, False)
    assert "Waits for a second person" in page
    share = SettingChange.objects.get(name="fast_track_share")
    place = f"/settings/changes/{share.uid}"
    assert Notice.objects.filter(user=omar, url=place).count() == 1
    own = as_user(ada).post(place, {"do": "agree"})
    assert (own.status_code, "officer or another administrator" in text_of(own)) == (422, True)
    assert as_user(jonas).get(place).status_code == 403
    assert "99" in text_of(as_user(omar).get(place))
    assert as_user(omar).post(place, {"do": "agree"}).status_code == 302
    assert Institution.objects.get().fast_track_share == 99
    assert as_user(omar).post(place, {"do": "agree"}).status_code == 409
    event = Event.objects.filter(verb="settings.changed").latest("sequence")
    assert (event.actor_id, event.detail.after) == (omar.pk, {"fast_track_share": 99})
    again = as_user(ada).post("/settings", review_settings(allows_one_person_low="on", co_author_months=48))
    assert again.status_code == 409  # the first one still waits
    with pytest.raises(IntegrityError), transaction.atomic():
        SettingChange.objects.filter(state="open").update(state="agreed", settled_by=ada)


def test_weaker_setting_lapses_and_what_changed_meanwhile_is_not_overwritten(as_user, ada, omar):
    fewer = [user.pk for user in Institution.objects.get().panel.all()][:0]
    as_user(ada).post("/settings", review_settings(panel=fewer))
    change = SettingChange.objects.get()
    assert (change.name, Institution.objects.get().panel.count()) == ("panel", 3)
    Institution.objects.get().panel.add(omar)

    meanwhile = as_user(omar).post(f"/settings/changes/{change.uid}", {"do": "agree"})
    lapsed = (lapse_settings(on=change.lapses_on), lapse_settings(on=change.lapses_on + timedelta(days=1)))

    assert (meanwhile.status_code, lapsed) == (409, (0, 1))
    assert SettingChange.objects.get().state == "lapsed"
    assert "Nobody agreed in time" in text_of(as_user(omar).get(f"/settings/changes/{change.uid}"))


def test_own_text_fills_in_the_listed_places_and_nothing_else(as_user, ada, ana, filed):
    draft = filed()
    bad = as_user(ada).post("/settings", {"part": "texts", "before_submitting": "Ask {user.__class__}."})
    worse = as_user(ada).post("/settings", {"part": "texts", "before_submitting": "{{7*7}}"})
    text = "Ask {office} ({ } %(x)s <b>)."

    as_user(ada).post("/settings", {"part": "texts", "before_submitting": text})

    assert (bad.status_code, worse.status_code, "is not filled in" in text_of(bad)) == (422, 422, True)
    page = as_user(ana).get(f"/proposals/{draft.reference}/check").content.decode()
    assert "Ask Research Security Office ({ } %(x)s &lt;b&gt;)." in page


def test_one_person_decides_alone_only_where_it_is_said_openly(filed, listed, omar):
    Institution.objects.update(allows_fast_track=False)
    proposal = submit_proposal(filed())
    case, shown = Case.objects.get(proposal=proposal), {"record_uid": str(latest_record(proposal).uid)}
    workflow.recommend(case=case, actor=omar, outcome="approve", reasons="Fine.", **shown)
    with pytest.raises(DomainError, match="You recommended"):
        workflow.decide(case=case, actor=omar, outcome="approve", **shown)
    Institution.objects.update(allows_one_person_low=True)

    workflow.decide(case=Case.objects.get(pk=case.pk), actor=omar, outcome="approve", **shown)

    assert "One person recommended and decided" in Decision.objects.get(case=case).reasons

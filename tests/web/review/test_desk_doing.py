"""From the desk: several cases at once, views under a name, what is new for whom, and the page of the approver."""

import pytest

from riskassess import workflow
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.notices.models import Notice
from riskassess.reviews.models import Assignment, Case, SavedFilter
from tests.story import HIGH, MODERATE
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


def test_several_cases_are_reminded_of_and_given_each_for_itself(as_user, submitted, omar, tomasz):
    proposal = submitted(example=MODERATE)
    browser, ref = as_user(omar), proposal.reference

    page = text_of(browser.post("/desk/cases", {"case": [ref, "RA-1999-0001"], "action": "remind"}))
    assert "1 case was reminded of" in page
    assert f"{ref} Reminded: Tomasz Wilk." in page
    assert "There is no such case, or it is not open to you." in page
    assert Notice.objects.filter(user=tomasz, subject__endswith="a reminder").count() == 1
    again = text_of(browser.post("/desk/cases", {"case": [ref], "action": "remind"}))
    assert "were reminded today already" in again

    short = browser.post("/desk/cases", {"case": [ref], "action": "assign"})
    assert short.status_code == 422
    assert "Choose who takes these cases on." in text_of(short)
    assert f'value="{ref}" aria-label="Tick {ref}" checked' in short.content.decode()
    browser.post(
        "/desk/cases", {"case": [ref], "action": "assign", "officer": str(omar.uid), "reason": "Knows the field"}
    )
    assert Event.objects.filter(verb="case.assigned", reference=ref).latest("sequence").actor_id == omar.pk
    assert Case.objects.get(proposal=proposal).officer == omar
    assert as_user(tomasz).post("/desk/cases", {"case": [ref], "action": "remind"}).status_code == 200
    assert Event.objects.filter(verb="case.reminded").count() == 1


def test_view_is_kept_shared_and_seen_by_colleagues_alone(as_user, submitted, omar, jonas):
    submitted(example=MODERATE)
    browser = as_user(omar)

    answer = browser.post("/desk/views?show=open&route=light&nonsense=1", {"name": "Light ones"})
    view = SavedFilter.objects.get()
    address = f"/desk/views/{view.uid}"

    assert view.query == {"show": "open", "route": "light"}
    assert answer["Location"] == browser.get(address)["Location"] == "/desk?show=open&route=light"
    assert as_user(jonas).get(address).status_code == 404
    browser.post(f"{address}/change", {"what": "share"})
    assert "Light ones · Omar Haddad" in text_of(as_user(jonas).get("/desk"))
    assert as_user(jonas).post(f"{address}/change", {"what": "drop"}).status_code == 404
    browser.post(f"{address}/change", {"what": "drop"})
    assert not SavedFilter.objects.exists()
    assert Event.objects.filter(verb__startswith="view.").count() == 3


def test_case_is_new_until_it_was_read_and_again_when_others_act(as_user, submitted, omar, tomasz):
    proposal = submitted(example=MODERATE)
    browser = as_user(omar)

    assert "New for you:" in text_of(browser.get("/desk"))
    page = text_of(browser.get(f"/cases/{proposal.reference}"))
    assert "least load" in page
    assert "New for you:" not in text_of(browser.get("/desk"))

    record = latest_record(proposal)
    case = Case.objects.get(proposal=proposal)
    workflow.recommend(case=case, actor=tomasz, outcome="approve", reasons="Fine.", record_uid=str(record.uid))
    page = text_of(browser.get("/desk"))
    assert "New for you:" in page
    assert "Decision, by an approver" in page


def test_filter_says_whose_move_it_is(as_user, submitted, omar, tomasz):
    moderate, high = submitted(example=MODERATE), submitted(example=HIGH)
    mine = text_of(as_user(omar).get("/desk?show=mine&stand=turn"))
    others = text_of(as_user(omar).get("/desk?show=mine&stand=waiting"))

    assert (high.reference in mine, moderate.reference in mine) == (True, False)
    assert (high.reference in others, moderate.reference in others) == (False, True)
    assert moderate.reference in text_of(as_user(tomasz).get("/desk?show=mine&stand=turn"))
    assert as_user(omar).get("/desk?show=mine&level=odd&page=-3&officer=1").status_code == 200


def test_approver_finds_one_card_a_case_with_the_advice(as_user, submitted, jonas, tomasz):
    proposal = submitted(example=MODERATE)
    browser = as_user(jonas)
    assert "No case waits for your vote." in text_of(browser.get("/decisions"))

    record, case = latest_record(proposal), Case.objects.get(proposal=proposal)
    workflow.recommend(case=case, actor=tomasz, outcome="approve", reasons="Well made.", record_uid=str(record.uid))
    page = text_of(browser.get("/decisions"))

    assert "1 case waits for your vote." in page
    assert "Tomasz Wilk: Well made." in page
    assert Assignment.objects.filter(case=case, kind="officer", reason__contains="least load").exists()

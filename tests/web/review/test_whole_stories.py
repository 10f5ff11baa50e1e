"""Whole reviews told through the pages, from the first vote to the end. After each, the timeline of the case, the page
of the audit log and the log itself tell the same story, and each state follows from its events."""

import re
from datetime import date, timedelta
from html import unescape
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from riskassess import schedule, workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.audit.services import verify_chain
from riskassess.notices.models import Notice
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Condition
from riskassess.web.history import timeline
from riskassess.web.verbs import verb_words
from tests.story import HIGH, LOW, MODERATE, declare_none
from tests.web.filing.pages import text_of

pytestmark = pytest.mark.django_db


def vote(proposal, outcome, **changes):
    given = {
        "record": str(latest_record(proposal).uid), "outcome": outcome, "reasons": "Said in full.", "source": "K04",
        "why_safeguards_fail": "They come too late.",
        "conditions-TOTAL_FORMS": "1", "conditions-INITIAL_FORMS": "0", "conditions-0-text": "",
        "conditions-0-responsible": "", "conditions-0-due_on": "",
    }  # fmt: skip
    if outcome == "approve_with_conditions":
        due = (timezone.localdate() + timedelta(days=30)).isoformat()
        given |= {
            "conditions-0-text": "Keep the designs here",
            "conditions-0-responsible": "Ana",
            "conditions-0-due_on": due,
        }
    return given | changes


def state_of(proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).state


def assert_told_alike(proposal, reader, auditor, *steps):
    """`reader` and `auditor` are browsers, `steps` the moves of the proposal in their order."""
    reader.get(proposal.case.get_absolute_url())  # says first that nothing stands against it, which is told, too
    page = reader.get(proposal.case.get_absolute_url()).content.decode()
    events = list(Event.objects.filter(reference=proposal.reference).order_by("sequence").select_related("detail"))
    moves = [event for event in events if event.verb.startswith("proposal.") and "state" in (event.detail.after or {})]
    assert [event.verb.removeprefix("proposal.") for event in moves] == list(steps)
    for before, after in pairwise(moves):
        assert before.detail.after["state"] == after.detail.before["state"]
    assert moves[-1].detail.after["state"] == state_of(proposal)
    told = [row["text"] for row in timeline(reference=proposal.reference, reader=auditor.person, limit=999)]
    known = [event for event in events if event.verb != "access.denied"]
    assert told == [verb_words(event.verb) for event in reversed(known)]
    shown = re.findall(r'<span class="ra-timeline-text">(.*?)</li>', page, re.S)
    for row, event in zip(shown, list(reversed(known))[:12], strict=True):
        assert str(verb_words(event.verb)) in unescape(row), event.verb
    log, number = "", 1
    while (answer := auditor.get(reverse("audit"), {"reference": proposal.reference, "page": number})) and number < 9:
        log, number = log + text_of(answer), number + 1
    missing = {event.verb for event in known if str(verb_words(event.verb)) not in log}
    assert not missing
    assert (workflow.compare_states(), verify_chain().problem) == ([], "")


@pytest.fixture
def browser(as_user):
    """`browser(person)`; it knows whose it is."""

    def open_for(user):
        client = as_user(user)
        client.person = user
        return client

    return open_for


def test_low_proposal_is_approved_in_six_requests(filed, submitted, browser, omar, ana, david, university):
    """What is drawn of the fast track: from the officer's desk to the decision, without a detour."""
    proposal = submitted(example=LOW)
    assert proposal.state == "registered"
    workflow.draw(proposal=proposal)
    proposal = Proposal.objects.get(pk=proposal.pk)
    declare_none(proposal)
    officer = browser(omar)

    desk = officer.get(reverse("desk"))
    case = officer.get(proposal.case.get_absolute_url())
    form = officer.get(reverse("decide", args=[proposal.reference]))
    answer = officer.post(reverse("decide", args=[proposal.reference]), vote(proposal, "approve"))

    assert proposal.reference in desk.content.decode()
    assert reverse("decide", args=[proposal.reference]) in case.content.decode()
    assert (form.status_code, answer.status_code, state_of(proposal)) == (200, 302, "approved")
    assert_told_alike(proposal, officer, browser(david), "submit", "register", "draw", "decide")


def test_high_case_with_panel_conditions_breach_and_a_new_round(
    submitted, browser, university, omar, jonas, ana, david
):
    proposal = submitted(example=HIGH)
    decide = reverse("decide", args=[proposal.reference])
    assert browser(omar).post(decide, vote(proposal, "approve")).status_code == 302
    assert browser(jonas).post(decide, vote(proposal, "decline")).status_code == 302
    assert state_of(proposal) == "in_review"  # two different votes: the panel decides
    panel = [university.people[key] for key in ("lena", "samuel", "priya")]
    answers = [browser(user).post(decide, vote(proposal, "approve_with_conditions")).status_code for user in panel]
    assert (answers, state_of(proposal)) == ([302] * 3, "approved_with_conditions")
    condition = Condition.objects.get(decision__case__proposal=proposal)
    report = reverse("condition_report", args=[proposal.reference, condition.uid])
    check = reverse("condition_check", args=[proposal.reference, condition.uid])
    assert browser(ana).post(report, {f"{condition.uid}-evidence": "Soon."}).status_code == 302
    broken = {f"{condition.uid}-reasons": "The designs went abroad.", "do": "break"}
    assert browser(omar).post(check, broken).status_code == 302
    assert (state_of(proposal), Case.objects.get(proposal=proposal).round) == ("in_review", 2)
    for user in (omar, jonas):
        answer = browser(user).post(decide, vote(proposal, "decline"))
        assert answer.status_code == 302, text_of(answer)
    assert state_of(proposal) == "declined"

    officer = browser(omar)
    assert_told_alike(proposal, officer, browser(david), "submit", "assign", "decide", "reopen", "decide")
    assert "The designs went abroad." in text_of(browser(ana).get(proposal.get_absolute_url()))


def test_appeal_is_upheld_and_other_people_decide_anew(approved, browser, ana, kirsten, jonas, omar, tomasz, david):
    proposal = approved()
    appeal, hear = (reverse(name, args=[proposal.reference]) for name in ("appeal", "appeal_hear"))
    assert browser(ana).post(appeal, {"reasons": "The funder exists."}).status_code == 302
    assert browser(jonas).get(hear).status_code == 403  # he decided
    given = {"outcome": "upheld", "answer": "It does exist."}
    assert browser(kirsten).post(hear, given).status_code == 302
    assert "It does exist." in text_of(browser(ana).get(appeal))
    case = Case.objects.get(proposal=proposal)
    assert (state_of(proposal), case.round, case.decisions.get().appeal.new_round) == ("in_review", 2, 2)
    adviser = case.reviewer or case.officer
    advice = {"record": str(latest_record(proposal).uid), "outcome": "approve", "reasons": "The funder is there."}
    assert browser(adviser).post(reverse("recommend", args=[proposal.reference]), advice).status_code == 302
    decided = browser(jonas).post(reverse("decide", args=[proposal.reference]), vote(proposal, "approve"))
    assert (decided.status_code, state_of(proposal)) == (302, "approved")

    assert_told_alike(proposal, browser(omar), browser(david), "submit", "assign", "decide", "reopen", "decide")


def test_officer_with_an_interest_hands_over_and_reads_no_more(submitted, browser, omar, jonas, david, tomasz):
    olga = User.objects.create_user("olga@norderhaven.example", "Olga Lind", "x" * 12, unit=omar.unit)
    RoleMembership.objects.create(user=olga, role=Role.OFFICER, starts=date(2026, 1, 1))
    proposal = submitted(example=HIGH)
    decide = reverse("decide", args=[proposal.reference])
    assert browser(omar).post(decide, vote(proposal, "approve")).status_code == 302
    said = {"answer": "yes", "because": "We sail together.", "yes-because": "We sail together."}
    assert browser(omar).post(reverse("interest", args=[proposal.reference]), said).status_code == 302

    assert [browser(omar).get(url).status_code for url in (decide, proposal.case.get_absolute_url())] == [404, 404]
    assert Case.objects.get(proposal=proposal).officer == olga
    assert browser(jonas).post(decide, vote(proposal, "approve")).status_code == 404  # the first vote fell
    for user in (olga, jonas):
        assert browser(user).post(decide, vote(proposal, "approve")).status_code == 302
    assert state_of(proposal) == "approved"
    deciders = Case.objects.get(proposal=proposal).decisions.get().votes.values_list("by", flat=True)
    assert set(deciders) == {olga.pk, jonas.pk}
    assert_told_alike(proposal, browser(olga), browser(david), "submit", "assign", "decide")


def test_lapsed_deadline_reminds_and_decides_nothing(submitted, browser, omar, jonas, tomasz, david):
    proposal = submitted(example=MODERATE)
    Case.objects.filter(proposal=proposal).update(due_on=timezone.localdate() - timedelta(days=20))
    before = Notice.objects.filter(reference=proposal.reference).count()

    for _day in range(2):
        schedule.follow_decisions()

    assert state_of(proposal) == "in_review"
    assert Notice.objects.filter(reference=proposal.reference).count() > before
    assert "overdue" in text_of(browser(omar).get(reverse("desk"))).lower()
    advice = {"record": str(latest_record(proposal).uid), "outcome": "approve", "reasons": "Late, but sound."}
    assert browser(tomasz).post(reverse("recommend", args=[proposal.reference]), advice).status_code == 302
    decided = browser(jonas).post(reverse("decide", args=[proposal.reference]), vote(proposal, "approve"))
    assert (decided.status_code, state_of(proposal)) == (302, "approved")
    assert_told_alike(proposal, browser(omar), browser(david), "submit", "assign", "decide")

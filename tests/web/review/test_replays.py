"""The pages of replays: who may see and start them, what they say, and the same queries at any length."""

import pytest
from django.urls import reverse

from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord, Replay, ReplayDifference
from riskassess.assessments.replays import start_replay
from riskassess.audit.models import AccessRead
from riskassess.jobs.running import run_pending
from tests.story import HIGH
from tests.web.review.test_query_counts import LENGTHS, again, copy_cases, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(university):
    return User.objects.get(email__startswith="ada")


@pytest.fixture
def faulty(submitted):
    """A replay that found one record other than it was stored."""
    proposal = submitted(example=HIGH)
    AssessmentRecord.objects.update(result_sha256="0" * 64)
    replay = start_replay(actor=None)
    run_pending()
    return proposal, Replay.objects.get(pk=replay.pk)


def text(browser, address):
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("who", ["omar", "ada"])
def test_officers_and_administrators_start_and_stop(request, as_user, submitted, who):
    browser = as_user(request.getfixturevalue(who))
    submitted(example=HIGH)

    started = browser.post(reverse("replays"), {"release": ""})
    page = text(browser, started["Location"])
    again = browser.post(reverse("replays"), {"release": ""})
    stopped = browser.post(f"{started['Location']}/stop")

    assert (started.status_code, again.status_code, stopped.status_code) == (302, 409, 302)
    assert "It waits for its turn." in page
    assert "Stop replay" in page
    assert "It was stopped before its end." in text(browser, started["Location"])
    assert "Start replay" in text(browser, reverse("replays"))


def test_auditors_read_and_do_not_start(as_user, david, faulty):
    proposal, replay = faulty
    browser = as_user(david)

    page = text(browser, replay.get_absolute_url())

    assert "Start replay" not in text(browser, reverse("replays"))
    assert proposal.reference in page
    assert AccessRead.objects.filter(verb="replay.read", actor_id=david.pk).exists()
    assert browser.post(reverse("replays"), {"release": ""}).status_code == 403
    assert browser.post(f"{replay.get_absolute_url()}/stop").status_code == 403


def test_cases_are_for_whoever_sees_them(as_user, omar, ada, faulty):
    proposal, replay = faulty

    officer, administrator = (text(as_user(user), replay.get_absolute_url()) for user in (omar, ada))

    assert "Not the same as stored: 1 of 1." in officer
    assert reverse("case", args=[proposal.reference]) in officer
    assert "The stored result has another fingerprint" in officer
    assert "Not the same as stored: fewer than 5 of 1." in administrator
    assert proposal.reference not in administrator
    assert proposal.title not in administrator
    assert "<b>1</b>" not in administrator


def test_own_proposals_are_not_listed(as_user, omar, faulty):
    proposal, replay = faulty
    type(proposal).objects.filter(pk=proposal.pk).update(owner=omar)

    page = text(as_user(omar), replay.get_absolute_url())

    assert proposal.reference not in page
    assert "None that you may see" in page


def test_researchers_and_reviewers_get_nothing(as_user, ana, tomasz, faulty):
    _proposal, replay = faulty

    for user in (ana, tomasz):
        browser = as_user(user)
        assert browser.get(reverse("replays")).status_code == 403
        assert browser.get(replay.get_absolute_url()).status_code == 403
        assert browser.get(f"{replay.get_absolute_url()}/state").status_code == 403


def test_progress_answers_with_its_part_and_reloads_the_page_at_the_end(as_user, omar, submitted):
    submitted(example=HIGH)
    replay = start_replay(actor=omar)
    browser, address = as_user(omar), f"{replay.get_absolute_url()}/state"

    waiting = browser.get(address, headers={"HX-Request": "true"})
    plain = browser.get(address)
    run_pending()
    over = browser.get(address, headers={"HX-Request": "true"})

    assert "waits for its turn" in waiting.content.decode()
    assert plain["Location"] == replay.get_absolute_url()
    assert over["HX-Refresh"] == "true"


def test_release_that_is_not_there_is_an_error_of_the_field(as_user, omar, submitted):
    page = as_user(omar).post(reverse("replays"), {"release": "4b0a6d0e-0000-4000-8000-000000000000"})

    assert page.status_code == 200
    assert "Choose one of those shown." in page.content.decode()


def test_replays_take_the_same_queries_for_1_3_and_300(as_user, omar, faulty):
    proposal, replay = faulty
    browser, costs = as_user(omar), []

    for length in LENGTHS:
        copy_cases(proposal, length)
        for record in AssessmentRecord.objects.exclude(pk__in=replay.differences.values("record")):
            difference = again(replay.differences.all()[0], record=record)
            assert difference.pk
        while Replay.objects.count() < length:
            again(Replay.objects.get(pk=replay.pk))
        costs.append([queries_of(browser, address) for address in (replay.get_absolute_url(), reverse("replays"))])

    assert ReplayDifference.objects.count() == 300
    assert len({tuple(cost) for cost in costs}) == 1, costs

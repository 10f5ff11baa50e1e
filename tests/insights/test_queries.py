"""How long routes took: from real rows, in whole groups of five, never of a single case."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from riskassess.assessments.models import ProposalVersion
from riskassess.assessments.queries import latest_record
from riskassess.audit.log import record
from riskassess.insights.queries import Turnaround, turnaround
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Decision, Draw
from tests.story import MODERATE

TODAY = date(2026, 11, 30)  # a Monday


@pytest.fixture
def ended(submitted):
    """`ended("light", sent=…, days=3)`: rows of a decided case, or of a registration, with its times."""
    pattern = submitted(example=MODERATE)
    found = latest_record(pattern)

    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)

    def make(route, *, sent: date, days: int, times: int = 1) -> None:
        for _number in range(times):
            number = Proposal.objects.count() + 1
            proposal = Proposal.objects.create(
                reference=f"RA-2025-{number:04}", title=f"T{number}", owner=pattern.owner, unit=pattern.unit,
                institution=pattern.institution, state="approved",
            )  # fmt: skip
            version = ProposalVersion.objects.create(
                proposal=proposal, number=1, content={}, sha256="0" * 64, release=found.release,
                submitted_by=pattern.owner,
            )  # fmt: skip
            ProposalVersion.objects.filter(pk=version.pk).update(created_at=at(sent))
            end = at(sent + timedelta(days=days))
            if route == "fast_track":
                event = record("proposal.register", subject=proposal, actor_id=None, role="system")
                Draw.objects.create(proposal=proposal, event=event, lot=1, below=0)
                continue
            case = Case.objects.create(
                proposal=proposal, route=route, deciders="low", opened_at=at(sent), due_on=sent, closed_at=end
            )
            Decision.objects.create(
                case=case, round=1, version=version, record=found, release=found.release, outcome="approve",
                appeal_until=TODAY, decided_at=end,
            )  # fmt: skip

    return make


def test_half_and_nine_of_ten_are_counted_in_working_days(ended):
    monday = date(2026, 11, 2)
    for days, times in ((1, 6), (2, 2), (7, 1), (14, 1)):
        ended("light", sent=monday, days=days, times=times)

    assert turnaround(TODAY)["light"] == Turnaround(count=10, median=1, most=5)


def test_fewer_than_five_give_no_figure_and_fewer_than_ten_no_slowest(ended):
    ended("full", sent=date(2026, 10, 5), days=4, times=4)
    assert turnaround(TODAY)["full"] == Turnaround(0, None, None)

    ended("full", sent=date(2026, 10, 5), days=4)
    assert turnaround(TODAY)["full"] == Turnaround(5, 4, None)


def test_a_single_further_case_changes_no_figure(ended):
    ended("light", sent=date(2026, 10, 5), days=1, times=10)
    before = turnaround(TODAY)
    for number in range(4):
        ended("light", sent=date(2026, 10, 6 + number), days=40)
        assert turnaround(TODAY) == before

    ended("light", sent=date(2026, 10, 12), days=35)

    assert turnaround(TODAY)["light"].count == 15


def test_what_ended_more_than_a_year_ago_is_left_out(ended):
    ended("light", sent=date(2025, 10, 6), days=1, times=5)
    ended("light", sent=date(2026, 10, 5), days=2, times=5)

    assert turnaround(TODAY)["light"] == Turnaround(5, 2, None)


def test_only_the_first_decision_of_a_case_counts(ended):
    ended("light", sent=date(2026, 10, 5), days=1, times=5)
    case = Case.objects.exclude(closed_at=None).first()
    first = case.decisions.get()
    first.pk, first.uid, first.round, first.decided_at = None, None, 2, first.decided_at + timedelta(days=40)
    first.uid = Decision._meta.get_field("uid").get_default()
    first.save()

    assert turnaround(TODAY)["light"] == Turnaround(5, 1, None)


def test_a_registration_counts_on_the_fast_track_though_it_was_drawn(ended):
    ended("fast_track", sent=date.today() - timedelta(days=1), days=0, times=5)
    drawn = Draw.objects.first().proposal
    Case.objects.create(proposal=drawn, route="light", deciders="low", opened_at=datetime.now(UTC), due_on=date.today())

    found = turnaround(date.today())

    assert (found["fast_track"].count, found["light"].count) == (5, 0)


def test_queries_stay_the_same_whatever_the_number_of_cases(ended, django_assert_num_queries):
    ended("light", sent=date(2026, 10, 5), days=1)
    with django_assert_num_queries(2):
        turnaround(TODAY)
    ended("light", sent=date(2026, 10, 5), days=1, times=6)
    with django_assert_num_queries(2):
        turnaround(TODAY)


def test_start_page_prints_the_figure_with_its_count_or_says_that_there_is_none(ended, client):
    ended("light", sent=date.today() - timedelta(days=14), days=7, times=5)
    cache.clear()

    page = client.get(reverse("start")).content.decode()

    assert "Measured: half of 5 within 5 working days." in page
    assert page.count("Measured: fewer than 5 so far, so no figure.") == 3


def test_start_page_asks_the_figures_once_in_some_minutes(ended, client, django_assert_max_num_queries):
    cache.clear()
    client.get(reverse("start"))

    with django_assert_max_num_queries(2):
        client.get(reverse("start"))
    cache.clear()

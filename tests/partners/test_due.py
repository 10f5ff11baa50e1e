"""Partners whose screening is broken or out of date are compared again by themselves, at most once an hour each."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from partners import candidates, queries
from partners.models import ListEdition, Partner, Screening
from partners.queries.due import due_for_screening, next_try
from partners.reference.ror import import_ror
from partners.screening import screen
from partners.services import merge_partners, register_partner, undo_merge
from partners.services.screenings import screen_due
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_pending
from riskassess.schedule import screen_due_partners
from tests.partners.ror import published

pytestmark = pytest.mark.django_db
LISTED = "1,Halcyon Trust,,,,,,,,"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """An index of candidates of the test's own: what another test wrote into it would be found here, too."""
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def screened(kestrel, sanctions, put_in_force):
    edition = put_in_force(sanctions, LISTED)
    screen(kestrel)
    ListEdition.objects.filter(pk=edition.pk).update(settled_at=timezone.now())
    Job.objects.all().delete()
    return kestrel


def due():
    return list(due_for_screening())


def test_whoever_is_up_to_date_is_not_due(screened):
    assert due() == []


@pytest.mark.parametrize("state", ["partial", "failed"])
def test_broken_screening_is_tried_again_once_an_hour(screened, state):
    Screening.objects.update(state=state)
    now = timezone.now().replace(minute=5)

    assert [screen_due(now=now), screen_due(now=now), screen_due(now=now + timedelta(hours=1))] == [1, 0, 1]
    assert next_try(screened, now) == now.replace(minute=10, second=0, microsecond=0) + timedelta(hours=1)
    run_pending()

    assert queries.is_fresh(screened)
    assert due() == []


def test_task_takes_a_handful_and_no_more_while_they_wait(screened, ana):
    for number in range(3):
        screen(register_partner(name=f"Tern Hill {number} Works", country="NO", actor=ana))
    Screening.objects.update(state="failed")

    assert screen_due(now=timezone.now(), most=2) == 2
    assert screen_due(now=timezone.now() + timedelta(hours=1), most=2) == 0
    screen_due_partners()

    assert Job.objects.filter(key__contains=":hourly:").count() == 4


def test_edition_that_a_screening_lacks_makes_it_due_unless_it_is_being_seen_to(screened, sanctions, put_in_force):
    edition = put_in_force(sanctions, LISTED, "2,Marrow Bay Shipping,,,,,,,,", day="2026-11-08")
    assert due() == []

    Job.objects.update(state="failed")

    assert due() == [screened]
    screen(screened)
    assert due() == []
    assert edition in queries.latest_screening(screened).editions.all()


def test_change_of_the_ror_record_makes_it_due_and_brings_its_name_into_the_index(screened, tmp_path):
    record = published("https://ror.org/00a0n9e72", "Institut Severa")
    Partner.objects.filter(pk=screened.pk).update(ror_id=record["id"])
    screen(screened)
    candidates.refresh_partners()
    assert due() == []

    (tmp_path / "ror.json").write_text(json.dumps([record]))
    *_steps, work = import_ror(path=tmp_path / "ror.json")
    assert work.state == "done", work.reason

    assert due() == [screened]
    assert candidates.search(["Institut Severa"], candidates.PARTNERS) == [screened.pk]


def test_merged_record_leaves_the_index_and_comes_back_by_undo(kestrel, ana, omar):
    other = register_partner(name="Sable Reach Foundation", country="NO", actor=ana)
    merge = merge_partners(kept=kestrel, merged=other, reason="The same register number.", actor=omar)
    candidates.build(candidates.PARTNERS)
    assert candidates.search(["Sable Reach Foundation"], candidates.PARTNERS) == [kestrel.pk]

    undo_merge(merge=merge, actor=omar)
    candidates.refresh_partners()

    assert other.pk in candidates.search(["Sable Reach Foundation"], candidates.PARTNERS)

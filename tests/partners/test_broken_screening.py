"""A list that cannot be read: never "no match", said in words, tried again, and no news once it is back."""

import pytest

from partners import queries
from partners.models import FactChange, ListedEntity, ListSource, Screening
from partners.rescreening import rescreen
from partners.screening import screen
from partners.services import judge_hit, request_screening
from riskassess.core.errors import DomainError
from riskassess.jobs.models import Job, State

pytestmark = pytest.mark.django_db
LISTED = '1,"Kestrel Arc Instruments, Ltd.",,,organisation,NO,demo,2025-03-14,,'
OTHER = "2,Halcyon Trust,,,,,,,,"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def spoil(edition, countries=(5,)):
    """What no parser stores, but a hand in the database may."""
    ListedEntity.objects.filter(entries__edition=edition).update(countries=list(countries))


def test_no_list_could_be_read(kestrel, sanctions, put_in_force, settings, tmp_path):
    put_in_force(sanctions, OTHER)
    settings.VAR_DIR = tmp_path / "a file"
    settings.VAR_DIR.write_text("where no index can be made")

    screening = screen(kestrel)

    assert (screening.state, screening.editions.count()) == (Screening.State.FAILED, 0)
    assert screening.reason.startswith("Test sanctions could not be read")
    assert queries.sanction_hit(kestrel) == "not_screened"
    assert not queries.is_fresh(kestrel)


def test_one_list_of_two_could_not_be_read(kestrel, omar, sanctions, concern, put_in_force):
    spoil(put_in_force(sanctions, LISTED))
    put_in_force(concern, LISTED)

    screening = screen(kestrel)

    assert (screening.state, screening.hits.get().edition.source) == (Screening.State.PARTIAL, concern)
    assert queries.sanction_hit(kestrel) == "possible"
    judge_hit(hit=screening.hits.get(), verdict="same", reason="The same.", actor=omar)
    assert queries.sanction_hit(kestrel) == "not_screened"


def test_what_was_found_before_stays(kestrel, omar, sanctions, put_in_force):
    edition = put_in_force(sanctions, LISTED)
    judge_hit(hit=screen(kestrel).hits.get(), verdict="same", reason="Same address.", actor=omar)
    FactChange.objects.all().delete()
    spoil(edition)

    broken = screen(kestrel)

    hit = broken.hits.get()
    assert (broken.state, hit.verdict, hit.inherited) == ("failed", "same", True)
    assert queries.sanction_hit(kestrel) == "confirmed"
    spoil(edition, ["NO"])
    assert screen(kestrel).state == "done"
    assert not FactChange.objects.exists()


def test_job_is_tried_again_and_ends_with_the_reason(kestrel, sanctions, put_in_force, run_jobs):
    edition = put_in_force(sanctions, LISTED)
    Job.objects.all().delete()
    spoil(edition)

    job = request_screening(partner=kestrel, key="screen:once")
    run_jobs()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.FAILED, 3)
    assert job.error.startswith("Test sanctions could not be read")


def test_edition_is_not_settled_while_a_list_cannot_be_read(kestrel, sanctions, concern, put_in_force):
    screen(kestrel)
    other = put_in_force(concern, LISTED)
    edition = put_in_force(sanctions, LISTED)
    spoil(other)

    with pytest.raises(DomainError, match="could not be read"):
        rescreen(edition, "entries", 0)

    edition.refresh_from_db()
    assert edition.settled_at is None


def test_changes_of_every_list_fact_are_noted(kestrel, omar, put_in_force):
    legal = ListSource.objects.create(code="l", name="L", kind=ListSource.Kind.LEGAL, authority="eu", format="own_csv")
    put_in_force(legal, LISTED)
    hit = screen(kestrel).hits.get()

    judge_hit(hit=hit, verdict="same", reason="Same address.", actor=omar)

    noted = FactChange.objects.values_list("fact", "before", "after")
    assert set(noted) == {("sanction_hit", "possible", "none"), ("legal_list", "none", "eu")}

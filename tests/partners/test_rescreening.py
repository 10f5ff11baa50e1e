"""A new edition: only whom its changes concern is screened anew, and everybody else counts as up to date after it."""

import pytest

from partners import queries
from partners.models import FactChange, Screening
from partners.rescreening import HANDFUL, rescreen
from partners.screening import screen
from partners.services import register_partner
from riskassess.jobs.models import Job

pytestmark = pytest.mark.django_db
LISTED = '1,"Kestrel Arc Instruments, Ltd.",KAI Works,,organisation,NO,demo,2025-03-14,,'
OTHER = "2,Halcyon Trust,,,,,,,,"
THIRD = "3,Marrow Bay Shipping,,,,,,,,"


@pytest.fixture
def sable(ana):
    return register_partner(name="Sable Reach Foundation", country="NO", actor=ana)


def run_to_the_end(edition):
    """Every step that is queued, as a worker would take them."""
    how, after = "", 0
    for _step in range(40):
        rescreen(edition, how, after)
        edition.refresh_from_db()
        if edition.settled_at:
            return
        _pk, how, after = Job.objects.filter(task="partners.rescreen_edition").latest("pk").ids
    raise AssertionError("it does not come to an end")


def count_of(partner):
    return Screening.objects.filter(partner=partner).count()


def test_import_asks_for_a_look_at_what_changed(sanctions, put_in_force):
    edition = put_in_force(sanctions, OTHER)

    assert Job.objects.get(task="partners.rescreen_edition").ids == [edition.pk, "", 0]


def test_only_partners_that_a_change_concerns_are_screened_anew(kestrel, sable, sanctions, put_in_force):
    run_to_the_end(put_in_force(sanctions, OTHER))
    for partner in (kestrel, sable):
        screen(partner)

    edition = put_in_force(sanctions, OTHER, LISTED, day="2026-11-08")
    assert not queries.is_fresh(kestrel)
    assert not queries.is_fresh(sable)
    run_to_the_end(edition)

    assert (count_of(kestrel), count_of(sable)) == (2, 1)
    assert queries.is_fresh(kestrel)
    assert queries.is_fresh(sable)
    assert (queries.sanction_hit(kestrel), queries.sanction_hit(sable)) == ("possible", "none")
    assert list(FactChange.objects.values_list("partner", "before", "after")) == [(kestrel.pk, "none", "possible")]


def test_match_whose_entry_is_gone_ends_and_stays_on_record(kestrel, sanctions, put_in_force):
    run_to_the_end(put_in_force(sanctions, OTHER, LISTED))
    first = screen(kestrel)

    run_to_the_end(put_in_force(sanctions, OTHER, THIRD, day="2026-11-08"))

    assert queries.sanction_hit(kestrel) == "none"
    assert first.hits.count() == 1
    assert list(FactChange.objects.values_list("before", "after")) == [("possible", "none")]


def test_screening_of_two_editions_ago_counts_while_each_since_was_settled(sable, sanctions, put_in_force):
    run_to_the_end(put_in_force(sanctions, OTHER))
    screen(sable)
    run_to_the_end(put_in_force(sanctions, OTHER, THIRD, day="2026-11-08"))
    last = put_in_force(sanctions, OTHER, THIRD, LISTED, day="2026-11-15")
    assert not queries.is_fresh(sable)

    run_to_the_end(last)

    assert queries.is_fresh(sable)
    assert count_of(sable) == 1


def test_screening_that_began_before_the_edition_and_ended_after_it_is_made_anew(kestrel, sanctions, put_in_force):
    first = put_in_force(sanctions, OTHER)
    edition = put_in_force(sanctions, OTHER, LISTED, day="2026-11-08")
    rescreen(edition, "", 0)
    late = screen(kestrel)
    late.hits.all().delete()
    late.editions.set([first])

    run_to_the_end(edition)

    assert queries.sanction_hit(kestrel) == "possible"


def test_step_of_an_edition_that_was_replaced_does_nothing(kestrel, sanctions, put_in_force):
    old = put_in_force(sanctions, OTHER)
    screen(kestrel)
    put_in_force(sanctions, OTHER, LISTED, day="2026-11-08")
    old.refresh_from_db()

    rescreen(old, "", 0)

    old.refresh_from_db()
    assert (old.settled_at, count_of(kestrel)) == (None, 1)


def test_many_changes_are_taken_a_handful_at_a_time(kestrel, sanctions, put_in_force):
    for number in range(HANDFUL + 5):
        Screening.objects.create(
            partner=type(kestrel).objects.create(name=f"Marrow {number}", normalised=f"marrow {number}", country="NO"),
            state="done",
            names_key="x",
        )
    rows = [f"{number},Tern Hill {number} Works,,,,,,,," for number in range(HANDFUL + 2)]
    edition = put_in_force(sanctions, *rows)

    rescreen(edition, "", 0)

    edition.refresh_from_db()
    assert edition.settled_at is None
    assert Job.objects.filter(task="partners.rescreen_edition").latest("pk").ids == [edition.pk, "entries", 0]
    rescreen(edition, "entries", 0)
    assert Job.objects.filter(task="partners.rescreen_edition").latest("pk").ids[1:] == [
        "entries",
        edition.entities.order_by("pk")[HANDFUL - 1].pk,
    ]
    run_to_the_end(edition)

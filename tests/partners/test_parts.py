"""A partner that is a part of a listed body: a band of its own, and never confirmed by the whole alone."""

import pytest

from partners import candidates, queries
from partners.models import FactChange, Hit, RorName
from partners.queries.parents import MOST_ABOVE, parents_of
from partners.screening import screen
from partners.services import add_parent, confirm_judgement, judge_hit, register_partner, remove_parent
from tests.partners.ror import hold_record
from tests.partners.test_rescreening import count_of, run_to_the_end

pytestmark = pytest.mark.django_db
WHOLE, PART, TOP = "https://ror.org/05a28rw58", "https://ror.org/03vek6s52", "https://ror.org/02mhbdp94"
LISTED = "1,Halcyon Freight Holding,,,organisation,NO,demo,2025-03-14,,"
OTHER = "2,Sable Reach Foundation,,,organisation,NO,demo,,,"


@pytest.fixture
def in_ror(db):
    """A laboratory that is a part of a house, and the house of a group."""
    hold_record(PART, "Kestrel Laboratory", relations=[("parent", WHOLE, "Kestrel House")])
    hold_record(WHOLE, "Kestrel House", relations=[("parent", TOP, "Halcyon Freight"), ("child", PART, "Kestrel Lab")])
    hold_record(TOP, "Halcyon Freight Holding", relations=[("child", WHOLE, "Kestrel House")])
    candidates.build(candidates.ROR)  # as the import does; another test of this process may have left one


@pytest.fixture
def laboratory(in_ror, ana):
    return register_partner(name="Kestrel Laboratory", country="NO", ror_id=PART, actor=ana)


def test_match_of_the_whole_is_a_band_of_its_own_with_the_chain(laboratory, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)

    hit = screen(laboratory).hits.get()

    assert (hit.band, hit.part_of) == (Hit.Band.PART_OF, ["Kestrel House", "Halcyon Freight"])
    assert (hit.explanation["band"], hit.explanation["whole_names"]) == ("likely", ["Halcyon Freight Holding"])
    assert (queries.sanction_hit(laboratory), hit.needs_second) == ("possible", True)


def test_clearing_takes_two_and_lasts_until_the_whole_changes(laboratory, sanctions, put_in_force, omar, ana):
    put_in_force(sanctions, LISTED)
    hit = screen(laboratory).hits.get()

    judgement = judge_hit(hit=hit, verdict="different", reason="A company of its own, not owned.", actor=omar)
    by_one = queries.sanction_hit(laboratory)
    confirm_judgement(judgement=judgement, actor=ana)

    assert (judgement.words, by_one) == ("the list does not cover it", "possible")
    assert queries.sanction_hit(laboratory) == "cleared"
    assert screen(laboratory).hits.get().inherited
    RorName.objects.create(record_id=TOP, text="Halcyon Group", normalised="halcyon group", kind="alias")
    assert not screen(laboratory).hits.get().inherited
    assert queries.sanction_hit(laboratory) == "possible"


def test_only_a_person_says_that_the_list_covers_the_part(laboratory, sanctions, put_in_force, omar):
    put_in_force(sanctions, LISTED)

    judgement = judge_hit(hit=screen(laboratory).hits.get(), verdict="same", reason="No form of its own.", actor=omar)

    assert (judgement.words, judgement.of_whole) == ("the list covers it as a part", True)
    assert queries.sanction_hit(laboratory) == "confirmed"


def test_entry_that_may_be_the_partner_itself_is_no_match_of_its_whole(in_ror, ana, sanctions, put_in_force):
    partner = register_partner(name="Halcyon Freight Holding", country="NO", ror_id=PART, actor=ana)
    put_in_force(sanctions, LISTED)

    assert [hit.band for hit in screen(partner).hits.all()] == ["likely"]


def test_what_is_merely_like_the_whole_is_no_match(laboratory, sanctions, put_in_force):
    put_in_force(sanctions, "1,Halcyon Fright Trading,,,organisation,NO,demo,,,", OTHER)

    assert not screen(laboratory).hits.exists()


def test_whole_that_an_officer_recorded_is_compared_until_it_is_taken_away(ana, omar, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    part = register_partner(name="Kestrel Laboratory", country="NO", actor=ana)
    whole = register_partner(name="Halcyon Freight Holding", country="NO", actor=ana)

    row = add_parent(child=part, parent=whole, source="Statutes", actor=omar)
    hit = screen(part).hits.get()
    remove_parent(parentage=row, actor=omar)

    assert (hit.band, hit.part_of) == (Hit.Band.PART_OF, ["Halcyon Freight Holding"])
    assert not screen(part).hits.exists()


def test_circles_and_long_chains_end(ana):
    ids = [f"https://ror.org/0{number}" for number in range(MOST_ABOVE + 3)]
    for number, ror_id in enumerate(ids):
        above = ids[(number + 1) % len(ids)]
        relations = [("parent", other, "a whole") for other in {above, ids[0]}]
        hold_record(ror_id, f"Harbour {number}", relations=relations)
    partner = register_partner(name="Harbour", country="NO", actor=ana)
    partner.ror_id = ids[0]

    parents = parents_of(partner)

    assert [len(parent.chain) for parent in parents] == list(range(1, MOST_ABOVE + 1))


def test_new_entry_reaches_partners_below_the_one_it_means(laboratory, ana, kestrel, sanctions, put_in_force):
    run_to_the_end(put_in_force(sanctions, OTHER))
    for partner in (laboratory, kestrel):
        screen(partner)

    run_to_the_end(put_in_force(sanctions, OTHER, LISTED, day="2026-11-08"))

    assert (count_of(laboratory), count_of(kestrel)) == (2, 1)
    assert list(FactChange.objects.values_list("partner", "before", "after")) == [(laboratory.pk, "none", "possible")]


@pytest.mark.parametrize("count", [1, 3])
def test_wholes_take_the_same_queries_for_any_number(count, ana, django_assert_num_queries):
    above = [(f"https://ror.org/0{number}", f"Harbour {number}") for number in range(count)]
    for ror_id, name in above:
        hold_record(ror_id, name)
    hold_record(PART, "Kestrel Laboratory", relations=[("parent", ror_id, name) for ror_id, name in above])
    partner = register_partner(name="Kestrel Laboratory", country="NO", ror_id=PART, actor=ana)

    with django_assert_num_queries(5):
        assert len(parents_of(partner)) == count

"""What the lists said on a past day: the editions in force, the screening and the judgements of then."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from partners import queries
from partners.models import Judgement, ListEdition, Ownership, Screening
from partners.screening import screen
from partners.services import add_owner, confirm_judgement, judge_hit, register_partner
from tests.partners.test_rescreening import run_to_the_end

pytestmark = pytest.mark.django_db
LISTED = '1,"Kestrel Arc Instruments, Ltd.",KAI Works,,organisation,NO,demo,2025-03-14,,'
OTHER = "2,Halcyon Trust,,,,,,,,"
TODAY = timezone.localdate()


def day(ago):
    return TODAY - timedelta(days=ago)


def move_back(rows, ago, *fields):
    """As if it had been done some days ago, at noon."""
    noon = timezone.make_aware(datetime.combine(day(ago), datetime.min.time())) + timedelta(hours=12)
    rows.update(**dict.fromkeys(fields, noon))


@pytest.fixture
def told(kestrel, sanctions, put_in_force, omar, ana):
    """Ten days ago a list, nine days ago no match; six days ago an entry; judged four, confirmed two days ago."""
    first = put_in_force(sanctions, OTHER)
    run_to_the_end(first)
    screen(kestrel)
    second = put_in_force(sanctions, OTHER, LISTED, day="2026-11-08")
    run_to_the_end(second)
    hit = queries.latest_screening(kestrel).hits.get()
    judgement = judge_hit(hit=hit, verdict="different", reason="Another register number.", actor=omar)
    confirm_judgement(judgement=judgement, actor=ana)
    editions = ListEdition.objects
    move_back(editions.filter(pk=first.pk), 10, "in_force_since", "settled_at")
    move_back(editions.filter(pk=first.pk), 6, "superseded_at")
    move_back(editions.filter(pk=second.pk), 6, "in_force_since", "settled_at")
    old, new = Screening.objects.filter(partner=kestrel).order_by("pk")
    move_back(Screening.objects.filter(pk=old.pk), 9, "created_at")
    move_back(Screening.objects.filter(pk=new.pk), 6, "created_at")
    move_back(Judgement.objects.all(), 4, "created_at")
    move_back(Judgement.objects.all(), 2, "confirmed_at")
    return kestrel


def test_lists_are_read_as_of_a_day(told):
    said = [queries.partner_facts_then(told, day(ago))["sanction_hit"] for ago in (11, 10, 9, 7, 5, 3, 1)]

    assert said == ["not_screened", "not_screened", "none", "none", "possible", "possible", "cleared"]
    assert queries.partner_facts(told, TODAY)["sanction_hit"] == "cleared"


def test_standing_names_the_editions_and_the_verdict_of_then(told):
    before = queries.screening_standings([told], queries.end_of(day(3)))[told]
    early = queries.screening_standings([told], queries.end_of(day(11)))[told]

    (hit,) = before.screening.hits.all()
    assert (hit.judgement.verdict, hit.waits, hit.judgement.confirmed_by) == ("different", True, None)
    assert (early.screening, early.is_current, early.why) == (None, False, "No list was in force.")
    assert Judgement.objects.get().confirmed_by is not None  # only read so


def test_screening_without_a_list_of_then_is_no_match_of_nothing(told, concern, put_in_force):
    edition = put_in_force(concern, OTHER)
    move_back(ListEdition.objects.filter(pk=edition.pk), 8, "in_force_since")

    assert queries.partner_facts_then(told, day(7))["sanction_hit"] == "not_screened"
    assert queries.partner_facts_then(told, day(9))["sanction_hit"] == "none"


def test_owners_are_read_as_of_a_day(told, omar):
    low = register_partner(name="Sable Reach Foundation", country="NO", actor=omar)
    add_owner(owned=low, owner=told, percent=Decimal(60), source="Register", actor=omar)
    Ownership.objects.update(since=day(8))

    said = [queries.partner_facts_then(low, day(ago))["owner_hit"] for ago in (9, 7, 5, 1)]

    assert said == ["no_value", "none", "possible", "cleared"]


def test_name_of_an_owner_was_kept_by_nobody_then(told, omar):
    add_owner(owned=told, owner_name="Halcyon Trust", percent=Decimal(60), source="Register", actor=omar)

    assert queries.partner_facts_then(told, day(1))["owner_hit"] == "not_screened"
    assert queries.partner_facts(told, TODAY)["owner_hit"] == "possible"


@pytest.mark.parametrize("count", [1, 3])
def test_past_facts_take_the_same_queries_for_any_number(count, told, ana, django_assert_num_queries):
    partners = [told, *(register_partner(name=f"Sable {name}", country="NO", actor=ana) for name in ("Arc", "Bay"))]
    for partner in partners[1:]:
        screen(partner)

    with django_assert_num_queries(7):
        queries.partner_facts_of(partners[:count], day(3), queries.end_of(day(3)))

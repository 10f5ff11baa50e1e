from datetime import date, timedelta
from decimal import Decimal

import pytest

from partners import queries
from partners.models import FactChange, Ownership
from partners.queries.owners import shares_above
from partners.screening import screen
from partners.services import (
    add_alias,
    add_owner,
    add_parent,
    end_ownership,
    judge_hit,
    register_partner,
    remove_owner,
)
from riskassess.core.errors import DomainError

TODAY = date(2026, 11, 23)
ROW = "X1,Halcyon Freight Holding,,,organisation,NO,Programme,2026-01-01,,"


@pytest.fixture
def partner(ana):
    return lambda name: register_partner(name=name, country="NO", actor=ana)


@pytest.fixture
def owns(omar):
    def make(owner, owned, percent, **given):
        return add_owner(owner=owner, owned=owned, percent=Decimal(percent), source="Register", actor=omar, **given)

    return make


def said(partner):
    return queries.partner_facts(partner, TODAY)["owner_hit"]


def test_owner_through_others_and_in_parts_owns_more_than_half(partner, owns):
    top, left, right, low = (partner(f"Harbour {name}") for name in ("Crown", "Birch", "Cedar", "Delta"))
    owns(top, left, "60")
    owns(top, right, "51")
    owns(left, low, "30")
    owns(right, low, "25")

    (owner,) = queries.owners_over_half(low, shares_above([low], TODAY))

    assert (owner.partner, owner.percent, len(owner.chain)) == (top, Decimal(55), 4)
    assert {share.owned for share in owner.chain[-2:]} == {low}


def test_half_is_not_more_than_half_and_a_circle_ends(partner, owns):
    one, other = partner("Harbour Crown"), partner("Harbour Birch")
    owns(one, other, "50")
    owns(other, one, "80")

    assert queries.owners_over_half(other, shares_above([other], TODAY)) == []
    assert [owner.partner for owner in queries.owners_over_half(one, shares_above([one], TODAY))] == [other]


def test_more_than_the_whole_is_refused_and_an_ended_share_makes_room(partner, owns, omar):
    one, two, low = partner("Harbour Crown"), partner("Harbour Birch"), partner("Harbour Delta")
    share = owns(one, low, "70")

    with pytest.raises(DomainError, match="110 %") as refused:
        owns(two, low, "40")
    end_ownership(share=share, until=TODAY - timedelta(days=1), actor=omar)
    owns(two, low, "40", since=TODAY - timedelta(days=1))

    assert refused.value.field == "percent"
    assert low.owners.count() == 2


@pytest.mark.parametrize("name", ["Harbour Crown", "HARBOUR CROWN, Ltd.", "Crown of the Harbour"])
def test_partner_does_not_own_itself_under_one_of_its_names(name, partner, omar):
    crown = partner("Harbour Crown")
    add_alias(partner=crown, name="Crown of the Harbour", actor=omar)
    given = {"owned": crown, "owner_name": name, "percent": Decimal(60), "source": "Register", "actor": omar}

    with pytest.raises(DomainError, match="the partner's own name"):
        add_owner(**given)

    assert add_owner(**given, owner_kind="person").owner_name == name  # a founder may be called like the house
    assert Ownership.objects.count() == 1


def test_owner_hit_follows_what_the_lists_say_of_the_owner(partner, owns, omar, sanctions, put_in_force):
    low, owner = partner("Kestrel Arc Instruments"), partner("Halcyon Freight Holding")
    screen(low)
    assert said(low) == "no_value"
    put_in_force(sanctions, ROW)

    share = owns(owner, low, "51")
    before_screening = said(low)
    screen(owner)
    possible = said(low)
    hit = queries.hits_of(owner)[0]
    judge_hit(hit=hit, verdict="same", reason="Register number agrees.", actor=omar)
    confirmed = said(low)
    remove_owner(share=share, actor=omar)

    assert (before_screening, possible, confirmed, said(low)) == ("not_screened", "possible", "confirmed", "no_value")
    changes = FactChange.objects.filter(fact="owner_hit", partner=low).order_by("pk").values_list("before", "after")
    assert list(changes) == [
        ("no_value", "not_screened"),
        ("not_screened", "possible"),
        ("possible", "confirmed"),
        ("confirmed", "no_value"),
    ]


def test_two_listed_owners_count_together(partner, owns, omar, sanctions, put_in_force):
    low, one, two = partner("Kestrel Arc"), partner("Halcyon Freight Holding"), partner("Boreal Dredging Combine")
    put_in_force(sanctions, ROW, "X2,Boreal Dredging Combine,,,organisation,NO,Programme,2026-01-01,,")
    owns(one, low, "30")
    owns(two, low, "30")
    for owner in (one, two):
        screen(owner)
        judge_hit(hit=queries.hits_of(owner)[0], verdict="same", reason="Same.", actor=omar)

    hit = queries.owner_hits([low], TODAY)[low.pk]

    assert (hit.value, {share.who for share in hit.meant}) == ("confirmed", {one.name, two.name})
    assert queries.owners_over_half(low, shares_above([low], TODAY)) == []


def test_clean_owners_of_a_minority_say_nothing_of_the_rest(partner, owns, sanctions, put_in_force):
    low, owner = partner("Kestrel Arc Instruments"), partner("Fjord Savings")
    put_in_force(sanctions, ROW)
    screen(owner)

    owns(owner, low, "40")
    minority = said(low)
    owns(None, low, "30", owner_name="Ingrid Solvang", owner_kind=Ownership.Kind.PERSON)

    assert (minority, said(low)) == ("no_value", "none")


def test_owner_outside_the_registry_is_compared_by_name(partner, owns, sanctions, put_in_force):
    low = partner("Kestrel Arc Instruments")
    put_in_force(sanctions, ROW)

    owns(None, low, "90", owner_name="Halcyon Freight Holding")

    assert said(low) == "possible"


@pytest.mark.parametrize("count", [1, 3])
def test_facts_take_as_many_queries_for_one_partner_as_for_three(
    count, partner, owns, django_assert_num_queries, sanctions, put_in_force
):
    put_in_force(sanctions, ROW)
    owner = partner("Fjord Savings")
    partners = [partner(f"Kestrel {name}") for name in ("Arc", "Bay", "Cove")[:count]]
    for each in partners:
        owns(owner, each, "60")

    with django_assert_num_queries(15):
        queries.partner_facts_of(partners, TODAY)


def test_a_part_can_not_be_the_whole_of_its_own_whole(partner, omar):
    whole, part = partner("Harbour University"), partner("Harbour Institute")
    add_parent(child=part, parent=whole, source="Statutes", actor=omar)

    with pytest.raises(DomainError, match="itself a part"):
        add_parent(child=whole, parent=part, source="Statutes", actor=omar)

from datetime import date, timedelta
from decimal import Decimal

import pytest

from partners import queries
from partners.models import Contact, FactChange, Ownership
from partners.queries.owners import shares_above
from partners.screening import screen
from partners.services import (
    add_alias,
    add_owner,
    add_parent,
    confirm_judgement,
    end_ownership,
    erase_contact,
    judge_hit,
    register_partner,
    remove_owner,
    settle_owner,
)
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError

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

    assert add_owner(**given, owner_kind="person").person.name == name  # a founder may be called like the house
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
    screen(owns(None, low, "30", owner_name="Ingrid Solvang", owner_kind=Ownership.Kind.PERSON).person)

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

    with django_assert_num_queries(13):
        queries.partner_facts_of(partners, TODAY)


def test_a_part_can_not_be_the_whole_of_its_own_whole(partner, omar):
    whole, part = partner("Harbour University"), partner("Harbour Institute")
    add_parent(child=part, parent=whole, source="Statutes", actor=omar)

    with pytest.raises(DomainError, match="itself a part"):
        add_parent(child=whole, parent=part, source="Statutes", actor=omar)


PERSON = "X3,Orsolya Quillfeather,,,person,NO,Programme,2026-01-01,,"


@pytest.fixture
def of_orsolya(partner, owns, sanctions, put_in_force):
    """More than half of a partner is a listed person's."""
    put_in_force(sanctions, ROW, PERSON)
    low = partner("Kestrel Arc Instruments")
    screen(low)
    given = {"owner_name": "Orsolya Quillfeather", "owner_kind": Ownership.Kind.PERSON, "owner_country": "NO"}
    return owns(None, low, "60", **given)


def test_person_who_owns_a_partner_is_screened_judged_and_cleared_by_two(of_orsolya, omar, ana):
    low, person = of_orsolya.owned, of_orsolya.person
    before_screening = said(low)
    screen(person)
    possible = said(low)
    hit = queries.latest_screening(person).hits.get()

    judgement = judge_hit(hit=hit, verdict="different", reason="Another field.", actor=omar)
    by_one = said(low)
    confirm_judgement(judgement=judgement, actor=ana)

    assert (before_screening, possible, by_one, said(low)) == ("not_screened", "possible", "possible", "cleared")
    assert (of_orsolya.owner_name, of_orsolya.owner_country) == ("", "")  # where a person comes from is not kept
    changes = FactChange.objects.filter(fact="owner_hit", partner=low).order_by("pk").values_list("before", "after")
    assert list(changes) == [("no_value", "not_screened"), ("not_screened", "possible"), ("possible", "cleared")]


def test_confirmed_person_stands_with_the_chain(of_orsolya, partner, owns, omar):
    between, low = of_orsolya.owned, partner("Kestrel Delta")
    owns(between, low, "51")
    screen(of_orsolya.person)

    hit = queries.latest_screening(of_orsolya.person).hits.get()
    judge_hit(hit=hit, verdict="same", reason="The register says so.", actor=omar)

    found = queries.owner_hits([low], TODAY)[low.pk]
    assert (found.value, [share.person for share in found.meant]) == ("confirmed", [of_orsolya.person])
    assert [(share.who, share.owned.name) for share in found.chain] == [
        ("Orsolya Quillfeather", between.name),
        (between.name, low.name),
    ]


def test_shares_of_people_named_alike_add_up_and_are_judged_apart(of_orsolya, partner, owns, omar):
    between, low = partner("Harbour Crown"), partner("Harbour Delta")
    for owned in (between, low):
        owns(None, owned, "51" if owned == between else "30", owner_name="Orsolya Quillfeather", owner_kind="person")
    owns(between, low, "30")
    people = list(Contact.objects.all())
    for person in (*people, between):
        screen(person)
    assert (len(people), said(low)) == (3, "possible")

    hit = queries.latest_screening(low.owners.get(person__isnull=False).person).hits.get()
    judge_hit(hit=hit, verdict="same", reason="The register says so.", actor=omar)

    assert said(low) == "confirmed"  # the other is taken for the same until somebody tells them apart
    assert sorted(queries.sanction_hits(people).values()) == ["confirmed", "possible", "possible"]


def test_owner_by_name_is_settled_as_a_person_or_as_an_organisation(partner, owns, omar, sanctions, put_in_force):
    put_in_force(sanctions, ROW, PERSON)
    low = partner("Kestrel Arc Instruments")
    by_name = owns(None, low, "30", owner_name="Halcyon Freight Holding")
    old = Ownership.objects.create(
        owned=low, percent=60, owner_name="Orsolya Quillfeather", owner_kind="person", owner_country="NO", source="R"
    )
    assert said(low) == "possible"

    organisation = settle_owner(share=by_name, owner_name="Halcyon Freight Holding", owner_country="NO", actor=omar)
    person = settle_owner(share=old, owner_name=old.owner_name, owner_kind="person", owner_birth_year=1990, actor=omar)
    for party in (organisation.owner, person.person):
        screen(party)

    assert (organisation.owner.name, organisation.owner_name, person.owner_country) == (by_name.owner.name, "", "")
    assert person.person.birth_year == 1990
    with pytest.raises(Conflict, match="said meanwhile"):
        settle_owner(share=old, owner_name="Ida Holm", owner_kind="person", actor=omar)


def test_erased_owner_leaves_the_share_and_counts_as_not_compared(of_orsolya, omar):
    low, person = of_orsolya.owned, of_orsolya.person
    screen(person)

    erase_contact(contact=person, reason="Asked for on 3 May.", actor=omar)

    of_orsolya.refresh_from_db()
    assert (of_orsolya.is_erased, of_orsolya.percent, said(low)) == (True, 60, "not_screened")
    assert not Contact.objects.exists()
    told = [str(event.detail.after) + str(event.detail.before) for event in Event.objects.all()]
    assert not any("Quillfeather" in each for each in told)
    settle_owner(share=of_orsolya, owner_name="Ida Holm", owner_kind="person", actor=omar)
    screen(of_orsolya.person)
    assert said(low) == "none"


def test_person_recorded_in_error_is_forgotten_with_the_share(of_orsolya, omar):
    screen(of_orsolya.person)

    remove_owner(share=of_orsolya, actor=omar)

    assert (Contact.objects.count(), said(of_orsolya.owned)) == (0, "no_value")


def test_person_is_kept_once_for_shares_of_one_partner_and_by_orcid_anywhere(partner, owns):
    one, two = partner("Harbour Crown"), partner("Harbour Delta")
    named = {"owner_name": "Ida Holm", "owner_kind": "person"}
    with_id = named | {"owner_orcid": "https://orcid.org/0000-0002-1825-0097"}

    shares = [
        owns(None, one, "10", **named), owns(None, one, "10", **named), owns(None, two, "10", **named),
        owns(None, one, "10", **with_id), owns(None, two, "10", **with_id),
    ]  # fmt: skip

    people = [share.person_id for share in shares]
    assert [people[0] == people[1], people[0] == people[2], people[3] == people[4]] == [True, False, True]

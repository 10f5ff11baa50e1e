"""The pages of the registry: who sees what, one change at a time, and the same work for one row as for three."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import queries
from partners.models import ListedEntity, Ownership, Partner
from partners.screening import screen
from partners.services import add_alias, add_identifier, add_owner, register_partner, set_ror_id
from tests.partners.ror import hold_record
from tests.story import *  # noqa: F403
from tests.story import HIGH

HOUSE, LABORATORY = "https://ror.org/05a28rw58", "https://ror.org/03vek6s52"
LEI = "529900T8BM49AURSDO55"


@pytest.fixture
def kestrel(university, omar):
    partner = register_partner(name="Kestrel Arc Instruments", country="NO", actor=omar)
    add_alias(partner=partner, name="Turmfalk Bogen", language="de", actor=omar)
    add_identifier(partner=partner, scheme="lei", value=LEI, actor=omar)
    return partner


def test_partner_is_found_by_any_name_and_identifier(kestrel, omar, as_user):
    client = as_user(omar)

    found = [kestrel.name in client.get(reverse("partners"), {"q": q}).content.decode() for q in QUERIES]

    assert found == [True, True, True, False]


QUERIES = ("kestrel", "Turmfalk", LEI.lower(), "Nobody at all")


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_any_number(count, university, omar, as_user, django_assert_num_queries):
    for name in ("Arc", "Bay", "Cove")[:count]:
        add_alias(
            partner=register_partner(name=f"Kestrel {name}", country="NO", actor=omar), name=f"K {name}", actor=omar
        )
    client = as_user(omar)

    with django_assert_num_queries(14):
        assert client.get(reverse("partners"), {"country": "NO"}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_queries_for_any_number(
    count, kestrel, listed, omar, as_user, django_assert_num_queries, run_jobs
):
    """With all that a page can have: a ROR record, owners of both kinds, matches."""
    hold_record(HOUSE, "Kestrel House", country="NO")
    hold_record(LABORATORY, "Kestrel Laboratory", country="NO", relations=[("parent", HOUSE, "Kestrel House")])
    set_ror_id(partner=kestrel, ror_id=LABORATORY, actor=omar)
    people = (ListedEntity.objects.filter(kind="person").first().name, "Ida Holm", "Marek Holm")
    shares = {"percent": Decimal(12), "source": "Register", "actor": omar}
    for name, person in zip(("Arc", "Bay", "Cove")[:count], people[:count], strict=True):
        add_owner(owned=kestrel, owner=register_partner(name=f"Owner {name}", country="NO", actor=omar), **shares)
        add_owner(owned=kestrel, owner_name=person, owner_kind="person", **shares)
    run_jobs()
    client = as_user(omar)

    with django_assert_num_queries(24):
        page = client.get(kestrel.get_absolute_url())

    assert (len(page.context["tree"]), page.context["not_current"]) == (2 * count, "")


def test_researcher_sees_the_registry_but_neither_matches_nor_forms_nor_others_proposals(kestrel, ana, as_user):
    page = as_user(ana).get(kestrel.get_absolute_url()).content.decode()

    assert [words in page for words in ("Turmfalk Bogen", LEI)] == [True, True]
    assert [words in page for words in ("History", "Matches", 'name="do"')] == [False, False, False]
    assert as_user(ana).post(kestrel.get_absolute_url(), {"do": "screen"}).status_code == 403


def test_page_shows_only_proposals_that_its_reader_may_see(submitted, ana, eve, as_user):
    proposal = submitted()
    partner = proposal.participations.first().partner

    pages = [as_user(person).get(partner.get_absolute_url()).content.decode() for person in (ana, eve)]

    assert [proposal.reference in page for page in pages] == [True, False]


def test_officer_changes_a_partner_and_reads_it_in_the_history(kestrel, omar, as_user):
    client, url = as_user(omar), kestrel.get_absolute_url()
    client.post(url, {"do": "edit", "edit-name": "Kestrel Arc", "edit-country": "SE", "edit-type": "company"})
    client.post(url, {"do": "name", "name-name": "KAI", "name-kind": "acronym"})
    client.post(url, {"do": f"drop-name:{kestrel.aliases.get(name='Turmfalk Bogen').uid}"})
    owner = {"owner-owner_name": "Fjord Savings", "owner-owner_kind": "organisation", "owner-owner_country": "NO"}
    client.post(url, {"do": "owner", **owner, "owner-percent": "60.5", "owner-source": "Register"})

    page = client.get(url).content.decode()

    kestrel.refresh_from_db()
    assert (kestrel.name, kestrel.country, kestrel.type) == ("Kestrel Arc", "SE", "company")
    assert {alias.name for alias in kestrel.aliases.all()} == {"Kestrel Arc Instruments", "KAI"}
    assert kestrel.owners.get().owner == Partner.objects.get(name="Fjord Savings")
    assert "name: “Kestrel Arc Instruments” became “Kestrel Arc”; country: “Norway” became “Sweden”" in page
    assert "took back a name of a partner" in page
    assert "percent: “60.5”" in page
    assert "Fjord Savings, 60.5 %" in page


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"do": "identifier", "identifier-scheme": "lei", "identifier-value": LEI[:-1] + "6"}, "value", "check digits"),
        ({"do": "identifier", "identifier-scheme": "vat", "identifier-value": "DE1"}, "value", "VAT number"),
        ({"do": "identifier", "identifier-scheme": "ror", "identifier-value": "03x"}, "value", "ROR id"),
        ({"do": "edit", "edit-name": "!!", "edit-country": "NO"}, "name", "Give the name"),
        ({"do": "edit", "edit-name": "A", "edit-country": "NO", "edit-website": "kestrel"}, "website", "web address"),
        ({"do": "owner", "owner-owner_name": "A", "owner-percent": "many"}, "percent", "from 0 to 100"),
        ({"do": "name", "name-name": "A", "name-kind": "alias", "name-language": "dÄ"}, "language", "code"),
    ],
)
def test_what_can_not_be_kept_is_said_at_its_field_and_stays_typed(given, field, words, kestrel, omar, as_user):
    before = queries.names_key(kestrel)

    response = as_user(omar).post(kestrel.get_absolute_url(), given)

    form = response.context["faulty"]
    assert response.status_code == 422
    assert words in " ".join(form.errors[field])
    assert queries.names_key(Partner.objects.get(pk=kestrel.pk)) == before
    assert not Ownership.objects.exists()


def test_listed_owner_known_by_name_only_is_settled_on_the_page(kestrel, listed, omar, as_user, run_jobs):
    organisation = ListedEntity.objects.filter(kind="organisation").exclude(name__icontains="kestrel").first().name
    person = ListedEntity.objects.filter(kind="person").first().name
    client, url = as_user(omar), kestrel.get_absolute_url()
    add_owner(owned=kestrel, percent=Decimal(60), owner_name=organisation, source="Register", actor=omar)
    old = Ownership.objects.create(
        owned=kestrel,
        percent=Decimal(30),
        owner_name=person,
        owner_kind="person",
        owner_country="NO",
        source="Register",
    )
    page = client.get(url)
    for outside in page.context["owner_hit"]["outside"]:
        assert outside["name"] in client.get(outside["url"]).content.decode()
    keys = [row["key"] for row in page.context["unsettled"]]

    for key, given in zip(keys, ({"owner_country": "NO"}, {"owner_birth_year": "1961"}), strict=True):
        kind, name = ("person", person) if "owner_birth_year" in given else ("organisation", organisation)
        typed = {"do": key, f"{key}-owner_kind": kind, f"{key}-owner_name": name}
        typed |= {f"{key}-{field}": value for field, value in given.items()}
        assert client.post(url, typed).status_code == 302
    run_jobs()

    page = client.get(url)
    old.refresh_from_db()
    assert page.context["unsettled"] == []
    assert (old.person.name, old.person.birth_year, old.owner_name, old.owner_country) == (person, 1961, "", "")
    assert [len(row["hits"]) > 0 for row in page.context["tree"]] == [True, True]


def test_settling_an_organisation_needs_its_country(kestrel, omar, as_user):
    add_owner(owned=kestrel, percent=Decimal(60), owner_name="Boreal Holding", source="Register", actor=omar)
    key = f"settle-owner:{Ownership.objects.get().uid}"
    typed = {"do": key, f"{key}-owner_kind": "organisation", f"{key}-owner_name": "Boreal Holding"}

    response = as_user(omar).post(kestrel.get_absolute_url(), typed)

    assert response.status_code == 422
    assert "Choose the country" in " ".join(response.context["faulty"].errors["owner_country"])
    assert Ownership.objects.get().owner_name == "Boreal Holding"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"owner_orcid": "0000-0002-1825-0098"}, "owner_orcid"), ({"owner_birth_year": "1740"}, "owner_birth_year")],
)
def test_what_tells_a_person_apart_is_checked_at_its_field(given, field, kestrel, omar, as_user):
    typed = {"owner_name": "Ida Holm", "owner_kind": "person", "percent": "60", "source": "Register", **given}

    response = as_user(omar).post(
        kestrel.get_absolute_url(), {"do": "owner"} | {f"owner-{name}": value for name, value in typed.items()}
    )

    assert (response.status_code, list(response.context["faulty"].errors)) == (422, [field])
    assert not Ownership.objects.exists()


def test_person_who_owns_a_partner_is_named_to_whoever_sees_matches_alone(kestrel, omar, ana, tomasz, as_user):
    add_owner(
        owned=kestrel,
        percent=Decimal(60),
        owner_name="Ida Holm",
        owner_kind="person",
        owner_birth_year=1974,
        source="Register",
        actor=omar,
    )

    pages = [as_user(who).get(kestrel.get_absolute_url()).content.decode() for who in (omar, tomasz, ana)]

    assert ["Ida Holm" in page for page in pages] == [True, True, False]
    assert ["born 1974" in page for page in pages] == [True, True, False]
    assert "A person, 60 %" in pages[2]


def test_details_of_an_owner_are_erased_from_the_page_and_the_share_stays(kestrel, omar, ana, as_user):
    given = {"owner_name": "Ida Holm", "owner_kind": "person", "source": "Register", "actor": omar}
    share = add_owner(owned=kestrel, percent=Decimal(60), **given)
    url = reverse("owner_erase", args=[kestrel.uid, share.person.uid])
    assert url in as_user(omar).get(kestrel.get_absolute_url()).content.decode()
    assert [as_user(ana).get(url).status_code, as_user(ana).post(url, {"reason": "No."}).status_code] == [403, 403]
    assert as_user(omar).post(url, {"reason": " "}).status_code == 422

    response = as_user(omar).post(url, {"reason": "Asked for on 3 May."})

    share.refresh_from_db()
    page = as_user(omar).get(kestrel.get_absolute_url()).content.decode()
    assert (response.url, share.is_erased, share.percent) == (kestrel.get_absolute_url(), True, 60)
    assert "Ida Holm" not in page
    assert "A person whose details were erased" in page


def test_page_shows_a_past_day_without_anything_to_change(kestrel, listed, omar, as_user):
    screen(kestrel)
    client, url = as_user(omar), kestrel.get_absolute_url()
    yesterday = timezone.localdate() - timedelta(days=1)

    then = client.get(url, {"as_of": yesterday.isoformat()})
    future = client.get(url, {"as_of": (yesterday + timedelta(days=2)).isoformat()})

    assert then.context["screening"] is None
    assert "As of the end of" in then.content.decode()
    assert 'name="do"' not in then.content.decode()
    assert "Choose a day before today." in future.content.decode()
    assert 'name="do"' in future.content.decode()


def test_match_of_an_owner_is_judged_from_its_page(listed, omar, ana, as_user):
    owner = register_partner(name="Halcyon Ferry Line", country="NO", actor=omar)
    entity = ListedEntity.objects.exclude(kind="person").first().name
    add_alias(partner=owner, name=entity, actor=omar)
    screen(owner)
    hit = queries.hits_of(owner)[0]
    url = reverse("partner_match", args=[owner.uid, hit.uid])

    page = as_user(omar).get(owner.get_absolute_url()).content.decode()
    answer = as_user(omar).post(url, {"verdict": "same", "reason": "The register number agrees."})

    assert url in page
    assert answer.url == owner.get_absolute_url()
    assert not queries.hits_of(owner)[0].is_open
    assert as_user(ana).get(url).status_code == 403


def test_two_records_become_one_with_their_proposals_and_two_again(submitted, kestrel, omar, as_user):
    proposal = submitted(example=HIGH)
    row = proposal.participations.first()
    twin = row.partner
    Partner.objects.filter(pk=kestrel.pk).update(country=twin.country)
    client, url = as_user(omar), reverse("partner_merge", args=[kestrel.uid])

    found = client.get(url, {"q": twin.name}).content.decode()
    shown = client.get(url, {"other": twin.uid}).content.decode()
    refused = client.post(url, {"other": twin.uid, "reason": ""})
    client.post(url, {"other": twin.uid, "reason": "The same register entry."})

    row.refresh_from_db()
    assert str(twin.uid) in found
    assert "1 proposal, with its answers" in shown
    assert refused.status_code == 422
    assert row.partner == kestrel
    assert client.get(twin.get_absolute_url()).url == kestrel.get_absolute_url()
    assert client.get(reverse("case", args=[proposal.reference])).status_code == 200

    merge = kestrel.merges.get()
    client.post(reverse("partner_unmerge", args=[kestrel.uid, merge.uid]))

    row.refresh_from_db()
    assert row.partner == twin
    assert client.get(twin.get_absolute_url()).status_code == 200

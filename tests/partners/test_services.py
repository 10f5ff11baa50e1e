import pytest

from partners.models import Alias, Partner
from partners.screening import screen
from partners.services import edit_partner, register_partner, request_screening
from riskassess.audit.models import Event
from riskassess.core.errors import DomainError
from riskassess.jobs.models import State
from tests.partners.ror import hold_record

pytestmark = pytest.mark.django_db
MUNICH = "https://ror.org/02kkvpp62"


@pytest.fixture
def munich(db):
    return hold_record(
        MUNICH, "Technical University of Munich", "Technische Universität München", "TUM", country="DE", city="Munich"
    )


def test_register_partner_makes_a_partner_with_what_ror_knows(ana, munich):
    partner = register_partner(name=" Technical University  of Munich ", country="de", ror_id="02kkvpp62", actor=ana)

    assert (partner.name, partner.country, partner.ror_id) == ("Technical University of Munich", "DE", MUNICH)
    assert (partner.city, partner.type) == ("Munich", "education")
    assert Event.objects.get().verb == "partner.registered"


def test_register_partner_finds_one_by_ror_id_and_keeps_the_filed_name(ana):
    first = register_partner(name="Technical University of Munich", country="DE", ror_id=MUNICH, actor=ana)

    second = register_partner(name="TU München", country="DE", ror_id=MUNICH, actor=ana)

    assert second == first
    assert list(first.aliases.values_list("name", "kind")) == [("TU München", Alias.Kind.FILED)]


def test_register_partner_finds_one_by_name_and_country(ana):
    first = register_partner(name="Kestrel Arc Ltd", country="NO", actor=ana)

    assert register_partner(name="KESTREL-ARC Ltd.", country="NO", actor=ana) == first
    assert register_partner(name="Kestrel Arc Ltd", country="SE", actor=ana) != first
    assert not first.aliases.exists()


def test_register_partner_adds_a_ror_id_to_a_partner_without(ana):
    first = register_partner(name="Technical University of Munich", country="DE", actor=ana)

    second = register_partner(name="Technical University of Munich", country="DE", ror_id=MUNICH, actor=ana)

    assert (second, Partner.objects.get().ror_id) == (first, MUNICH)


def test_register_partner_keeps_two_ror_ids_of_one_name_apart(ana):
    register_partner(name="Technical University of Munich", country="DE", ror_id=MUNICH, actor=ana)

    other = register_partner(
        name="Technical University of Munich", country="DE", ror_id="https://ror.org/05591te55", actor=ana
    )

    assert Partner.objects.count() == 2
    assert other.ror_id == "https://ror.org/05591te55"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "!!!"}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"country": ""}, "country"),
        ({"country": "ZZ"}, "country"),
        ({"ror_id": "https://ror.org/02kkvpp63"}, "ror_id"),
        ({"ror_id": "grid.6936.a"}, "ror_id"),
        ({"ror_id": MUNICH, "country": "FR"}, "country"),
    ],
)
def test_register_partner_names_the_field_at_fault(fields, field, ana, munich):
    with pytest.raises(DomainError) as fault:
        register_partner(**{"name": "Kestrel Arc", "country": "NO", "actor": ana, **fields})

    assert fault.value.field == field
    assert not Partner.objects.exists()


def test_edit_partner_keeps_the_old_name(kestrel, omar):
    edit_partner(partner=kestrel, name="Tårnfalk Instrumenter", country="NO", city="Bergen", actor=omar)

    kestrel.refresh_from_db()
    assert (kestrel.name, kestrel.normalised, kestrel.city) == (
        "Tårnfalk Instrumenter",
        "tarnfalk instrumenter",
        "Bergen",
    )
    assert list(kestrel.aliases.values_list("name", "kind")) == [("Kestrel Arc Instruments", Alias.Kind.FORMER)]
    assert Event.objects.filter(verb="partner.edited").count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"city": "x" * 121}, "city"), ({"website": "javascript:alert(1)"}, "website"), ({"type": "club"}, "type")],
)
def test_edit_partner_names_the_field_at_fault(fields, field, kestrel, omar):
    with pytest.raises(DomainError) as fault:
        edit_partner(**{"partner": kestrel, "name": kestrel.name, "country": "NO", "actor": omar, **fields})

    assert fault.value.field == field


def test_register_partner_takes_control_characters_out(ana):
    assert register_partner(name="Kestrel\x00 Arc\u200b", country="NO", actor=ana).name == "Kestrel Arc"


def test_request_screening_screens_in_the_background_once(kestrel, ana, run_jobs):
    job = request_screening(partner=kestrel, key="screen:1", asked_by=ana)
    assert request_screening(partner=kestrel, key="screen:1", asked_by=ana) == job

    assert run_jobs() == 1

    job.refresh_from_db()
    assert job.state == State.DONE
    assert kestrel.screenings.count() == 1


def test_request_screening_hands_ids_on_to_the_follow_up(kestrel, run_jobs):
    job = request_screening(partner=kestrel, key="screen:1", ids=(7, "x"))

    run_jobs()

    job.refresh_from_db()
    assert (job.ids, job.state) == ([kestrel.pk, 7, "x"], State.DONE)


def test_screening_twice_is_harmless(kestrel):
    assert screen(kestrel).names_key == screen(kestrel).names_key

"""One list of organisations from the registry and from ROR, and what is near to a new one."""

import pytest

from partners.models import Partner
from partners.queries import find_organisations, near_duplicates, organisations_of
from partners.services import NearDuplicates, add_alias, merge_partners, register_partner
from tests.partners.ror import hold_record

pytestmark = pytest.mark.django_db
ONE, TWO = "https://ror.org/00003ef66", "https://ror.org/02kkvpp62"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


def lines(text):
    return [(each.name, "known" if each.partner else "ror") for each in find_organisations(text)]


@pytest.fixture
def university():
    return hold_record(
        ONE, "Norderhaven University", "NHU", "Universität Norderhaven", "Норденхавенский университет",
        country="DE", city="Norderhaven",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "norderhaven univ",
        "NHU",
        "Universität Norderhaven",
        "Норденхавенский университет",
        "Norderhavn Universty",
        "Department of Physics, Norderhaven University, Norderhaven, Germany",
        "00003ef66",
        "ror.org/00003ef66",
        "https://ror.org/00003EF66",
    ],
)
@pytest.mark.parametrize("is_registered", [False, True])
def test_organisation_is_one_line_however_it_is_written(text, is_registered, university, ana):
    if is_registered:
        register_partner(name="Norderhaven University", country="DE", ror_id=ONE, actor=ana)

    assert lines(text) == [("Norderhaven University", "known" if is_registered else "ror")]


@pytest.mark.parametrize("text", ["norderhaven robot", "Norderhaven Robotic", "NORDERHAVEN ROBOTICS GMBH", "Nordrobot"])
def test_partner_without_ror_is_found_by_its_names_and_slips(text, ana):
    partner = register_partner(name="Norderhaven Robotics", country="DE", actor=ana)
    add_alias(partner=partner, name="Nordrobot", kind="alias", actor=ana)

    assert lines(text) == [("Norderhaven Robotics", "known")]


def test_withdrawn_id_leads_to_the_kept_one_and_says_so(university, ana):
    hold_record(
        TWO, "Norderhaven", country="DE", status="withdrawn", relations=[("successor", ONE, "Norderhaven University")]
    )
    partner = register_partner(name="Norderhaven University", country="DE", ror_id=TWO, actor=ana)

    [found] = find_organisations(TWO)

    assert (found.partner, found.record) == (partner, university)
    assert "ROR withdrew the id" in found.note
    assert lines("norderhaven univ") == [("Norderhaven University", "known")]


def test_merged_record_leads_to_the_kept_one_and_says_so(ana):
    kept = register_partner(name="Sable Reach", country="NO", actor=ana)
    merged = register_partner(name="Zobel Institutt", country="NO", actor=ana)
    merge_partners(kept=kept, merged=merged, reason="Same register number", actor=ana)

    [found] = find_organisations("zobel")

    assert (found.partner, found.note) == (kept, "Zobel Institutt was merged into this record.")
    assert organisations_of([str(merged.uid)])[str(merged.uid)].partner == kept


def test_odd_keys_mean_nothing(db):
    assert organisations_of(["", "nonsense", TWO, "00000000-0000-0000-0000-000000000000"]) == {}


@pytest.mark.parametrize("name", ["Norderhaven Robotics GmbH", "Norderhavn Robotics", "Robotics Norderhaven"])
def test_near_duplicate_is_refused_until_it_is_told_apart(name, ana):
    known = register_partner(name="Norderhaven Robotics", country="DE", actor=ana)

    with pytest.raises(NearDuplicates) as refused:
        register_partner(name=name, country="DE", actor=ana, told_apart=())

    assert [each.partner for each in refused.value.found] == [known]
    new = register_partner(name=name, country="DE", actor=ana, told_apart=[str(known.uid)])
    assert new.name == name


def test_record_of_ror_is_a_near_duplicate_too(university, ana):
    with pytest.raises(NearDuplicates) as refused:
        register_partner(name="Norderhaven Universitaet", country="DE", actor=ana, told_apart=())

    assert [each.key for each in refused.value.found] == [ONE]


def test_with_a_ror_id_only_a_partner_without_one_can_be_the_same(university, ana):
    known = register_partner(name="Norderhaven University e.V.", country="DE", actor=ana)
    hold_record(TWO, "Norderhaven University of Arts", country="DE")

    with pytest.raises(NearDuplicates) as refused:
        register_partner(name=university.name, country="DE", ror_id=ONE, actor=ana, told_apart=())

    assert [each.partner for each in refused.value.found] == [known]


@pytest.mark.parametrize("name", ["Quarzwerk Lindau", "Norderhaven Brewery", "Institute of Robotics"])
def test_others_are_registered_at_once(name, university, ana):
    register_partner(name="Norderhaven Robotics", country="DE", actor=ana)

    assert near_duplicates(name, "DE") == []
    assert register_partner(name=name, country="DE", actor=ana, told_apart=()) in Partner.objects.all()

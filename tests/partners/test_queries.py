from datetime import date

import pytest

from partners import queries
from partners.countries import COUNTRIES, country_choices, country_name
from partners.models import CountryFact, Dataset
from partners.screening import screen
from partners.services import register_partner
from tests.partners.test_screening import LISTED

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
Kind = CountryFact.Kind


@pytest.fixture
def fact(db):
    from django.utils import timezone

    dataset = Dataset.objects.create(code="test", file_name="test.csv", sha256="x", loaded_at=timezone.now())

    def make(country, kind, value, **fields):
        return CountryFact.objects.create(
            dataset=dataset, country=country, kind=kind, value=value, act="An act", **fields
        )

    return make


def test_country_of_which_nothing_is_known_has_no_values():
    assert queries.country_facts("TO", TODAY) == {
        "measures": [],
        "afi_band": "no_value",
        "rule_of_law": "no_value",
        "eu_eea": "no",
        "eu_or_eu001": "no",
        "gdpr_adequate": "no",
    }


@pytest.mark.parametrize(
    ("value", "band"),
    [("1", "A"), ("0.8", "A"), ("0.799", "B"), ("0.6", "B"), ("0.4", "C"), ("0.2", "D"), ("0.199", "E"), ("0", "E")],
)
def test_academic_freedom_takes_the_better_band_on_a_boundary(value, band, fact):
    fact("TO", Kind.ACADEMIC_FREEDOM, value, year=2022)

    assert queries.country_facts("TO", TODAY)["afi_band"] == band


@pytest.mark.parametrize(("value", "band"), [("90", "high"), ("50", "high"), ("49.9", "middle"), ("24.9", "low")])
def test_rule_of_law_is_read_in_bands(value, band, fact):
    fact("TO", Kind.RULE_OF_LAW, value, year=2022)

    assert queries.country_facts("TO", TODAY)["rule_of_law"] == band


def test_index_is_the_newest_known_on_the_day(fact):
    for year, value in ((2020, "0.9"), (2024, "0.1"), (2022, "0.5")):
        fact("TO", Kind.ACADEMIC_FREEDOM, value, year=year)

    assert [queries.country_facts("TO", date(year, 6, 1))["afi_band"] for year in (2019, 2021, 2023, 2026)] == [
        "no_value", "A", "C", "E",
    ]  # fmt: skip


def test_law_is_read_as_of_the_day(fact):
    fact("TO", Kind.MEASURE, "arms_embargo", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    fact("TO", Kind.MEASURE, "goods_ban", valid_from=date(2020, 6, 1))
    fact("TO", Kind.MEASURE, "asset_freeze", valid_from=date(2020, 6, 1))

    assert [queries.country_facts("TO", day)["measures"] for day in (date(2019, 1, 1), date(2020, 12, 31), TODAY)] == [
        [], ["arms_embargo", "asset_freeze", "goods_ban"], ["asset_freeze", "goods_ban"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.EU_MEMBER, "yes", {"eu_eea": "yes", "eu_or_eu001": "yes", "gdpr_adequate": "yes"}),
        (Kind.EEA_MEMBER, "yes", {"eu_eea": "yes", "eu_or_eu001": "no", "gdpr_adequate": "yes"}),
        (Kind.EU001, "yes", {"eu_eea": "no", "eu_or_eu001": "yes", "gdpr_adequate": "no"}),
        (Kind.GDPR_ADEQUATE, "yes", {"eu_eea": "no", "eu_or_eu001": "no", "gdpr_adequate": "yes"}),
        (Kind.GDPR_ADEQUATE, "partial", {"eu_eea": "no", "eu_or_eu001": "no", "gdpr_adequate": "no"}),
    ],
)
def test_zones_follow_from_their_acts(kind, value, expected, fact):
    fact("TO", kind, value)

    found = queries.country_facts("TO", TODAY)

    assert {name: found[name] for name in expected} == expected


def test_countries_with_equal_facts_are_equal(fact):
    for country in ("TO", "WS"):
        fact(country, Kind.ACADEMIC_FREEDOM, "0.3", year=2022)
        fact(country, Kind.MEASURE, "arms_embargo")

    found = queries.country_facts_of(["TO", "WS"], TODAY)

    assert found["TO"] == found["WS"]


def test_fact_sources_show_year_source_and_licence(fact):
    fact("TO", Kind.ACADEMIC_FREEDOM, "0.9", year=2021)
    fact("TO", Kind.ACADEMIC_FREEDOM, "0.5", year=2022, licence="CC BY-SA 4.0", address="https://example.org")
    fact("TO", Kind.GDPR_ADEQUATE, "partial", scope="Some recipients.")

    adequacy, freedom = queries.fact_sources("TO", TODAY)

    assert (freedom.year, freedom.value, freedom.licence) == (2022, "0.5", "CC BY-SA 4.0")
    assert (freedom.words, freedom.act) == ("0.5 of 1, band C", "An act")
    assert (adequacy.words, adequacy.scope) == ("only for the recipients named in the decision", "Some recipients.")


@pytest.mark.parametrize("count", [1, 3, 30])
def test_partner_facts_need_the_same_queries_for_any_number(
    count, ana, sanctions, put_in_force, django_assert_num_queries
):
    put_in_force(sanctions, LISTED)
    partners = [register_partner(name=f"Kestrel {number}", country="NO", actor=ana) for number in range(count - 1)]
    partners.append(register_partner(name="Kestrel Arc Instruments", country="SE", actor=ana))
    for partner in partners:
        screen(partner)

    with django_assert_num_queries(9):
        found = queries.partner_facts_of(partners, TODAY)

    assert sorted(facts["sanction_hit"] for facts in found.values()) == ["none"] * (count - 1) + ["possible"]


def test_facts_of_name_compares_without_storing(sanctions, put_in_force):
    assert queries.facts_of_name("Kestrel Arc Instruments", "NO", TODAY)["sanction_hit"] == "not_screened"
    put_in_force(sanctions, LISTED)

    assert queries.facts_of_name("Kestrel Arc Instruments", "NO", TODAY)["sanction_hit"] == "possible"
    assert queries.facts_of_name("Halcyon Trust", "NO", TODAY)["sanction_hit"] == "none"


def test_find_partners_looks_at_aliases_too(kestrel, ana):
    from partners.services import add_alias

    add_alias(partner=kestrel, name="Tårnfalk", actor=ana)

    assert queries.find_partners("tarnfalk") == queries.find_partners("arc inst") == [kestrel]


def test_countries_are_complete_and_sorted():
    choices = country_choices()

    assert len(COUNTRIES) == len({code for code, _name in COUNTRIES}) == 250
    assert [code for code, _name in choices[:3]] == ["AF", "AX", "AL"]
    assert (country_name("NO"), country_name("ZZ")) == ("Norway", "ZZ")

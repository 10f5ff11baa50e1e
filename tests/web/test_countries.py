"""Datasets about countries and the page of one country."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from partners.models import CountryFact
from partners.queries import fact_sources
from riskassess.assessments.countries import countries_of, countries_used
from riskassess.reports.content import collect
from riskassess.reports.render import page_text
from tests.story import *  # noqa: F403
from tests.story import HIGH

HEADER = "country,kind,value,low,high,year,scope,act,address,licence,valid_from,valid_to,checked_on\n"


@pytest.fixture
def import_facts(university, tmp_path):
    def read(*rows, name="index.csv"):
        path = tmp_path / name
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
        call_command("import_country_facts", path)

    return read


def test_country_shows_interval_year_source_and_what_has_no_value(import_facts, ana, as_user):
    import_facts("NO,academic_freedom,0.93,0.90,0.96,2024,,An index,https://example.org,CC BY-SA 4.0,,,2026-11-01")

    page = as_user(ana).get(reverse("country_find"), {"country": "NO"}).content.decode()

    assert "0.93 of 1, interval 0.90 to 0.96, band A" in page
    assert all(said in page for said in ("index from 0 to 1", "2024", "An index", "CC BY-SA 4.0"))
    assert page.count("no value") >= 7  # each other kind


def test_unknown_country_is_not_found(university, ana, as_user):
    assert as_user(ana).get(reverse("country", args=["ZZ"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_datasets_are_listed_with_the_same_queries_for_any_number(
    count, import_facts, omar, as_user, django_assert_num_queries
):
    for number in range(count):
        import_facts(f"NO,horizon,yes,,,,,Agreement {number},,Facts,2021-01-01,,", name=f"horizon-{number}.csv")
    client = as_user(omar)
    client.get(reverse("datasets"))

    with django_assert_num_queries(7):
        page = client.get(reverse("datasets")).content.decode()

    assert all(f"Agreement {number}" in page for number in range(count))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("NO,academic_freedom,0.93,0.94,0.96,2024,,Index,,,,,", "a value between low and high"),
        ("NO,academic_freedom,0.93,0.90,,2024,,Index,,,,,", "column high: found nothing"),
        ("NO,eu001,yes,0.1,0.2,,,Act,,,,,", "only an index has an interval"),
    ],
)
def test_wrong_intervals_are_refused(row, says, import_facts):
    with pytest.raises(CommandError, match=says):
        import_facts(row)

    assert fact_sources("NO", date(2026, 11, 23)) == []


def test_assessment_shows_what_it_read_of_a_country_after_the_dataset_was_replaced(
    import_facts, submitted, ana, omar, as_user
):
    country = "UY"
    old = f"{country},academic_freedom,0.71,0.66,0.76,2024,,Index 2025,https://example.org/2025,CC BY-SA 4.0,,,"
    import_facts(old, name="freedom.csv")
    proposal = submitted(example=HIGH)
    record = proposal.records.first()
    import_facts(old.replace("0.71", "0.69").replace("Index 2025", "Index 2026"), name="freedom.csv")

    pages = [
        as_user(ana).get(reverse("assessment", args=[proposal.reference])).content.decode(),
        as_user(omar).get(reverse("case", args=[proposal.reference])).content.decode(),
    ]

    for page in pages:
        assert "0.71 of 1, interval 0.66 to 0.76, band B" in page
        assert ('href="https://example.org/2025"' in page, "Index 2026" in page) == (True, False)
        assert "percentile rank: <b>no value</b>" in page
        assert "No law or list held here names the country." in page
    assert "0.71 of 1, interval 0.66 to 0.76, band B" in page_text(collect(proposal.reports.first()))
    (read,) = [each for each in countries_of(record) if each.name == "Uruguay"]
    assert [(fact.year, fact.act) for fact in read.known if fact.kind == "academic_freedom"] == [(2024, "Index 2025")]
    assert fact_sources(country, date(2026, 11, 23))[-1].act == "Index 2026"


def test_what_no_law_names_is_a_no_and_what_nobody_measured_has_no_value(import_facts):
    import_facts("NO,academic_freedom,0.93,0.90,0.96,2024,,Index,,,,,", "NO,eea_member,yes,,,,,Act,,,,,")
    facts = {"partners": [{"id": "p", "label": "p", "facts": {}}]}

    (read,) = countries_used(facts, {"p": "NO"}, on=date(2026, 11, 23))

    titles = {kind: str(kind.label) for kind in CountryFact.Kind}
    assert read.lacking == (titles["rule_of_law"],)
    assert titles["measure"] in read.unnamed
    assert titles["eu_member"] in read.unnamed
    assert not {titles["eea_member"], titles["academic_freedom"], titles["rule_of_law"]} & set(read.unnamed)


def test_reading_countries_costs_one_query_for_any_number(import_facts, django_assert_num_queries):
    import_facts("NO,rule_of_law,97.1,,,2022,,An index,,,,,", "AU,rule_of_law,93.2,,,2022,,An index,,,,,")
    facts = {"partners": [{"id": code, "label": code, "facts": {"rule_of_law": "high"}} for code in ("NO", "AU", "TO")]}

    with django_assert_num_queries(1):
        read = countries_used(facts, {"NO": "NO", "AU": "AU", "TO": "TO"}, on=date(2026, 11, 23))

    assert [(each.name, len(each.known), each.is_as_read) for each in read] == [
        ("Norway", 1, True),
        ("Australia", 1, True),
        ("Tonga", 0, False),
    ]

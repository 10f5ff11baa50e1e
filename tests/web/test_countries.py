"""Datasets about countries and the page of one country."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from partners.queries import fact_sources
from tests.story import *  # noqa: F403

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

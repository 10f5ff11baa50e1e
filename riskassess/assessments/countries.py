"""What is told of the countries of partners, with year, interval and source, as an assessment read it."""

from dataclasses import dataclass
from datetime import date, datetime

from partners import queries as registry
from partners.countries import country_name
from partners.queries.countries import FactSource
from riskassess.assessments.models import AssessmentRecord


@dataclass(frozen=True)
class CountryUsed:
    """`lacking` are the measured kinds of fact that have no value; `unnamed` those by which no law or list held here
    names the country, which is a definite "no". The engine may have read something else (`is_as_read` is
    false) where a partner's country was corrected since, or a dataset was replaced before its old values were kept."""

    name: str
    partners: tuple[str, ...]
    known: tuple[FactSource, ...]
    lacking: tuple[str, ...]
    unnamed: tuple[str, ...]
    is_as_read: bool


def countries_of(record: AssessmentRecord) -> tuple[CountryUsed, ...]:
    """By the datasets as they stood when the record was made, whatever they say now."""
    countries = {row["id"]: row["country"] for row in record.version.content["partners"]}
    return countries_used(record.facts, countries, on=record.as_of, at=record.created_at)


def countries_used(
    facts: dict, countries: dict[str, str], *, on: date, at: datetime | None = None
) -> tuple[CountryUsed, ...]:
    """In the order of the partners; `countries` by the id of the partner's row. One query."""
    rows = [row for row in facts["partners"] if row["id"] in countries]
    read = registry.countries_read({countries[row["id"]] for row in rows}, on, at)
    return tuple(
        _country(code, read[code], [row for row in rows if countries[row["id"]] == code])
        for code in dict.fromkeys(countries[row["id"]] for row in rows)
    )


def _country(code: str, read: registry.CountryRead, rows: list[dict]) -> CountryUsed:
    return CountryUsed(
        name=str(country_name(code)),
        partners=tuple(row["label"] for row in rows),
        known=tuple(fact for kind in read.kinds for fact in kind.facts),
        lacking=tuple(kind.title for kind in read.kinds if not kind.facts and kind.is_measured),
        unnamed=tuple(kind.title for kind in read.kinds if not kind.facts and not kind.is_measured),
        is_as_read=all(row["facts"].get(name, value) == value for row in rows for name, value in read.facts.items()),
    )

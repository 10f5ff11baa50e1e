"""Facts about countries from a CSV file; the columns are explained in fixtures/countries/README.md."""

import hashlib
import re
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.countries import NAMES
from partners.models import CountryFact, Dataset, FactChange
from partners.queries import MEASURES, country_facts_of
from partners.reference.tables import (
    Loaded,
    UnreadableTable,
    fault_at,
    keep_dataset,
    read_date,
    read_file,
    record_import,
    rows_of,
)

Kind = CountryFact.Kind
PLAIN_NUMBER = re.compile(r"^[0-9]{1,3}(\.[0-9]{1,15})?$")
FACT_COLUMNS = (
    "country", "kind", "value", "year", "scope", "act", "address", "licence", "valid_from", "valid_to", "checked_on",
)  # fmt: skip
INTERVAL = ("low", "high")  # of an index whose source gives one; a file may leave these columns out
VALUES = {
    Kind.EU_MEMBER: ("yes",),
    Kind.EEA_MEMBER: ("yes",),
    Kind.EU001: ("yes",),
    Kind.GDPR_ADEQUATE: ("yes", "partial"),
    Kind.MEASURE: tuple(MEASURES),
    Kind.HORIZON: ("yes", "partial"),
}
RANGES = {Kind.ACADEMIC_FREEDOM: Decimal(1), Kind.RULE_OF_LAW: Decimal(100)}


@transaction.atomic
def import_country_facts(*, path: Path, actor=None) -> Loaded:
    """Replace what an earlier file of this name said, which stays for what was assessed with it. One fault anywhere
    and nothing changes."""
    content = read_file(path)
    code, sha256 = path.name.removesuffix(".csv").lower()[:60], hashlib.sha256(content).hexdigest()
    dataset = Dataset.objects.filter(code=code).first()
    if dataset and dataset.sha256 == sha256:
        return Loaded(code, False, _("%(file)s: nothing new.") % {"file": path.name})
    facts = [_country_fact(line, row) for line, row in rows_of(content, FACT_COLUMNS, INTERVAL)]
    if not facts:
        raise UnreadableTable(_("%(file)s has no rows.") % {"file": path.name})
    _refuse_doubles(facts)
    today = timezone.localdate()
    touched = {fact.country for _line, fact in facts}
    if dataset:
        touched |= set(dataset.facts.filter(known_until=None).values_list("country", flat=True))
    before = country_facts_of(touched, today) if dataset else {}
    dataset = keep_dataset(dataset, code, path, sha256, len(facts))
    dataset.facts.filter(known_until=None).update(known_until=dataset.loaded_at)
    for _line, fact in facts:
        fact.dataset, fact.known_from = dataset, dataset.loaded_at
    CountryFact.objects.bulk_create(fact for _line, fact in facts)
    _note_changes(before, country_facts_of(before, today), code)
    record_import("country_facts.imported", dataset, actor)
    return Loaded(code, True, _("%(file)s: %(rows)s facts read.") % {"file": path.name, "rows": len(facts)})


def _country_fact(line: int, row: dict[str, str]) -> tuple[int, CountryFact]:
    country, kind, value = row["country"], row["kind"], row["value"]
    if country not in NAMES:
        raise fault_at(line, "country", country, _("a two-letter country code in capitals, such as NO"))
    if kind not in Kind.values:
        raise fault_at(line, "kind", kind, _("one of %s") % ", ".join(Kind.values))
    if kind in VALUES and value not in VALUES[kind]:
        raise fault_at(line, "value", value, _("one of %s") % ", ".join(VALUES[kind]))
    if kind in RANGES and not (row["year"].isdecimal() and 1900 <= int(row["year"]) <= 2200):
        raise fault_at(line, "year", row["year"], _("the year that the value is of"))
    if kind in VALUES and row["year"]:
        raise fault_at(line, "year", row["year"], _("empty: this kind has dates, not a year"))
    if kind in RANGES:
        value = _number(line, "value", value, RANGES[kind])
    _check_interval(line, row)
    if not row["act"]:
        raise fault_at(line, "act", "", _("the act or source that says so"))
    if row["address"] and not row["address"].startswith(("http://", "https://")):
        raise fault_at(line, "address", row["address"], _("a web address, or empty"))
    for column in ("scope", "act", "address", "licence"):
        if len(row[column]) > CountryFact._meta.get_field(column).max_length:
            raise fault_at(line, column, row[column], _("a shorter text"))
    dates = {column: read_date(line, column, row[column]) for column in ("valid_from", "valid_to", "checked_on")}
    if dates["valid_from"] and dates["valid_to"] and dates["valid_to"] < dates["valid_from"]:
        raise fault_at(line, "valid_to", row["valid_to"], _("a day after valid_from"))
    texts = {column: row[column] for column in ("scope", "act", "address", "licence")}
    year = int(row["year"]) if row["year"] else None
    interval = {column: row[column] for column in INTERVAL}
    return line, CountryFact(country=country, kind=kind, value=value, year=year, **interval, **texts, **dates)


def _number(line: int, column: str, text: str, most: Decimal) -> str:
    if not PLAIN_NUMBER.match(text) or Decimal(text) > most:
        raise fault_at(line, column, text, _("a number from 0 to %s") % most)
    return text


def _check_interval(line: int, row: dict[str, str]) -> None:
    low, high = row["low"], row["high"]
    if not low and not high:
        return
    if row["kind"] not in RANGES:
        raise fault_at(line, "low" if low else "high", low or high, _("empty: only an index has an interval"))
    for column in INTERVAL:
        _number(line, column, row[column], RANGES[row["kind"]])
    if not Decimal(low) <= Decimal(row["value"]) <= Decimal(high):
        raise fault_at(line, "value", row["value"], _("a value between low and high"))


def _refuse_doubles(facts: list[tuple[int, CountryFact]]) -> None:
    """An index says one thing of a country and year; a legal fact may return with other dates."""
    seen: dict[tuple, int] = {}
    for line, fact in facts:
        part = None if fact.kind in RANGES else (fact.value, fact.act, fact.valid_from)
        key = (fact.country, fact.kind, fact.year, part)
        if key in seen:
            raise UnreadableTable(
                _("Line %(line)s says the same as line %(first)s: %(country)s, %(kind)s. Remove one of them.")
                % {"line": line, "first": seen[key], "country": fact.country, "kind": fact.kind}
            )
        seen[key] = line


def _note_changes(before: dict[str, dict], after: dict[str, dict], cause: str) -> None:
    FactChange.objects.bulk_create(
        FactChange(country=country, fact=fact, before=old, after=after[country][fact], cause=f"dataset {cause}")
        for country, facts in sorted(before.items())
        for fact, old in facts.items()
        if after[country][fact] != old
    )

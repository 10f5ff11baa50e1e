"""Reference data from files: facts about countries, the local part of ROR, the sources of lists."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.countries import NAMES
from partners.lists import import_edition
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import NORMALISER, normalise
from partners.models import CountryFact, Dataset, FactChange, ListEdition, ListSource, PartnerType, RorRecord
from partners.queries import MEASURES, country_facts_of
from riskassess.audit.log import record
from riskassess.core.errors import DomainError

Kind = CountryFact.Kind
FACT_COLUMNS = (
    "country", "kind", "value", "year", "scope", "act", "address", "licence", "valid_from", "valid_to", "checked_on",
)  # fmt: skip
ROR_COLUMNS = ("ror_id", "name", "other_names", "country", "city", "type")
SOURCE_COLUMNS = (
    "code", "name", "kind", "authority", "format", "is_sample", "interval_days", "address", "licence", "file",
)  # fmt: skip
VALUES = {
    Kind.EU_MEMBER: ("yes",),
    Kind.EEA_MEMBER: ("yes",),
    Kind.EU001: ("yes",),
    Kind.GDPR_ADEQUATE: ("yes", "partial"),
    Kind.MEASURE: tuple(MEASURES),
}
RANGES = {Kind.ACADEMIC_FREEDOM: Decimal(1), Kind.RULE_OF_LAW: Decimal(100)}
LARGEST_TABLE = 50 * 1024 * 1024


class UnreadableTable(DomainError):
    """A reference file with a fault; the sentence names the line and the column."""


@dataclass(frozen=True)
class Loaded:
    code: str
    is_new: bool
    sentence: str


def load_reference(folder: Path | None = None, *, with_samples: bool = True) -> Iterator[Loaded]:
    """Everything under fixtures that the installation needs to start. What has not changed is only looked at."""
    folder = folder or settings.BASE_DIR / "fixtures"
    for path in sorted((folder / "countries").glob("*.csv")):
        yield import_country_facts(path=path)
    yield import_ror_records(path=folder / "ror" / "ror-sample.csv.gz")
    yield from load_sources(folder / "lists", with_samples=with_samples)


def load_sources(folder: Path, *, with_samples: bool = True) -> Iterator[Loaded]:
    """Make the list sources, and bring a sample edition into force where none of that source has been read yet."""
    for line, row in _table((folder / "sources.csv").read_bytes(), SOURCE_COLUMNS):
        if row["kind"] not in ListSource.Kind.values:
            raise _fault(line, "kind", row["kind"], _("one of %s") % ", ".join(ListSource.Kind.values))
        if row["is_sample"] == "yes" and not with_samples:
            continue
        source, is_new = ListSource.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "kind": row["kind"],
                "authority": row["authority"],
                "format": row["format"],
                "is_sample": row["is_sample"] == "yes",
                "address": row["address"],
                "licence": row["licence"],
            },
            create_defaults={
                **{name: row[name] for name in ("code", "name", "kind", "authority", "format", "address", "licence")},
                "is_sample": row["is_sample"] == "yes",
                "interval_days": int(row["interval_days"] or 30),
            },
        )
        if not row["file"]:
            yield Loaded(source.code, is_new, _("%(list)s: waits for an import.") % {"list": source})
            continue
        path = folder / row["file"]
        if _was_read(source, path):
            yield Loaded(source.code, False, _("%(list)s: nothing new.") % {"list": source})
            continue
        result = import_edition(source=source, path=path)
        yield Loaded(source.code, result.is_good, result.sentence)


@transaction.atomic
def import_country_facts(*, path: Path, actor=None) -> Loaded:
    """Replace what an earlier file of this name said. One fault anywhere and nothing changes."""
    content = _content(path)
    code, sha256 = path.name.removesuffix(".csv").lower()[:60], hashlib.sha256(content).hexdigest()
    dataset = Dataset.objects.filter(code=code).first()
    if dataset and dataset.sha256 == sha256:
        return Loaded(code, False, _("%(file)s: nothing new.") % {"file": path.name})
    facts = [_country_fact(line, row) for line, row in _table(content, FACT_COLUMNS)]
    if not facts:
        raise UnreadableTable(_("%(file)s has no rows.") % {"file": path.name})
    _refuse_doubles(facts)
    today = timezone.localdate()
    touched = {fact.country for _line, fact in facts}
    if dataset:
        touched |= set(dataset.facts.values_list("country", flat=True))
    before = country_facts_of(touched, today) if dataset else {}
    dataset = _dataset(dataset, code, path, sha256, len(facts))
    dataset.facts.all().delete()
    for _line, fact in facts:
        fact.dataset = dataset
    CountryFact.objects.bulk_create(fact for _line, fact in facts)
    _note_changes(before, country_facts_of(before, today), code)
    _record("country_facts.imported", dataset, actor)
    return Loaded(code, True, _("%(file)s: %(rows)s facts read.") % {"file": path.name, "rows": len(facts)})


@transaction.atomic
def import_ror_records(*, path: Path, actor=None) -> Loaded:
    """Add or renew these records; others that are held already stay."""
    content = _content(path)
    code, sha256 = path.name.split(".")[0][:60], hashlib.sha256(content + NORMALISER.encode()).hexdigest()
    dataset = Dataset.objects.filter(code=code).first()
    if dataset and dataset.sha256 == sha256:
        return Loaded(code, False, _("%(file)s: nothing new.") % {"file": path.name})
    records = [_ror_record(line, row) for line, row in _table(_unpacked(content, path.name), ROR_COLUMNS)]
    RorRecord.objects.bulk_create(
        records,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["ror_id"],
        update_fields=["name", "normalised", "other_names", "country", "city", "type"],
    )
    dataset = _dataset(dataset, code, path, sha256, len(records))
    _record("ror.imported", dataset, actor)
    return Loaded(code, True, _("%(file)s: %(rows)s records read.") % {"file": path.name, "rows": len(records)})


def _country_fact(line: int, row: dict[str, str]) -> tuple[int, CountryFact]:
    country, kind, value = row["country"], row["kind"], row["value"]
    if country not in NAMES:
        raise _fault(line, "country", country, _("a two-letter country code in capitals, such as NO"))
    if kind not in Kind.values:
        raise _fault(line, "kind", kind, _("one of %s") % ", ".join(Kind.values))
    if kind in VALUES and value not in VALUES[kind]:
        raise _fault(line, "value", value, _("one of %s") % ", ".join(VALUES[kind]))
    if kind in RANGES and not (row["year"].isdecimal() and 1900 <= int(row["year"]) <= 2200):
        raise _fault(line, "year", row["year"], _("the year that the value is of"))
    if kind in VALUES and row["year"]:
        raise _fault(line, "year", row["year"], _("empty: this kind has dates, not a year"))
    if kind in RANGES:
        value = _number(line, value, RANGES[kind])
    if not row["act"]:
        raise _fault(line, "act", "", _("the act or source that says so"))
    if row["address"] and not row["address"].startswith(("http://", "https://")):
        raise _fault(line, "address", row["address"], _("a web address, or empty"))
    for column in ("scope", "act", "address", "licence"):
        if len(row[column]) > CountryFact._meta.get_field(column).max_length:
            raise _fault(line, column, row[column], _("a shorter text"))
    dates = {column: _date(line, column, row[column]) for column in ("valid_from", "valid_to", "checked_on")}
    if dates["valid_from"] and dates["valid_to"] and dates["valid_to"] < dates["valid_from"]:
        raise _fault(line, "valid_to", row["valid_to"], _("a day after valid_from"))
    texts = {column: row[column] for column in ("scope", "act", "address", "licence")}
    year = int(row["year"]) if row["year"] else None
    return line, CountryFact(country=country, kind=kind, value=value, year=year, **texts, **dates)


def _number(line: int, text: str, most: Decimal) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= most or len(text) > 20:
        raise _fault(line, "value", text, _("a number from 0 to %s") % most)
    return format(number, "f")


def _date(line: int, column: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _fault(line, column, text, _("a date like 2026-11-01, or empty")) from None


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


def _ror_record(line: int, row: dict[str, str]) -> RorRecord:
    try:
        ror_id = read_ror_id(row["ror_id"])
    except ValueError:
        raise _fault(line, "ror_id", row["ror_id"], _("a ROR id")) from None
    key = normalise(row["name"])
    if not key or len(row["name"]) > 300:
        raise _fault(line, "name", row["name"], _("a name of at most 300 characters"))
    if row["country"] not in NAMES:
        raise _fault(line, "country", row["country"], _("a two-letter country code in capitals, such as NO"))
    if row["type"] not in PartnerType.values:
        raise _fault(line, "type", row["type"], _("one of %s") % ", ".join(PartnerType.values))
    others = dict.fromkeys(normalise(name) for name in row["other_names"].split("|"))
    return RorRecord(
        ror_id=ror_id, name=row["name"], normalised=key, other_names="|".join(filter(None, others)),
        country=row["country"], city=row["city"][:120], type=row["type"],
    )  # fmt: skip


def _note_changes(before: dict[str, dict], after: dict[str, dict], cause: str) -> None:
    FactChange.objects.bulk_create(
        FactChange(country=country, fact=fact, before=old, after=after[country][fact], cause=f"dataset {cause}")
        for country, facts in sorted(before.items())
        for fact, old in facts.items()
        if after[country][fact] != old
    )


def _dataset(dataset: Dataset | None, code: str, path: Path, sha256: str, rows: int) -> Dataset:
    dataset = dataset or Dataset(code=code)
    dataset.file_name, dataset.sha256, dataset.rows, dataset.loaded_at = path.name, sha256, rows, timezone.now()
    dataset.save()
    return dataset


def _was_read(source: ListSource, path: Path) -> bool:
    """Also when a newer edition has come into force since: the sample must not come back."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    in_force = source.editions.filter(state=ListEdition.State.IN_FORCE).first()
    if in_force and in_force.sha256 != sha256:
        return True
    return bool(in_force and in_force.normaliser == NORMALISER)


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_TABLE:
        raise UnreadableTable(_("%(file)s is larger than 50 MB.") % {"file": path.name})
    return path.read_bytes()


def _unpacked(content: bytes, name: str) -> bytes:
    if not name.endswith(".gz"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            unpacked = stream.read(LARGEST_TABLE + 1)
    except (OSError, EOFError):
        raise UnreadableTable(_("%(file)s is not a whole gzip file.") % {"file": name}) from None
    if len(unpacked) > LARGEST_TABLE:
        raise UnreadableTable(_("%(file)s unpacks to more than 50 MB.") % {"file": name})
    return unpacked


def _table(content: bytes, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their line numbers, every column present as stripped text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise UnreadableTable(_("Line %(line)s is not UTF-8. Save the file as CSV UTF-8.") % {"line": line}) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    with _well_formed(reader):
        header = [name.strip().lower() for name in next(reader, [])]
    if missing := [name for name in columns if name not in header]:
        raise UnreadableTable(
            _("Line 1: the column %(missing)s is missing. The columns are: %(all)s.")
            % {"missing": missing[0], "all": ", ".join(columns)}
        )
    if unknown := [name for name in header if name not in columns]:
        raise UnreadableTable(
            _("Line 1: unknown column %(unknown)s. The columns are: %(all)s.")
            % {"unknown": unknown[0] or _("without a name"), "all": ", ".join(columns)}
        )
    with _well_formed(reader):
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise UnreadableTable(
                    _("Line %(line)s has %(cells)s cells, the header has %(columns)s.")
                    % {"line": reader.line_num, "cells": len(cells), "columns": len(header)}
                )
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))


@contextmanager
def _well_formed(reader) -> Iterator[None]:
    try:
        yield
    except csv.Error as fault:
        raise UnreadableTable(
            _("Line %(line)s is not well-formed CSV: %(fault)s.") % {"line": reader.line_num, "fault": fault}
        ) from None


def _fault(line: int, column: str, found: str, wanted: str) -> UnreadableTable:
    return UnreadableTable(
        _("Line %(line)s, column %(column)s: found %(found)s where %(wanted)s is expected.")
        % {"line": line, "column": column, "found": repr(found[:60]) if found else _("nothing"), "wanted": wanted},
        field=column,
    )


def _record(verb: str, dataset: Dataset, actor) -> None:
    record(
        verb,
        subject=dataset,
        actor_id=actor.pk if actor else None,
        actor_name=actor.name if actor else "",
        role=actor.role_now if actor else "system",
        after={"file": dataset.file_name, "rows": dataset.rows, "sha256": dataset.sha256},
    )

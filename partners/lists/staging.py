"""The entries of an edition that nobody sees yet: brought in by the handful, and taken away again."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from partners.matching.normalise import NORMALISER, normalise
from partners.models import (
    EditionDelta,
    EditionEntry,
    ListedEntity,
    ListedIdentifier,
    ListEdition,
    ListedName,
    ListSource,
)
from partners.parsing.listed import Listed

CHUNK = 200  # some 50 ms a transaction
Hashed = tuple[Listed, str]


class Overtaken(Exception):
    """Somebody else reads, or has settled, the same edition; what this one brings would come twice."""


def always() -> bool:
    return True


def stage_entries(edition: ListEdition, entries: Iterator[Listed], goes_on: Callable[[], bool] = always) -> bool:
    """Go on where the edition stands, as long as `goes_on` says so; whether the last entry is in."""
    next(islice(entries, edition.entities_count, edition.entities_count), None)  # passes over what is stored
    while chunk := [(entry, _entry_hash(entry)) for entry in islice(entries, CHUNK)]:
        _store(edition, chunk)
        if not goes_on():
            return False
    return True


def copy_entries(edition: ListEdition, goes_on: Callable[[], bool] = always) -> bool:
    """As `stage_entries`, from the earlier edition that this one brings back."""
    earlier = edition.restores.entries.order_by("pk").values_list("entity_id", flat=True)
    while ids := list(earlier[edition.entities_count : edition.entities_count + CHUNK]):
        with transaction.atomic():
            _count(edition, len(ids), 0)
            EditionEntry.objects.bulk_create(EditionEntry(edition=edition, entity_id=pk) for pk in ids)
        if not goes_on():
            return False
    return True


def drop_entries(edition: ListEdition) -> None:
    """In small steps; entries that no edition holds and no match names go for good."""
    while ids := list(edition.deltas.values_list("pk", flat=True)[:CHUNK]):
        EditionDelta.objects.filter(pk__in=ids).delete()
    while ids := list(edition.entries.order_by("pk").values_list("entity_id", flat=True)[:CHUNK]):
        with transaction.atomic():
            _lock(edition)
            EditionEntry.objects.filter(edition=edition, entity__in=ids).delete()
            held = EditionEntry.objects.filter(entity=OuterRef("pk"))
            ListedEntity.objects.filter(~Exists(held), pk__in=ids, hits__isnull=True).delete()


def _store(edition: ListEdition, chunk: list[Hashed]) -> None:
    """Entries that an earlier edition held in the same words are linked, not stored again."""
    keys = [(entry.external_id, entry_hash) for entry, entry_hash in chunk]
    known = _stored(edition.source, keys)
    names = {key: _names(entry) for key, (entry, _hash) in zip(keys, chunk, strict=True) if key not in known}
    with transaction.atomic():
        _lock(edition)
        _count(edition, len(chunk), sum(len(entry.names) for entry, _hash in chunk))
        stored = _stored(edition.source, keys)
        new = [each for key, each in zip(keys, chunk, strict=True) if key not in stored]
        made = ListedEntity.objects.bulk_create(_entity(edition.source, *each) for each in new)
        pairs = [(entity, *each) for entity, each in zip(made, new, strict=True)]
        ListedName.objects.bulk_create(
            ListedName(entity=entity, original=text, normalised=key, kind=kind)
            for entity, entry, entry_hash in pairs
            # What went since it was looked up is worked out here; that hardly ever happens.
            for text, key, kind in names.get((entry.external_id, entry_hash)) or _names(entry)
        )
        ListedIdentifier.objects.bulk_create(
            ListedIdentifier(entity=entity, scheme=each.scheme, value=each.value)
            for entity, entry, _hash in pairs
            for each in entry.identifiers
        )
        rows = [*made, *(stored[key] for key in keys if key in stored)]
        EditionEntry.objects.bulk_create(EditionEntry(edition=edition, entity=entity) for entity in rows)


def _count(edition: ListEdition, entities: int, names: int) -> None:
    """Fences off a second reader: only who stands where the edition stands may go on."""
    at = ListEdition.objects.filter(
        pk=edition.pk, state=ListEdition.State.STAGING, entities_count=edition.entities_count
    )
    if not at.update(entities_count=F("entities_count") + entities, names_count=F("names_count") + names):
        raise Overtaken
    edition.entities_count += entities
    edition.names_count += names


def _lock(edition: ListEdition) -> None:
    """Entries are shared between editions: none may go while another edition takes it up."""
    ListSource.objects.select_for_update().get(pk=edition.source_id)


def _stored(source: ListSource, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ListedEntity]:
    ids, hashes = zip(*keys, strict=True)
    rows = ListedEntity.objects.filter(source=source, external_id__in=ids, entry_hash__in=hashes)
    return {(row.external_id, row.entry_hash): row for row in rows}


def _names(entry: Listed) -> list[tuple[str, str, str]]:
    """Text, key and kind; a name without a letter or digit can't be compared."""
    return [(name.text, key, name.kind) for name in entry.names if (key := normalise(name.text))]


def _entity(source: ListSource, entry: Listed, entry_hash: str) -> ListedEntity:
    return ListedEntity(
        source=source,
        external_id=entry.external_id,
        entry_hash=entry_hash,
        kind=entry.kind,
        name=entry.names[0].text,
        countries=list(entry.countries),
        programme=entry.programme,
        reference=entry.reference,
        listed_on=entry.listed_on,
        remarks=entry.remarks,
        address=entry.address,
        birth_years=list(entry.birth_years),
    )


def _entry_hash(entry: Listed) -> str:
    """The order of further names and of countries says nothing, and publishers change it."""
    first, *further = [(name.text, name.kind) for name in entry.names]
    parts: Iterable = (
        NORMALISER, entry.kind, [first, *sorted(further)], sorted(entry.countries), entry.programme,
        entry.reference, entry.listed_on.isoformat() if entry.listed_on else None, entry.remarks, entry.address,
        sorted([each.scheme, each.value] for each in entry.identifiers), sorted(entry.birth_years),
    )  # fmt: skip
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False).encode()).hexdigest()

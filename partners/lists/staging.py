"""The entries of an edition that nobody sees yet: brought in by the handful, and taken away again."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef

from partners.matching.normalise import NORMALISER, normalise
from partners.models import EditionEntry, ListedEntity, ListEdition, ListedName, ListSource
from partners.parsing.listed import Listed

CHUNK = 500


def stage_entries(edition: ListEdition, entries: Iterator[Listed]) -> None:
    """Entries that an earlier edition held in the same words are linked, not stored again."""
    while chunk := list(islice(entries, CHUNK)):
        hashes = {entry.external_id: _entry_hash(entry) for entry in chunk}
        with transaction.atomic():
            stored = _stored(edition.source, hashes)
            new = [entry for entry in chunk if (entry.external_id, hashes[entry.external_id]) not in stored]
            made = ListedEntity.objects.bulk_create(
                _entity(edition.source, entry, hashes[entry.external_id]) for entry in new
            )
            ListedName.objects.bulk_create(
                ListedName(entity=entity, original=name.text, normalised=key, kind=name.kind)
                for entity, entry in zip(made, new, strict=True)
                for name in entry.names
                if (key := normalise(name.text))
            )
            ids = [*made, *(stored[key] for key in hashes.items() if key in stored)]
            EditionEntry.objects.bulk_create(EditionEntry(edition=edition, entity=entity) for entity in ids)
        edition.entities_count += len(chunk)
        edition.names_count += sum(len(entry.names) for entry in chunk)


def _stored(source: ListSource, hashes: dict[str, str]) -> dict[tuple[str, str], ListedEntity]:
    rows = ListedEntity.objects.filter(source=source, external_id__in=hashes, entry_hash__in=hashes.values())
    return {(row.external_id, row.entry_hash): row for row in rows}


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
    )


def drop_entries(edition: ListEdition) -> None:
    edition.entries.all().delete()
    unused = ListedEntity.objects.filter(
        ~Exists(EditionEntry.objects.filter(entity=OuterRef("pk"))), source=edition.source, hits__isnull=True
    )
    unused.delete()


def _entry_hash(entry: Listed) -> str:
    parts: Iterable = (
        NORMALISER, entry.kind, [(name.text, name.kind) for name in entry.names], entry.countries, entry.programme,
        entry.reference, entry.listed_on.isoformat() if entry.listed_on else None, entry.remarks, entry.address,
    )  # fmt: skip
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False).encode()).hexdigest()

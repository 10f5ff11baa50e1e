"""Write records of ROR a handful at a time: the new ones, and those that ROR changed since."""

import hashlib
import json
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.countries import NAMES
from partners.matching.normalise import NORMALISER, normalise
from partners.models import Partner, RorImport, RorName, RorRecord, RorRelation
from partners.parsing.ror_json import RorEntry, UnreadableRor
from partners.queries.parents import parts_of_records

HANDFUL = 200  # records a transaction, with some seven hundred names
FORM = f"1 {NORMALISER}"  # another form of what is stored makes an import of the same file worth while
FIELDS = [field.name for field in RorRecord._meta.concrete_fields if not field.primary_key]


@dataclass
class Handful:
    """What of these records has to be written, and how many need not."""

    records: list[RorRecord]
    names: list[RorName]
    relations: list[RorRelation]
    added: int = 0
    unchanged: int = 0
    older: int = 0


def check_entry(entry: RorEntry) -> RorEntry:
    """What only the registry knows of a good record."""
    if entry.country not in NAMES:
        raise UnreadableRor(
            _("%(id)s lies in %(country)r, which is no country code of two letters.")
            % {"id": entry.ror_id, "country": str(entry.country)[:20]}
        )
    if not any(map(str.isalnum, entry.names[0][0])):
        raise UnreadableRor(_("%(id)s has a name without letters or digits.") % {"id": entry.ror_id})
    return entry


def store(work: RorImport, entries: list[RorEntry], offset: int) -> bool:
    """Write them, and that the file is read up to `offset`; false where another process did so first."""
    made = _compare({entry.ror_id: entry for entry in entries})
    with transaction.atomic():
        mine = RorImport.objects.filter(pk=work.pk, state=RorImport.State.STORING, offset=work.offset)
        work.offset, work.done = offset, work.done + len(entries)
        work.added += made.added
        work.changed += len(made.records) - made.added
        work.unchanged += made.unchanged
        work.older += made.older
        counts = {name: getattr(work, name) for name in ("offset", "done", "added", "changed", "unchanged", "older")}
        if not mine.update(**counts):
            return False
        _write(made)
    return True


def _compare(entries: dict[str, RorEntry]) -> Handful:
    held = {row.pk: row for row in RorRecord.objects.filter(pk__in=entries).only("sha256", "modified_on")}
    made = Handful([], [], [])
    for ror_id, entry in entries.items():
        digest, known = _digest(entry), held.get(ror_id)
        if known and known.sha256 == digest:
            made.unchanged += 1
        elif known and known.modified_on and known.modified_on > entry.modified_on:
            made.older += 1
        else:
            made.added += known is None
            names = _names(entry)
            made.records.append(_record(entry, names[0], digest))
            made.names += names
            made.relations += _relations(entry)
    return made


def _write(made: Handful) -> None:
    if not made.records:
        return
    ids = [record.pk for record in made.records]
    RorRecord.objects.bulk_create(made.records, update_conflicts=True, unique_fields=["ror_id"], update_fields=FIELDS)
    RorName.objects.filter(record__in=ids).delete()
    RorRelation.objects.filter(record__in=ids).delete()
    RorName.objects.bulk_create(made.names)
    RorRelation.objects.bulk_create(made.relations)
    # Their names come from the record, or from that of what they are a part of: so the index and the next screening
    # learn of it.
    Partner.objects.filter(ror_id__in=parts_of_records(ids).union(ids)).update(updated_at=timezone.now())


def _record(entry: RorEntry, shown: RorName, digest: str) -> RorRecord:
    return RorRecord(
        ror_id=entry.ror_id,
        name=shown.text,
        normalised=shown.normalised,
        country=entry.country,
        city=entry.city,
        type=entry.type,
        status=entry.status,
        established=entry.established,
        website=entry.website,
        external_ids=entry.external_ids,
        modified_on=entry.modified_on,
        sha256=digest,
    )


def _names(entry: RorEntry) -> list[RorName]:
    return [
        RorName(record_id=entry.ror_id, text=text, normalised=key[:600], kind=kind, language=language)
        for text, kind, language in entry.names
        if (key := normalise(text))
    ]


def _relations(entry: RorEntry) -> list[RorRelation]:
    once = {(kind, other): name for kind, other, name in entry.relations}
    return [
        RorRelation(record_id=entry.ror_id, kind=kind, other_id=other, other_name=name)
        for (kind, other), name in once.items()
    ]


def _digest(entry: RorEntry) -> str:
    content = json.dumps([FORM, vars(entry)], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()

"""Records of the Research Organization Registry, as compact CSV."""

import hashlib
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from partners.countries import NAMES
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import NORMALISER, normalise
from partners.models import Dataset, PartnerType, RorRecord
from partners.reference.tables import Loaded, fault_at, keep_dataset, read_file, record_import, rows_of, unpacked

ROR_COLUMNS = ("ror_id", "name", "other_names", "country", "city", "type")


@transaction.atomic
def import_ror_records(*, path: Path, actor=None) -> Loaded:
    """Add or renew these records; others that are held already stay."""
    content = read_file(path)
    code, sha256 = path.name.split(".")[0][:60], hashlib.sha256(content + NORMALISER.encode()).hexdigest()
    dataset = Dataset.objects.filter(code=code).first()
    if dataset and dataset.sha256 == sha256:
        return Loaded(code, False, _("%(file)s: nothing new.") % {"file": path.name})
    records = [_ror_record(line, row) for line, row in rows_of(unpacked(content, path.name), ROR_COLUMNS)]
    RorRecord.objects.bulk_create(
        records,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["ror_id"],
        update_fields=["name", "normalised", "other_names", "country", "city", "type"],
    )
    dataset = keep_dataset(dataset, code, path, sha256, len(records))
    record_import("ror.imported", dataset, actor)
    return Loaded(code, True, _("%(file)s: %(rows)s records read.") % {"file": path.name, "rows": len(records)})


def _ror_record(line: int, row: dict[str, str]) -> RorRecord:
    try:
        ror_id = read_ror_id(row["ror_id"])
    except ValueError:
        raise fault_at(line, "ror_id", row["ror_id"], _("a ROR id")) from None
    key = normalise(row["name"])
    if not key or len(row["name"]) > 300:
        raise fault_at(line, "name", row["name"], _("a name of at most 300 characters"))
    if row["country"] not in NAMES:
        raise fault_at(line, "country", row["country"], _("a two-letter country code in capitals, such as NO"))
    if row["type"] not in PartnerType.values:
        raise fault_at(line, "type", row["type"], _("one of %s") % ", ".join(PartnerType.values))
    others = dict.fromkeys(normalise(name) for name in row["other_names"].split("|"))
    return RorRecord(
        ror_id=ror_id, name=row["name"], normalised=key, other_names="|".join(filter(None, others)),
        country=row["country"], city=row["city"][:120], type=row["type"],
    )  # fmt: skip

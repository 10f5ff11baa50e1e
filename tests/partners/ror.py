"""Records of ROR for tests: held as if imported, or written as ROR publishes them."""

from partners.matching.normalise import normalise
from partners.models import RorName, RorRecord, RorRelation


def hold_record(ror_id, name, *others, country="NO", city="", status="active", type="education", relations=()):
    row = RorRecord.objects.create(
        ror_id=ror_id, name=name, normalised=normalise(name), country=country, city=city, status=status, type=type
    )
    kinds = ["display", *("acronym" if other.isupper() and " " not in other else "alias" for other in others)]
    RorName.objects.bulk_create(
        RorName(record=row, text=text, normalised=normalise(text), kind=kind)
        for text, kind in zip((name, *others), kinds, strict=True)
    )
    RorRelation.objects.bulk_create(
        RorRelation(record=row, kind=kind, other_id=other, other_name=label) for kind, other, label in relations
    )
    return row


def published(ror_id, name, *, country="NO", status="active", modified="2026-01-01", names=(), relations=(), **more):
    """A record of schema 2."""
    return {
        "id": ror_id,
        "names": [{"value": name, "types": ["ror_display", "label"], "lang": "en"}, *names],
        "locations": [{"geonames_id": 1, "geonames_details": {"name": "Somewhere", "country_code": country}}],
        "types": ["funder", "education"],
        "status": status,
        "established": 1900,
        "links": [{"type": "website", "value": "https://example.org"}],
        "external_ids": [{"type": "isni", "all": ["0000 0001", "0000 0002"], "preferred": "0000 0002"}],
        "relationships": [{"type": kind, "id": other, "label": label} for kind, other, label in relations],
        "admin": {"last_modified": {"date": modified, "schema_version": "2.1"}},
        **more,
    }

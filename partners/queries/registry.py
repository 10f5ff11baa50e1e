from django.db.models import Case, Q, Value, When

from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from partners.models import Partner


def find_partners(text: str, limit: int = 10) -> list[Partner]:
    """Partners of the registry for a typed name, alias or ROR id."""
    if partner := _by_id(Partner.objects.all(), text):
        return [partner]
    key = normalise(text)
    if len(key) < 2:
        return []
    found = Partner.objects.filter(
        Q(normalised__contains=key) | Q(pk__in=Partner.objects.filter(aliases__normalised__contains=key).values("pk"))
    )
    return list(found.order_by(closeness(key), "name", "pk")[:limit])


def _by_id(rows, text: str):
    try:
        return rows.filter(ror_id=read_ror_id(text)).first()
    except ValueError:
        return None


def closeness(key: str) -> Case:
    """0 for the very name up to 3 for a name that only holds it; for ordering."""
    return Case(
        When(normalised=key, then=Value(0)),
        When(normalised__startswith=key, then=Value(1)),
        When(normalised__contains=key, then=Value(2)),
        default=Value(3),
    )

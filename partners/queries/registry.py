from django.db.models import Case, Q, QuerySet, Value, When

from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from partners.models import Alias, Identifier, Partner


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
    return list(found.filter(merged_into__isnull=True).order_by(closeness(key), "name", "pk")[:limit])


def registered(text: str = "", country: str = "", type: str = "") -> QuerySet[Partner]:
    """The partners that stand for themselves, by any name or identifier, the closest first."""
    found = Partner.objects.filter(merged_into__isnull=True)
    if country:
        found = found.filter(country=country)
    if type:
        found = found.filter(type=type)
    text, key = text.strip(), normalise(text)
    if not text:
        return found.order_by("name", "pk")
    with_id = Identifier.objects.filter(value__iexact="".join(text.split())).values("partner")
    wanted = Q(pk__in=with_id) | Q(ror_id=_ror_id(text) or "-")
    if key:
        with_name = Alias.objects.filter(normalised__contains=key).values("partner")
        wanted |= Q(normalised__contains=key) | Q(pk__in=with_name)
    return found.filter(wanted).order_by(closeness(key), "name", "pk")


def _by_id(rows, text: str):
    ror_id = _ror_id(text)
    return rows.filter(ror_id=ror_id).first() if ror_id else None


def _ror_id(text: str) -> str:
    try:
        return read_ror_id(text)
    except ValueError:
        return ""


def closeness(key: str) -> Case:
    """0 for the very name up to 3 for a name that only holds it; for ordering."""
    return Case(
        When(normalised=key, then=Value(0)),
        When(normalised__startswith=key, then=Value(1)),
        When(normalised__contains=key, then=Value(2)),
        default=Value(3),
    )

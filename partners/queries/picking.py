"""One list of organisations for whoever has to choose one: partners of the registry and records of ROR, each once."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from partners import candidates
from partners.candidates.resolving import countries_in, record_of
from partners.countries import country_name
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from partners.matching.resolve import LONGEST, pieces_of
from partners.matching.score import Name, Named, Scored, compare, rank
from partners.models import Partner, PartnerType, RorRecord, RorRelation
from partners.queries.registry import registered
from partners.queries.ror import SIGNS_OF_AN_AFFILIATION, find_ror, standing_of, standings_of

LOOKED_AT = 20  # of each index
SHOWN, SHOWN_NEAR = 8, 5
ALIKE = 3  # how close a name is that only the comparison finds; 0 is the very name


@dataclass(frozen=True)
class Organisation:
    """A partner with the record of ROR that is the same, or one of the two alone. `note` says what led elsewhere: an
    id that ROR gave up, a record that was merged; `also` is the name that was meant where it is not the first one."""

    partner: Partner | None
    record: RorRecord | None
    note: str = ""
    also: str = ""

    @property
    def key(self) -> str:
        """What a choice sends: the uid of the partner, else the ROR id."""
        return str(self.partner.uid) if self.partner else self.record.pk

    @property
    def name(self) -> str:
        return self.partner.name if self.partner else self.record.name

    @property
    def country(self) -> str:
        return self.partner.country if self.partner else self.record.country

    @property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def city(self) -> str:
        return self._first("city")

    @property
    def type(self) -> str:
        return self._first("type")

    @property
    def type_words(self) -> str:
        return str(dict(PartnerType.choices).get(self.type, ""))

    @property
    def ror_id(self) -> str:
        return (self.partner.ror_id if self.partner else "") or (self.record.pk if self.record else "")

    @property
    def names(self) -> tuple[Name, ...]:
        own = (Name(self.partner.name), *map(_name, self.partner.aliases.all())) if self.partner else ()
        return (*own, *(record_of(self.record).names if self.record else ()))

    def bears(self, name: str) -> bool:
        key = normalise(name)
        return any(normalise(each.text) == key for each in self.names)

    def _first(self, field: str) -> str:
        return getattr(self.partner, field, "") or getattr(self.record, field, "") or ""


def find_organisations(text: str, limit: int = SHOWN, among: QuerySet[Partner] | None = None) -> list[Organisation]:
    """What a typed name, acronym, identifier or affiliation may mean, the closest first; of equally close ones what
    the registry knows first; of partners, only those `among` these. The number of queries does not depend on how many
    there are."""
    text = text.strip()[:LONGEST]
    if ror_id := _ror_id(text):
        return _by_ror_id(ror_id)
    if len(normalise(text)) < 2:
        return []
    is_affiliation = any(sign in text for sign in SIGNS_OF_AN_AFFILIATION)
    parts = pieces_of(text) if is_affiliation else []
    texts = list(dict.fromkeys([text, *parts]))
    records = {record.pk: record for record in find_ror(text, limit)}
    written = list(registered(text)[:limit].values_list("pk", flat=True))
    found = _joined(_open({*written, *_like(texts)}, among), records)
    countries = countries_in(text)
    typed = Named(tuple(map(Name, texts)), countries if len(countries) == 1 else frozenset())
    ranked = []
    for each in found:
        scored = compare(typed, _named(each))
        near, also = _closeness(texts, each)
        has_id = each.partner is not None and each.partner.pk in written
        is_alike = scored.band == "likely" if is_affiliation else scored.band != "clear"
        if near < ALIKE or is_alike or has_id or (is_affiliation and each.record and each.record.pk in records):
            shown = Organisation(each.partner, each.record, each.note or _merged_note(text, each), also)
            ranked.append(((near, each.partner is None, -scored.score, each.name), shown))
    return [each for _rank, each in sorted(ranked, key=lambda pair: pair[0])[:limit]]


def near_duplicates(
    name: str, country: str, ror_id: str = "", among: QuerySet[Partner] | None = None
) -> list[Organisation]:
    """What is known and likely or possibly the same as an organisation that is about to be registered.

    Different ROR ids are different organisations; beside an id only a partner without one can be the same, and only if
    that is likely.
    """
    records = {} if ror_id else RorRecord.objects.in_bulk(candidates.search([name], candidates.ROR, LOOKED_AT))
    written = registered(name)[:SHOWN].values_list("pk", flat=True)
    new = Named((Name(name),), frozenset({country}))
    found: list[tuple[Scored, Organisation]] = []
    for each in _joined(_open({*written, *_like([name])}, among), records):
        scored = compare(new, _named(each))
        if scored.band == "clear" or (ror_id and (each.ror_id or scored.band == "possible")):
            continue
        found.append((scored, each))
    found.sort(key=lambda pair: (rank(pair[0]), pair[1].partner is not None), reverse=True)
    return [Organisation(each.partner, each.record, each.note, _closeness([name], each)[1]) for _s, each in found][
        :SHOWN_NEAR
    ]


def organisations_of(keys: Iterable[str]) -> dict[str, Organisation]:
    """By the keys that a page sent back, those that mean something. What was merged or withdrawn meanwhile leads on."""
    uids: dict[UUID, str] = {}
    ror_ids: dict[str, str] = {}
    for key in dict.fromkeys(keys):
        if ror_id := _ror_id(key):
            ror_ids[ror_id] = key
            continue
        try:
            uids[UUID(key)] = key
        except ValueError:
            continue
    partners = dict(Partner.objects.filter(uid__in=uids).values_list("pk", "uid"))
    standings = standings_of(ror_ids) if ror_ids else {}
    records = {each.current.pk: each.current for each in standings.values() if each.current}
    found: dict[str, Organisation] = {}
    for each in _joined(set(partners), records):
        if each.partner:
            for pk in (each.partner.pk, *(absorbed.pk for absorbed in each.partner.absorbed.all())):
                if pk in partners:
                    found[uids[partners[pk]]] = each
        for standing in standings.values():
            if each.record and standing.current and standing.current.pk == each.record.pk:
                note = standing.words or each.note
                found[ror_ids[standing.ror_id]] = Organisation(each.partner, each.record, note)
    return found


def _open(partner_keys: set[int], among: QuerySet[Partner] | None) -> set[int]:
    if among is None:
        return partner_keys
    return set(among.filter(pk__in=partner_keys).values_list("pk", flat=True))


def _by_ror_id(ror_id: str) -> list[Organisation]:
    standing = standing_of(ror_id)
    records = {standing.current.pk: standing.current} if standing.current else {}
    partners = Partner.objects.filter(ror_id=ror_id).values_list("pk", flat=True)
    return [
        Organisation(each.partner, each.record, standing.words or each.note) for each in _joined(set(partners), records)
    ]


def _joined(partner_keys: set[int], records: dict[str, RorRecord]) -> list[Organisation]:
    """Each organisation once: a merged partner as the kept one, a partner with the record that its ROR id means."""
    before = RorRelation.Kind.SUCCESSOR, RorRecord.Status.WITHDRAWN
    given_up = RorRelation.objects.filter(other_id__in=records, kind=before[0], record__status=before[1])
    same = dict(given_up.values_list("record_id", "other_id"))
    merged = Partner.objects.filter(pk__in=partner_keys, merged_into__isnull=False).values("merged_into")
    wanted = Q(pk__in=partner_keys) | Q(pk__in=merged) | Q(ror_id__in={*records, *same})
    absorbed = Prefetch("absorbed", Partner.objects.order_by("pk"))
    partners = list(
        Partner.objects.filter(wanted, merged_into__isnull=True).prefetch_related("aliases", absorbed).order_by("pk")
    )
    standings = standings_of({partner.ror_id for partner in partners if partner.ror_id})
    found, taken = [], set()
    for partner in partners:
        standing = standings.get(partner.ror_id)
        record = standing.current if standing else None
        if record:
            taken.add(record.pk)
        found.append(Organisation(partner, record))
    ids = [pk for pk, row in records.items() if pk not in taken and row.status != RorRecord.Status.WITHDRAWN]
    held = RorRecord.objects.prefetch_related("names").in_bulk(ids)
    return [*found, *(Organisation(None, held[pk]) for pk in ids if pk in held)]


def _like(texts: list[str]) -> set[int]:
    """By the index of partners, and those that were named after it was made."""
    return {*candidates.search(texts, candidates.PARTNERS, LOOKED_AT), *candidates.not_indexed_partners()}


def _named(organisation: Organisation) -> Named:
    return Named(organisation.names, frozenset(filter(None, {organisation.country})))


def _closeness(texts: list[str], organisation: Organisation) -> tuple[int, str]:
    """How a typed text stands in the names, and the name in which it does unless that is the one shown."""
    keys, best = [normalise(text) for text in texts], (ALIKE, "")
    for name in organisation.names:
        own = normalise(name.text)
        if own in keys:
            near = 0
        elif len(keys) > 1 or keys[0] not in own:
            continue
        else:
            near = 1 if own.startswith(keys[0]) else 2
        if near < best[0]:
            best = (near, "" if name.text == organisation.name else name.text)
    return best


def _merged_note(text: str, organisation: Organisation) -> str:
    if not organisation.partner or normalise(text) in organisation.partner.normalised:
        return ""
    for absorbed in organisation.partner.absorbed.all():
        if normalise(text) in absorbed.normalised:
            return _("%(name)s was merged into this record.") % {"name": absorbed.name}
    return ""


def _name(alias) -> Name:
    kinds = {alias.Kind.ACRONYM: "acronym", alias.Kind.FORMER: "former", alias.Kind.FILED: "filed"}
    return Name(alias.name, kinds.get(alias.kind, "alias"))


def _ror_id(text: str) -> str:
    try:
        return read_ror_id(text)
    except ValueError:
        return ""

"""Reads of the locally held part of ROR: finding an organisation, following an id that ROR gave up, and relations."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from partners import candidates
from partners.candidates.resolving import countries_in, record_of
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from partners.matching.score import Name, Named, compare, rank
from partners.models import Partner, RorName, RorRecord, RorRelation
from partners.queries.registry import closeness

Kind, Status = RorRelation.Kind, RorRecord.Status
LONGEST_CHAIN = 10  # of ids given up one after the other
LOOKED_AT = 20  # records whose names are a little like what was typed
SIGNS_OF_AN_AFFILIATION = (",", ";", "\n")


def find_ror(text: str, limit: int = 10) -> list[RorRecord]:
    """Records for a typed name, ROR id or affiliation as it stands in a paper; names that begin with it come first.

    An id that ROR gave up finds the record that took its place. Where no name holds the text, names like it are looked
    for. The names of the records are fetched with them.
    """
    try:
        ror_id = read_ror_id(text)
    except ValueError:
        ror_id = ""
    if ror_id:
        current = standing_of(ror_id).current
        return [current] if current else []
    key = normalise(text)
    if len(key) < 2:
        return []
    held = RorRecord.objects.exclude(status=Status.WITHDRAWN).prefetch_related("names")
    if any(sign in text for sign in SIGNS_OF_AN_AFFILIATION) and (meant := resolve_text(text)):
        return [meant.record]
    bears = RorName.objects.filter(normalised__contains=key).exclude(record__status=Status.WITHDRAWN)
    near = bears.values("record").annotate(near=Min(closeness(key))).order_by("near", "record__name", "record")
    ids = [row["record"] for row in near[:limit]]
    rows = held.in_bulk(ids)
    return [rows[ror_id] for ror_id in ids] or _alike(text, limit)


def _alike(text: str, limit: int) -> list[RorRecord]:
    """Misspelt, in another order or another language: what the comparison does not take for another name."""
    countries = countries_in(text)
    typed = Named((Name(text),), countries if len(countries) == 1 else frozenset())
    held = RorRecord.objects.exclude(status=Status.WITHDRAWN).prefetch_related("names")
    found = []
    for row in held.in_bulk(candidates.search([text[:300]], candidates.ROR, LOOKED_AT)).values():
        known = record_of(row)
        scored = compare(typed, Named(known.names, frozenset({known.country})))
        if scored.band != "clear":
            found.append((rank(scored), row))
    return [row for _rank, row in sorted(found, key=lambda pair: pair[0], reverse=True)[:limit]]


@dataclass(frozen=True)
class Resolved:
    """The organisation that a text means. `how` is exact, key, acronym or likely, from the surest to the least sure;
    `read` is the part of the text that names it."""

    record: RorRecord
    how: str
    read: str

    @property
    def words(self) -> str:
        return str(HOW[self.how]) % {"read": self.read}


HOW = {
    "exact": _lazy("“%(read)s” is one of its names."),
    "key": _lazy("“%(read)s” is one of its names but for order, legal form or language of usual words."),
    "acronym": _lazy("“%(read)s” is its acronym, and the country agrees."),
    "likely": _lazy("“%(read)s” is hardly different from one of its names, and the country agrees."),
}


def resolve_text(text: str, country: str = "") -> Resolved | None:
    """The one organisation that a name or an affiliation means; rather none than a wrong one."""
    found = candidates.resolve_name(text, country) or candidates.resolve_affiliation(text, country)
    if found is None:
        return None
    held = RorRecord.objects.prefetch_related("names")
    return Resolved(held.get(pk=found.record.ror_id), found.how, found.text)


def counts_by_status() -> dict[str, int]:
    """How many records are held, by what became of them."""
    return dict(RorRecord.objects.order_by().values_list("status").annotate(n=Count("pk")))


def partners_given_up() -> QuerySet[Partner]:
    """Partners whose ROR id stands for an organisation that ROR withdrew, or that no longer exists."""
    gone = RorRecord.objects.exclude(status=Status.ACTIVE).values("pk")
    return Partner.objects.filter(merged_into__isnull=True, ror_id__in=gone).order_by("name", "pk")


@dataclass(frozen=True)
class RorStanding:
    """What became of a ROR id. `given` is the record that bears it, where it is held; `current` the one to go on with,
    the same unless ROR gave the id up; `words` say so, and are empty where nothing has to be said."""

    ror_id: str
    given: RorRecord | None
    current: RorRecord | None
    words: str = ""


def standing_of(ror_id: str) -> RorStanding:
    return standings_of([ror_id])[ror_id]


def standings_of(ror_ids: Iterable[str]) -> dict[str, RorStanding]:
    """By id; a query and two for each link of the longest chain, however many ids. A chain is followed as long as it
    is plain: one successor each."""
    ror_ids = list(dict.fromkeys(ror_ids))
    rows = RorRecord.objects.in_bulk(ror_ids)
    given, ends = dict(rows), {ror_id: ror_id for ror_id in ror_ids if ror_id in rows}
    successors: dict[str, list[RorRelation]] = defaultdict(list)
    for _link in range(LONGEST_CHAIN):
        open_ends = {end for end in ends.values() if rows[end].status != Status.ACTIVE} - successors.keys()
        if not open_ends:
            break
        for end in open_ends:
            successors[end] = []
        for relation in RorRelation.objects.filter(record__in=open_ends, kind=Kind.SUCCESSOR):
            successors[relation.record_id].append(relation)
        wanted = {each.other_id for end in open_ends for each in successors[end]} - rows.keys()
        rows |= RorRecord.objects.in_bulk(wanted)
        ends = {ror_id: _end_of(end, successors, rows) for ror_id, end in ends.items()}
    return {
        ror_id: RorStanding(
            ror_id,
            given.get(ror_id),
            rows.get(ends.get(ror_id, "")),
            _words_of(given[ror_id], rows[ends[ror_id]], successors.get(ror_id, [])) if ror_id in given else "",
        )
        for ror_id in ror_ids
    }


def _end_of(ror_id: str, successors: dict[str, list[RorRelation]], rows: dict[str, RorRecord]) -> str:
    seen = {ror_id}
    while len(next_ones := successors.get(ror_id, [])) == 1:
        following = next_ones[0].other_id
        if following in seen or following not in rows:
            break
        seen.add(following)
        ror_id = following
    return ror_id


def _words_of(given: RorRecord, current: RorRecord, successors: list[RorRelation]) -> str:
    told = {
        "name": given.name,
        "id": given.pk,
        "now": current.name,
        "now_id": current.pk,
        "several": ", ".join(each.other_name for each in successors),
    }
    if given.status == Status.ACTIVE:
        return ""
    if given.pk != current.pk and given.status == Status.WITHDRAWN:
        return _("ROR withdrew the id %(id)s. The organisation is held as %(now)s (%(now_id)s).") % told
    if given.pk != current.pk:
        return _("%(name)s no longer exists. Its successor is %(now)s (%(now_id)s).") % told
    if successors and given.status == Status.WITHDRAWN:
        return _("ROR withdrew the id %(id)s. In its place stand: %(several)s.") % told
    if successors:
        return _("%(name)s no longer exists. Followed by: %(several)s.") % told
    if given.status == Status.WITHDRAWN:
        return _("ROR withdrew the id %(id)s and names no other in its place.") % told
    return _("%(name)s no longer exists, as ROR says.") % told


def partner_by_ror(ror_id: str) -> Partner | None:
    """The partner with this id, or with another id that ROR holds, or held before it withdrew it, for the same."""
    if not ror_id:
        return None
    found = Partner.objects.filter(ror_id__in=ids_of_the_same(ror_id))
    return min(found, key=lambda partner: (partner.ror_id != ror_id, partner.pk), default=None)


def ids_of_the_same(ror_id: str) -> set[str]:
    """This id, the one that took its place, and all withdrawn ones in whose place that one stands."""
    current = standing_of(ror_id).current
    found = {ror_id} | ({current.pk} if current and _is_withdrawn(ror_id) else set())
    for _link in range(LONGEST_CHAIN):
        earlier = RorRelation.objects.filter(
            kind=Kind.SUCCESSOR, other_id__in=found, record__status=Status.WITHDRAWN
        ).exclude(record__in=found)
        more = set(earlier.values_list("record", flat=True))
        if not more:
            break
        found |= more
    return found


def _is_withdrawn(ror_id: str) -> bool:
    return RorRecord.objects.filter(pk=ror_id, status=Status.WITHDRAWN).exists()


@dataclass(frozen=True)
class RorNode:
    """An organisation in the tree; `record` is None where ROR names it and it is not held here."""

    ror_id: str
    name: str
    record: RorRecord | None
    partner: Partner | None
    above: tuple["RorNode", ...] = ()

    @property
    def code(self) -> str:
        """The part of the id that stands in an address."""
        return self.ror_id.rpartition("/")[2]


@dataclass(frozen=True)
class RorTree:
    """A record between what it is part of and what is part of it. `parents` carry theirs in `above`."""

    this: RorNode
    parents: tuple[RorNode, ...]
    children: tuple[RorNode, ...]
    related: tuple[RorNode, ...]
    predecessors: tuple[RorNode, ...]
    successors: tuple[RorNode, ...]

    @property
    def is_alone(self) -> bool:
        return not (self.parents or self.children or self.related or self.predecessors or self.successors)


def ror_tree(record: RorRecord) -> RorTree:
    """Three queries, whatever the number of relations."""
    parents = RorRelation.objects.filter(record=record, kind=Kind.PARENT).values("other_id")
    rows = RorRelation.objects.filter(Q(record=record) | Q(record__in=parents, kind=Kind.PARENT))
    near = [each for each in rows if each.record_id == record.pk]
    above = [each for each in rows if each.record_id != record.pk and each.other_id != record.pk]
    ids = {each.other_id for each in [*near, *above]}
    rows = RorRecord.objects.in_bulk(ids)
    partners = {each.ror_id: each for each in Partner.objects.filter(ror_id__in=ids | {record.pk})}

    def node(relation: RorRelation, upwards: Iterable[RorRelation] = ()) -> RorNode:
        row = rows.get(relation.other_id)
        return RorNode(
            relation.other_id,
            row.name if row else relation.other_name,
            row,
            partners.get(relation.other_id),
            tuple(node(each) for each in upwards),
        )

    def nodes(kind: str) -> tuple[RorNode, ...]:
        return tuple(node(each) for each in near if each.kind == kind)

    return RorTree(
        this=RorNode(record.pk, record.name, record, partners.get(record.pk)),
        parents=tuple(
            node(each, [other for other in above if other.record_id == each.other_id])
            for each in near
            if each.kind == Kind.PARENT
        ),
        children=nodes(Kind.CHILD),
        related=nodes(Kind.RELATED),
        predecessors=nodes(Kind.PREDECESSOR),
        successors=nodes(Kind.SUCCESSOR),
    )

"""What a partner is a part of, as ROR says of its record or as an officer recorded: compared with the lists as well,
since a list may mean a whole with all its parts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from partners.matching.score import Name, Named
from partners.models import ListEdition, Parentage, Partner, RorRecord, RorRelation
from partners.queries.listed import Match, find_listed, read_partners, ror_names

LIKELY = ("exact", "likely")
MOST_ABOVE = 5  # levels, one query each; ROR has four at most
MOST_PARENTS = 20  # of one partner: a record with more is a mistake


@dataclass(frozen=True)
class Parent:
    """A whole that the partner is a part of; `chain` names what lies between, the nearest first, itself last."""

    chain: tuple[str, ...]
    who: Named


def parents_of(partner: Partner) -> list[Parent]:
    """The nearest first; a circle ends where it began. One query where nothing is known of any."""
    return [*_recorded(partner), *_in_ror(partner)]


def find_wholes(parents: Iterable[Parent], editions: Iterable[ListEdition]) -> list[Match]:
    """Entries that are likely one of these wholes, each with the nearest. What is merely possible is left out: it would
    say little of the whole and next to nothing of its part."""
    found: dict[int, Match] = {}
    for parent in parents:
        for match in find_listed(parent.who, editions):
            if match.scored.band in LIKELY and match.entity.pk not in found:
                found[match.entity.pk] = replace(match, part_of=parent.chain, whole=parent.who)
    return list(found.values())


def _recorded(partner: Partner) -> list[Parent]:
    chains: dict[int, tuple[str, ...]] = {partner.pk: ()}
    level = {partner.pk}
    for _level in range(MOST_ABOVE):
        rows = list(Parentage.objects.filter(child__in=level).select_related("parent").order_by("pk"))
        level = set()
        for row in rows:
            if row.parent_id not in chains:
                chains[row.parent_id] = (*chains[row.child_id], row.parent.name)
                level.add(row.parent_id)
        if not level:
            break
    del chains[partner.pk]
    known = read_partners(chains)
    return [Parent(chain, known[pk]) for pk, chain in list(chains.items())[:MOST_PARENTS] if pk in known]


def _in_ror(partner: Partner) -> list[Parent]:
    if not partner.ror_id:
        return []
    chains: dict[str, tuple[str, ...]] = {partner.ror_id: ()}
    level = {partner.ror_id}
    for _level in range(MOST_ABOVE):
        rows = list(RorRelation.objects.filter(record__in=level, kind=RorRelation.Kind.PARENT).order_by("pk"))
        level = set()
        for row in rows:
            if row.other_id not in chains:
                chains[row.other_id] = (*chains[row.record_id], row.other_name)
                level.add(row.other_id)
        if not level:
            break
    del chains[partner.ror_id]
    if not chains:
        return []
    ids = list(chains)[:MOST_PARENTS]
    known = records_as_named(ids)
    return [
        Parent(
            chains[ror_id], known.get(ror_id) or Named((Name(chains[ror_id][-1]),), ids=frozenset({("ror", ror_id)}))
        )
        for ror_id in ids
    ]


def records_as_named(ror_ids: Iterable[str]) -> dict[str, Named]:
    """Records of ROR as the matcher reads them: two queries."""
    rows = RorRecord.objects.filter(pk__in=ror_ids).values_list("pk", "country")
    names = ror_names(pk for pk, _country in rows)
    return {
        pk: Named(tuple(names[pk]), frozenset({country}), ids=frozenset({("ror", pk)}))
        for pk, country in rows
        if names[pk]
    }


def records_with_parts(ror_ids: Iterable[str]) -> set[str]:
    rows = RorRelation.objects.filter(other_id__in=ror_ids, kind=RorRelation.Kind.PARENT)
    return set(rows.values_list("other_id", flat=True))


def parts_of_records(ror_ids: Iterable[str]) -> set[str]:
    """The ROR ids of everything below these records."""
    found, level = set(), set(ror_ids)
    for _level in range(MOST_ABOVE):
        below = RorRelation.objects.filter(other_id__in=level, kind=RorRelation.Kind.PARENT) if level else ()
        level = {row.record_id for row in below} - found
        found |= level
        if not level:
            break
    return found


def parts_of_partners(keys: Iterable[int]) -> set[int]:
    """The ids of the partners that an officer recorded as parts of these, directly or through others."""
    found, level = set(), set(keys)
    for _level in range(MOST_ABOVE):
        below = Parentage.objects.filter(parent__in=level) if level else ()
        level = {row.child_id for row in below} - found
        found |= level
        if not level:
            break
    return found


def partners_below(ror_ids: Iterable[str], keys: Iterable[int]) -> set[int]:
    """The ids of the partners that are parts of these records, or of these partners."""
    parts = parts_of_records(ror_ids)
    in_ror = Partner.objects.filter(ror_id__in=parts).values_list("pk", flat=True) if parts else ()
    return {*in_ror, *parts_of_partners(keys)}

"""Everything the engine reads of a partner: what the lists say of it and of its owners, and of its country."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from partners.models import ListEdition, Ownership, Partner, Party
from partners.queries.countries import NO_VALUE, country_facts, country_facts_of
from partners.queries.listed import Match, find_listed, named_as
from partners.queries.owners import HALF, Node, Shares, node_of, owner_of, parties_in, percent_in, shares_above
from partners.queries.screenings import (
    SANCTION_HITS,
    editions_in_force,
    list_facts_of,
    list_facts_unjudged,
    sanction_hits,
)

TO_LOOK_AT = SANCTION_HITS[:3]  # confirmed, possible, not screened


@dataclass(frozen=True)
class OwnerHit:
    """What the lists say of whoever owns more than half, alone or together; `chain` are the shares that make it so."""

    value: str
    chain: tuple[Ownership, ...] = ()
    meant: tuple[Ownership, ...] = ()  # one share of each owner of whom the lists say it


def partner_facts(partner: Partner, on: date) -> dict:
    """Everything the engine reads of one partner; lists as they were last compared, country facts as of the day."""
    return partner_facts_of([partner], on)[partner.pk]


def partner_facts_then(partner: Partner, day: date) -> dict:
    """As `partner_facts` at the end of a past day: lists as they were in force and compared, matches as judged."""
    return partner_facts_of([partner], day, end_of(day))[partner.pk]


def end_of(day: date) -> datetime:
    """The last moment of a day where the institution is."""
    return timezone.make_aware(datetime.combine(day, time.max))


def partner_facts_of(partners: Iterable[Partner], on: date, at: datetime | None = None) -> dict[int, dict]:
    """As `partner_facts`, by partner id, in the same number of queries for one partner and for three hundred. A record
    that was merged into another one has the facts of that one. With a time, what the lists said then."""
    partners = list(partners)
    kept = Partner.objects.in_bulk({p.merged_into_id for p in partners if p.merged_into_id})
    standing = {p.pk: kept.get(p.merged_into_id, p) for p in partners}
    rows = {p.pk: p for p in standing.values()}.values()
    of_countries = country_facts_of({partner.country for partner in rows}, on)
    lists, owners = list_facts_of(rows, at), owner_hits(rows, on, at=at)
    return {pk: {**of_countries[p.country], **lists[p], "owner_hit": owners[p.pk].value} for pk, p in standing.items()}


def facts_of_name(name: str, country: str, on: date) -> dict:
    """As `partner_facts` for an organisation that is not in the registry: nothing is stored, nothing is judged."""
    editions = editions_in_force()
    matches = find_listed(named_as(name, country), editions)
    hit = "not_screened" if not editions else "possible" if matches else "none"
    return {**country_facts(country, on), **list_facts_unjudged(hit), "owner_hit": NO_VALUE}


def owner_hits(
    partners: Iterable[Partner], on: date, said: Mapping[Party, str] | None = None, at: datetime | None = None
) -> dict[int, OwnerHit]:
    """By partner id. `said` stands for what the lists say of some owners, in place of what they say now."""
    partners = list(partners)
    return owner_hits_in(shares_above(partners, on), partners, said, at)


def owner_hits_in(
    shares: Shares,
    partners: Iterable[Partner],
    said: Mapping[Party, str] | None = None,
    at: datetime | None = None,
) -> dict[int, OwnerHit]:
    """As `owner_hits`, where the shares above them are known already."""
    if not shares.of:
        return {partner.pk: OwnerHit(NO_VALUE) for partner in partners}
    verdicts = _verdicts(shares, said or {}, at)
    return {partner.pk: _owner_hit(shares, verdicts, node_of(partner)) for partner in partners}


def _owner_hit(shares: Shares, verdicts: dict[Node, str], owned: Node) -> OwnerHit:
    direct = shares.of.get(owned, [])
    if not direct:
        return OwnerHit(NO_VALUE)
    for verdict in TO_LOOK_AT:
        gravest = SANCTION_HITS[: SANCTION_HITS.index(verdict) + 1]
        meant = {node for node, said in verdicts.items() if said in gravest and node != owned}
        if owned in shares.owned_by(meant):
            chain = shares.chain(meant, owned)
            of_owner = {share.party or owner_of(share): share for share in chain if owner_of(share) in meant}
            return OwnerHit(verdict, chain, tuple(of_owner.values()))
    if percent_in(direct, {owner_of(share) for share in direct}) < HALF:
        return OwnerHit(NO_VALUE)  # whoever holds the rest may hold more than half
    cleared = {node for node, said in verdicts.items() if said != "none" and node != owned}
    return OwnerHit("cleared" if owned in shares.owned_by(cleared) else "none")


def _verdicts(shares: Shares, said: Mapping[Party, str], at: datetime | None) -> dict[Node, str]:
    """What the lists say of each owner, the gravest where people are named alike; one who is known by name only is
    compared now, and nobody has judged that. What such a comparison said then, nobody kept."""
    parties = parties_in(shares)
    known = dict(said)
    if others := [party for party in parties if party not in known]:
        known |= sanction_hits(others, at)
    by_name = [node for node, share in shares.owners.items() if not share.party and not share.is_erased]
    editions = editions_in_force() if by_name and at is None else []
    found: dict[Node, str] = {}
    for share in (share for each in shares.of.values() for share in each):
        node = owner_of(share)
        if share.party:
            verdict = min((known[share.party], found.get(node, "none")), key=SANCTION_HITS.index)
        elif share.is_erased or not editions:
            verdict = "not_screened"
        else:
            verdict = found.get(node) or ("possible" if matches_outside(share, editions) else "none")
        found[node] = verdict
    return found


def matches_outside(share: Ownership, editions: list[ListEdition]) -> list[Match]:
    """Of an owner who is known by name only: compared on the spot, and judged by nobody."""
    who = named_as(share.owner_name, share.country, share.owner_kind, share.owner_birth_year)
    return find_listed(who, editions)

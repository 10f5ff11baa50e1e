"""Who owns a partner, directly and through others, as of a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from partners.matching.normalise import normalise
from partners.models import Ownership, Parentage, Partner, Party, name_of_party

HALF = Decimal(50)
MOST_LEVELS = 20  # one query each; a longer chain than this is a mistake somewhere in it

# ("partner", pk), or what tells one owner outside the registry from another. People who are named alike count as one
# here, so that their shares add up, and are still judged each on their own.
Node = tuple


@dataclass(frozen=True)
class Owner:
    """Somebody who owns more than half of a partner; `chain` are the shares that make it so, the farthest first."""

    partner: Partner | None
    share: Ownership  # one of the owner's own shares, which says who it is
    percent: Decimal
    chain: tuple[Ownership, ...]

    @property
    def name(self) -> str:
        return self.share.who


@dataclass(frozen=True)
class Shares:
    """All shares above some partners."""

    of: dict[Node, list[Ownership]]

    @property
    def owners(self) -> dict[Node, Ownership]:
        """Everybody who holds one of the shares, with one of them."""
        return {owner_of(share): share for shares in self.of.values() for share in shares}

    def owned_by(self, owners: Collection[Node]) -> set[Node]:
        """What these own more than half of, together and through what they own in this way; they themselves included.

        A share counts whole once its holder is owned by more than half, as the law on asset freezes reads it: 60 % of
        somebody who owns 60 % is ownership, although 36 % of the money.
        """
        held, grew = set(owners), True
        while grew:
            grew = False
            for owned, shares in self.of.items():
                if owned not in held and percent_in(shares, held) > HALF:
                    held.add(owned)
                    grew = True
        return held

    def chain(self, owners: Collection[Node], owned: Node) -> tuple[Ownership, ...]:
        """The shares through which these own it, the farthest first."""
        held, rows, todo, seen = self.owned_by(owners), [], [owned], {owned}
        while todo:
            now = todo.pop(0)
            for share in self.of.get(now, ()):
                if (holder := owner_of(share)) in held:
                    rows.append(share)
                    if holder not in seen and holder not in owners:
                        seen.add(holder)
                        todo.append(holder)
        return tuple(reversed(rows))


def node_of(partner: Partner) -> Node:
    return ("partner", partner.pk)


def owner_of(share: Ownership) -> Node:
    if share.owner_id:
        return ("partner", share.owner_id)
    if person := share.person:
        return ("person", normalise(person.name), person.orcid, person.birth_year)
    if share.is_erased:
        return ("erased", share.pk)
    return ("name", normalise(share.owner_name), share.owner_kind, share.country, share.owner_birth_year)


def percent_in(shares: Iterable[Ownership], holders: Collection[Node]) -> Decimal:
    return sum((share.percent for share in shares if owner_of(share) in holders), Decimal(0))


def percent_words(percent: Decimal) -> str:
    """Without zeros that say nothing: 60, 33.5."""
    return f"{percent.normalize():f}"


def current_shares(on: date) -> QuerySet[Ownership]:
    held = Ownership.objects.filter(Q(since__isnull=True) | Q(since__lte=on), Q(until__isnull=True) | Q(until__gt=on))
    return held.select_related("owner", "owned", "person")


def shares_above(partners: Iterable[Partner], on: date, nearest: list[Ownership] | None = None) -> Shares:
    """Walks upwards, one query a level however many partners; a circle ends where it began. `nearest` are the shares
    in these partners themselves, where they are known already."""
    found: dict[Node, list[Ownership]] = {}
    level = {partner.pk for partner in partners}
    for number in range(MOST_LEVELS):
        if number == 0 and nearest is not None:
            above = nearest
        else:
            above = list(current_shares(on).filter(owned__in=level)) if level else []
        for share in above:
            found.setdefault(("partner", share.owned_id), []).append(share)
        level = {share.owner_id for share in above if share.owner_id and ("partner", share.owner_id) not in found}
        if not level:
            break
    return Shares(found)


def owners_over_half(partner: Partner, shares: Shares) -> list[Owner]:
    """Everybody who owns more than half of the partner, alone and also through others; the nearest first."""
    owned = node_of(partner)
    found = []
    for node, share in shares.owners.items():
        held = shares.owned_by({node})
        if node != owned and owned in held:
            percent = percent_in(shares.of[owned], held)
            found.append(Owner(share.owner, share, percent, shares.chain({node}, owned)))
    return sorted(found, key=lambda owner: (len(owner.chain), -owner.percent, owner.name))


def owners_of(partners: Iterable[Partner], on: date) -> list[Party]:
    """Every partner and every person that holds a share in one of these, directly or through others, these left out."""
    partners = list(partners)
    return [party for party in parties_in(shares_above(partners, on)) if party not in partners]


def parties_in(shares: Shares) -> list[Party]:
    """The partners and people that hold these shares."""
    return list(dict.fromkeys(share.party for each in shares.of.values() for share in each if share.party))


def owned_below(party: Party, on: date) -> list[Partner]:
    """Every partner in which this one, or this person, holds a share, directly or through others."""
    found: dict[int, Partner] = {}
    below = list(current_shares(on).filter(**{HELD_BY[name_of_party(party)]: party}))
    for _level in range(MOST_LEVELS):
        new = {share.owned_id: share.owned for share in below if share.owned_id not in found}
        found |= new
        if not new:
            break
        below = list(current_shares(on).filter(owner__in=new))
    if isinstance(party, Partner):
        found.pop(party.pk, None)
    return list(found.values())


HELD_BY = {"partner": "owner", "contact": "person"}


def ancestors_of(partner: Partner) -> list[Partner]:
    """What the partner is a part of, directly or through others, the nearest first; one query a level."""
    found: dict[int, Partner] = {}
    level = {partner.pk}
    for _level in range(MOST_LEVELS):
        rows = Parentage.objects.filter(child__in=level).select_related("parent") if level else ()
        new = {row.parent_id: row.parent for row in rows if row.parent_id not in found and row.parent_id != partner.pk}
        found |= new
        level = set(new)
        if not level:
            break
    return list(found.values())

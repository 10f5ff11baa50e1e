"""Whoever holds shares in the partners of a case and has to be looked at, each with what the lists say."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from partners import queries as registry
from partners.models import Hit, Partner
from partners.queries.owners import Shares, node_of, shares_above


def owners_to_look_at(partners: Iterable[Partner], reference: str, on: date) -> dict[int, list[dict]]:
    """By partner, those above it who have a match, or who are not compared with the lists in force."""
    partners = list(partners)
    shares = shares_above(partners, on)
    above = {partner.pk: shares_over(partner, shares) for partner in partners} if shares.of else {}
    parties = dict.fromkeys(share.party for each in above.values() for share in each)
    standings = registry.screening_standings(party for party in parties if party not in partners) if parties else {}
    return {
        pk: [
            {"share": share, **state_of(standings[share.party], reference)}
            for share in {share.party: share for share in each}.values()
            if share.party in standings and needs_a_look(standings[share.party])
        ]
        for pk, each in above.items()
    }


def shares_over(partner: Partner, shares: Shares) -> list:
    """The shares in a partner and in whoever holds them, of those whom matches are kept of."""
    found, todo, seen = [], [node_of(partner)], set()
    while todo:
        node = todo.pop(0)
        if node not in seen:
            seen.add(node)
            for share in shares.of.get(node, ()):
                if share.party:
                    found.append(share)
                if share.owner_id:
                    todo.append(node_of(share.owner))
    return found


def needs_a_look(standing: registry.Standing) -> bool:
    return not standing.is_current or bool(standing.screening.hits.all())


def state_of(standing: registry.Standing, reference: str) -> dict:
    """As the page of a case shows it, with the pages on which matches are judged."""
    hits: Iterable[Hit] = standing.screening.hits.all() if standing.screening else ()
    rows = [{"hit": hit, "url": reverse("match", args=[reference, hit.uid])} for hit in hits]
    return {"standing": standing, "hits": rows, "open_hits": [row for row in rows if row["hit"].is_open]}

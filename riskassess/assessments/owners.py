"""Whoever owns more than half of a partner and is, or may be, on a list: who it is, on which list, and through whom.

What an assessment read of it is kept with its record as plain data, since shares and matches change: by partner
`{"row", "partner", "said", "meant": [{"name", "uid", "lists": [{"list", "date"}]}], "chain": [{"owner", "percent",
"owned", "since", "source"}]}`, dates as ISO text or none, the uid empty outside the registry, the farthest share first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import queries as registry
from partners.models import Judgement, ListEdition, Ownership, Partner
from partners.queries.owners import Node, owner_of, percent_words

OWNERS_SAID = {
    "confirmed": gettext_lazy("More than half is owned by somebody who is on a list, as a person confirmed."),
    "possible": gettext_lazy("More than half is owned by somebody who may be on a list; that match is not judged yet."),
    "not_screened": gettext_lazy("More than half is owned by somebody who was not compared with the lists yet."),
}


@dataclass(frozen=True)
class OwnerMeant:
    name: str
    uid: str  # of the partner that the owner is; empty outside the registry
    lists: str


@dataclass(frozen=True)
class OwnersUsed:
    """Of one partner, in words. `meant` are the owners with their lists; none for readers who don't see matches."""

    partner: str
    sentence: str
    meant: tuple[OwnerMeant, ...]
    chain: tuple[str, ...]


def owners_used(read: list[dict], *, sees_screening: bool) -> tuple[OwnersUsed, ...]:
    """What was read, in words for a reader."""
    return tuple(
        OwnersUsed(
            partner=each["partner"],
            sentence=str(OWNERS_SAID[each["said"]]),
            meant=tuple(map(_meant_words, each["meant"])) if sees_screening else (),
            chain=tuple(map(_share_words, each["chain"])),
        )
        for each in read
    )


def read_owners(facts: dict, partners: dict[str, str], *, on: date) -> list[dict]:
    """In the order of the partners, those alone whose owners need a look; `partners` are uids by the id of the row.
    No query where there are none, else the same number however many."""
    rows = [row for row in facts["partners"] if row["facts"].get("owner_hit") in OWNERS_SAID]
    if not rows:
        return []
    found = Partner.objects.filter(uid__in=[partners[row["id"]] for row in rows]).select_related("merged_into")
    standing = {str(partner.uid): partner.merged_into or partner for partner in found}
    hits = registry.owner_hits({partner.pk: partner for partner in standing.values()}.values(), on)
    lists = _lists_of(share for hit in hits.values() for share in hit.meant)
    told = []
    for row in rows:
        hit = hits[standing[partners[row["id"]]].pk]
        told.append(
            {
                "row": row["id"],
                "partner": row["label"],
                "said": row["facts"]["owner_hit"],
                "meant": [_meant_data(share, lists[owner_of(share)]) for share in hit.meant],
                "chain": [share_data(share) for share in hit.chain],
            }
        )
    return told


def _meant_data(share: Ownership, lists: list[dict]) -> dict:
    return {"name": share.who, "uid": str(share.owner.uid) if share.owner_id else "", "lists": lists}


def share_data(share: Ownership) -> dict:
    return {
        "owner": share.who,
        "percent": percent_words(share.percent),
        "owned": share.owned.name,
        "since": share.since.isoformat() if share.since else None,
        "source": share.source,
    }


def share_words(share: Ownership) -> str:
    """Who holds how much of whom, since when, and who says so."""
    return _share_words(share_data(share))


def _share_words(share: dict) -> str:
    held = _("%(owner)s holds %(percent)s %% of %(owned)s") % share
    if share["since"]:
        held = _("%(held)s since %(day)s") % {"held": held, "day": _day(share["since"])}
    return _("%(held)s (source: %(source)s)") % {"held": held, "source": share["source"]}


def _meant_words(owner: dict) -> OwnerMeant:
    return OwnerMeant(owner["name"], owner["uid"], "; ".join(map(_list_words, owner["lists"])))


def _list_words(each: dict) -> str:
    return _("%(list)s, edition of %(day)s") % (each | {"day": _day(each["date"])}) if each["date"] else each["list"]


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "j M Y")


def _lists_of(owners: Iterable[Ownership]) -> dict[Node, list[dict]]:
    """By owner, the lists with a match that is not judged to be another's."""
    shares = {owner_of(share): share for share in owners}
    screenings = registry.latest_screenings([share.owner for share in shares.values() if share.owner_id])
    in_force, found = registry.editions_in_force(), {}
    for node, share in shares.items():
        if not share.owner_id:
            editions = {match.edition for match in registry.matches_outside(share, in_force)}
        elif screening := screenings.get(share.owner_id):
            editions = {
                hit.edition for hit in screening.hits.all() if hit.is_open or hit.verdict != Judgement.Verdict.DIFFERENT
            }
        else:
            editions = set()
        found[node] = [_list_data(edition) for edition in sorted(editions, key=lambda one: (one.source.name, one.pk))]
    return found


def _list_data(edition: ListEdition) -> dict:
    return {
        "list": edition.source.name,
        "date": edition.published_on.isoformat() if edition.published_on else None,
    }

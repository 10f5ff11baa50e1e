"""Whoever owns more than half of a partner and is, or may be, on a list: who it is, on which list, and through whom.

What an assessment read of it is kept with its record as plain data, since shares and matches change: by partner
`{"row", "partner", "said", "meant": [{"name", "uid", "lists": [{"list", "date"}]}], "chain": [{"owner", "percent",
"owned", "since", "source"}]}`, dates as ISO text or none, the uid empty outside the registry, the farthest share first.
Of a person it keeps no name: `"person"` is then their uid, or empty where only a name was known, so that their details
can be erased.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import queries as registry
from partners.models import Contact, Judgement, ListEdition, Ownership, Partner
from partners.queries.owners import percent_words

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
    """What was read, in words for a reader; people by name, and where shares are known from, only for whoever sees
    matches."""
    people = _names_of_people(read) if sees_screening else {}
    return tuple(
        OwnersUsed(
            partner=each["partner"],
            sentence=str(OWNERS_SAID[each["said"]]),
            meant=tuple(_meant_words(owner, people) for owner in each["meant"]) if sees_screening else (),
            chain=tuple(_share_words(share, people, with_source=sees_screening) for share in each["chain"]),
        )
        for each in read
    )


def _names_of_people(read: list[dict]) -> dict[str, str]:
    """By uid, of those whose details were not erased; one query, and none where no owner is a person."""
    rows = [row for each in read for row in (*each["meant"], *each["chain"])]
    uids = {row["person"] for row in rows if row.get("person")}
    return {str(person.uid): person.name for person in Contact.objects.filter(uid__in=uids)} if uids else {}


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
                "meant": [_meant_data(share, lists[share.pk]) for share in hit.meant],
                "chain": [share_data(share) for share in hit.chain],
            }
        )
    return told


def _meant_data(share: Ownership, lists: list[dict]) -> dict:
    return {**_who(share, "name"), "uid": str(share.owner.uid) if share.owner_id else "", "lists": lists}


def _who(share: Ownership, key: str) -> dict[str, str]:
    if share.is_of_a_person:
        return {key: "", "person": str(share.person.uid) if share.person else ""}
    return {key: share.who}


def share_data(share: Ownership) -> dict:
    return {
        **_who(share, "owner"),
        "percent": percent_words(share.percent),
        "owned": share.owned.name,
        "since": share.since.isoformat() if share.since else None,
        "source": share.source,
    }


def share_words(share: Ownership, *, sees_people: bool) -> str:
    """Who holds how much of whom and since when; and who says so, for whoever sees people."""
    people = {str(share.person.uid): share.person.name} if share.person and sees_people else {}
    return _share_words(share_data(share), people, with_source=sees_people)


def _share_words(share: dict, people: dict[str, str], *, with_source: bool) -> str:
    held = _("%(owner)s holds %(percent)s %% of %(owned)s") % {**share, "owner": _name(share, "owner", people)}
    if share["since"]:
        held = _("%(held)s since %(day)s") % {"held": held, "day": _day(share["since"])}
    if not with_source or not share["source"]:
        return held
    return _("%(held)s (source: %(source)s)") % {"held": held, "source": share["source"]}


def _name(row: dict, key: str, people: dict[str, str]) -> str:
    return row[key] or people.get(row.get("person", "")) or _("A person")


def _meant_words(owner: dict, people: dict[str, str]) -> OwnerMeant:
    return OwnerMeant(_name(owner, "name", people), owner["uid"], "; ".join(map(_list_words, owner["lists"])))


def _list_words(each: dict) -> str:
    return _("%(list)s, edition of %(day)s") % (each | {"day": _day(each["date"])}) if each["date"] else each["list"]


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "j M Y")


def _lists_of(shares: Iterable[Ownership]) -> dict[int, list[dict]]:
    """By share, the lists on which its owner has a match that is not judged to be another's."""
    shares = {share.pk: share for share in shares}
    screenings = registry.latest_screenings({share.party for share in shares.values() if share.party})
    in_force, found = registry.editions_in_force(), {}
    for pk, share in shares.items():
        if not share.party and not share.is_erased:
            editions = {match.edition for match in registry.matches_outside(share, in_force)}
        elif screening := screenings.get(share.party):
            editions = {
                hit.edition for hit in screening.hits.all() if hit.is_open or hit.verdict != Judgement.Verdict.DIFFERENT
            }
        else:
            editions = set()
        found[pk] = [_list_data(edition) for edition in sorted(editions, key=lambda one: (one.source.name, one.pk))]
    return found


def _list_data(edition: ListEdition) -> dict:
    return {
        "list": edition.source.name,
        "date": edition.published_on.isoformat() if edition.published_on else None,
    }

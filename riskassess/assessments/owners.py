"""What is told of whoever owns more than half of a partner and is, or may be, on a list: who, and through whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import queries as registry
from partners.models import Ownership, Partner
from partners.queries.owners import percent_words
from riskassess.assessments.models import AssessmentRecord

OWNERS_SAID = {
    "confirmed": gettext_lazy("More than half is owned by somebody who is on a list, as a person confirmed:"),
    "possible": gettext_lazy("More than half is owned by somebody who may be on a list; that match is not judged yet:"),
    "not_screened": gettext_lazy("More than half is owned by somebody who was not compared with the lists yet:"),
}


@dataclass(frozen=True)
class OwnersUsed:
    """Of one partner. The chain is the one that the registry holds for that day; where it now leads to something else
    than the assessment read (`is_as_read` is false), it is not shown for it."""

    partner: str
    sentence: str
    listed: tuple[str, ...]  # the owners meant, each with the lists and editions on which it is or may be
    chain: tuple[str, ...]  # the shares that make it so, the farthest first
    is_as_read: bool


def owners_of(record: AssessmentRecord) -> tuple[OwnersUsed, ...]:
    partners = {row["id"]: row["partner"] for row in record.version.content["partners"]}
    return owners_used(record.facts, partners, on=record.as_of)


def owners_used(facts: dict, partners: dict[str, str], *, on: date) -> tuple[OwnersUsed, ...]:
    """In the order of the partners, those alone whose owners need a look; `partners` are uids by the id of the row.
    No query where there are none, else the same number however many."""
    rows = [row for row in facts["partners"] if row["id"] in partners and row["facts"].get("owner_hit") in OWNERS_SAID]
    if not rows:
        return ()
    found = Partner.objects.filter(uid__in=[partners[row["id"]] for row in rows]).select_related("merged_into")
    standing = {str(partner.uid): partner.merged_into or partner for partner in found}
    hits = registry.owner_hits({partner.pk: partner for partner in standing.values()}.values(), on)
    lists = _lists_of(share for hit in hits.values() for share in hit.chain)
    return tuple(
        _owners(row, hits[standing[partners[row["id"]]].pk], lists) for row in rows if partners[row["id"]] in standing
    )


def _owners(row: dict, hit: registry.OwnerHit, lists: dict[str, tuple[str, ...]]) -> OwnersUsed:
    read = row["facts"]["owner_hit"]
    is_as_read = hit.value == read
    return OwnersUsed(
        partner=row["label"],
        sentence=str(OWNERS_SAID[read]),
        listed=tuple(_with_lists(name, lists.get(name, ())) for name in hit.listed) if is_as_read else (),
        chain=tuple(share_words(share) for share in hit.chain) if is_as_read else (),
        is_as_read=is_as_read,
    )


def share_words(share: Ownership) -> str:
    """Who holds how much of whom, since when, and who says so."""
    given = {"owner": share.who, "percent": percent_words(share.percent), "owned": share.owned.name}
    held = _("%(owner)s holds %(percent)s %% of %(owned)s") % given
    if share.since:
        held = _("%(held)s since %(day)s") % {"held": held, "day": date_format(share.since, "j M Y")}
    return _("%(held)s (source: %(source)s)") % {"held": held, "source": share.source}


def _lists_of(shares: Iterable[Ownership]) -> dict[str, tuple[str, ...]]:
    """By the name of an owner who is in the registry, the lists with a match that is not judged to be another's."""
    owners = {share.owner_id: share.owner for share in shares if share.owner_id}
    screenings = registry.latest_screenings(owners.values()) if owners else {}
    found = {}
    for pk, screening in screenings.items():
        editions = {hit.edition for hit in screening.hits.all() if hit.is_open or hit.verdict != "different"}
        found[owners[pk].name] = tuple(sorted(_edition(edition) for edition in editions))
    return found


def _edition(edition) -> str:
    if not edition.published_on:
        return edition.source.name
    given = {"list": edition.source.name, "day": date_format(edition.published_on, "j M Y")}
    return _("%(list)s, edition of %(day)s") % given


def _with_lists(name: str, lists: tuple[str, ...]) -> str:
    return f"{name} ({'; '.join(lists)})" if lists else name

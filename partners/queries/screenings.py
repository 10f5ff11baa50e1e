"""What the lists say about a partner, and how far that can be relied on."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from partners.matching.normalise import NORMALISER, normalise
from partners.matching.score import SCORER, Named
from partners.models import (
    Contact,
    Hit,
    Judgement,
    ListedEntity,
    ListEdition,
    ListedName,
    ListSource,
    Partner,
    Party,
    Screening,
    name_of_party,
)
from partners.queries.listed import Match, named, read_partners

# From the gravest to the best; the fact of a partner is the gravest of all its hits.
SANCTION_HITS = ("confirmed", "possible", "not_screened", "cleared", "none")


def editions_in_force(at: datetime | None = None) -> list[ListEdition]:
    """Now, or as it was then."""
    editions = ListEdition.objects.select_related("source").order_by("source__name", "source", "in_force_since", "pk")
    if at is None:
        return list(editions.filter(state=ListEdition.State.IN_FORCE))
    then = editions.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=at), in_force_since__lte=at)
    return list({edition.source_id: edition for edition in then}.values())


def latest_screening(party: Party) -> Screening | None:
    return latest_screenings([party]).get(party)


def latest_screenings(parties: Iterable[Party], at: datetime | None = None) -> dict[Party, Screening]:
    """Of partners and people alike, with hits, judgements and editions; three queries however many. With a time,
    those that were the latest then, with what had been judged then."""
    parties = list(parties)
    newest = _of(parties, at).values("partner", "contact").annotate(last=Max("pk")).order_by()
    hits = Hit.objects.select_related("judgement__by", "entity", "edition__source").order_by("pk")
    rows = Screening.objects.filter(pk__in=newest.values("last")).prefetch_related(
        Prefetch("hits", queryset=hits), Prefetch("editions", queryset=ListEdition.objects.select_related("source"))
    )
    if at is not None:
        _judge_as_then([hit for row in rows for hit in row.hits.all()], at)
    found = {(name, getattr(row, f"{name}_id")): row for row in rows for name in ("partner", "contact")}
    screenings = {party: found.get((name_of_party(party), party.pk)) for party in parties}
    return {party: row for party, row in screenings.items() if row}


def _of(parties: list[Party], at: datetime | None) -> QuerySet[Screening]:
    partners, people = ([party.pk for party in parties if isinstance(party, kind)] for kind in (Partner, Contact))
    about = Screening.objects.filter(
        Q(partner__in=partners) | Q(contact__in=people) if people else Q(partner__in=partners)
    )
    return about if at is None else about.filter(created_at__lte=at)


def _judge_as_then(hits: list[Hit], at: datetime) -> None:
    """Put the judgements in their place that were in force then; what was confirmed later waits for it."""
    given = Judgement.objects.filter(fingerprint__in={hit.fingerprint for hit in hits}, created_at__lte=at)
    in_force = {judgement.fingerprint: judgement for judgement in given.select_related("by").order_by("pk")}
    for judgement in in_force.values():
        if judgement.confirmed_at and judgement.confirmed_at > at:
            judgement.confirmed_by, judgement.confirmed_at = None, None
    for hit in hits:
        hit.judgement = in_force.get(hit.fingerprint)


def hits_of(partner: Partner) -> list[Hit]:
    """The hits of the latest screening, those that wait for a person first."""
    screening = latest_screening(partner)
    return sorted(screening.hits.all(), key=lambda hit: not hit.is_open) if screening else []


def is_fresh(party: Party) -> bool:
    """Screened as it is named now, against all that is in force now."""
    return not stale_parties([party])


def stale_parties(parties: Iterable[Party]) -> list[Party]:
    """Those of them that are not fresh, in a constant number of queries."""
    parties = list(parties)
    latest, is_current_for = latest_screenings(parties), _up_to_date(parties, accepted_editions(), None)
    return [party for party in parties if not is_current_for(party, latest.get(party))]


@dataclass(frozen=True)
class Standing:
    """How a partner or contact stands with the lists in force. Only one that is current may be read as "no match"."""

    screening: Screening | None
    is_current: bool
    whole_on: datetime | None  # when it was last compared with every list in force at that time
    why: str  # not current, in words
    facts: dict[str, str]  # as of `list_facts_of`


def screening_standings(
    parties: Iterable[Party], at: datetime | None = None, known: Mapping[int, Named] | None = None
) -> dict[Party, Standing]:
    """Of partners and people alike, in a constant number of queries; now, or as it was then. `known` are the names of
    partners, where they were read already."""
    parties = list(parties)
    latest, accepted = latest_screenings(parties, at), accepted_editions(at)
    is_current_for = _up_to_date(parties, accepted, at, known)
    is_current = {party: bool(accepted) and is_current_for(party, latest.get(party)) for party in parties}
    whole_on = _whole_on(parties, at) if not all(is_current.values()) else {}
    return {
        party: Standing(
            screening := latest.get(party),
            is_current[party],
            screening.created_at if is_current[party] else whole_on.get((name_of_party(party), party.pk)),
            "" if is_current[party] else _why_not(screening, accepted, at),
            _facts_of(screening, is_current[party]),
        )
        for party in parties
    }


def _whole_on(parties: list[Party], at: datetime | None) -> dict[tuple[str, int], datetime]:
    """When each was last compared with all that was in force."""
    whole = _of(parties, at).filter(state=Screening.State.DONE).values("partner", "contact")
    rows = whole.annotate(last=Max("created_at")).order_by()
    return {(name, row[name]): row["last"] for row in rows for name in ("partner", "contact") if row[name]}


def _up_to_date(
    parties: list[Party], accepted: "Accepted", at: datetime | None, known: Mapping[int, Named] | None = None
) -> Callable[[Party, Screening | None], bool]:
    """Of then nobody knows any more under which names somebody should have been compared; the lists are known."""
    if at is not None:
        return lambda _party, screening: screening is not None and _covers(screening, accepted)
    keys = names_keys(parties, known)
    return lambda party, screening: is_up_to_date(keys[party], screening, accepted)


def _why_not(screening: Screening | None, accepted: "Accepted", at: datetime | None) -> str:
    if not accepted:
        return _("No list is in force.") if at is None else _("No list was in force.")
    if screening is None:
        return _("It was never compared with the lists.")
    if screening.is_broken:
        return screening.reason
    if at is not None:
        return _("A list had changed since it was compared.")
    if screening.contact_id:
        return _("A list has changed since. The name is compared again in the background.")
    return _("A list, or what is known of the partner, has changed since. It is compared again in the background.")


Accepted = list[set[int]]


def accepted_editions(at: datetime | None = None) -> Accepted:
    """For each list in force (now, or then), the editions with which a screening is up to date: the one in force, and
    earlier ones as long as whoever the changes since concern has been screened anew. One query."""
    ever = ListEdition.objects.filter(in_force_since__isnull=False)
    if at is not None:
        ever = ever.filter(in_force_since__lte=at)
    by_source: dict[int, list[ListEdition]] = defaultdict(list)
    times = ("source__name", "state", "in_force_since", "superseded_at", "settled_at")
    newest_first = ever.select_related("source").order_by("source__name", "source", "-in_force_since", "-pk")
    for edition in newest_first.only(*times):
        by_source[edition.source_id].append(edition)
    found = []
    for editions in by_source.values():
        if in_force := next((edition for edition in editions if _was_in_force(edition, at)), None):
            found.append(_accepted(in_force, editions, at))
    return found


def _was_in_force(edition: ListEdition, at: datetime | None) -> bool:
    if at is None:
        return edition.state == ListEdition.State.IN_FORCE
    return edition.superseded_at is None or edition.superseded_at > at


def _accepted(in_force: ListEdition, newest_first: list[ListEdition], at: datetime | None) -> set[int]:
    accepted, is_settled = set(), True
    for edition in newest_first[[each.pk for each in newest_first].index(in_force.pk) :]:
        if not is_settled:
            break
        accepted.add(edition.pk)
        is_settled = edition.settled_at is not None and (at is None or edition.settled_at <= at)
    return accepted


def is_up_to_date(key: str, screening: Screening | None, accepted: Accepted) -> bool:
    if screening is None or screening.scorer != SCORER or screening.names_key != key:
        return False
    return _covers(screening, accepted)


def _covers(screening: Screening, accepted: Accepted) -> bool:
    compared = {edition.pk for edition in screening.editions.all()}
    return all(compared & editions for editions in accepted) and bool(compared) == bool(accepted)


def sanction_hit(partner: Partner) -> str:
    """One of SANCTION_HITS, read from the latest screening. A hit on any list counts as possible until a person has
    judged it; "confirmed" only where the list freezes assets. A screening that is out of date adds "not_screened"."""
    return sanction_hits([partner])[partner]


def sanction_hits(parties: Iterable[Party], at: datetime | None = None) -> dict[Party, str]:
    return {party: facts["sanction_hit"] for party, facts in list_facts_of(parties, at).items()}


def list_facts(party: Party) -> dict[str, str]:
    """What the lists say of a partner or a contact now."""
    return list_facts_of([party])[party]


def list_facts_of(parties: Iterable[Party], at: datetime | None = None) -> dict[Party, dict]:
    """Of partners and people alike; now, or as it was then."""
    parties = list(parties)
    screenings = latest_screenings(parties, at)
    is_current_for = _up_to_date(parties, accepted_editions(at), at)
    return {party: _facts_of(screenings.get(party), is_current_for(party, screenings.get(party))) for party in parties}


def _facts_of(screening: Screening | None, is_current: bool) -> dict[str, str]:
    hits = list(screening.hits.all()) if screening else []
    is_known = is_current and screening.state == Screening.State.DONE
    return _list_facts(hits, ["none" if is_known else "not_screened"])


def said_by(screening: Screening, hits: list[Hit] | None = None) -> dict[str, str]:
    """The facts that a screening came to with the judgements of its matches, whatever changed since. A list that could
    not be read says here what it last said, so that its coming back is no news."""
    is_compared = screening.state != Screening.State.NOT_SCREENED
    return _list_facts(
        list(screening.hits.all()) if hits is None else hits, ["none" if is_compared else "not_screened"]
    )


def list_facts_unjudged(hit: str) -> dict:
    """As of a name that nobody keeps or judges."""
    return _list_facts([], [hit])


def _list_facts(hits: list[Hit], verdicts: list[str]) -> dict:
    sanction, legal, tracker = list(verdicts), "none", "none"
    for hit in hits:
        source = hit.edition.source
        if hit.is_open:
            sanction.append("possible")
        elif hit.verdict == Judgement.Verdict.DIFFERENT:
            sanction.append("cleared")
        elif source.kind == ListSource.Kind.ASSET_FREEZE:
            sanction.append("confirmed")
        elif source.kind == ListSource.Kind.LEGAL:
            legal = "eu" if source.authority == "eu" or legal == "eu" else "other"
        else:
            tracker = "listed"
    return {
        "sanction_hit": min(sanction, key=SANCTION_HITS.index),
        "legal_list": legal,
        "defence_link": tracker,
    }


def names_of(partner: Partner) -> dict[str, list[str]]:
    """All names of the partner by the key under which they are compared."""
    return _by_key(named(partner))


def names_key(party: Party) -> str:
    """Changes when a screening could come out differently for a reason on our side."""
    return names_keys([party])[party]


def names_keys(parties: Iterable[Party], known: Mapping[int, Named] | None = None) -> dict[Party, str]:
    """As `names_key`, of partners and people alike, in a constant number of queries."""
    parties = list(parties)
    if known is None:
        known = read_partners(party.pk for party in parties if isinstance(party, Partner))
    return {
        party: key_of(named(party) if isinstance(party, Contact) else known[party.pk])
        for party in parties
        if isinstance(party, Contact) or party.pk in known
    }


def key_of(who: Named) -> str:
    ids = sorted(f"{scheme}:{value}" for scheme, value in who.ids)
    years = [sorted(who.birth_years)] if who.birth_years else []
    return _digest([NORMALISER, *sorted(who.countries), sorted(_by_key(who)), ids, *years])


def key_of_match(match: Match, key: str) -> str:
    """The party's key; where what it is a part of was compared, with that one's."""
    return _digest([key, key_of(match.whole), list(match.part_of)]) if match.whole else key


def _by_key(who: Named) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = defaultdict(list)
    for name in who.names:
        if key := normalise(name.text):
            keys[key].append(name.text)
    return dict(keys)


def fingerprint_of(party: Party, entity: ListedEntity, listed: Iterable[ListedName], key: str = "") -> str:
    """Of the fields on both sides that somebody looked at when judging; remarks and dates may change freely, and so may
    the countries of a person. `key` is the party's `names_key`, where it is known already."""
    return _digest(
        [
            str(party.uid),
            key or names_key(party),
            entity.source.code,
            entity.external_id,
            entity.kind,
            sorted({name.normalised for name in listed}),
            [] if entity.kind == ListedEntity.Kind.PERSON else sorted(entity.countries),
            sorted((each.scheme, each.value) for each in entity.identifiers.all()),
            entity.birth_years,
        ]
    )


def _digest(value) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

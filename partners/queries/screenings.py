"""What the lists say about a partner, and how far that can be relied on."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Max, Prefetch

from partners.matching.normalise import NORMALISER, normalise
from partners.matching.score import SCORER
from partners.models import Hit, Judgement, ListedEntity, ListEdition, ListedName, ListSource, Partner, Screening
from partners.queries.listed import ids_of

# From the gravest to the best; the fact of a partner is the gravest of all its hits.
SANCTION_HITS = ("confirmed", "possible", "not_screened", "cleared", "none")


def editions_in_force() -> list[ListEdition]:
    return list(
        ListEdition.objects.filter(state=ListEdition.State.IN_FORCE).select_related("source").order_by("source__name")
    )


def latest_screening(partner: Partner) -> Screening | None:
    return latest_screenings([partner]).get(partner.pk)


def latest_screenings(partners: Iterable[Partner]) -> dict[int, Screening]:
    """By partner id, with hits, judgements and editions; four queries however many partners."""
    newest = Screening.objects.filter(partner__in=[p.pk for p in partners]).values("partner").annotate(last=Max("pk"))
    hits = Hit.objects.select_related("judgement__by", "entity", "edition__source").order_by("pk")
    rows = Screening.objects.filter(pk__in=[row["last"] for row in newest]).prefetch_related(
        Prefetch("hits", queryset=hits), Prefetch("editions", queryset=ListEdition.objects.select_related("source"))
    )
    return {row.partner_id: row for row in rows}


def hits_of(partner: Partner) -> list[Hit]:
    """The hits of the latest screening, those that wait for a person first."""
    screening = latest_screening(partner)
    return sorted(screening.hits.all(), key=lambda hit: not hit.is_open) if screening else []


def is_fresh(partner: Partner) -> bool:
    """Screened as it is named now, against all that is in force now."""
    return is_up_to_date(partner, latest_screening(partner), accepted_editions())


Accepted = list[set[int]]


def accepted_editions() -> Accepted:
    """For each list in force, the editions with which a screening is up to date: the one in force, and earlier ones as
    long as whoever the changes since concern has been screened anew. Two queries."""
    in_force = editions_in_force()
    ever = ListEdition.objects.filter(source__in=[e.source_id for e in in_force], in_force_since__isnull=False)
    by_source: dict[int, list[ListEdition]] = defaultdict(list)
    for edition in ever.order_by("-in_force_since", "-pk").only("source", "state", "settled_at"):
        by_source[edition.source_id].append(edition)
    return [_accepted(edition, by_source[edition.source_id]) for edition in in_force]


def _accepted(in_force: ListEdition, newest_first: list[ListEdition]) -> set[int]:
    accepted, is_settled = set(), True
    for edition in newest_first[[each.pk for each in newest_first].index(in_force.pk) :]:
        if not is_settled:
            break
        accepted.add(edition.pk)
        is_settled = edition.settled_at is not None
    return accepted


def is_up_to_date(partner: Partner, screening: Screening | None, accepted: Accepted) -> bool:
    if screening is None or screening.scorer != SCORER or screening.names_key != names_key(partner):
        return False
    compared = {edition.pk for edition in screening.editions.all()}
    return all(compared & editions for editions in accepted) and bool(compared) == bool(accepted)


def sanction_hit(partner: Partner) -> str:
    """One of SANCTION_HITS, read from the latest screening. A hit on any list counts as possible until a person has
    judged it; "confirmed" only where the list freezes assets. A screening that is out of date adds "not_screened"."""
    return sanction_hits([partner])[partner.pk]


def sanction_hits(partners: Iterable[Partner]) -> dict[int, str]:
    return {pk: facts["sanction_hit"] for pk, facts in list_facts_of(partners).items()}


def list_facts_of(partners: Iterable[Partner]) -> dict[int, dict]:
    partners = list(Partner.objects.filter(pk__in=[p.pk for p in partners]).prefetch_related("aliases", "identifiers"))
    screenings, accepted = latest_screenings(partners), accepted_editions()
    found = {}
    for partner in partners:
        screening = screenings.get(partner.pk)
        hits = list(screening.hits.all()) if screening else []
        is_known = is_up_to_date(partner, screening, accepted) and screening.state == Screening.State.DONE
        found[partner.pk] = _list_facts(hits, ["none" if is_known else "not_screened"])
    return found


def said_by(screening: Screening) -> str:
    """One of SANCTION_HITS: what a screening came to with the judgements of its matches, whatever changed since."""
    is_done = screening.state == Screening.State.DONE
    return _list_facts(list(screening.hits.all()), ["none" if is_done else "not_screened"])["sanction_hit"]


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
    keys: dict[str, list[str]] = defaultdict(list)
    for name in [partner.name, *(alias.name for alias in partner.aliases.all())]:
        if key := normalise(name):
            keys[key].append(name)
    return dict(keys)


def names_key(partner: Partner) -> str:
    """Changes when a screening of the partner could come out differently for a reason on our side."""
    ids = sorted(f"{scheme}:{value}" for scheme, value in ids_of(partner))
    return _digest([NORMALISER, partner.country, sorted(names_of(partner)), ids])


def fingerprint_of(partner: Partner, entity: ListedEntity, listed: Iterable[ListedName]) -> str:
    """Of the fields on both sides that a person looked at when judging; remarks and dates may change freely."""
    return _digest(
        [
            str(partner.uid),
            names_key(partner),
            entity.source.code,
            entity.external_id,
            entity.kind,
            sorted({name.normalised for name in listed}),
            sorted(entity.countries),
            sorted((each.scheme, each.value) for each in entity.identifiers.all()),
            entity.birth_years,
        ]
    )


def _digest(value) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

"""Compare a partner, or somebody named as a contact, with the lists in force. Names that are alike make a match; only a
person makes it more."""

import logging
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from partners import queries
from partners.changes import note_below, note_list_facts
from partners.matching.score import SCORER, Named
from partners.models import Contact, Hit, Judgement, ListEdition, Partner, Party, Screening, name_of_party
from partners.queries.listed import Match, find_listed, in_order, named
from partners.queries.parents import Parent, find_wholes, parents_of
from riskassess.audit.log import record

logger = logging.getLogger(__name__)
State = Screening.State


def screen(party: Party) -> Screening:
    """Make a new screening with an explained hit for each listed entity that may be the party.

    A judgement on the same two parties, unchanged, is taken over. A list that cannot be compared makes the screening
    partial or failed, and what was found on it before stays. Screening twice is harmless. What takes time, the
    comparing, is done before anything is written.
    """
    who, editions = named(party), queries.editions_in_force()
    parents = parents_of(party) if isinstance(party, Partner) else []
    matches, unread = _compare(who, parents, editions)
    return _keep(party, who, editions, matches, unread)


def _compare(who: Named, parents: list[Parent], editions: list[ListEdition]) -> tuple[list[Match], list[ListEdition]]:
    """The matches, and the editions that could not be read. An entry that may be the party itself is no match of what
    it is a part of."""
    matches, unread = [], []
    for edition in editions:
        try:
            own = find_listed(who, [edition])
            known = {match.entity.pk for match in own}
            matches += own
            matches += [match for match in find_wholes(parents, [edition]) if match.entity.pk not in known]
        except Exception:  # whatever is wrong with one list must neither hide the others nor pass for "no match"
            logger.exception("edition %s of list %s could not be compared", edition.pk, edition.source.code)
            unread.append(edition)
    return in_order(matches), unread


@transaction.atomic
def _keep(
    party: Party, who: Named, editions: list[ListEdition], matches: list[Match], unread: list[ListEdition]
) -> Screening:
    earlier, about = queries.latest_screening(party), name_of_party(party)
    key = queries.key_of(who)
    screening = Screening.objects.create(
        **{about: party},
        state=_state(editions, unread),
        reason=_reason(unread),
        names=sorted({name.text for name in who.names}),
        names_key=key,
        scorer=SCORER,
    )
    screening.editions.set([edition for edition in editions if edition not in unread])
    hits = [*_hits(screening, matches, key), *_carried_over(screening, earlier, unread)]
    Hit.objects.bulk_create(hits)
    after = queries.said_by(screening, hits)
    if earlier:
        note_list_facts(party, queries.said_by(earlier), after, f"screening {screening.uid}")
    else:
        note_below(party, "not_screened", after["sanction_hit"], f"screening {screening.uid}")
    record(
        f"{about}.screened",
        subject=screening,
        actor_id=None,
        role="system",
        after={
            about: str(party.uid),
            "state": str(screening.state),
            "sanction_hit": after["sanction_hit"],
            "hits": len(hits),
            "editions": [str(edition.uid) for edition in editions],
            **({"not_compared": [edition.source.code for edition in unread]} if unread else {}),
        },
    )
    return screening


def _state(editions: list[ListEdition], unread: list[ListEdition]) -> str:
    if not editions:
        return State.NOT_SCREENED
    if not unread:
        return State.DONE
    return State.FAILED if len(unread) == len(editions) else State.PARTIAL


def _reason(unread: list[ListEdition]) -> str:
    if not unread:
        return ""
    return _(
        "%(lists)s could not be read, so nothing is known of it here. It is tried again; if it stays so, load the list "
        "once more or ask the administrator."
    ) % {"lists": ", ".join(edition.source.name for edition in unread)}


def _hits(screening: Screening, matches: list[Match], key: str) -> list[Hit]:
    hits = [
        Hit(
            screening=screening,
            edition=match.edition,
            entity=match.entity,
            fingerprint=queries.fingerprint_of(
                screening.about, match.entity, match.entity.names.all(), queries.key_of_match(match, key)
            ),
            score=match.scored.score,
            band=Hit.Band.PART_OF if match.part_of else match.scored.band,
            explanation=_explain(screening.about, match),
        )
        for match in matches
    ]
    in_force = {
        judgement.fingerprint: judgement
        for judgement in Judgement.objects.filter(
            fingerprint__in=[hit.fingerprint for hit in hits], replaced_by__isnull=True
        )
    }
    for hit in hits:
        hit.judgement = in_force.get(hit.fingerprint)
        hit.inherited = hit.judgement is not None
    return hits


def _carried_over(screening: Screening, earlier: Screening | None, unread: list[ListEdition]) -> Iterator[Hit]:
    """What was last found on the lists that could not be read now."""
    sources = {edition.source_id for edition in unread}
    for hit in earlier.hits.all() if earlier else ():
        if hit.edition.source_id in sources:
            yield Hit(
                screening=screening,
                edition=hit.edition,
                entity=hit.entity,
                fingerprint=hit.fingerprint,
                score=hit.score,
                band=hit.band,
                explanation=hit.explanation,
                judgement=hit.judgement,
                inherited=hit.judgement is not None,
            )


def _explain(party: Party, match: Match) -> dict:
    """Why this is a match, complete enough to be read when list and partner have long changed."""
    entity, edition = match.entity, match.edition
    if isinstance(party, Contact):  # a list may say where a person comes from: that is neither kept nor shown
        places = {"partner_country": "", "listed_countries": []}
        places |= {"orcid": party.orcid, "birth_year": party.birth_year, "listed_birth_years": entity.birth_years}
    else:
        places = {"partner_country": party.country, "listed_countries": entity.countries}
    return {
        "scorer": match.scored.scorer,
        "score": match.scored.score,
        "band": match.scored.band,
        "features": match.features,
        **places,
        **_whole(match),
        "partner": party.name,
        "listed": entity.name,
        "listed_names": [[name.original, name.kind] for name in entity.names.all()],
        "reference": entity.reference or entity.external_id,
        "programme": entity.programme,
        "listed_on": entity.listed_on.isoformat() if entity.listed_on else None,
        "list": entity.source.name,
        "list_code": entity.source.code,
        "list_kind": entity.source.kind,
        "is_sample": entity.source.is_sample,
        "edition": str(edition.uid),
        "edition_date": edition.published_on.isoformat() if edition.published_on else None,
        "edition_sha256": edition.sha256,
    }


def _whole(match: Match) -> dict:
    """What the party is a part of, where that was compared and not the party itself."""
    if not match.part_of:
        return {}
    names = sorted({name.text for name in match.whole.names})
    return {"part_of": list(match.part_of), "whole_names": names, "whole_countries": sorted(match.whole.countries)}

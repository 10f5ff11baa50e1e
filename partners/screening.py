"""Compare a partner with the lists in force. Names that are alike make a match; only a person makes it more."""

from django.db import transaction

from partners import queries
from partners.changes import note_below, note_sanction_hit
from partners.matching.score import SCORER
from partners.models import Hit, Judgement, ListEdition, Partner, Screening
from partners.queries.listed import Match, find_listed, named
from riskassess.audit.log import record


def screen(partner: Partner) -> Screening:
    """Make a new screening with an explained hit for each listed entity that may be the partner.

    A judgement on the same two parties, unchanged, is taken over. Screening twice is harmless. What takes time, the
    comparing, is done before anything is written.
    """
    editions = queries.editions_in_force()
    return _keep(partner, editions, find_listed(named(partner), editions))


@transaction.atomic
def _keep(partner: Partner, editions: list[ListEdition], matches: list[Match]) -> Screening:
    earlier = queries.latest_screening(partner)
    before = queries.said_by(earlier) if earlier else "not_screened"
    names = queries.names_of(partner)
    screening = Screening.objects.create(
        partner=partner,
        state=Screening.State.DONE if editions else Screening.State.NOT_SCREENED,
        names=sorted({name for spellings in names.values() for name in spellings}),
        names_key=queries.names_key(partner),
        scorer=SCORER,
    )
    screening.editions.set(editions)
    hits = Hit.objects.bulk_create(_hits(screening, matches))
    after = queries.sanction_hit(partner)
    note = note_sanction_hit if earlier else note_below
    note(partner, before, after, f"screening {screening.uid}")
    record(
        "partner.screened",
        subject=screening,
        actor_id=None,
        role="system",
        after={
            "partner": str(partner.uid),
            "sanction_hit": after,
            "hits": len(hits),
            "editions": [str(edition.uid) for edition in editions],
        },
    )
    return screening


def _hits(screening: Screening, matches: list[Match]) -> list[Hit]:
    partner = screening.partner
    hits = [
        Hit(
            screening=screening,
            edition=match.edition,
            entity=match.entity,
            fingerprint=queries.fingerprint_of(partner, match.entity, match.entity.names.all()),
            score=match.scored.score,
            band=match.scored.band,
            explanation=_explain(partner, match),
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


def _explain(partner: Partner, match: Match) -> dict:
    """Why this is a match, complete enough to be read when list and partner have long changed."""
    entity, edition = match.entity, match.edition
    return {
        "scorer": match.scored.scorer,
        "score": match.scored.score,
        "band": match.scored.band,
        "features": match.features,
        "partner": partner.name,
        "partner_country": partner.country,
        "listed": entity.name,
        "listed_names": [[name.original, name.kind] for name in entity.names.all()],
        "listed_countries": entity.countries,
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

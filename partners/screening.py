"""Compare a partner's names with the lists in force. Equal names make a possible match; only a person makes it more."""

from collections import defaultdict

from django.db import transaction

from partners import queries
from partners.matching.normalise import legal_form
from partners.models import FactChange, Hit, Judgement, ListedEntity, ListEdition, Partner, Screening
from partners.queries.screenings import matching_names
from riskassess.audit.log import record


@transaction.atomic
def screen(partner: Partner) -> Screening:
    """Make a new screening with an explained hit for each listed entity that bears one of the partner's names.

    A judgement on the same two parties, unchanged, is taken over. Screening twice is harmless.
    """
    before = queries.sanction_hit(partner)
    was_screened = partner.screenings.exists()
    editions = queries.editions_in_force()
    names = queries.names_of(partner)
    screening = Screening.objects.create(
        partner=partner,
        state=Screening.State.DONE if editions else Screening.State.NOT_SCREENED,
        names=sorted({name for spellings in names.values() for name in spellings}),
        names_key=queries.names_key(partner),
    )
    screening.editions.set(editions)
    hits = Hit.objects.bulk_create(_hits(screening, names, editions))
    after = queries.sanction_hit(partner)
    if was_screened and after != before:
        FactChange.objects.create(
            partner=partner, fact="sanction_hit", before=before, after=after, cause=f"screening {screening.uid}"
        )
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


def _hits(screening: Screening, names: dict[str, list[str]], editions: list[ListEdition]) -> list[Hit]:
    partner = screening.partner
    by_id = {edition.pk: edition for edition in editions}
    equal = defaultdict(list)
    for listed in matching_names(names, editions):
        equal[listed.entity_id].append(listed)
    entities = ListedEntity.objects.filter(pk__in=equal).select_related("source").prefetch_related("names", "entries")
    hits = []
    for entity in entities.order_by("pk"):
        edition = next(by_id[entry.edition_id] for entry in entity.entries.all() if entry.edition_id in by_id)
        hits.append(
            Hit(
                screening=screening,
                edition=edition,
                entity=entity,
                fingerprint=queries.fingerprint_of(partner, entity, entity.names.all()),
                explanation=_explain(partner, names, entity, equal[entity.pk], edition),
            )
        )
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


def _explain(partner, names, entity, listed_names, edition) -> dict:
    """Why this is a match, complete enough to be read when list and partner have long changed."""
    return {
        "method": "equal names",
        "partner": partner.name,
        "partner_country": partner.country,
        "listed": entity.name,
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
        "names": [
            {
                "partner_name": spelling,
                "listed_name": listed.original,
                "listed_kind": listed.kind,
                "compared_as": listed.normalised,
                "legal_forms": [legal_form(spelling), legal_form(listed.original)],
            }
            for listed in listed_names
            for spelling in names[listed.normalised]
        ],
    }

"""Matches that one person has cleared and that count once a second one confirms it."""

from partners.models import Contact, Hit, Judgement, Partner
from partners.queries.screenings import latest_screenings


def waiting_hits() -> list[Hit]:
    """Of the newest screenings, those that wait longest first; a constant number of queries."""
    given = Judgement.objects.filter(
        verdict=Judgement.Verdict.DIFFERENT, confirmed_by__isnull=True, replaced_by__isnull=True
    )
    about = list(given.values_list("partner", "contact"))
    parties = [
        *Partner.objects.filter(pk__in={partner for partner, _contact in about if partner}),
        *Contact.objects.filter(pk__in={contact for _partner, contact in about if contact}),
    ]
    found = []
    for party, screening in latest_screenings(parties).items():
        for hit in screening.hits.all():
            if hit.waits:
                hit.party = party
                found.append(hit)
    return sorted(found, key=lambda hit: hit.judgement.created_at)

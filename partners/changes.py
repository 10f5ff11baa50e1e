"""What changed of the facts of a partner or a contact, left for whoever assesses to read."""

from datetime import date

from django.utils import timezone

from partners import queries
from partners.models import FactChange, Partner, Party, name_of_party


def note_list_facts(party: Party, before: dict[str, str], after: dict[str, str], cause: str) -> None:
    """Each change of what the lists say of a party, and of whatever it owns more than half of."""
    FactChange.objects.bulk_create(
        FactChange(**{name_of_party(party): party}, fact=fact, before=before[fact], after=value, cause=cause)
        for fact, value in after.items()
        if value != before[fact]
    )
    note_below(party, before["sanction_hit"], after["sanction_hit"], cause)


def note_below(party: Party, before: str, after: str, cause: str) -> None:
    """What the lists say of an owner changed, or is said for the first time."""
    today = timezone.localdate()
    if after != before and (below := queries.owned_below(party, today)):
        was = queries.owner_hits(below, today, {party: before})
        note_owner_hits(was, queries.owner_hits(below, today, {party: after}), cause)


def owner_hits_below(partner: Partner, on: date) -> dict[int, queries.OwnerHit]:
    """Of the partner and of all in which it holds a share; what a new share or parent may change."""
    return queries.owner_hits([partner, *queries.owned_below(partner, on)], on)


def note_owner_hits(before: dict[int, queries.OwnerHit], after: dict[int, queries.OwnerHit], cause: str) -> None:
    FactChange.objects.bulk_create(
        FactChange(partner_id=pk, fact="owner_hit", before=before[pk].value, after=hit.value, cause=cause)
        for pk, hit in after.items()
        if before[pk].value != hit.value
    )

"""What the lists say of people named as contacts, and what that makes of the partner they are named at."""

from collections.abc import Iterable

from partners.models import Contact
from partners.queries.screenings import SANCTION_HITS, list_facts_of, list_facts_unjudged

GRAVEST_FIRST = {
    "sanction_hit": SANCTION_HITS,
    "legal_list": ("eu", "other", "none"),
    "defence_link": ("listed", "none"),
}


def contact_facts_of(uids: Iterable[str]) -> dict[str, dict[str, str]]:
    """What the lists say now of each of these, by uid. Of one who was erased nothing is known, as of one who was never
    compared."""
    uids = {str(uid) for uid in uids}
    contacts = list(Contact.objects.filter(uid__in=uids)) if uids else []
    known = list_facts_of(contacts) if contacts else {}
    found = {str(contact.uid): known[contact] for contact in contacts}
    return {uid: found.get(uid) or list_facts_unjudged("not_screened") for uid in uids}


def gravest(facts: dict, *others: dict[str, str]) -> dict:
    """The facts of a partner with, for each list fact, the gravest of what is said of it and of the others."""
    worst = {
        fact: min((said[fact] for said in (facts, *others)), key=order.index) for fact, order in GRAVEST_FIRST.items()
    }
    return {**facts, **worst} if others else facts

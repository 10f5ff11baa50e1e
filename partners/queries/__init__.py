"""Reads of the registry: what the lists say, what is known of a country, and who is in it."""

from partners.queries.countries import (
    AFI_BANDS,
    MEASURES,
    RULE_OF_LAW_BANDS,
    FactSource,
    country_facts,
    country_facts_of,
    fact_sources,
)
from partners.queries.facts import OwnerHit, facts_of_name, owner_hits, partner_facts, partner_facts_of
from partners.queries.owners import Owner, ancestors_of, owned_below, owners_of, owners_over_half
from partners.queries.registry import find_partners, find_ror, partner_by_ror
from partners.queries.screenings import (
    SANCTION_HITS,
    editions_in_force,
    fingerprint_of,
    hits_of,
    is_fresh,
    latest_screening,
    latest_screenings,
    names_key,
    names_of,
    said_by,
    sanction_hit,
    sanction_hits,
)

__all__ = [
    "AFI_BANDS",
    "MEASURES",
    "RULE_OF_LAW_BANDS",
    "SANCTION_HITS",
    "FactSource",
    "Owner",
    "OwnerHit",
    "ancestors_of",
    "country_facts",
    "country_facts_of",
    "editions_in_force",
    "fact_sources",
    "facts_of_name",
    "find_partners",
    "find_ror",
    "fingerprint_of",
    "hits_of",
    "is_fresh",
    "latest_screening",
    "latest_screenings",
    "names_key",
    "names_of",
    "owned_below",
    "owner_hits",
    "owners_of",
    "owners_over_half",
    "partner_by_ror",
    "partner_facts",
    "partner_facts_of",
    "said_by",
    "sanction_hit",
    "sanction_hits",
]

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
    partner_facts,
    partner_facts_of,
    sanction_hit,
    sanction_hits,
)

__all__ = [
    "AFI_BANDS",
    "MEASURES",
    "RULE_OF_LAW_BANDS",
    "SANCTION_HITS",
    "FactSource",
    "country_facts",
    "country_facts_of",
    "editions_in_force",
    "fact_sources",
    "find_partners",
    "find_ror",
    "fingerprint_of",
    "hits_of",
    "is_fresh",
    "latest_screening",
    "latest_screenings",
    "names_key",
    "names_of",
    "partner_by_ror",
    "partner_facts",
    "partner_facts_of",
    "sanction_hit",
    "sanction_hits",
]

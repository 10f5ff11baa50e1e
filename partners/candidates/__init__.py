"""Which listed entities, partners or ROR records are worth comparing with a name: an index of letters in threes.

One folder an edition, one for the partners, one for the ROR names, each made from the database and opened as a mapped
file, so that a process that searches holds next to nothing of it. What is absent or broken is made anew.
"""

from partners.candidates.building import build, build_on, not_indexed_partners, refresh_partners, remove_superseded
from partners.candidates.places import PARTNERS, ROR, Place, of_edition
from partners.candidates.resolving import resolve_affiliation, resolve_name
from partners.candidates.searching import find_equal, search

__all__ = [
    "PARTNERS",
    "ROR",
    "Place",
    "build",
    "build_on",
    "find_equal",
    "not_indexed_partners",
    "of_edition",
    "refresh_partners",
    "remove_superseded",
    "resolve_affiliation",
    "resolve_name",
    "search",
]

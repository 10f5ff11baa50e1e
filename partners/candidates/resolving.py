"""Names and affiliations to records of the locally held part of ROR."""

import re
from functools import lru_cache
from html import unescape

from django.utils import translation

from partners.candidates.places import ROR
from partners.candidates.searching import find_equal, search
from partners.countries import TABLE
from partners.matching import resolve
from partners.matching.normalise import normalise
from partners.matching.resolve import Record, Resolution
from partners.matching.score import Name
from partners.models import RorName, RorRecord

LOOKED_AT = 20

# As authors write them; the table of countries has the official names.
ALSO = {
    "usa": "US", "us": "US", "united states": "US", "united states of america": "US", "uk": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB", "korea": "KR",
    "republic of korea": "KR", "south korea": "KR", "pr china": "CN", "peoples republic of china": "CN",
    "russia": "RU", "iran": "IR", "vietnam": "VN", "viet nam": "VN", "deutschland": "DE", "espana": "ES",
    "brasil": "BR", "italia": "IT", "the netherlands": "NL", "holland": "NL", "czech republic": "CZ", "taiwan": "TW",
    "turkey": "TR", "suisse": "CH", "schweiz": "CH", "belgique": "BE", "osterreich": "AT",
}  # fmt: skip
STATES = (
    "alabama, alaska, arizona, arkansas, california, colorado, connecticut, delaware, florida, hawaii, idaho, "
    "illinois, indiana, iowa, kansas, kentucky, louisiana, maine, maryland, massachusetts, michigan, minnesota, "
    "mississippi, missouri, montana, nebraska, nevada, new hampshire, new jersey, new mexico, new york, "
    "north carolina, north dakota, ohio, oklahoma, oregon, pennsylvania, rhode island, south carolina, south dakota, "
    "tennessee, texas, utah, vermont, virginia, west virginia, wisconsin, wyoming"
)
STATE_CODES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA "
    "RI SC SD TN TX UT VT VA WA WV WI WY DC"
)
_STATE_AT_END = re.compile(r"[\s,]([A-Z]{2})(?:[\s,]+\d{5}(?:-\d{4})?)?[\s.,;]*$")


def resolve_name(name: str, country: str = "") -> Resolution | None:
    """The ROR record that bears this name, if only one in the country does."""
    return resolve.resolve_name(name, country, _lookup)


def resolve_affiliation(text: str, country: str = "") -> Resolution | None:
    """The ROR record of the organisation that an affiliation names, in this country or in one that the text names."""
    return resolve.resolve_affiliation(text, {country} if country else countries_in(text), _lookup, _lookup_equal)


def countries_in(text: str) -> frozenset[str]:
    """The countries that a text names. Georgia is taken for the state unless Tbilisi stands by it."""
    plain = f" {normalise(unescape(text))} "
    named = {code for name, code in _countries().items() if f" {name} " in plain}
    if "GE" in named and "tbilisi" not in plain:
        named.discard("GE")
    if not named:
        state = _STATE_AT_END.search(text)
        in_states = state is not None and state[1] in STATE_CODES.split()
        if in_states or any(plain.rstrip().endswith(f" {name}") for name in STATES.split(", ")):
            named = {"US"}
    return frozenset(named)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    with translation.override("en"):  # affiliations are mostly written in English, whatever the reader's language
        names = {normalise(str(name)): code for code, _iso3, name in TABLE}
    return {name: code for name, code in (names | ALSO).items() if name}


def _lookup(name: str) -> list[Record]:
    return _records(search([name], ROR, LOOKED_AT))


def _lookup_equal(name: str) -> list[Record]:
    return _records(find_equal(name, ROR, LOOKED_AT))


def _records(ror_ids: list[str]) -> list[Record]:
    """In the order of the ids; two queries. What ROR withdrew is no organisation any more."""
    held = RorRecord.objects.exclude(status=RorRecord.Status.WITHDRAWN).prefetch_related("names")
    rows = held.in_bulk(ror_ids)
    return [record_of(rows[ror_id]) for ror_id in ror_ids if ror_id in rows]


def record_of(row: RorRecord) -> Record:
    """What of a record is compared; its names have to be fetched with it."""
    return Record(row.pk, tuple(Name(name.text, _kind(name)) for name in row.names.all()), row.country, row.city)


def _kind(name: RorName) -> str:
    match name.kind:
        case RorName.Kind.ACRONYM:
            return "acronym"
        case RorName.Kind.ALIAS:
            return "alias"
    return "primary"

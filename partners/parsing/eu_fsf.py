"""The consolidated financial sanctions list of the European Union (XML 1.1), as the Commission publishes it."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element  # the type only: defusedxml does the reading

from partners.parsing.listed import (
    LONGEST_TEXT,
    Listed,
    Name,
    Reading,
    UnreadableList,
    each_once,
    identifiers_of,
    years_in,
)
from partners.parsing.xml_events import DEEPEST, MOST_ELEMENTS, events_of

SPACE = "{http://eu.europa.ec/fpi/fsd/export}"
ROOT, ENTRY = f"{SPACE}export", f"{SPACE}sanctionEntity"
KINDS = {"person": "person", "enterprise": "organisation"}
UNKNOWN_COUNTRY = "00"
# Their kinds of numbers that belong to organisations; check digits tell which scheme it is.
SCHEMES = {"regnumber": ("lei", "ogrn", "inn"), "fiscalcode": ("inn", "vat"), "lei": ("lei",), "imo": ("imo",)}


def read_eu_fsf(path: Path) -> Reading:
    events = events_of(path)
    _event, element = next(events)
    if element.tag != ROOT:
        raise UnreadableList(
            f"The outermost element is <{str(element.tag)[:80]}>; the EU list begins with <export> in the namespace "
            f"{SPACE.strip('{}')}."
        )
    made = element.get("generationDate", "")
    try:
        published_on = datetime.fromisoformat(made.replace("Z", "+00:00")).date()
    except ValueError:
        raise UnreadableList(f"The list does not say when it was made: generationDate is {made[:40]!r}.") from None
    return Reading(
        published_on, each_once(_entries(events, element)), "Consolidated financial sanctions list of the EU"
    )


def _entries(events: Iterator[tuple[str, Element]], root: Element) -> Iterator[Listed]:
    depth, elements = 1, 0
    for event, element in events:
        if event == "start":
            depth, elements = depth + 1, elements + 1
            if depth == 2 and element.tag != ENTRY:
                raise UnreadableList(f"The list holds <{str(element.tag)[:80]}> where <sanctionEntity> is expected.")
            if depth == 2:
                elements = 0
            if depth > DEEPEST:
                raise UnreadableList(f"The elements are nested deeper than {DEEPEST} levels.")
            if elements > MOST_ELEMENTS:
                raise UnreadableList(f"One entry holds more than {MOST_ELEMENTS} elements.")
            continue
        depth -= 1
        if depth == 1:
            yield _entry(element)
            root.clear()


def _entry(element: Element) -> Listed:
    external_id = element.get("logicalId", "")
    if not external_id or len(external_id) > 80:
        raise UnreadableList(f"An entry with the EU number {element.get('euReferenceNumber')!r} has no logicalId.")
    names = []
    for alias in element.findall(f"{SPACE}nameAlias"):
        if text := " ".join(alias.get("wholeName", "").split()):
            is_weak = alias.get("strong") == "false"
            names.append(Name(text, "weak" if is_weak else "alias" if names else "primary"))
    subject = element.find(f"{SPACE}subjectType")
    code = subject.get("code", "") if subject is not None else ""
    kind = KINDS.get(code)
    if kind is None:
        raise UnreadableList(f"Entry {external_id}: its subject is {code[:40]!r}, neither a person nor an enterprise.")
    regulations = element.findall(f"{SPACE}regulation")
    return Listed(
        external_id=external_id,
        kind=kind,
        names=tuple(dict.fromkeys(names)),
        countries=_countries(element),
        programme=", ".join(dict.fromkeys(each.get("programme", "") for each in regulations if each.get("programme")))[
            :120
        ],
        reference=(element.get("euReferenceNumber") or element.get("unitedNationId") or "")[:80],
        listed_on=_first_day(external_id, regulations),
        remarks="\n".join(_texts(element, "remark"))[:LONGEST_TEXT],
        identifiers=identifiers_of(
            (scheme, each.get("number", ""))
            for each in element.findall(f"{SPACE}identification")
            for scheme in SCHEMES.get(each.get("identificationTypeCode", ""), ())
        ),
        birth_years=years_in(_births(element)) if kind == "person" else (),
    )


def _births(element: Element) -> Iterator[str]:
    for each in element.findall(f"{SPACE}birthdate"):
        yield each.get("birthdate") or each.get("year") or ""


def _countries(element: Element) -> tuple[str, ...]:
    """Where it has an address. What citizenship somebody has is not read."""
    codes = [address.get("countryIso2Code", "") for address in element.findall(f"{SPACE}address")]
    return tuple(dict.fromkeys(code for code in codes if code and code != UNKNOWN_COUNTRY))


def _first_day(external_id: str, regulations: list[Element]) -> date | None:
    days = [each.get("publicationDate", "") for each in regulations]
    try:
        return min((date.fromisoformat(day[:10]) for day in days if day), default=None)
    except ValueError:
        raise UnreadableList(f"Entry {external_id}: a regulation has the date {days!r:.80}, which is none.") from None


def _texts(element: Element, tag: str) -> Iterator[str]:
    for each in element.findall(f"{SPACE}{tag}"):
        if text := " ".join((each.text or "").split()):
            yield text

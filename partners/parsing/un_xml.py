"""The consolidated list of the United Nations Security Council (XML). Read as a stream; a DTD or entity is refused."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element  # the type only: defusedxml does the reading

from partners.parsing.listed import LONGEST_TEXT, Listed, Name, Reading, UnreadableList, each_once, years_in
from partners.parsing.xml_events import DEEPEST, events_of

ROOT = "CONSOLIDATED_LIST"
SECTIONS = {"INDIVIDUALS": ("INDIVIDUAL", "person"), "ENTITIES": ("ENTITY", "organisation")}
NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
MOST_ELEMENTS = 5_000  # inside one entry


def read_un_xml(path: Path) -> Reading:
    events = events_of(path)
    _event, element = next(events)
    if element.tag != ROOT:
        raise UnreadableList(f"The outermost element is <{str(element.tag)[:60]}>; a UN list begins with <{ROOT}>.")
    generated = element.get("dateGenerated", "")
    try:
        published_on = datetime.fromisoformat(generated.replace("Z", "+00:00")).date()
    except ValueError:
        raise UnreadableList(f"The list does not say when it was made: dateGenerated is {generated[:40]!r}.") from None
    return Reading(
        published_on=published_on,
        entries=each_once(_entries(events, element)),
        title="United Nations Security Council Consolidated List",
    )


def _entries(events: Iterator[tuple[str, Element]], root: Element) -> Iterator[Listed]:
    depth, elements, section = 1, 0, ""
    wanted, kind = "", ""
    for event, element in events:
        if event == "start":
            depth += 1
            elements += 1
            if depth == 2:
                if element.tag not in SECTIONS:
                    raise UnreadableList(f"The list has an unknown part <{str(element.tag)[:60]}>.")
                section = element
                wanted, kind = SECTIONS[element.tag]
            elif depth == 3:
                elements = 0
                if element.tag != wanted:
                    raise UnreadableList(
                        f"<{section.tag}> holds <{str(element.tag)[:60]}> where <{wanted}> is expected."
                    )
            elif depth > DEEPEST:
                raise UnreadableList(f"The elements are nested deeper than {DEEPEST} levels.")
            elif elements > MOST_ELEMENTS:
                raise UnreadableList(f"One entry holds more than {MOST_ELEMENTS} elements.")
            continue
        depth -= 1
        if depth == 2:
            yield _entry(element, kind)
            section.clear()
        elif depth == 1:
            root.clear()


def _entry(element: Element, kind: str) -> Listed:
    external_id = _text(element, "DATAID")
    if not external_id or len(external_id) > 80:
        raise UnreadableList(f"An entry named {_full_name(element)[:80]!r} has no usable DATAID.")
    names = [Name(text) for text in [_full_name(element)] if text]
    original_script = _text(element, "NAME_ORIGINAL_SCRIPT")
    if original_script:
        names.append(Name(original_script, "alias"))
    prefix = "INDIVIDUAL" if kind == "person" else "ENTITY"
    for alias in element.findall(f"{prefix}_ALIAS"):
        quality = _text(alias, "QUALITY").casefold()
        alias_kind = {"low": "weak", "f.k.a.": "former"}.get(quality, "alias")
        names += [Name(text, alias_kind) for text in [_text(alias, "ALIAS_NAME")] if text]
    countries = [_text(place, "COUNTRY") for place in element.findall(f"{prefix}_ADDRESS")]
    listed_on = _text(element, "LISTED_ON")
    try:
        day = date.fromisoformat(listed_on[:10]) if listed_on else None
    except ValueError:
        raise UnreadableList(f"Entry {external_id}: LISTED_ON is {listed_on[:40]!r}, not a date.") from None
    return Listed(
        external_id=external_id,
        kind=kind,
        names=tuple(dict.fromkeys(names)),
        countries=tuple(dict.fromkeys(country for country in countries if country)),
        programme=_text(element, "UN_LIST_TYPE")[:120],
        reference=_text(element, "REFERENCE_NUMBER")[:80],
        listed_on=day,
        remarks=_text(element, "COMMENTS1")[:LONGEST_TEXT],
        birth_years=years_in(_births(element)) if kind == "person" else (),
    )


def _births(element: Element) -> Iterator[str]:
    """A whole date, a year, or the first and the last year that it may have been."""
    for birth in element.findall("INDIVIDUAL_DATE_OF_BIRTH"):
        yield from (_text(birth, tag) for tag in ("DATE", "YEAR", "FROM_YEAR", "TO_YEAR"))


def _full_name(element: Element) -> str:
    return " ".join(part for part in (_text(element, tag) for tag in NAME_PARTS) if part)


def _text(element: Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())

"""The lists of the US Treasury (OFAC) as one XML file: sdn.xml, or consolidated.xml for those that are no SDN."""

import re
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

ROOT, HEAD, ENTRY = "sdnList", "publshInformation", "sdnEntry"  # the publisher's own spelling
KINDS = {"individual": "person", "entity": "organisation", "vessel": "other", "aircraft": "other"}
# The address has changed over the years, the names inside have not.
SPACE = re.compile(r"^\{https?://(tempuri\.org/sdnList|([a-z]+\.)*ofac\.treas\.gov/)[^}]*\}$")
NAME_KINDS = {"a.k.a.": "alias", "f.k.a.": "former", "n.k.a.": "alias"}
SCHEMES = (("lei", "legal entity"), ("imo", "vessel registration"), ("ogrn", "registration"), ("inn", "tax id"))


def read_ofac_xml(path: Path) -> Reading:
    events = events_of(path)
    _event, root = next(events)
    space = str(root.tag).removesuffix(ROOT)
    if not SPACE.match(space):
        raise UnreadableList(
            f"The outermost element is <{str(root.tag)[:80]}>; an OFAC list begins with <{ROOT}> in the namespace of "
            "its publisher."
        )
    published_on, promised = _head(events)
    return Reading(published_on, each_once(_entries(events, root, promised)), "Lists of the US Treasury (OFAC)")


def _head(events: Iterator[tuple[str, Element]]) -> tuple[date, int | None]:
    """The day of the list, and how many entries it says it has."""
    for event, element in events:
        if event == "end" and _local(element.tag) == HEAD:
            told = _text(element, "Publish_Date")
            try:
                day = datetime.strptime(told, "%m/%d/%Y").date()
            except ValueError:
                raise UnreadableList(f"The list does not say its day: Publish_Date is {told[:40]!r}.") from None
            count = _text(element, "Record_Count")
            return day, int(count) if count.isdecimal() else None
        if event == "start" and _local(element.tag) == ENTRY:
            break
    raise UnreadableList(f"The list has no <{HEAD}> with its day before the first entry.")


def _entries(events: Iterator[tuple[str, Element]], root: Element, promised: int | None) -> Iterator[Listed]:
    space = str(root.tag).removesuffix(ROOT)
    depth, elements, count = 1, 0, 0
    for event, element in events:
        if event == "start":
            depth, elements = depth + 1, elements + 1
            if depth == 2:
                elements = 0
                if element.tag != f"{space}{ENTRY}":
                    raise UnreadableList(f"The list holds <{_local(element.tag)[:60]}> where <{ENTRY}> is expected.")
            if depth > DEEPEST:
                raise UnreadableList(f"The elements are nested deeper than {DEEPEST} levels.")
            if elements > MOST_ELEMENTS:
                raise UnreadableList(f"One entry holds more than {MOST_ELEMENTS} elements.")
            continue
        depth -= 1
        if depth == 1:
            yield _entry(element)
            count += 1
            root.clear()
    if promised is not None and count != promised:
        raise UnreadableList(f"The list says that it has {promised} entries and holds {count}. It may have been cut.")


def _entry(element: Element) -> Listed:
    external_id = _text(element, "uid")
    if not external_id.isdecimal() or len(external_id) > 80:
        raise UnreadableList(f"An entry named {_name(element)[:80]!r} has no usable uid.")
    subject = _text(element, "sdnType")
    kind = KINDS.get(subject.casefold())
    if kind is None:
        raise UnreadableList(f"Entry {external_id}: its type is {subject[:40]!r}, none of {', '.join(KINDS)}.")
    names = [Name(text) for text in [_name(element)] if text]
    for aka in _each(element, "akaList", "aka"):
        is_weak = _text(aka, "category") == "weak"
        names += [
            Name(text, "weak" if is_weak else NAME_KINDS.get(_text(aka, "type"), "alias"))
            for text in [_name(aka)]
            if text
        ]
    addresses, programmes = _each(element, "addressList", "address"), _each(element, "programList", "program")
    births = [_text(each, "dateOfBirth") for each in _each(element, "dateOfBirthList", "dateOfBirthItem")]
    return Listed(
        external_id=external_id,
        kind=kind,
        names=tuple(dict.fromkeys(names)),
        countries=tuple(dict.fromkeys(filter(None, (_text(each, "country") for each in addresses)))),
        programme=", ".join(" ".join((each.text or "").split()) for each in programmes)[:120],
        remarks=_text(element, "remarks")[:LONGEST_TEXT],
        identifiers=identifiers_of(_ids(element)),
        birth_years=years_in(births) if kind == "person" else (),
    )


def _ids(element: Element) -> Iterator[tuple[str, str]]:
    for each in _each(element, "idList", "id"):
        told = _text(each, "idType").casefold()
        for scheme, word in SCHEMES:
            if word in told:
                yield scheme, _text(each, "idNumber").removeprefix("IMO ")


def _name(element: Element) -> str:
    return " ".join(part for part in (_text(element, "firstName"), _text(element, "lastName")) if part)


def _each(element: Element, group: str, tag: str) -> Iterator[Element]:
    for part in element:
        if _local(part.tag) == group:
            yield from (each for each in part if _local(each.tag) == tag)


def _text(element: Element, tag: str) -> str:
    found = next((part for part in element if _local(part.tag) == tag), None)
    return " ".join((found.text or "").split()) if found is not None else ""


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]

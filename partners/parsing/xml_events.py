"""XML as a stream of events; every way in which it can be broken or hostile is turned into one sentence."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError  # types only: defusedxml does the reading

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from partners.parsing.listed import UnreadableList

DEEPEST = 8
MOST_ELEMENTS = 20_000  # inside one entry


def events_of(path: Path) -> Iterator[tuple[str, Element]]:
    with path.open("rb") as stream:
        if not stream.read(1):
            raise UnreadableList("The file is empty.")
        stream.seek(0)
        try:
            yield from iterparse(stream, events=("start", "end"), forbid_dtd=True)
        except DefusedXmlException:
            raise UnreadableList(
                "The file declares a document type or entities; lists have none, so it is refused."
            ) from None
        except ParseError as fault:
            line, column = fault.position
            raise UnreadableList(
                f"The XML breaks off or is not well-formed at line {line}, column {column + 1}. It may have been cut."
            ) from None
        except (LookupError, UnicodeError, ValueError) as fault:
            raise UnreadableList(f"The XML can't be decoded: {str(fault)[:120]}.") from None

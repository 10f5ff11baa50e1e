"""The formats that a list source may name."""

from collections.abc import Callable
from pathlib import Path

from partners.parsing.eu_fsf import read_eu_fsf
from partners.parsing.listed import Reading
from partners.parsing.ofac_csv import read_ofac_csv
from partners.parsing.ofac_xml import read_ofac_xml
from partners.parsing.opensanctions import read_opensanctions
from partners.parsing.own_csv import read_own_csv
from partners.parsing.uk_csv import read_uk_csv
from partners.parsing.un_xml import read_un_xml


def read_ofac(path: Path) -> Reading:
    """The one XML file, or a zip of the older CSV files."""
    with path.open("rb") as stream:
        start = stream.read(200).removeprefix(b"\xef\xbb\xbf").lstrip()
    return read_ofac_xml(path) if start.startswith(b"<") else read_ofac_csv(path)


FORMATS: dict[str, Callable[[Path], Reading]] = {
    "eu_fsf": read_eu_fsf,
    "ofac_csv": read_ofac,
    "opensanctions": read_opensanctions,
    "own_csv": read_own_csv,
    "uk_csv": read_uk_csv,
    "un_xml": read_un_xml,
}

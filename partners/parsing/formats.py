"""The formats that a list source may name."""

from collections.abc import Callable
from pathlib import Path

from partners.parsing.eu_fsf import read_eu_fsf
from partners.parsing.listed import Reading
from partners.parsing.ofac_csv import read_ofac_csv
from partners.parsing.own_csv import read_own_csv
from partners.parsing.un_xml import read_un_xml

FORMATS: dict[str, Callable[[Path], Reading]] = {
    "eu_fsf": read_eu_fsf,
    "ofac_csv": read_ofac_csv,
    "own_csv": read_own_csv,
    "un_xml": read_un_xml,
}

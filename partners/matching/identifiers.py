"""Identifiers of organisations and people: one spelling each, and a checksum where the scheme has one."""

import re
from collections.abc import Callable

from stdnum import imo, isni, lei
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2
from stdnum.ru import inn, ogrn

ROR_PREFIX = "https://ror.org/"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32

_ROR = re.compile(r"^(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?$")
_ORCID = re.compile(r"^(?:(?:https?://)?(?:www\.)?orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])/?$")


def read_ror_id(text: str) -> str:
    """The id as `https://ror.org/0…` from any usual way of writing it; raises ValueError where it can't be one."""
    found = _ROR.match(text.strip().lower())
    if not found or any(char not in ALPHABET for char in found[1][:7]):
        raise ValueError("not of the form https://ror.org/0 followed by eight letters and digits")
    number = 0
    for char in found[1][:7]:
        number = number * 32 + ALPHABET.index(char)
    if 98 - (number * 100) % 97 != int(found[1][7:]):
        raise ValueError("its last two digits do not fit the rest")
    return ROR_PREFIX + found[1]


def read_orcid(text: str) -> str:
    """The iD as 0000-0002-1825-0097 from any usual way of writing it; raises ValueError where it can't be one."""
    found = _ORCID.match(text.strip())
    if not found:
        raise ValueError("not of the form 0000-0002-1825-0097")
    parts = "".join(found.groups()).upper()
    if not mod_11_2.is_valid(parts):
        raise ValueError("its last character does not fit the rest")
    return "-".join(parts[at : at + 4] for at in range(0, 16, 4))


def _reader(validate: Callable[[str], str], form: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return validate(text.strip())
        except ValidationError:
            raise ValueError(f"not {form} with the right check digits") from None

    return read


READERS: dict[str, Callable[[str], str]] = {
    "ror": read_ror_id,
    "lei": _reader(lei.validate, "an LEI of 20 letters and digits"),
    "isni": _reader(isni.validate, "an ISNI of 16 digits"),
    "vat": _reader(vat.validate, "a VAT number of the EU with its country in front"),
    "orcid": read_orcid,
    "imo": _reader(imo.validate, "an IMO number of 7 digits"),
    "inn": _reader(inn.validate, "an INN of 10 or 12 digits"),
    "ogrn": _reader(ogrn.validate, "an OGRN of 13 or 15 digits"),
}


def read_identifier(scheme: str, text: str) -> str:
    """The one spelling of an identifier of a scheme in READERS; raises ValueError with what is wrong with it."""
    return READERS[scheme](text)


def usable(scheme: str, text: str) -> str:
    """As `read_identifier`, and empty where it is none: lists hold many that nobody can check."""
    try:
        return read_identifier(scheme, text)
    except ValueError:
        return ""

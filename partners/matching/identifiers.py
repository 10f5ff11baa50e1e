"""ROR ids: one spelling, and a checksum that catches a mistyped one."""

import re

ROR_PREFIX = "https://ror.org/"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32

_ROR = re.compile(r"^(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?$")


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

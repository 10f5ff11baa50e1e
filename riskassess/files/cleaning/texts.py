"""Plain text: UTF-8 with tabs and line ends, no other control characters. What it says is never run by anything:
it is handed out as a file to keep, of the type text."""

import re

from riskassess.files.cleaning import Cleaned, Refused

CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def clean(_kind: str, content: bytes) -> Cleaned:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise Refused("text_not_utf8", line=line) from None
    if found := CONTROL.search(text):
        raise Refused("text_control", line=text.count("\n", 0, found.start()) + 1)
    if not text.strip():
        raise Refused("empty")
    return Cleaned(content)

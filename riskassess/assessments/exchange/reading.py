"""Bytes that somebody brings to JSON, read with limits: what a proposal never holds is refused before it costs much."""

import json
import math
import re

from django.utils.translation import gettext as _

from riskassess.assessments.exchange.faults import Problem, UnfitFile, unfit
from riskassess.assessments.exchange.places import place_words

LARGEST = 1024 * 1024
DEEPEST = 12
LONGEST_NUMBER = 15
MOST_PARTS = 20_000
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def read_json(content: bytes) -> object:
    """The JSON of a file; UnfitFile says what is wrong with it, and where."""
    if len(content) > LARGEST:
        raise unfit(_("The file is larger than 1 MB. A proposal takes a few pages: look whether it is the right file."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise unfit(
            _("The file is not written in UTF-8. Save it as UTF-8 and choose it again."),
            _("Line %(line)d") % {"line": line},
        ) from None
    if not text.strip():
        raise unfit(_("The file is empty. Choose it again."))
    if _depth_of(text) > DEEPEST:
        raise unfit(
            _("The file holds lists inside lists, deeper than any proposal. Look whether it is the right file.")
        )
    try:
        read = json.loads(
            text,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_once_each,
        )
    except json.JSONDecodeError as fault:
        place = _("Line %(line)d, sign %(column)d") % {"line": fault.lineno, "column": fault.colno}
        raise unfit(
            _("From here on this is no JSON. Compare the place with the description of the format."), place
        ) from None
    if problems := list(_text_problems(read)):
        raise UnfitFile(Problem(place_words(path, read, None), text) for path, text in problems)
    return read


def _depth_of(text: str) -> int:
    deepest = depth = 0
    for sign in STRINGS.sub("", text):
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _no_number(text: str):
    raise unfit(
        _("“%(text)s” is no number that can be kept. Write a number, or leave the answer out.") % {"text": text}
    )


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or len(text) > LONGEST_NUMBER:
        raise unfit(_("The number %(text)s is too large. Correct it, or leave the answer out.") % {"text": text[:30]})
    return number


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise unfit(_("The number %(text)s… is too large. Correct it, or leave the answer out.") % {"text": text[:30]})
    return int(text)


def _once_each(pairs: list[tuple[str, object]]) -> dict:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise unfit(_("“%(name)s” stands twice in one place. Take one of them away.") % {"name": name[:60]})
        found[name] = value
    return found


def _text_problems(read: object):
    """Signs that no database keeps or that turn the direction of what is shown; counted, so that no file runs on."""
    waiting: list[tuple[str, object]] = [("", read)]
    parts = 0
    while waiting:
        path, value = waiting.pop()
        parts += 1
        if parts > MOST_PARTS:
            yield Problem("", _("The file holds more than any proposal does. Look whether it is the right file."))
            return
        if isinstance(value, dict):
            for name in value:
                if UNKEPT.search(name):
                    yield Problem(path, _("The name of a part holds a hidden sign. Take it away."))
            waiting += [(f"{path}.{name}" if path else name, part) for name, part in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}[{place}]", part) for place, part in enumerate(value)]
        elif isinstance(value, str) and UNKEPT.search(value):
            yield Problem(path, _("This holds a hidden sign, as text copied from a PDF may. Type it anew."))

"""What is wrong where a file is no YAML, in words an author understands: the few slips that most of it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

NAME = re.compile(r"^(?P<indent> *)(?P<dash>- +)?(?P<name>[A-Za-z_][\w-]*):(?: +(?P<value>\S.*))?$")
LOOKED_AT = 40  # lines before the place at which the reader gave up
LOOK = "Look at the indentation and the quotes here and just above."


def yaml_slip(text: str, at: int, reason: str) -> tuple[int, str]:
    """The line (from 1 on) and what to do there; `at` is the line, from 0 on, at which the reader gave up."""
    lines = text.splitlines()
    first = max(0, at - LOOKED_AT)
    for find in (_tabs, _open_quotes, _colons, _steps):
        for line, words in find(lines, first, min(at, len(lines) - 1)):
            return line + 1, words
    return at + 1, f"this is not YAML: {reason}. {LOOK}"


def _tabs(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, str]]:
    for line in range(first, last + 1):
        if re.match(r" *\t", lines[line]):
            yield line, "this line begins with a tab. Use spaces: two for each step inwards."


def _open_quotes(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, str]]:
    """A value that begins with a quote and holds no second one, on this line or before the next name."""
    for line in range(first, last + 1):
        found = NAME.match(lines[line])
        value = found["value"] if found else None
        if not value or value[0] not in "\"'" or _closes(value[1:], value[0]):
            continue
        following = next((n for n in range(line + 1, len(lines)) if NAME.match(lines[n])), len(lines))
        if not any(_closes(lines[n], value[0]) for n in range(line + 1, following)):
            yield (
                line,
                f"the text of '{found['name'] if found else ''}' begins with a quote that is not closed. Close it.",
            )


def _closes(text: str, quote: str) -> bool:
    return quote in (text.replace('\\"', "") if quote == '"' else text.replace("''", ""))


def _colons(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, str]]:
    found = NAME.match(lines[last]) if lines else None
    value = found["value"] if found else None
    if found and value and value[0] not in "\"'[{|>" and ": " in f"{value} ":
        yield (
            last,
            f"the text of '{found['name']}' holds a colon, so it has to stand in quotes: {found['name']}: \"…\".",
        )


def _steps(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, str]]:
    """A name that stands deeper than, or not as deep as, the names it belongs to."""
    here = NAME.match(lines[last]) if lines else None
    above = next((NAME.match(lines[n]) for n in range(last - 1, first - 1, -1) if NAME.match(lines[n])), None)
    if here is None or above is None:
        return
    if here["dash"] and (bare := [n for n in range(first, last) if re.match(r" +id: ", lines[n])]):
        yield bare[-1], "a new entry begins with a dash: - id: …"
        return
    depth, wanted = _depth(here), _depth(above)
    if depth > wanted and above["value"]:
        yield (
            last,
            f"'{here['name']}' stands {depth} spaces in, '{above['name']}' above it {wanted}. Names of one entry stand "
            "below each other.",
        )
    elif here["name"] == "id" and not here["dash"] and depth <= wanted:
        yield last, "a new entry begins with a dash: - id: …"
    elif 0 < depth < wanted and not here["dash"]:
        yield (
            last,
            f"'{here['name']}' stands {depth} spaces in, '{above['name']}' above it {wanted}. Names of one entry stand "
            "below each other, and what belongs to a name stands two spaces further in.",
        )


def _depth(found: re.Match[str]) -> int:
    """How far in a name stands; the dash of a new entry counts as spaces."""
    return len(found["indent"]) + len(found["dash"] or "")

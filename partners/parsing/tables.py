"""CSV with a header row as a stream of rows; every way in which it can be broken is turned into one sentence."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from partners.parsing.listed import LONGEST_TEXT, UnreadableList

LONGEST_LINE = 16 * LONGEST_TEXT


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file in UTF-8."""
    with path.open("rb") as stream:
        for number, raw in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), start=1):
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if len(raw) >= LONGEST_LINE:
                raise UnreadableList(f"Line {number} is longer than {LONGEST_LINE} bytes.")
            if b"\x00" in raw:
                raise UnreadableList(f"Line {number} holds a zero byte: this is not a text file in UTF-8.")
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                raise UnreadableList(
                    f"Line {number} is not UTF-8. Save the file as CSV UTF-8, or take it from its publisher again."
                ) from None
            if number == 1 and text.lstrip().startswith("<"):
                raise UnreadableList("This is a web page or XML, not a CSV file.")
            yield text


def rows_of(lines: Iterator[str], needed: Iterable[str], list_name: str, first_line: int = 1) -> Iterator[dict]:
    """Rows by column name, each with the same number of cells as the header row and a line end behind it."""
    at, ends_whole = first_line - 1, True

    def texts() -> Iterator[str]:
        nonlocal at, ends_whole
        for line in lines:
            at, ends_whole = at + 1, line.endswith("\n")
            yield line

    try:
        reader = csv.reader(texts(), strict=True)
        columns = [name.strip() for name in next(reader, [])]
        if missing := [name for name in needed if name not in columns]:
            raise UnreadableList(f"The column {missing[0]!r} is missing: this is not {list_name}.")
        if len(set(columns)) != len(columns):
            raise UnreadableList("A column stands in the header row twice.")
        for row in reader:
            if len(row) != len(columns):
                raise UnreadableList(
                    f"Line {at} has {len(row)} cells, the header row has {len(columns)}. It may have been cut."
                )
            yield dict(zip(columns, (" ".join(cell.split()) for cell in row), strict=True))
    except csv.Error as fault:
        raise UnreadableList(f"Line {at} is not well-formed CSV: {fault}. It may have been cut.") from None
    if not ends_whole:
        raise UnreadableList(f"The last line, {at}, has no end: the file has been cut.")

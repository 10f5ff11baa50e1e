"""Ask an index."""

from collections.abc import Iterable
from pathlib import Path

import tantivy

from partners.candidates.building import build
from partners.candidates.places import Place
from partners.candidates.writing import ROW, equal_query, query
from partners.matching.score import Name

PER_ROW = 3  # names of one row among the best, in the mean, are no more than this

_open: dict[Path, tuple[tuple[int, int], tantivy.Searcher]] = {}


def search(names: Iterable[Name | str], index: Place, limit: int = 60, *, kind: str = "organisation") -> list:
    """The keys of the rows that bear the names most like each of these: up to `limit` a name, the best first.

    The keys are those of listed entities, partners or, for ROR, the ROR ids. Makes the index where it is absent.
    """
    searcher = searcher_of(index)
    found: dict[int, int] = {}
    for name in names:
        for rank, row in enumerate(ask(searcher, name if isinstance(name, str) else name.text, kind, limit)):
            found[row] = min(rank, found.get(row, rank))
    return index.found(sorted(found, key=lambda row: (found[row], row)))


def find_equal(text: str, index: Place, limit: int = 20) -> list:
    """The keys of the rows that bear this very name, but for order, legal form and the language of usual words."""
    return index.found(ask_equal(searcher_of(index), text, "organisation", limit))


def ask_equal(searcher: tantivy.Searcher, text: str, kind: str, limit: int) -> list[int]:
    if not (wanted := equal_query(text, kind)):
        return []
    hits = searcher.search(wanted, limit * PER_ROW, count=False).hits
    return list(dict.fromkeys(searcher.fast_field_values(ROW, [address for _score, address in hits])))[:limit]


def ask(searcher: tantivy.Searcher, text: str, kind: str, limit: int) -> list[int]:
    wanted = query(text, kind)
    if wanted is None:
        return []
    hits = searcher.search(wanted, limit * PER_ROW, count=False).hits
    rows = searcher.fast_field_values(ROW, [address for _score, address in hits])
    return list(dict.fromkeys(rows))[:limit]


def searcher_of(index: Place) -> tantivy.Searcher:
    """Opens the index as a mapped file once a process and again after it was made anew."""
    folder = index.folder
    for attempt in (1, 2):
        try:
            stat = (folder / "meta.json").stat()
            made = (stat.st_mtime_ns, stat.st_ino)  # a clock alone may stand still between two of them
            kept = _open.get(folder)
            if kept is None or kept[0] != made:
                kept = _open[folder] = (made, tantivy.Index.open(str(folder)).searcher())
            return kept[1]
        except (OSError, ValueError):
            if attempt == 2:
                raise
            build(index)
    raise AssertionError("unreachable")

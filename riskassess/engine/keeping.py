"""What is made once of a catalogue and kept with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from riskassess.engine.catalogue import Catalogue

T = TypeVar("T")


def once_a_catalogue(make: Callable[[Catalogue], T]) -> Callable[[Catalogue], T]:
    """Make this once of each catalogue. It lives and goes with the catalogue, so that nothing that was compiled of it
    can meet what was compiled of it at another time."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def kept(catalogue: Catalogue) -> T:
        shelf = catalogue.kept
        found: T | None = shelf.get(name)
        return shelf.setdefault(name, make(catalogue)) if found is None else found

    return kept

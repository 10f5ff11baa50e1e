"""The word that was probably meant, where one is near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


def nearest(word: Any, known: Iterable[str]) -> str:
    """The known word that is written nearly like this one, large letters or small; empty where none is."""
    by_small_letters = {each.lower(): each for each in known}
    close = difflib.get_close_matches(str(word).lower(), list(by_small_letters), n=1)
    return by_small_letters[close[0]] if close else ""


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """The end of a sentence about a word that nobody knows."""
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else "."


def in_brackets(word: Any, known: Iterable[str]) -> str:
    """The same inside a sentence that goes on."""
    near = nearest(word, known)
    return f" (did you mean {near}?)" if near else ""

"""What pydantic finds wrong, in words an author understands: what stands there, what may, and what was meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from riskassess.engine import catalogue as shapes
from riskassess.engine.nearness import did_you_mean


def said(error: Mapping[str, Any]) -> str:
    """The fault without its place; ends with a full stop."""
    words = _WORDS.get(error["type"])
    return words(error, error.get("ctx") or {}) if words else f"{error['msg']}."


def _names() -> list[str]:
    """Every name that any entry may hold."""
    found = (each for each in vars(shapes).values() if isinstance(each, type) and issubclass(each, shapes.Shape))
    return sorted({name for shape in found for name in shape.model_fields})


def _shown(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _missing(error: Mapping[str, Any], _more: Mapping[str, Any]) -> str:
    return f"'{error['loc'][-1]}' is missing; add it."


def _extra(error: Mapping[str, Any], _more: Mapping[str, Any]) -> str:
    name = str(error["loc"][-1])
    near = did_you_mean(name, [each for each in _names() if each != name])
    return f"'{name}' is no name that belongs here{near}"


def _one_of(error: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    expected = str(more.get("expected", ""))
    known = [each for each in expected.replace(" or ", ", ").replace("'", "").split(", ") if each]
    return f"{_shown(error['input'])} is not one of {', '.join(known)}{did_you_mean(error['input'], known)}"


def _bound(words: str, limit: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], str]:
    return lambda error, more: f"{_shown(error['input'])} is {words} {more.get(limit)}."


def _short(_error: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    least = more.get("min_length")
    return f"needs at least {least} {'entry' if least == 1 else 'entries'}, and there {_count(more)}."


def _count(more: Mapping[str, Any]) -> str:
    actual = more.get("actual_length") or 0
    return "is none" if actual == 0 else f"are {actual}"


def _long_text(error: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    return f"has {len(str(error['input']))} letters, at most {more.get('max_length')} are read; say it shorter."


def _form(error: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    form = FORMS.get(str(more.get("pattern")), f"the form {more.get('pattern')}")
    return f"{_shown(error['input'])} is not written as it has to be: {form}."


# What the patterns of catalogue.py and tightening.py ask for.
FORMS = {
    r"^[A-Za-z][A-Za-z0-9_]{0,59}$": "a letter, then letters, digits and _ (at most 60), such as OWN01",
    r"^[A-Z]{2,5}-[A-Za-z0-9]{1,20}$": "two to five capitals, a hyphen, then letters and digits, such as AL-SFR2",
    r"^https?://\S+$": "an address that begins with https:// and holds no space",
    r"^[a-z]{2}(-[A-Z]{2})?$": "a language of two small letters, such as en, or with a country, such as de-AT",
    r"^[a-z][a-z0-9-]{1,58}$": "small letters, digits and hyphens, a letter first, such as allea-eu",
    r"^\d+\.\d+\.\d+$": "three numbers with dots between them, such as 1.2.0",
    r"^[a-z][a-z0-9-]{1,58}@\d+\.\d+\.\d+$": "the id of a release, @ and its version, such as allea-eu@1.1.0",
    r"^([0-9a-f]{64})?$": "the 64 digits and letters a to f that `catalogue list` prints",
}


def _text(error: Mapping[str, Any], _more: Mapping[str, Any]) -> str:
    quotes = ". Put it in quotes" if isinstance(error["input"], int) else ""
    return f"expected a text, found {_shown(error['input'])}{quotes}."


def _day(error: Mapping[str, Any], _more: Mapping[str, Any]) -> str:
    return (
        f"{_shown(error['input'])} is no day of the calendar as it is written here: year-month-day, as in 2026-11-23."
    )


_WORDS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "literal_error": _one_of,
    "less_than_equal": _bound("more than", "le"),
    "greater_than_equal": _bound("less than", "ge"),
    "too_short": _short,
    "string_too_short": lambda _error, _more: "is empty; say something or leave the name out.",
    "string_too_long": _long_text,
    "string_pattern_mismatch": _form,
    "string_type": _text,
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _day),
    "tuple_type": lambda error, _more: f"expected a list, found {_shown(error['input'])}.",
    "dict_type": lambda error, _more: f"expected names and their values, found {_shown(error['input'])}.",
    "model_type": lambda error, _more: f"expected names and their values, found {_shown(error['input'])}.",
    "int_parsing": lambda error, _more: f"expected a whole number, found {_shown(error['input'])}.",
}

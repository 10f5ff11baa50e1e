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
    return f"{_shown(error['input'])} does not have the form {more.get('pattern')}."


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
    "string_type": lambda error, _more: f"expected a text, found {_shown(error['input'])}.",
    "tuple_type": lambda error, _more: f"expected a list, found {_shown(error['input'])}.",
    "dict_type": lambda error, _more: f"expected names and their values, found {_shown(error['input'])}.",
    "model_type": lambda error, _more: f"expected names and their values, found {_shown(error['input'])}.",
    "int_parsing": lambda error, _more: f"expected a whole number, found {_shown(error['input'])}.",
}

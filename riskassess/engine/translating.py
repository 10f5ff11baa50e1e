"""The texts of a catalogue in another language. The first of `languages` is the one it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from riskassess.engine.catalogue import Catalogue, Shape

# Part -> fields that a person reads; `rows.explain` stands in each row, `relief.sentence` in the one relief.
FIELDS: dict[str, tuple[str, ...]] = {
    "dimensions": ("title", "help"),
    "levels": ("title", "meaning"),
    "routes": ("title", "meaning"),
    "sections": ("title", "help", "row_needed"),
    "questions": ("text", "help", "example", "why", "seen_by", "unsure_help", "options.text", "options.help"),
    "rules": ("title", "explain", "activity", "lifted_by", "no_mitigation", "rows.explain", "relief.sentence"),
    "mitigations": ("name", "text", "evidence", "clause"),
    "policies": ("text",),
    "vocabularies": ("title", "terms.text", "terms.help"),
}


class Words(NamedTuple):
    """One text and where it stands: `options.yes.text` of question T5, `rows.2.explain` of rule K01."""

    part: str
    id: str
    field: str
    text: str


def texts_of(catalogue: Catalogue) -> Iterator[Words]:
    """Every text that a person reads, once: options out of a vocabulary stand there."""
    for part, fields in FIELDS.items():
        for item in getattr(catalogue, part):
            for field in fields:
                if part == "questions" and field.startswith("options.") and item.vocabulary:
                    continue
                for place, text in _texts_at(item, field):
                    if text:
                        yield Words(part, item.id, place, text)


def _texts_at(item: Shape, field: str) -> Iterator[tuple[str, str]]:
    outer, _dot, inner = field.partition(".")
    value = getattr(item, outer)
    if not inner:
        yield field, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value, 1):
            yield f"{outer}.{getattr(each, 'id', number)}.{inner}", getattr(each, inner)
    elif value is not None:
        yield field, getattr(value, inner)


def translated(catalogue: Catalogue, language: str) -> Catalogue:
    """The catalogue with its texts in this language, for pages; a text without a translation stays as it is.

    Assess with the catalogue as published: a finding keeps the words of its day. Raises ValueError for a language that
    the catalogue does not have.
    """
    if language not in catalogue.languages:
        raise ValueError(f"The catalogue has no texts in {language!r}; it has {', '.join(catalogue.languages)}.")
    if language == catalogue.languages[0]:
        return catalogue
    by_entry: dict[tuple[str, str], dict[str, str]] = {}
    for entry in catalogue.translations:
        if entry.language == language:
            by_entry.setdefault((entry.part, entry.item), {}).update(entry.texts)
    changes: dict[str, Any] = {
        part: tuple(_with_texts(item, by_entry.get((part, item.id), {})) for item in getattr(catalogue, part))
        for part in FIELDS
    }
    terms = {each.id: {term.id: term for term in each.terms} for each in changes["vocabularies"]}
    changes["questions"] = tuple(
        _with_terms(question, terms[question.vocabulary]) if question.vocabulary else question
        for question in changes["questions"]
    )
    changes["sha256"] = f"{catalogue.sha256}-{language}"  # what is compiled once is kept by this
    # A copy would bring along what the original has looked up.
    return Catalogue.model_construct(**{name: getattr(catalogue, name) for name in Catalogue.model_fields} | changes)


def _with_texts(item: Any, texts: Mapping[str, str]) -> Any:
    own: dict[str, Any] = {place: text for place, text in texts.items() if "." not in place}
    inner: dict[str, dict[str, str]] = {}
    for place, text in texts.items():
        outer, _dot, rest = place.partition(".")
        if rest:
            inner.setdefault(outer, {})[rest] = text
    for outer, found in inner.items():
        value = getattr(item, outer)
        if isinstance(value, tuple):
            own[outer] = tuple(
                _with_texts(each, _below(found, str(getattr(each, "id", number))))
                for number, each in enumerate(value, 1)
            )
        elif value is not None:
            own[outer] = _with_texts(value, found)
    return item.model_copy(update=own) if own else item


def _below(texts: Mapping[str, str], name: str) -> dict[str, str]:
    return {place.partition(".")[2]: text for place, text in texts.items() if place.partition(".")[0] == name}


def _with_terms(question: Any, terms: Mapping[str, Any]) -> Any:
    options = tuple(
        option.model_copy(
            update={
                "text": terms[option.id].text,
                "help": terms[option.id].help,
                "group_text": terms[option.group].text if option.group in terms else option.group_text,
            }
        )
        if option.id in terms
        else option
        for option in question.options
    )
    return question.model_copy(update={"options": options})

"""What differs between two releases of a catalogue, in words a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from riskassess.engine.catalogue import Catalogue, Citation, Option, Row
from riskassess.engine.describing import in_words
from riskassess.engine.results import Result

Words = Callable[[Catalogue, Any], str]


@dataclass(frozen=True, slots=True)
class Edit(Result):
    """One entry that was added, removed or changed; a changed one says what, a line for each."""

    part: str
    id: str
    kind: str  # "added" | "removed" | "changed"
    title: str
    details: tuple[str, ...]

    def sentence(self) -> str:
        return f"{self.id} {self.kind}: {self.title}" if self.title else f"{self.id} {self.kind}"


def compare_releases(before: Catalogue, after: Catalogue) -> tuple[Edit, ...]:
    """All that a reader, an answer or a level could notice, part by part in the catalogue's order."""
    found = list(_settings(before, after))
    for part, titled, fields in PARTS:
        old = {item.id: item for item in getattr(before, part)}
        new = {item.id: item for item in getattr(after, part)}
        if part == "golden" and after.base == f"{before.id}@{before.version}":
            old = {}  # the base's are proven with the base
        found += (Edit(part, key, "added", getattr(new[key], titled), ()) for key in new if key not in old)
        found += (Edit(part, key, "removed", getattr(old[key], titled), ()) for key in old if key not in new)
        for key in new:
            if key in old and old[key] != new[key]:
                details = tuple(_details(before, after, old[key], new[key], fields))
                found.append(Edit(part, key, "changed", getattr(new[key], titled), details or (REST,)))
    return tuple(found)


REST = "Only its sources or translations changed."


def _details(before: Catalogue, after: Catalogue, old: Any, new: Any, fields: Mapping[str, Words]) -> Iterator[str]:
    for name, words in fields.items():
        was, now = getattr(old, name), getattr(new, name)
        if was == now:
            continue
        label = LABELS.get(name, name.replace("_", " "))
        if name in SETS:
            old_words, new_words = [words(before, [each]) for each in was], [words(after, [each]) for each in now]
            yield from _set_details(label, old_words, new_words)
        elif name in LISTS:
            yield from _list_details(before, after, label, was, now, words)
        elif name in TREES:
            yield from _tree_details(label, was, now)
        else:
            yield _pair(label, words(before, was), words(after, now))


def _pair(label: str, was: str, now: str) -> str:
    label = label[0].upper() + label[1:]
    if not was:
        return f"{label} is new: {now}"
    return f"{label} was: {was} Now: {now}" if now else f"{label} is gone: {was}"


def _set_details(label: str, was: list[str], now: list[str]) -> Iterator[str]:
    added, removed = [each for each in now if each not in was], [each for each in was if each not in now]
    for kind, found in (("added", added), ("removed", removed)):
        if found:
            yield f"{label.capitalize()} {kind}: {' '.join(found)}"


def _list_details(
    before: Catalogue, after: Catalogue, label: str, was: Iterable[Any], now: Iterable[Any], words: Words
) -> Iterator[str]:
    """Entries of a list by their ids; of rows, which have none, by their place."""
    old = {_key(item, place): item for place, item in enumerate(was, 1)}
    new = {_key(item, place): item for place, item in enumerate(now, 1)}
    singular = label.removesuffix("s")
    for key in {**old, **new}:
        name = f"{singular} {key}"
        if key not in new:
            yield _pair(name, words(before, old[key]), "")
        elif key not in old:
            yield _pair(name, "", words(after, new[key]))
        elif old[key] != new[key]:
            yield _pair(name, words(before, old[key]), words(after, new[key]))
    shared = [key for key in old if key in new]
    if shared != [key for key in new if key in old]:
        yield f"The {label} stand in another order."


def _tree_details(label: str, was: Any, now: Any) -> Iterator[str]:
    """Values by the way that leads to each."""
    old, new = dict(_leaves(was, label)), dict(_leaves(now, label))
    for way in {**old, **new}:
        if old.get(way) != new.get(way):
            yield _pair(way, old.get(way, ""), new.get(way, ""))


def _leaves(value: Any, way: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{way} {key}")
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for place, item in enumerate(value, 1):
            yield from _leaves(item, f"{way} {item.get('id', place) if isinstance(item, Mapping) else place}")
    else:
        words = ", ".join(str(item) for item in value) or "none" if isinstance(value, list) else str(value)
        yield way, _stop(words)


def _key(item: Any, place: int) -> Any:
    return getattr(item, "id", None) or getattr(item, "key", None) or place


def _settings(before: Catalogue, after: Catalogue) -> Iterator[Edit]:
    """What is no list of entries: caps, the route table and the facts."""
    for name, title in (("caps", "Caps and steps"), ("route_table", "Which level asks for which route")):
        old, new = getattr(before, name).model_dump(), getattr(after, name).model_dump()
        details = tuple(
            _pair(key.replace("_", " "), f"{_plain(before, old[key])}.", f"{_plain(after, new[key])}.")
            for key in new
            if old[key] != new[key]
        )
        if details:
            yield Edit("settings", name, "changed", title, details)
    was, now = _plain(before, before.organisation_facts), _plain(after, after.organisation_facts)
    if was != now:
        title = "Facts about the organisation itself"
        yield Edit("settings", "organisation_facts", "changed", title, (_pair("facts", f"{was}.", f"{now}."),))
    old_facts, new_facts = _facts(before), _facts(after)
    for key in {**old_facts, **new_facts}:
        if key not in new_facts:
            yield Edit("facts", key, "removed", "", ())
        elif key not in old_facts:
            yield Edit("facts", key, "added", f"one of {', '.join(new_facts[key])}", ())
        elif old_facts[key] != new_facts[key]:
            details = (_pair("values", f"{', '.join(old_facts[key])}.", f"{', '.join(new_facts[key])}."),)
            yield Edit("facts", key, "changed", "", details)


def _facts(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    tables = (catalogue.facts, catalogue.fact_sets)
    return {name: values for table in tables for facts in table.values() for name, values in facts.items()}


# -- words for the values of fields ----------------------------------------------------------------------------------


def _plain(_catalogue: Catalogue, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} to {item}" for key, item in value.items())
    if isinstance(value, frozenset | set):
        return ", ".join(sorted(str(item) for item in value)) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)


def _stop(words: str) -> str:
    return words if not words or words.endswith((".", "?", "!")) else f"{words}."


def _sentence(catalogue: Catalogue, value: Any) -> str:
    return _stop(_plain(catalogue, value))


def _condition(catalogue: Catalogue, spec: Any) -> str:
    return _stop(in_words(catalogue, spec))


def _option(_catalogue: Catalogue, option: Option) -> str:
    place = "outside the order of risk" if option.risk is None else f"place {option.risk} in the order of risk"
    return _stop(f"“{option.text}”, {place}" + (f" ({option.help})" if option.help else ""))


def _row(catalogue: Catalogue, row: Row) -> str:
    when = f" when {in_words(catalogue, row.when)}" if row.when else ""
    more = "".join(f"; {word}" for word in (row.effect, row.explain) if word)
    return _stop(f"likelihood {row.likelihood} times impact {row.impact}{when}{more}")


def _sources(catalogue: Catalogue, citations: Iterable[Citation]) -> str:
    return _stop("; ".join(f"{catalogue.source(each.source).title}, {each.section}" for each in citations))


def _mitigations(catalogue: Catalogue, ids: Iterable[str]) -> str:
    return _stop("; ".join(f"“{catalogue.mitigation(each).name}” ({each})" for each in ids) or "none")


def _relief(catalogue: Catalogue, relief: Any) -> str:
    given = relief.model_dump(exclude_defaults=True) if relief else {}
    words = (f"{key.replace('_', ' ')}: {_plain(catalogue, value)}" for key, value in given.items())
    return _stop("; ".join(words))


LABELS = {
    "when": "condition",
    "valid_from": "valid from",
    "valid_to": "valid until",
    "text": "text",
    "explain": "explanation",
    "seen_by": "who sees the answer",
    "unsure": "“unsure” as an answer",
    "lowest": "lowest score",
    "lifted_by": "what lifts it",
    "activity": "what waits",
    "no_mitigation": "why no safeguard lowers it",
    "title": "title",
    "on": "assessed as of",
    "facts": "given",
    "expect": "expected",
}
SETS = {"sources", "mitigations", "dimensions", "factors"}  # whatever their order
LISTS = {"options", "rows", "terms", "parts"}
TREES = {"facts", "expect"}


def _fields(*names: str, **special: Words) -> dict[str, Words]:
    return {**dict.fromkeys(names, _sentence), **special}


QUESTION = _fields(
    *("text", "help", "example", "why", "seen_by", "type", "scope", "section"),
    when=_condition,
    options=_option,
    **_fields("unsure", "unsure_help", "required", "follows", "part_of", "field", "vocabulary"),
    sources=_sources,
)
RULE = _fields(
    *("title", "explain", "scope"),
    when=_condition,
    rows=_row,
    **_fields("effect", "kind", "dimensions", "factors", "membership", "valid_from", "valid_to"),
    **_fields("activity", "lifted_by", "no_mitigation"),
    mitigations=_mitigations,
    relief=_relief,
    sources=_sources,
)
MITIGATION = _fields("name", "text", "lowers", "steps", "kind", "responsible", "evidence", "effort", "clause")
PARTS: tuple[tuple[str, str, Mapping[str, Words]], ...] = (
    ("questions", "text", QUESTION),
    ("rules", "title", RULE),
    ("mitigations", "name", MITIGATION),
    ("levels", "title", _fields("title", "meaning", "lowest")),
    ("routes", "title", _fields("title", "days", "meaning")),
    ("dimensions", "title", _fields("title", "help", "is_risk")),
    ("sections", "title", _fields("title", "help", "scope", "row_needed", row_needed_when=_condition)),
    ("vocabularies", "title", _fields("title", terms=lambda _catalogue, term: _stop(f"“{term.text}”"))),
    ("policies", "text", _fields("text", "service", sources=_sources)),
    (
        "sources",
        "title",
        _fields(
            *("title", "publisher", "dated", "url", "last_checked", "binding", "licence"),
            parts=lambda _catalogue, part: _stop(f"{part.where}: {part.gist}"),
        ),
    ),
    ("golden", "story", _fields("story", "on", "facts", "expect")),
)

"""What an overlay may say, and the sentences that refuse whatever would remove, redefine or weaken its base."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from riskassess.engine.catalogue import (
    LEVELS,
    ROUTES,
    Catalogue,
    GoldenCase,
    LevelId,
    Line,
    Mitigation,
    Policy,
    Question,
    RouteId,
    Rule,
    Section,
    Shape,
    Source,
    Text,
    Translation,
    Vocabulary,
)
from riskassess.engine.reading import Reading

ADDED = ("sections", "questions", "rules", "mitigations", "sources", "policies", "vocabularies")
WORDS = {
    "sections": "section",
    "questions": "question",
    "rules": "rule",
    "mitigations": "safeguard",
    "sources": "source",
    "policies": "policy",
    "vocabularies": "vocabulary",
}
Release = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,58}@\d+\.\d+\.\d+$")]


class TighterBand(Shape):
    id: LevelId
    lowest: int | None = Field(default=None, ge=1, le=25)
    meaning: Text | None = None


class TighterRoute(Shape):
    id: RouteId
    days: int | None = Field(default=None, ge=0, le=60)
    meaning: Text | None = None


class TighterTable(Shape):
    by_level: dict[LevelId, RouteId] = {}
    escalated: RouteId | None = None
    held: RouteId | None = None
    three_factors_high: RouteId | None = None
    most_on_possible: RouteId | None = None


class TighterCaps(Shape):
    context: int | None = Field(default=None, ge=1, le=25)
    membership: int | None = Field(default=None, ge=1, le=25)
    raise_from: int | None = Field(default=None, ge=1, le=25)
    mitigation_steps: int | None = Field(default=None, ge=1, le=4)


class Overlay(Shape):
    """What `overlay.yaml` may say. Everything else is the base's."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,58}$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    date: date
    title: Line
    extends: Release
    base_sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""  # pins the base's content
    levels: tuple[TighterBand, ...] = ()
    routes: tuple[TighterRoute, ...] = ()
    route_table: TighterTable = TighterTable()
    caps: TighterCaps = TighterCaps()
    sections: tuple[Section, ...] = ()
    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    sources: tuple[Source, ...] = ()
    policies: tuple[Policy, ...] = ()
    vocabularies: tuple[Vocabulary, ...] = ()
    translations: tuple[Translation, ...] = ()
    golden: tuple[GoldenCase, ...] = ()


def given(shape: Shape) -> dict[str, Any]:
    return {key: value for key, value in shape if key != "id" and value is not None}


def unknown_key(reading: Reading, key: str) -> str:
    return (
        f"{reading.place(key)}: an overlay has no '{key}'. It adds {', '.join(ADDED)}, translations and "
        "golden, and tightens levels, routes, route_table and caps; nothing of its base can be taken away. "
        f"Leave '{key}' out."
    )


def loosened(reading: Reading, overlay: Overlay, base: Catalogue) -> list[str]:
    """Everything in which the overlay would change or weaken the base, each with its place and the way out."""
    name = f"{base.id}@{base.version}"
    checks = (_taken_ids, _foreign_texts, _looser_bands, _looser_routes, _looser_caps, _lighter_relief)
    return [fault for check in checks for fault in check(reading, overlay, base, name)]


def _taken_ids(reading: Reading, overlay: Overlay, base: Catalogue, name: str) -> Iterator[str]:
    for part in ADDED:
        known = {item.id: item for item in getattr(base, part)}
        for at, item in enumerate(getattr(overlay, part)):
            if item.id not in known:
                continue
            is_stop = part == "rules" and "stop" in _effects(known[item.id])
            what = "legal stop" if is_stop else WORDS[part]
            yield (
                f"{reading.place(part, at)}: {item.id} is a {what} of {name}, and an overlay changes none. "
                f"Give yours an id of its own, for example {_own_id(overlay, item.id)}."
            )


def _foreign_texts(reading: Reading, overlay: Overlay, base: Catalogue, name: str) -> Iterator[str]:
    for at, entry in enumerate(overlay.translations):
        own = {item.id for item in getattr(overlay, entry.part, ())} - {item.id for item in getattr(base, entry.part)}
        if entry.item not in own:
            yield (
                f"{reading.place('translations', at)}: {entry.item} is none of the overlay's own {entry.part}; an "
                "overlay translates what it adds."
            )


def _own_id(overlay: Overlay, item_id: str) -> str:
    return f"{overlay.id.split('-')[0].upper()}_{item_id}"


def _looser_bands(reading: Reading, overlay: Overlay, base: Catalogue, name: str) -> Iterator[str]:
    for at, band in enumerate(overlay.levels):
        lowest = base.level(band.id).lowest
        if band.lowest is not None and band.lowest > lowest:
            yield (
                f"{reading.place('levels', at, 'lowest')}: {band.id} begins at {lowest} in {name}; from {band.lowest} "
                f"on, findings would weigh less than there. Write {lowest} or less, or leave it out."
            )
    yield from _twice(reading, "levels", [band.id for band in overlay.levels])
    begins = [next((b.lowest for b in overlay.levels if b.id == level and b.lowest), 0) for level in LEVELS]
    begins = [lowest or base.level(level).lowest for level, lowest in zip(LEVELS, begins, strict=True)]
    if sorted(set(begins)) != begins:
        yield f"{reading.place('levels')}: each band begins above the one before; these would begin at {begins}."


def _twice(reading: Reading, part: str, ids: list[str]) -> Iterator[str]:
    for at, item in enumerate(ids):
        if item in ids[:at]:
            yield f"{reading.place(part, at)}: {item} stands here twice. Keep one of them."


def _looser_routes(reading: Reading, overlay: Overlay, base: Catalogue, name: str) -> Iterator[str]:
    yield from _twice(reading, "routes", [route.id for route in overlay.routes])
    changes: list[tuple[tuple[str, ...], RouteId, RouteId]] = [
        (("by_level", level), base.route_table.by_level[level], route)
        for level, route in overlay.route_table.by_level.items()
    ]
    changes += [
        ((key,), getattr(base.route_table, key), route)
        for key, route in given(overlay.route_table).items()
        if key != "by_level"
    ]
    for path, now, wanted in changes:
        if ROUTES.index(wanted) < ROUTES.index(now):
            yield (
                f"{reading.place('route_table', *path)}, {path[-1]}: the route is {now} in {name} and may only be more "
                f"thorough; {wanted} is lighter. Write {', '.join(ROUTES[ROUTES.index(now) :])}, or leave it out."
            )


def _looser_caps(reading: Reading, overlay: Overlay, base: Catalogue, name: str) -> Iterator[str]:
    for key, wanted in given(overlay.caps).items():
        now = getattr(base.caps, key)
        if wanted > now:
            why = "what a country's facts say never weighs more" if key == "context" else "a cap may only be lower"
            yield (
                f"{reading.place('caps', key)}, {key}: it is {now} in {name}, and {why}. "
                f"Write {now} or less, or leave it out."
            )


def _lighter_relief(reading: Reading, overlay: Overlay, base: Catalogue, name: str) -> Iterator[str]:
    for at, rule in enumerate(overlay.rules):
        if rule.relief and rule.relief.route:
            yield (
                f"{reading.place('rules', at, 'relief')}: an overlay makes no route lighter. Leave 'route' out; a "
                "sentence or a service may stay."
            )


def _effects(rule: Rule) -> set[str]:
    return {rule.effect, *(row.effect for row in rule.rows if row.effect)}

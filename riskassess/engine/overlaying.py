"""An overlay: a small catalogue file of an institution or a nation, laid over a base release without copying it.

It adds and it tightens. By its form alone it can never remove, redefine or weaken what the base says, so that all that
was proven of the base still holds: every level, route and hold of the base is at least as high under the overlay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from riskassess.engine.catalogue import Catalogue, Question
from riskassess.engine.reading import CatalogueError, Reading, fingerprint, read
from riskassess.engine.tightening import ADDED, Overlay, given, loosened, unknown_key

OVERLAY_FILE = "overlay.yaml"
BASE = "base/"  # what the names of the base's files begin with


def base_named(texts: Mapping[str, str]) -> str:
    """The release that the overlay in these files extends; empty where that cannot be read."""
    try:
        return str(read({OVERLAY_FILE: texts[OVERLAY_FILE]}, OVERLAY_FILE).data.get("extends", ""))
    except CatalogueError:
        return ""  # reading the whole says what is wrong with it


def laid_over(reading: Reading, base: Catalogue | None) -> Catalogue:
    """The overlay's catalogue: the base's content with what it adds and tightens. Raises CatalogueError."""
    if unknown := [key for key in reading.data if key not in Overlay.model_fields]:
        raise CatalogueError([unknown_key(reading, key) for key in unknown])
    try:
        overlay = Overlay.model_validate(reading.data)
    except ValidationError as fault:
        raise CatalogueError([reading.sentence(error) for error in fault.errors()]) from None
    base = _right_base(reading, overlay, base)
    if faults := loosened(reading, overlay, base):
        raise CatalogueError(faults)
    whole = {field: getattr(base, field) for field in Catalogue.model_fields}
    whole |= {part: (*whole[part], *getattr(overlay, part)) for part in ADDED}
    whole |= {
        "id": overlay.id,
        "version": overlay.version,
        "date": overlay.date,
        "title": overlay.title,
        "levels": tuple(_changed(band, overlay.levels) for band in base.levels),
        "routes": tuple(_changed(route, overlay.routes) for route in base.routes),
        "route_table": base.route_table.model_copy(
            update={**given(overlay.route_table), "by_level": base.route_table.by_level | overlay.route_table.by_level}
        ),
        "caps": base.caps.model_copy(update=given(overlay.caps)),
        "questions": _in_place(base.questions, overlay.questions),
        "translations": (*base.translations, *overlay.translations),
        "golden": overlay.golden,  # the base's are proven with the base
        "base": overlay.extends,
        "base_sha256": base.sha256,
        "sha256": fingerprint({"base": base.sha256, "overlay": reading.data}),
    }
    return Catalogue.model_validate(whole)


def _changed(entry: Any, changes: tuple[Any, ...]) -> Any:
    return next((entry.model_copy(update=given(change)) for change in changes if change.id == entry.id), entry)


def _in_place(questions: tuple[Question, ...], added: tuple[Question, ...]) -> tuple[Question, ...]:
    """A question that follows another, or is its second half, stands behind that one and what follows it already."""
    placed = list(questions)
    for question in added:
        before = question.part_of or question.follows
        group = [at for at, other in enumerate(placed) if before and before in {other.id, other.follows, other.part_of}]
        placed.insert(group[-1] + 1 if group else len(placed), question)
    return tuple(placed)


def _right_base(reading: Reading, overlay: Overlay, base: Catalogue | None) -> Catalogue:
    place = reading.place("extends")
    if base is None:
        folder = overlay.extends.replace("@", "/")
        raise CatalogueError(
            [
                f"{place}: there is no release {overlay.extends}. Put it into the folder {folder} beside the "
                "overlay's, or extend a release that is there."
            ]
        )
    if overlay.extends != f"{base.id}@{base.version}":
        raise CatalogueError(
            [
                f"{place}: the overlay extends {overlay.extends}, but the base that was found says that it is "
                f"{base.id}@{base.version}. Correct one of them."
            ]
        )
    if overlay.id == base.id:
        raise CatalogueError(
            [f"{reading.place('id')}: '{overlay.id}' is the base's id. Give the overlay an id of its own."]
        )
    if overlay.base_sha256 and overlay.base_sha256 != base.sha256:
        raise CatalogueError(
            [
                f"{reading.place('base_sha256')}: {overlay.extends} has the content {base.sha256[:12]}…, and the "
                f"overlay was written for {overlay.base_sha256[:12]}…. Read what changed in the base, then write its "
                "new sha256 here."
            ]
        )
    return base

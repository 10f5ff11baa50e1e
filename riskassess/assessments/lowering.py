"""The smallest sets of safeguards that make a level moderate, in words. For pages and reports alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.safeguards import SafeguardSet, suggest

TARGET = "moderate"
SHOWN = 3


@dataclass(frozen=True)
class Lowering:
    """Either sets that are enough, the least effort first, or what stands in the way."""

    target: str
    sets: tuple[str, ...]  # a line each
    more: int  # sets that are not shown
    obstacles: tuple[str, ...]
    is_beside_others: bool  # some are proposed or agreed already, and counted
    parts: tuple[frozenset[tuple[str, str]], ...] = ()  # of each line in `sets`: (finding, mitigation)


def lowering_of(catalogue: Catalogue, facts: Mapping[str, Any], *, on: date) -> Lowering | None:
    """What it takes beside the safeguards that are proposed or agreed; None where these, or nothing, is enough."""
    taken = [{**row, "state": "agreed"} for row in facts.get("safeguards") or () if row["state"] != "refused"]
    found = suggest(catalogue, {**facts, "safeguards": taken}, on=on, target=TARGET)
    if found.is_reached:
        return None
    return Lowering(
        catalogue.level(TARGET).title.lower(),
        tuple(_set_words(catalogue, each) for each in found.sets[:SHOWN]),
        max(0, len(found.sets) - SHOWN),
        tuple(
            f"{each.title} ({each.row_label}). {each.sentence}" if each.row_label else f"{each.title}. {each.sentence}"
            for each in found.obstacles
        ),
        bool(taken),
        tuple(_parts(each) for each in found.sets[:SHOWN]),
    )


def _parts(found: SafeguardSet) -> frozenset[tuple[str, str]]:
    return frozenset((finding, measure.mitigation) for measure in found.measures for finding in measure.findings)


def _set_words(catalogue: Catalogue, found: SafeguardSet) -> str:
    names = []
    for measure in found.measures:
        name = catalogue.mitigation(measure.mitigation).name
        names.append(f"{name} ({measure.row_label})" if measure.row_label else name)
    return _(" and ").join(names)

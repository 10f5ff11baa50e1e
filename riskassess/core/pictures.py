"""Where things stand in a picture: pure functions from levels to shapes, for pages and for the PDF alike.

Colours are written twice: as attributes (for paper, where no style sheet reaches into a picture) and as class names
(for the screen, where the style sheet lays light or dark over them).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from riskassess.core.words import LEVELS, ends_of

FILLS = {"low": "#CFE7F1", "moderate": "#F2CA58", "high": "#E2833C", "very_high": "#6B1D52"}
EDGES = {"low": "#2A7394", "moderate": "#8A6400", "high": "#A64B0B", "very_high": "#6B1D52"}
TEXTS = {"low": "#0D3A4E", "moderate": "#3A2B00", "high": "#2B1200", "very_high": "#FFFFFF"}
INK, INK_3, SURFACE, SUNKEN, LINE_STRONG = "#16242A", "#57686E", "#FFFFFF", "#E8EEED", "#74858A"

BANDS = (("low", 1), ("moderate", 5), ("high", 10), ("very_high", 16))

CELL_W, CELL_H, STEP_X, STEP_Y = 44, 32, 46, 34
LEFT, TOP = 38, 1
WIDTH, HEIGHT = 268, 212
MOST_IN_CELL = 6


def n(value: float) -> str:
    """A number as it stands in an attribute: never with a locale's comma."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Mark:
    """One finding on the matrix; `to` is where agreed or proposed safeguards would bring it."""

    number: int
    likelihood: int
    impact: int
    to: tuple[int, int] | None = None
    label: str = ""

    @property
    def score(self) -> int:
        return self.likelihood * self.impact

    @property
    def moved(self) -> bool:
        return self.to is not None and self.to != (self.likelihood, self.impact)

    @property
    def to_score(self) -> int | None:
        return self.to[0] * self.to[1] if self.to else None


@dataclass(frozen=True)
class Cell:
    x: str
    y: str
    level: str
    fill: str
    text: str
    score: int
    score_x: str
    score_y: str
    shows_score: bool
    more: str = ""  # "+41": marks for which the cell has no place
    more_x: str = ""
    more_y: str = ""


@dataclass(frozen=True)
class Disc:
    x: str
    y: str
    r: str
    text: str
    text_y: str
    text_size: str
    is_ring: bool


@dataclass(frozen=True)
class Arrow:
    x1: str
    y1: str
    x2: str
    y2: str
    head: str


@dataclass(frozen=True)
class Matrix:
    width: int
    height: int
    cells: tuple[Cell, ...]
    discs: tuple[Disc, ...]
    arrows: tuple[Arrow, ...]
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, int], ...]
    marks: tuple[Mark, ...] = field(default=())


def level_of_score(score: int, bands: Sequence[tuple[str, int]] = BANDS) -> str:
    return next(level for level, least in reversed(bands) if score >= least)


def cell_corner(likelihood: int, impact: int) -> tuple[float, float]:
    return LEFT + (impact - 1) * STEP_X, TOP + (5 - likelihood) * STEP_Y


def places_in_cell(likelihood: int, impact: int, count: int) -> tuple[list[tuple[float, float]], float]:
    """Centres for `count` marks of one cell and their radius: two side by side, then smaller, then two rows. Of more
    than six only three have a place, so that the lower row can say how many more there are."""
    x, y = cell_corner(likelihood, impact)
    if count == 1:
        return [(x + 13, y + CELL_H / 2)], 9.5
    if count == 2:
        return [(x + 13, y + CELL_H / 2), (x + 33.5, y + CELL_H / 2)], 9.5
    if count == 3:
        return [(x + 7.5 + 14.5 * i, y + CELL_H / 2) for i in range(3)], 7
    return [(x + 7.5 + 14.5 * (i % 3), y + 8 + 16 * (i // 3)) for i in range(count if count <= MOST_IN_CELL else 3)], 7


def _text_size(number: str, r: float) -> float:
    if r > 9 and len(number) < 3:
        return 11.5
    return {1: 9, 2: 8}.get(len(number), 7) if r < 9 else 9


def arrow_between(start: tuple[float, float], end: tuple[float, float], r_start: float, r_end: float) -> Arrow | None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    if length < r_start + r_end + 7:
        return None
    ux, uy = dx / length, dy / length
    x1, y1 = start[0] + ux * r_start, start[1] + uy * r_start
    tip_x, tip_y = end[0] - ux * (r_end + 1), end[1] - uy * (r_end + 1)
    back_x, back_y = tip_x - ux * 7, tip_y - uy * 7
    head = (
        f"M{n(tip_x)} {n(tip_y)} {n(back_x - uy * 4)} {n(back_y + ux * 4)} {n(back_x + uy * 4)} {n(back_y - ux * 4)}Z"
    )
    return Arrow(n(x1), n(y1), n(back_x), n(back_y), head)


def matrix(marks: Iterable[Mark], bands: Sequence[tuple[str, int]] = BANDS) -> Matrix:
    """The 5 x 5 field with each finding as filed (disc) and with safeguards (ring). A crowded cell shows three and
    "+k", and no arrow, which could not be followed; the table and the alternative text list every one."""
    marks = tuple(marks)
    stands: dict[tuple[int, int], list[tuple[Mark, bool]]] = defaultdict(list)
    for mark in marks:
        stands[(mark.likelihood, mark.impact)].append((mark, False))
        if mark.moved:
            stands[mark.to].append((mark, True))

    places: dict[tuple[int, bool], tuple[float, float, float]] = {}
    discs: list[Disc] = []
    for (likelihood, impact), held in sorted(stands.items()):
        held.sort(key=lambda one: (not one[1], one[0].number))
        centres, r = places_in_cell(likelihood, impact, len(held))
        for (mark, is_ring), (x, y) in zip(held, centres, strict=False):
            text = str(mark.number)
            if len(held) <= MOST_IN_CELL:
                places[(mark.number, is_ring)] = (x, y, r)
            size = _text_size(text, r)
            radius = r - 0.5 if is_ring else r
            discs.append(Disc(n(x), n(y), n(radius), text, n(y + size * 0.35), n(size), is_ring))

    arrows = []
    for mark in marks:
        start, end = places.get((mark.number, False)), places.get((mark.number, True))
        if start and end and (arrow := arrow_between(start[:2], end[:2], start[2], end[2])):
            arrows.append(arrow)

    cells = []
    for likelihood in range(5, 0, -1):
        for impact in range(1, 6):
            x, y = cell_corner(likelihood, impact)
            level = level_of_score(likelihood * impact, bands)
            count = len(stands.get((likelihood, impact), ()))
            cells.append(
                Cell(
                    n(x),
                    n(y),
                    level,
                    FILLS[level],
                    TEXTS[level],
                    likelihood * impact,
                    n(x + CELL_W - 4),
                    n(y + CELL_H - 4),
                    count < 2,
                    f"+{count - 3}" if count > MOST_IN_CELL else "",
                    n(x + CELL_W / 2),
                    n(y + CELL_H - 4.5),
                )
            )
    columns = tuple((n(LEFT + (i - 1) * STEP_X + CELL_W / 2), i) for i in range(1, 6))
    rows = tuple((n(TOP + (5 - i) * STEP_Y + CELL_H / 2 + 4), i) for i in range(1, 6))
    return Matrix(WIDTH, HEIGHT, tuple(cells), tuple(discs), tuple(arrows), columns, rows, marks)


# --- levels by dimension ---------------------------------------------------------------------------------------------

NAME_W, SLOT_W, SLOT_H, SLOT_STEP, ROW_STEP, HEAD_H = 168, 52, 13, 56, 24, 18


@dataclass(frozen=True)
class Slot:
    """One box of a row: empty, filled (as filed), hatched (possible) or with a dashed edge (with safeguards)."""

    x: str
    y: str
    level: str
    kind: str
    fill: str
    edge: str
    hatch: str = ""


@dataclass(frozen=True)
class DimensionRow:
    title: str
    text_y: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class DimensionChart:
    width: int
    height: int
    rows: tuple[DimensionRow, ...]
    heads: tuple[tuple[str, str], ...]
    slot_w: int
    slot_h: int


def hatch_path(x: float, y: float, w: float, h: float, gap: float = 5) -> str:
    """Rising lines inside a box, cut at its edges by arithmetic: a pattern needs an id that is unique on the page."""
    parts = []
    offset = gap
    while offset < w + h:
        x1, y1 = (x + offset, y) if offset <= w else (x + w, y + offset - w)
        x2, y2 = (x, y + offset) if offset <= h else (x + offset - h, y + h)
        parts.append(f"M{n(x1)} {n(y1)}L{n(x2)} {n(y2)}")
        offset += gap
    return "".join(parts)


def dimension_chart(dimensions: Iterable[tuple[str, Any, Any]]) -> DimensionChart:
    """Rows of (title, level as filed, level with safeguards); either may be open. Equal levels are drawn once."""
    rows = []
    for position, (title, filed_level, reached_level) in enumerate(dimensions):
        filed, reached = ends_of(filed_level), ends_of(reached_level)
        top = HEAD_H + position * ROW_STEP + 4
        slots = []
        for column, level in enumerate(LEVELS):
            x = NAME_W + column * SLOT_STEP
            kind, hatch = "empty", ""
            if reached and reached != filed and reached.holds(level):
                kind = "reached"
            if filed and filed.holds(level):
                kind = "filed" if level == filed.lower else "possible"
            if kind == "possible":
                hatch = hatch_path(x + 1, top + 1, SLOT_W - 2, SLOT_H - 2)
            slots.append(Slot(n(x), n(top), level, kind, FILLS[level], EDGES[level], hatch))
        rows.append(DimensionRow(title, n(top + SLOT_H - 2.5), tuple(slots)))
    width = NAME_W + 4 * SLOT_STEP - (SLOT_STEP - SLOT_W)
    height = HEAD_H + len(rows) * ROW_STEP
    heads = tuple((n(NAME_W + i * SLOT_STEP + SLOT_W / 2), level) for i, level in enumerate(LEVELS))
    return DimensionChart(width + 1, height, tuple(rows), heads, SLOT_W, SLOT_H)

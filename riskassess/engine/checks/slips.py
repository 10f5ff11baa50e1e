"""Slips of the pen that only the files show: what stands in them and does not arrive, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.checks.problems import Problem
from riskassess.engine.loading import read_own
from riskassess.engine.reading import Reading
from riskassess.engine.translating import FIELDS

TEXTS = {field.rpartition(".")[2] for fields in FIELDS.values() for field in fields} | {"story", "publisher", "gist"}
REMARK = re.compile(r"[ \t]+(#.*)")
VERSION = re.compile(r"\d+\.\d+\.\d+")


def cut_texts(texts: Mapping[str, str]) -> list[str]:
    """Texts without quotes that a ` #` cuts short, in the release's own files, each with its place."""
    reading = read_own(texts)
    lines = {name: texts[name].splitlines() for name in reading.nodes}
    return [fault for name, node in reading.nodes.items() for fault in _cut(reading, lines[name], node, ())]


def _cut(reading: Reading, lines: list[str], node: yaml.Node, way: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for at, entry in enumerate(node.value):
            yield from _cut(reading, lines, entry, (*way, at))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _cut(reading, lines, value, (*way, key.value))
    elif isinstance(node, yaml.ScalarNode) and not node.style and way:  # without quotes
        end = node.end_mark
        remark = REMARK.match(lines[end.line][end.column :]) if end.line < len(lines) else None
        if remark and (way[-1] in TEXTS or " " in node.value):
            yield (
                f"{reading.place(*way)}: {way[-1]} ends before '{remark[1]}', which counts as a remark. Put the whole "
                "text in quotes, or the remark on a line of its own."
            )


def misfiled(folder: Path, catalogue: Catalogue) -> Iterator[Problem]:
    """A release in the folder of another one: `<id>/<version>` is where an overlay looks for its base."""
    if not VERSION.fullmatch(folder.name):
        return
    for name, place in (("version", folder.name), ("id", folder.parent.name)):
        said = getattr(catalogue, name)
        if said != place:
            reason = f"it says {said}, and the folder is named {place}; mend the one that was left from the copying."
            yield Problem(name, catalogue.id, reason)

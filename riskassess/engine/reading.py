"""The texts of a catalogue as plain data: safe YAML, and the place of every entry, so that each fault can name it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from riskassess.engine.sentences import said
from riskassess.engine.yamlslips import yaml_slip

PARTS = (
    "sections", "questions", "rules", "mitigations", "sources", "policies", "vocabularies", "translations", "golden",
)  # fmt: skip
MOST_LETTERS = 2_000_000
DEEPEST = 40
FOREIGN_TAGS = ("bool", "float", "timestamp", "null")


class CatalogueError(ValueError):
    """The texts are no catalogue. `problems` holds one sentence for each fault."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class UnreadableError(CatalogueError):
    """A file is no UTF-8 text, no plain YAML, or not there: nothing could be checked yet."""


class PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Mappings, lists, texts and whole numbers; `yes`, `no`, `on` and dates stay the text they are."""


PlainLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in FOREIGN_TAGS]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The files of a folder as one mapping, with the file and line that each entry came from."""

    main: str  # the file that holds all that is no list
    nodes: Mapping[str, yaml.Node]
    data: dict[str, Any]
    origins: Mapping[str, str]  # top-level name -> file

    def sentence(self, error: Any) -> str:
        """A fault that pydantic found, with its place."""
        loc = tuple(part for part in error["loc"] if isinstance(part, str | int))
        return f"{self.place(*loc)}: {_path_in(self.data, loc)}: {said(error)}"

    def place(self, *loc: str | int) -> str:
        """File, line and the id of the entry that this path leads to."""
        name = self.origins.get(str(loc[0]), self.main) if loc else self.main
        item = _item_of(self.data, loc)
        return f"{name}, line {_line_of(self.nodes[name], loc)}{f', {item}' if item else ''}"

    def with_line(self, part: str, item: str, reason: str, *, within: str = "") -> str:
        """A fault of the entry with this id, with its place, or that of the option or term `within` it."""
        name = self.origins.get(part, self.main)
        top = next((value for key, value in self.nodes[name].value if key.value == part), None)
        entries = _with_id(getattr(top, "value", []), item)
        lines = [entry.start_mark.line + 1 for entry in entries]
        if within and entries:
            inner = [node for _key, value in entries[-1].value for node in _with_id(value.value, within)]
            lines = [node.start_mark.line + 1 for node in inner] or lines
        line = lines[-1] if lines else top.start_mark.line + 1 if top else 1
        if len(lines) > 1:
            reason = f"{reason.removesuffix('.')} (first on line {lines[0]})."
        return f"{name}, line {line}, {item}: {reason}"


def read(texts: Mapping[str, str], main: str) -> Reading:
    """These files (name -> text) as plain data; raises UnreadableError where one is no plain YAML."""
    nodes, problems = {}, []
    for name, text in sorted(texts.items()):
        try:
            nodes[name] = _compose(name, text)
        except CatalogueError as fault:
            problems += fault.problems
    if problems:
        raise UnreadableError(problems)
    data, origins = _joined(nodes, main)
    return Reading(main, nodes, data, origins)


def fingerprint(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _compose(name: str, text: str) -> yaml.Node:
    if len(text) > MOST_LETTERS:
        raise CatalogueError([f"{name}: more than {MOST_LETTERS // 1_000_000} million letters is no catalogue file."])
    try:
        _refuse_tricks(name, text)
        node = yaml.compose(text, Loader=PlainLoader)
    except UnicodeEncodeError:
        raise CatalogueError([f"{name}: holds half a letter that no UTF-8 text can hold."]) from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        reason = str(getattr(fault, "problem", None) or getattr(fault, "reason", None) or fault)
        if mark is None:
            raise CatalogueError([f"{name}: this is not YAML: {reason}."]) from None
        line, words = yaml_slip(text, mark.line, reason)
        raise CatalogueError([f"{name}, line {line}: {words}"]) from None
    if not isinstance(node, yaml.MappingNode):
        raise CatalogueError([f"{name}, line 1: a file begins with names and their values."])
    if problems := list(_shape_problems(name, node)):
        raise CatalogueError(problems)
    return node


def _refuse_tricks(name: str, text: str) -> None:
    """Walk the events, which needs no stack, before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=PlainLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise CatalogueError([f"{name}, line {line}: anchors and aliases are not used here."])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise CatalogueError([f"{name}, line {line}: nested deeper than {DEEPEST} levels."])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _shape_problems(name: str, node: yaml.Node) -> Iterator[str]:
    line = node.start_mark.line + 1
    if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.rpartition(":")[2] not in {"map", "seq", "str", "int"}:
        yield f"{name}, line {line}: the tag {node.tag} is not allowed."
        return
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield f"{name}, line {key.start_mark.line + 1}: a name must be plain text."
                continue
            if key.value in seen:
                where = f"{name}, line {key.start_mark.line + 1}"
                dash = " A new entry begins with a dash: - id: …" if key.value == "id" else ""
                yield f"{where}: '{key.value}' stands here a second time (first on line {seen[key.value]}).{dash}"
            seen[key.value] = key.start_mark.line + 1
            yield from _shape_problems(name, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _shape_problems(name, value)


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    return int(node.value.replace("_", "")) if node.tag.endswith(":int") and node.value.isdecimal() else node.value


def _joined(nodes: Mapping[str, yaml.Node], main: str) -> tuple[dict[str, Any], dict[str, str]]:
    data: dict[str, Any] = {}
    origins: dict[str, str] = {}
    problems = []
    for name, node in sorted(nodes.items()):
        for key, value in _plain(node).items():
            if key in data:
                problems.append(f"{name}: '{key}' is given in {origins[key]} already.")
            elif name != main and key not in PARTS:
                problems.append(f"{name}: '{key}' belongs into {main}.")
            data[key], origins[key] = value, name
    if problems:
        raise CatalogueError(problems)
    return data, origins


def _line_of(node: yaml.Node, loc: tuple[str | int, ...]) -> int:
    line = node.start_mark.line + 1
    for part in loc:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found:
                line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = found = node.value[part]
            line = node.start_mark.line + 1
        if found is None:
            break
    return line


def _with_id(nodes: Any, item: str) -> list[yaml.MappingNode]:
    """Of the entries of a list, those with this id."""
    return [
        node
        for node in (nodes if isinstance(nodes, list) else [])
        if isinstance(node, yaml.MappingNode)
        and any(key.value == "id" and value.value == item for key, value in node.value)
    ]


def _path_in(data: Any, loc: tuple[str | int, ...]) -> str:
    """The way from the entry that has an id, or from the top: `rows 2, likelihood`. Places in a list count from 1."""
    start = 0
    for depth, part in enumerate(loc):
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            start = depth + 1
    words: list[str] = []
    for part in loc[start:]:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return ", ".join(words) or "this entry"


def _item_of(data: Any, loc: tuple[str | int, ...]) -> str:
    """The id of the entry a place lies in."""
    item = ""
    for part in loc:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            item = data["id"]
    return item

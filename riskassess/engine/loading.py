"""YAML text to Catalogue. Every error names file, line, id and reason, so that an author can mend it without us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue, Option
from riskassess.engine.conditions import ConditionError, compile_condition, questions_read

MAIN_FILE = "catalogue.yaml"
PARTS = ("sections", "questions", "rules", "mitigations", "sources", "policies", "vocabularies", "golden")
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


def load_catalogue(path: Path) -> Catalogue:
    """Read a release's folder; raises CatalogueError."""
    try:
        texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(path.glob("*.yaml"))}
    except (OSError, UnicodeDecodeError) as fault:
        raise UnreadableError([f"{path.name}: cannot be read as UTF-8 text: {fault}."]) from fault
    if not texts:
        raise UnreadableError([f"{path.name}: there is no catalogue in this folder; {MAIN_FILE} is missing."])
    return load_texts(texts)


def load_texts(texts: Mapping[str, str]) -> Catalogue:
    """The catalogue that these files (name -> text) make up; raises CatalogueError with all that is wrong."""
    if MAIN_FILE not in texts:
        raise UnreadableError([f"{MAIN_FILE} is missing."])
    nodes, problems = {}, []
    for name, text in sorted(texts.items()):
        try:
            nodes[name] = _compose(name, text)
        except CatalogueError as fault:
            problems += fault.problems
    if problems:
        raise UnreadableError(problems)
    data, origins = _joined(nodes)
    data["sha256"] = _fingerprint(data)
    try:
        catalogue = _with_options(Catalogue.model_validate(data))
    except ValidationError as fault:
        raise CatalogueError([_sentence(error, data, nodes, origins) for error in fault.errors()]) from None
    if faults := [*_unknown_references(catalogue), *_missing_parts(catalogue), *_faulty_conditions(catalogue)]:
        raise CatalogueError([_with_line(fault, nodes, origins) for fault in faults])
    return catalogue


def _with_options(catalogue: Catalogue) -> Catalogue:
    """Questions that take their options from a vocabulary, with them: the terms that no other term stands under."""
    options = {}
    for vocabulary in catalogue.vocabularies:
        words = {term.id: term.text for term in vocabulary.terms}
        above = {term.group for term in vocabulary.terms}
        options[vocabulary.id] = tuple(
            Option(
                id=term.id,
                text=term.text,
                help=term.help,
                risk=term.risk,
                group=term.group,
                group_text=words.get(term.group or "", ""),
            )
            for term in vocabulary.terms
            if term.id not in above
        )
    questions = tuple(
        question.model_copy(update={"options": options[question.vocabulary]})
        if question.vocabulary in options
        else question
        for question in catalogue.questions
    )
    return catalogue.model_copy(update={"questions": questions})


def content_hash(texts: Mapping[str, str]) -> str:
    """sha256 over what the files say: comments, order of keys and line ends do not matter."""
    data, _origins = _joined({name: _compose(name, text) for name, text in texts.items()})
    return _fingerprint(data)


def _fingerprint(data: Mapping[str, Any]) -> str:
    plain = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


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
        where = f", line {mark.line + 1}" if mark else ""
        reason = getattr(fault, "problem", None) or getattr(fault, "reason", None) or fault
        raise CatalogueError([f"{name}{where}: this is not YAML: {reason}."]) from None
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
                yield f"{where}: '{key.value}' stands here a second time (first on line {seen[key.value]})."
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


def _joined(nodes: Mapping[str, yaml.Node]) -> tuple[dict[str, Any], dict[str, str]]:
    """All files as one mapping, and which file each top-level name came from."""
    data: dict[str, Any] = {}
    origins: dict[str, str] = {}
    problems = []
    for name, node in sorted(nodes.items()):
        for key, value in _plain(node).items():
            if key in data:
                problems.append(f"{name}: '{key}' is given in {origins[key]} already.")
            elif name != MAIN_FILE and key not in PARTS:
                problems.append(f"{name}: '{key}' belongs into {MAIN_FILE}.")
            data[key], origins[key] = value, name
    if problems:
        raise CatalogueError(problems)
    return data, origins


def _sentence(error: Any, data: Any, nodes: Mapping[str, yaml.Node], origins: Mapping[str, str]) -> str:
    loc = tuple(part for part in error["loc"] if isinstance(part, str | int))
    name = origins.get(str(loc[0]), MAIN_FILE) if loc else MAIN_FILE
    line, item = _line_of(nodes[name], loc), _item_of(data, loc)
    where = ".".join(str(part) for part in loc)
    return f"{name}, line {line}{f', {item}' if item else ''}: {where}: {error['msg']}."


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


def _with_line(problem: tuple[str, str, str], nodes: Mapping[str, yaml.Node], origins: Mapping[str, str]) -> str:
    part, item, reason = problem
    name = origins.get(part, MAIN_FILE)
    top = next((value for key, value in nodes[name].value if key.value == part), None)
    line = 1
    for entry in getattr(top, "value", []):
        if isinstance(entry, yaml.MappingNode) and any(k.value == "id" and v.value == item for k, v in entry.value):
            line = entry.start_mark.line + 1
    return f"{name}, line {line}, {item}: {reason}"


def _unknown_references(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    for kind in (
        "dimensions",
        "levels",
        "routes",
        "sections",
        "questions",
        "rules",
        "mitigations",
        "sources",
        "vocabularies",
        "golden",
    ):
        ids = [item.id for item in getattr(catalogue, kind)]
        for twice in sorted({item for item in ids if ids.count(item) > 1}):
            yield kind, twice, "this id stands twice."
    known = {
        kind: {item.id for item in getattr(catalogue, kind)}
        for kind in ("dimensions", "sections", "questions", "mitigations", "sources", "vocabularies")
    }
    for question in catalogue.questions:
        if question.section not in known["sections"]:
            yield "questions", question.id, f"there is no section '{question.section}'."
        if question.part_of and question.part_of not in known["questions"]:
            yield "questions", question.id, f"it is part of '{question.part_of}', which is no question."
        if question.follows and question.follows not in known["questions"]:
            yield "questions", question.id, f"it follows '{question.follows}', which is no question."
        if question.vocabulary and question.vocabulary not in known["vocabularies"]:
            yield "questions", question.id, f"there is no vocabulary '{question.vocabulary}'."
        elif question.type in {"single", "multi"} and not question.options and not question.field:
            yield "questions", question.id, "a choice needs options."
        for citation in question.sources:
            if citation.source not in known["sources"]:
                yield "questions", question.id, f"there is no source '{citation.source}'."
    for vocabulary in catalogue.vocabularies:
        terms = [term.id for term in vocabulary.terms]
        for twice in sorted({term for term in terms if terms.count(term) > 1}):
            yield "vocabularies", vocabulary.id, f"the term '{twice}' stands twice."
        for term in vocabulary.terms:
            if term.group and term.group not in terms:
                yield "vocabularies", vocabulary.id, f"{term.id} stands under '{term.group}', which is no term of it."
    for rule in catalogue.rules:
        for dimension in rule.dimensions:
            if dimension not in known["dimensions"]:
                yield "rules", rule.id, f"there is no dimension '{dimension}'."
        for mitigation in rule.mitigations:
            if mitigation not in known["mitigations"]:
                yield "rules", rule.id, f"there is no safeguard '{mitigation}'."
        for citation in rule.sources:
            if citation.source not in known["sources"]:
                yield "rules", rule.id, f"there is no source '{citation.source}'."
        if rule.rows and not rule.dimensions:
            yield "rules", rule.id, "a rule with a score names at least one dimension."
        if rule.rows and not all(row.factors or rule.factors for row in rule.rows):
            yield "rules", rule.id, "a rule with a score names at least one factor."
        if (rule.effect == "relieve") != (rule.relief is not None):
            yield "rules", rule.id, "a relieve rule says in 'relief' what it gives, and no other rule has one."
        if rule.effect == "relieve" and rule.rows:
            yield "rules", rule.id, "relief has no points."
        for question_id in rule.relief.needs_answers if rule.relief else ():
            if question_id not in known["questions"]:
                yield "rules", rule.id, f"needs_answers names '{question_id}', which is no question."


def _missing_parts(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    for kind, wanted in (("levels", LEVELS), ("routes", ROUTES)):
        for missing in sorted(set(wanted) - {item.id for item in getattr(catalogue, kind)}):
            yield kind, missing, "this entry is missing."
    for level in sorted(set(LEVELS) - set(catalogue.route_table.by_level)):
        yield "route_table", level, "by_level names no route for this level."
    benefit = catalogue.benefit_question
    if benefit and not catalogue.has_question(benefit):
        yield "benefit_question", benefit, "there is no such question."


def _faulty_conditions(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    for section in catalogue.sections:
        try:
            if section.row_needed_when is not None:
                compile_condition(catalogue, section.row_needed_when, "proposal")
        except ConditionError as fault:
            yield "sections", section.id, f"row_needed_when: {fault}"
    for question in catalogue.questions:
        try:
            if question.when is not None:
                compile_condition(catalogue, question.when, question.scope)
        except ConditionError as fault:
            yield "questions", question.id, f"when: {fault}"
    for rule in catalogue.rules:
        for spec in (rule.when, *(row.when for row in rule.rows)):
            try:
                if spec is not None:
                    compile_condition(catalogue, spec, rule.scope)
            except ConditionError as fault:
                yield "rules", rule.id, f"when: {fault}"
    for question_id in _circles(catalogue):
        yield "questions", question_id, "when: whether it is asked depends, in the end, on its own answer."


def _circles(catalogue: Catalogue) -> Iterator[str]:
    opens = {question.id: questions_read(question.when) for question in catalogue.questions}
    for question_id in opens:
        reached: set[str] = set()
        waiting = [*opens[question_id]]
        while waiting:
            each = waiting.pop()
            if each not in reached:
                reached.add(each)
                waiting += opens.get(each, ())
        if question_id in reached:
            yield question_id

"""What the engine answers: frozen, explained to the last point, and the same bytes for the same facts.

What an assessment holds by the dozen are named tuples: a fifth of the time of a frozen dataclass to make.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, lru_cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T", bound="Result")


class Result:
    """Reads and writes itself as plain JSON. A field that holds its default is left out, so that a result stored before
    the field was there keeps its bytes."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = _plain(self)
        return plain

    @classmethod
    def from_json(cls: type[T], data: dict[str, Any]) -> T:
        built: T = _built(cls, data)
        return built


@dataclass(frozen=True, slots=True)
class Interval(Result):
    """Firm findings only (lower) to firm and possible ones (upper); level ids."""

    lower: str
    upper: str

    @property
    def is_open(self) -> bool:
        return self.lower != self.upper


class Because(NamedTuple):
    """One answer or registry fact that made a condition what it is. `row` is empty for the proposal itself."""

    kind: str  # "answer" | "fact"; "not_asked": the question is not asked; "no_row": no row of this kind is named
    id: str  # question id, fact name or kind of row
    row: str
    text: str  # the question, or the fact in words
    value: str | int | tuple[str, ...] | None  # None: open
    words: str  # the value in words

    def to_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = _plain(self)
        return plain


@dataclass(frozen=True, slots=True)
class SourceRef(Result):
    id: str
    title: str
    section: str
    url: str
    dated: str
    last_checked: str


@dataclass(frozen=True, slots=True)
class Grade(Result):
    """Likelihood and impact 1-5, their product after raise and cap, and its level."""

    likelihood: int
    impact: int
    score: int
    level: str


class Finding(NamedTuple):
    key: str  # "K04" or "K04:<row>"; the same for all grades of a rule on a row
    rule: str
    row: str
    row_label: str
    title: str
    explain: str
    dimensions: tuple[str, ...]
    factors: tuple[str, ...]
    kind: str
    effect: str
    firm: bool  # False: possible, its condition is unknown
    filed: Grade  # as filed, after raise and cap
    raw: tuple[int, int]  # likelihood and impact before the raise
    raised_by: tuple[str, ...]  # per raised dimension: "dimension:key" of what raised it
    capped: bool
    agreed: Grade  # with agreed safeguards
    if_agreed: Grade  # with agreed and proposed ones
    because: tuple[Because, ...]
    sources: tuple[SourceRef, ...]
    mitigations: tuple[str, ...]

    @property
    def likelihood(self) -> int:
        return self.filed.likelihood

    @property
    def impact(self) -> int:
        return self.filed.impact

    @property
    def score(self) -> int:
        return self.filed.score

    @property
    def level(self) -> str:
        return self.filed.level


class DimensionResult(NamedTuple):
    id: str
    title: str
    inherent: Interval
    residual: Interval
    if_agreed: Interval
    score: int  # of firm findings, as filed; 0 where none
    upper_score: int  # of firm and possible ones
    residual_score: int
    factors: tuple[str, ...]
    decided_by: tuple[str, ...]  # keys of the findings with the largest score


class Hold(NamedTuple):
    rule: str
    row: str
    row_label: str
    title: str
    explain: str
    activity: str
    lifted_by: str
    state: str  # "firm" | "possible"
    because: tuple[Because, ...]  # possible: the questions and facts that decide it
    sources: tuple[SourceRef, ...]


class Remark(NamedTuple):
    """An escalation, a piece of advice or a relief: which rule (or "three_factors") says what, and why."""

    rule: str
    row: str
    sentence: str
    because: tuple[Because, ...]
    sources: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True)
class OpenAnswer(Result):
    """An asked question that is unsure or empty."""

    question: str
    row: str
    row_label: str
    text: str
    state: str  # "unsure" | "missing"


@dataclass(frozen=True, slots=True)
class Narrowing(Result):
    """How far one open answer alone can move the level: the interval it would leave for each way to answer it."""

    question: str
    row: str
    row_label: str
    text: str
    outcomes: tuple[tuple[str, str, str, str], ...]  # option id, its text, lower, upper
    decides_holds: tuple[str, ...]  # rule ids


class GradeTrace(NamedTuple):
    """What one row of points of a rule came to, beside the rule's own condition."""

    grade: int  # from 1 on
    outcome: str  # "fired" | "possible" | "quiet"
    likelihood: int
    impact: int
    because: tuple[Because, ...]  # of the row's own condition; empty where it has none


class Step(NamedTuple):
    """What moved the points of one row of a finding. Rows that no step names count with likelihood times impact."""

    safeguards: str  # "filed": none counted | "agreed" | "if_agreed": agreed and proposed ones
    end: str  # "lower": firm findings alone | "upper": firm and possible ones
    finding: str  # key
    grade: int  # from 1 on
    dimension: str  # empty: in all of its dimensions
    kind: str  # "safeguard" | "raise" | "context_cap" | "membership_cap"
    before: tuple[int, int, int]  # likelihood, impact, score
    after: tuple[int, int, int]
    why: tuple[str, ...]  # ids of the safeguards that count, or the key of the finding that raises


class RouteStep(NamedTuple):
    """One step on the way to the route; the first begins with none."""

    kind: str  # "level" | "escalated" | "three_factors" | "possible" | "limit" | "hold" | "relief"
    before: str
    after: str
    why: str


class Unasked(NamedTuple):
    """A question that stood in a rule's way by not being asked, and what decides that it is not."""

    question: str
    row: str
    because: tuple[Because, ...]


class RuleTrace(NamedTuple):
    """What a rule came to on a row."""

    rule: str
    row: str
    outcome: str  # "fired" | "possible" | "quiet" | "not_in_force"
    because: tuple[Because, ...]  # what made its condition true, left it open, or stood in the way
    dated: str = ""  # not in force: the day from which it is, or on which it ended
    grades: tuple[GradeTrace, ...] = ()  # its rows of points, where its own condition is not false


@dataclass(frozen=True, slots=True)
class Assessment(Result):
    catalogue: str
    version: str
    catalogue_sha256: str
    facts_sha256: str
    as_of: str
    inherent: Interval
    residual: Interval  # with agreed safeguards
    if_agreed: Interval  # with agreed and proposed ones
    dimensions: tuple[DimensionResult, ...]
    findings: tuple[Finding, ...]  # the largest score first
    holds: tuple[Hold, ...]
    escalations: tuple[Remark, ...]
    possible_escalations: tuple[Remark, ...]
    advice: tuple[Remark, ...]
    relief: tuple[Remark, ...]
    route: str
    route_reason: str
    due_days: int
    deciders: str  # "low" | "moderate" | "high"
    benefit: tuple[str, ...]  # what speaks for it, in words; beside the risk
    open_answers: tuple[OpenAnswer, ...]
    narrowing: tuple[Narrowing, ...]  # what would settle most comes first
    quiet_rules: tuple[str, ...]
    trace: tuple[RuleTrace, ...]
    steps: tuple[Step, ...] = ()
    route_steps: tuple[RouteStep, ...] = ()
    unasked: tuple[Unasked, ...] = ()

    def canonical(self) -> bytes:
        return _text(self).encode()

    @property
    def firm_findings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.firm)

    @property
    def possible_findings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.firm)

    def finding(self, key: str) -> Finding | None:
        return next((finding for finding in self.findings if finding.key == key), None)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LEAVES = frozenset({str, int, bool, type(None)})
_NOTHING: Any = object()


@cache
def _parts(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a result in the order of their names, each with its default."""
    if is_dataclass(kind):
        found = [(field.name, _NOTHING if field.default is MISSING else field.default) for field in fields(kind)]
    else:
        defaults = kind._field_defaults
        found = [(name, defaults.get(name, _NOTHING)) for name in kind._fields]
    return tuple(sorted(found))


def _is_result(kind: Any) -> bool:
    return is_dataclass(kind) or hasattr(kind, "_fields")


def _plain(value: Any) -> Any:
    kind: Any = type(value)
    if kind is tuple or kind is list:
        return [_plain(item) for item in value]
    if kind not in _LEAVES and _is_result(kind):
        plain = {}
        for name, default in _parts(kind):
            part = getattr(value, name)
            if part != default:
                plain[name] = _plain(part)
        return plain
    return value


def _text(value: Any) -> str:
    """What `_encode(_plain(value))` writes, in a fifth of the time: a replay spends most of its time here."""
    text: str = (_WRITERS.get(type(value)) or _writer_of(type(value)))(value)
    return text


def _write_list(values: Any) -> str:
    return f"[{','.join([_text(value) for value in values])}]"


# Answers and facts come again and again, within a result and from one proposal to the next.
_MOST_KEPT = 8192


def _writer_of(kind: Any) -> Any:
    """The function that writes a result of this kind, made once from the types of its fields:

    def write(v): because, dated, rule = v; return f'{{"because":[{_join(map(_w0, because))}]…'
    """
    if not _is_result(kind):
        return _encode
    names: dict[str, Any] = {"_text": _text, "_join": ",".join}
    parts, hints = _parts(kind), _hints(kind)
    first, *_others = parts
    assert first[1] is _NOTHING, "a field that may be left out cannot stand first: each one brings the comma before it"
    read = (
        f"{', '.join(kind._fields)} = v" if hasattr(kind, "_fields") else "; ".join(f"{n} = v.{n}" for n, _d in parts)
    )
    texts = []
    for number, (name, default) in enumerate(parts):
        term = _term(hints[name], name, f"_w{number}", names)
        key = f'{"," if number else ""}"{name}":'
        if default is _NOTHING:
            texts.append(key + term)
        else:
            names[f"_d{number}"] = default
            texts.append(f"{{\"\" if {name} == _d{number} else f'{key}{term}'}}")
    exec(f"def write(v):\n    {read}\n    return f'''{{{{{''.join(texts)}}}}}'''", names)  # noqa: S102
    write = names["write"]
    _WRITERS[kind] = lru_cache(_MOST_KEPT)(write) if kind in {Because, SourceRef} else write
    return _WRITERS[kind]


def _term(hint: Any, value: str, name: str, names: dict[str, Any]) -> str:
    """What writes a value of this type inside a formatted string; what it calls is put among the names as `name`."""
    if get_origin(hint) is tuple and get_args(hint)[1:] == (Ellipsis,) and _is_plain(inner := get_args(hint)[0]):
        names[name] = _writer(inner)
        return f"[{{_join(map({name}, {value}))}}]"
    if _is_plain(hint):
        names[name] = _writer(hint)
        return f"{{{name}({value})}}"
    return f"{{_text({value})}}"


def _is_plain(hint: Any) -> bool:
    return hint in _LEAVES or (isinstance(hint, type) and _is_result(hint))


def _writer(kind: Any) -> Any:
    return _WRITERS.get(kind) or _writer_of(kind)


_WRITERS: dict[Any, Any] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): lambda value: "null",
    tuple: _write_list,
    list: _write_list,
}


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(kind: Any, data: Any) -> Any:
    if _is_result(kind):
        hints = _hints(kind)
        return kind(**{name: _built(hints[name], data[name]) for name, _default in _parts(kind) if name in data})
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_built(inner[0], item) for item in data)
        return tuple(_built(part, item) for part, item in zip(inner, data, strict=True))
    if isinstance(data, list):
        return tuple(_built(None, item) for item in data)
    return data

"""What the engine answers: frozen, explained to the last point, and the same bytes for the same facts."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T", bound="Result")


class Result:
    """Reads and writes itself as plain JSON."""

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


@dataclass(frozen=True, slots=True)
class Because(Result):
    """One answer or registry fact that made a condition what it is. `row` is empty for the proposal itself."""

    kind: str  # "answer" | "fact"
    id: str  # question id or fact name
    row: str
    text: str  # the question, or the fact in words
    value: str | int | tuple[str, ...] | None  # None: open
    words: str  # the value in words


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


@dataclass(frozen=True, slots=True)
class Finding(Result):
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


@dataclass(frozen=True, slots=True)
class DimensionResult(Result):
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


@dataclass(frozen=True, slots=True)
class Hold(Result):
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


@dataclass(frozen=True, slots=True)
class Remark(Result):
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


@dataclass(frozen=True, slots=True)
class RuleTrace(Result):
    """What a rule came to on a row: fired, possible, quiet or not in force."""

    rule: str
    row: str
    outcome: str
    because: tuple[Because, ...]


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

    def canonical(self) -> bytes:
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def firm_findings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.firm)

    @property
    def possible_findings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.firm)

    def finding(self, key: str) -> Finding | None:
        return next((finding for finding in self.findings if finding.key == key), None)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


_HINTS: dict[type, dict[str, Any]] = {}


def _built(kind: Any, data: Any) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _HINTS.setdefault(kind, get_type_hints(kind))
        return kind(**{field.name: _built(hints[field.name], data[field.name]) for field in fields(kind)})
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_built(inner[0], item) for item in data)
        return tuple(_built(part, item) for part, item in zip(inner, data, strict=True))
    if isinstance(data, list):
        return tuple(_built(None, item) for item in data)
    return data

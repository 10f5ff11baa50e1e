"""The shapes of a catalogue. A folder of YAML files is read into one `Catalogue`; once published it never changes."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1200)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,5}-[A-Za-z0-9]{1,20}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

LevelId = Literal["low", "moderate", "high", "very_high"]
LEVELS: tuple[LevelId, ...] = ("low", "moderate", "high", "very_high")
RouteId = Literal["fast_track", "light", "full", "panel"]
ROUTES: tuple[RouteId, ...] = ("fast_track", "light", "full", "panel")
FactorId = Literal["own", "domain", "partner", "country"]
Kind = Literal["finding", "context", "gap"]
Effect = Literal["stop", "escalate", "advise", "relieve"]
Scope = Literal["proposal", "partner", "technology", "funder"]
QuestionType = Literal["yes_no", "single", "multi", "scale", "text", "date", "number", "evidence"]
# A condition is data: a mapping of all/any/not/every/count or a leaf; conditions.py compiles and checks it.
ConditionSpec = dict[str, Any]
UNSURE = "unsure"
ORGANISATION_FACTS = ("sanction_hit", "owner_hit", "legal_list", "defence_link", "call_excludes_partner")


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourcePart(Shape):
    """A paragraph, factor or family of risk of a source that questions and rules answer to; the key is ours."""

    key: Key
    where: Line
    gist: Text
    not_covered: str = ""  # why nothing in the catalogue answers to it, where that is on purpose


class Source(Shape):
    id: Id
    title: Line
    publisher: Line
    dated: date
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=300)]
    licence: str = ""
    last_checked: date
    binding: bool = False  # a law, not a recommendation
    parts: tuple[SourcePart, ...] = ()


class Citation(Shape):
    """A place in a source, as precise as was verified."""

    source: Id
    section: Line
    parts: tuple[Key, ...] = ()  # keys of the source's parts that this answers to


class Term(Shape):
    id: Id
    text: Line
    help: str = ""
    group: Id | None = None  # the term above it, for example the area of a sub-technology
    risk: int | None = None


class Vocabulary(Shape):
    """A closed list kept as data; a question may take its options from it."""

    id: Id
    title: Line
    terms: tuple[Term, ...] = Field(min_length=1)
    sources: tuple[Citation, ...] = ()


class Dimension(Shape):
    id: Id
    title: Line
    help: Text
    is_risk: bool = True  # openness and benefit stands beside and is never netted


class LevelBand(Shape):
    id: LevelId
    title: Line
    meaning: Text
    lowest: int = Field(ge=1, le=25)  # the smallest score of the band


class RouteRow(Shape):
    id: RouteId
    title: Line
    days: int = Field(ge=0, le=60)  # working days promised
    meaning: Text


class RouteTable(Shape):
    """Which route a level asks for, before relief. Escalation and holds can only raise it."""

    by_level: dict[LevelId, RouteId]
    escalated: RouteId  # at least this with any escalation
    held: RouteId  # at least this with a firm or possible hold
    three_factors_high: RouteId  # three factors in a dimension that is high
    most_on_possible: RouteId  # possible findings alone never lead beyond


class Caps(Shape):
    context: int = Field(ge=1, le=25)  # a context finding contributes at most this, raised or not
    membership: int = Field(ge=1, le=25)  # membership of a technology area that nothing raises
    raise_from: int = Field(ge=1, le=25)  # another finding of disjoint factors scoring this raises
    mitigation_steps: int = Field(ge=1, le=4)  # steps of likelihood a finding can lose


class Section(Shape):
    id: Id
    title: Line
    help: str = ""
    scope: Scope = "proposal"
    # When at least one row (partner, technology item, funder) has to be named before submitting, and what is said then.
    row_needed_when: ConditionSpec | None = None
    row_needed: str = ""


class Option(Shape):
    id: Id
    text: Line
    help: str = ""
    # Place in the risk order; equal ranks stand side by side. None: outside the order (no scoring rule may read it).
    risk: int | None = None
    # Only an officer's confirmed finding of fact gives this answer; forms and files do not offer it.
    determined: bool = False
    group: Id | None = None  # options of a vocabulary stand under this term
    group_text: str = ""  # that term in words, filled in when a vocabulary is read


class Question(Shape):
    id: Id
    section: Id
    text: Line
    help: str = ""
    example: str = ""
    why: Text
    seen_by: Line
    type: QuestionType
    scope: Scope = "proposal"
    options: tuple[Option, ...] = ()
    vocabulary: Id | None = None  # options are the terms of this vocabulary that no other term stands under
    unsure: bool = False
    unsure_help: str = ""  # how one could find out
    required: bool = True
    when: ConditionSpec | None = None
    follows: Id | None = None  # shown under the question that called it
    part_of: Id | None = None  # the second half of another question: same screen, same number
    field: str | None = None  # asked once as a field of the proposal, not again here
    sources: tuple[Citation, ...] = ()

    def option(self, option_id: str) -> Option | None:
        return next((option for option in self.options if option.id == option_id), None)


class Row(Shape):
    """One grade of a rule. Rows are cumulative: each true one is a finding, the page shows the highest."""

    when: ConditionSpec | None = None  # together with the rule's own `when`
    likelihood: int = Field(ge=1, le=5)
    impact: int = Field(ge=1, le=5)
    effect: Effect | None = None  # else the rule's
    factors: frozenset[FactorId] | None = None  # else the rule's
    explain: str = ""  # else the rule's


class Rule(Shape):
    id: Id
    title: Line  # says what is the case
    explain: Text  # one sentence a researcher understands
    scope: Scope = "proposal"  # partner, technology, funder: asked once for each row
    when: ConditionSpec
    rows: tuple[Row, ...] = ()  # empty: no score (stop without points, escalate, advise, relieve)
    dimensions: tuple[Id, ...] = ()
    factors: frozenset[FactorId] = frozenset()
    kind: Kind = "finding"
    membership: bool = False  # a finding from being in a technology area alone
    effect: Effect
    mitigations: tuple[Id, ...] = ()
    no_mitigation: str = ""  # why no safeguard lowers this finding, where that is so
    sources: tuple[Citation, ...] = Field(min_length=1)
    valid_from: date | None = None
    valid_to: date | None = None
    activity: str = ""  # stop: what waits
    lifted_by: str = ""  # stop: whose answer lifts it, and what evidence
    relief: Relief | None = None


class Relief(Shape):
    """What a relieve rule gives. It reads finished levels and can only lighten among what they allow."""

    route: RouteId | None = None
    needs_level: LevelId | None = None  # the inherent upper end is at most this
    needs_no_escalation: bool = False
    needs_no_hold: bool = False  # neither firm nor possible
    needs_answers: tuple[Id, ...] = ()  # answered, and not unsure, on every row
    sentence: Text
    service: str = ""


class Mitigation(Shape):
    id: Id
    name: Line
    text: Text
    lowers: Literal["likelihood", "impact", "nothing"]
    steps: int = Field(ge=0, le=2)
    kind: Id  # two of one kind do not add
    responsible: Literal["researcher", "institution", "authority"]
    evidence: Line
    effort: int = Field(ge=1, le=3)
    clause: str = ""


class Policy(Shape):
    """A rule of the workflow that no engine can see; the named service enforces it."""

    id: Id
    text: Text
    service: str
    sources: tuple[Citation, ...] = ()


class Translation(Shape):
    """The texts of one entry in another language, by the name of the field; `rows.2.explain` is that of row 2."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    part: Literal[
        "dimensions", "levels", "routes", "sections", "questions", "rules", "mitigations", "policies", "vocabularies"
    ]
    item: Id
    texts: dict[str, Text] = Field(min_length=1)


class GoldenCase(Shape):
    id: Id
    story: Text
    on: date
    facts: dict[str, Any]
    expect: dict[str, Any]  # lower, upper, residual, route, deciders, holds, possible_holds, findings, escalations


class Catalogue(Shape):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,58}$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    date: date
    title: Line
    languages: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    levels: tuple[LevelBand, ...]
    routes: tuple[RouteRow, ...]
    route_table: RouteTable
    caps: Caps
    # Registry facts a row may carry: scope -> fact -> closed vocabulary in risk order, from the least risk on.
    facts: dict[Scope, dict[Id, tuple[str, ...]]] = {}
    # Facts that hold several values at once (measures).
    fact_sets: dict[Scope, dict[Id, tuple[str, ...]]] = {}
    # Facts about the organisation itself; any other fact of a partner tells of the country where it is.
    organisation_facts: tuple[Id, ...] = ORGANISATION_FACTS
    # Values of registry facts that read as unknown.
    unknown_facts: tuple[str, ...] = ("not_screened",)
    benefit_question: Id | None = None
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    mitigations: tuple[Mitigation, ...]
    sources: tuple[Source, ...]
    vocabularies: tuple[Vocabulary, ...] = ()
    base: str = ""  # an overlay's base release, "allea-eu@1.0.0"; empty for a catalogue that stands alone
    base_sha256: str = ""
    policies: tuple[Policy, ...] = ()
    translations: tuple[Translation, ...] = ()
    golden: tuple[GoldenCase, ...] = ()
    sha256: str

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What was made of this catalogue so far (`keeping`)."""
        return {}

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        kinds = ("dimensions", "levels", "routes", "sections", "questions", "rules", "mitigations", "sources")
        return {kind: {item.id: item for item in getattr(self, kind)} for kind in kinds}

    def question(self, question_id: str) -> Question:
        item: Question = self._by_id["questions"][question_id]
        return item

    def rule(self, rule_id: str) -> Rule:
        item: Rule = self._by_id["rules"][rule_id]
        return item

    def mitigation(self, mitigation_id: str) -> Mitigation:
        item: Mitigation = self._by_id["mitigations"][mitigation_id]
        return item

    def source(self, source_id: str) -> Source:
        item: Source = self._by_id["sources"][source_id]
        return item

    def section(self, section_id: str) -> Section:
        item: Section = self._by_id["sections"][section_id]
        return item

    def dimension(self, dimension_id: str) -> Dimension:
        item: Dimension = self._by_id["dimensions"][dimension_id]
        return item

    def route(self, route_id: str) -> RouteRow:
        item: RouteRow = self._by_id["routes"][route_id]
        return item

    def level(self, level_id: str) -> LevelBand:
        item: LevelBand = self._by_id["levels"][level_id]
        return item

    def level_of(self, score: int) -> LevelId:
        """The band a score falls into; no score is low."""
        return self._level_of_score[score]

    @cached_property
    def risk_dimensions(self) -> tuple[tuple[str, str], ...]:
        """Id and title of each dimension that is a risk, in order."""
        return tuple((each.id, each.title) for each in self.dimensions if each.is_risk)

    @cached_property
    def _level_of_score(self) -> tuple[LevelId, ...]:
        bands = sorted(self.levels, key=lambda band: band.lowest)
        return tuple(next((band.id for band in reversed(bands) if band.lowest <= score), "low") for score in range(26))

    def questions_of(self, section_id: str) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.section == section_id)

    def has_question(self, question_id: str) -> bool:
        return question_id in self._by_id["questions"]

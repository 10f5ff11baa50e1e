from dataclasses import dataclass
from datetime import date

from riskassess.assessments.countries import CountryUsed
from riskassess.assessments.lowering import Lowering
from riskassess.assessments.owners import OwnersUsed
from riskassess.engine.describing import Clause
from riskassess.engine.results import Because, Grade, Interval, SourceRef


@dataclass(frozen=True)
class SafeguardLine:
    name: str
    state: str  # "proposed", "agreed", "fulfilled"; "possible" while nobody took it up
    state_words: str
    text: str = ""
    finding: str = ""
    responsible: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class FindingLine:
    number: int  # the same as on the matrix; 0 for a possible one
    rule: str
    title: str
    row_label: str
    explain: str
    filed: Grade
    reached: Grade  # with the safeguards that this report counts
    is_raised: bool
    is_capped: bool
    dimensions: tuple[str, ...]
    factors: tuple[str, ...]  # ids; the words are the page's
    because: tuple[Because, ...]
    sources: tuple[SourceRef, ...]
    safeguards: tuple[SafeguardLine, ...]

    @property
    def has_safeguards(self) -> bool:
        return any(line.state != "possible" for line in self.safeguards)

    @property
    def product(self) -> int:
        """Before a cap, which only the score knows."""
        return self.filed.likelihood * self.filed.impact


@dataclass(frozen=True)
class DimensionLine:
    title: str
    filed: Interval
    reached: Interval
    lines: tuple[str, ...]  # the title as it stands beside the picture


@dataclass(frozen=True)
class HoldLine:
    rule: str
    title: str
    row_label: str
    activity: str
    explain: str
    lifted_by: str
    is_possible: bool
    stands: bool
    state_words: str
    because: tuple[Because, ...]
    sources: tuple[SourceRef, ...]


@dataclass(frozen=True)
class Outcome:
    """The answers that would all leave the same level."""

    answers: tuple[str, ...]
    level: Interval


@dataclass(frozen=True)
class OpenLine:
    question: str
    row_label: str
    is_missing: bool
    outcomes: tuple[Outcome, ...]
    decides_hold: bool


@dataclass(frozen=True)
class RemarkLine:
    kind: str  # "escalation", "possible_escalation", "advice" or "relief"
    rule: str
    sentence: str
    sources: tuple[SourceRef, ...]


@dataclass(frozen=True)
class AnswerLine:
    question: str
    words: str
    is_unsure: bool
    is_followed: bool  # asked because of the answer above

    @property
    def is_long(self) -> bool:
        return len(self.words) > 120 or "\n" in self.words


@dataclass(frozen=True)
class AnswerGroup:
    title: str
    row_label: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True)
class PartnerLine:
    name: str
    country: str
    role: str
    ror: str


@dataclass(frozen=True)
class FunderLine:
    name: str
    country: str
    kind: str


@dataclass(frozen=True)
class ProposalPart:
    title: str
    summary: tuple[str, ...]
    owner: str
    unit: str
    coinvestigators: tuple[str, ...]
    kinds: tuple[str, ...]
    starts: date | None
    ends: date | None
    partners: tuple[PartnerLine, ...]
    funders: tuple[FunderLine, ...]
    technology: tuple[str, ...]
    visits: tuple[str, ...] = ()  # a line each


@dataclass(frozen=True)
class ConditionLine:
    text: str
    responsible: str
    due_on: date
    fulfilled_on: date | None = None


@dataclass(frozen=True)
class DecisionPart:
    outcome: str
    heading: str
    lead: str
    decided_on: date
    deciders: str
    approved_parts: tuple[str, ...]
    parts_left_out: tuple[str, ...]
    reasons: tuple[str, ...]
    sources: tuple[str, ...]
    why_safeguards_fail: tuple[str, ...]
    conditions: tuple[ConditionLine, ...]
    valid_until: date | None
    appeal_until: date


@dataclass(frozen=True)
class EditionLine:
    name: str
    published_on: date | None
    entries: int
    sha256: str
    is_sample: bool


@dataclass(frozen=True)
class EvidenceLine:
    title: str
    name: str
    version: int
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """Where it comes from, so that anybody can make it again and compare."""

    catalogue: str
    catalogue_title: str
    catalogue_date: date
    catalogue_sha256: str
    version_sha256: str
    facts_sha256: str
    result_sha256: str
    assessed_on: date
    editions: tuple[EditionLine, ...]
    audit_sequence: int
    audit_head: str
    evidence: tuple[EvidenceLine, ...] = ()


@dataclass(frozen=True)
class ProofPart:
    """What the last page gives to check the report by."""

    receipt: str
    address: str
    audit_sequence: int
    audit_head: str

    @property
    def link(self) -> str:
        return f"{self.address}?code={self.receipt}"

    @property
    def receipt_groups(self) -> str:
        """In groups that an eye can follow."""
        return " ".join(self.receipt[start : start + 8] for start in range(0, len(self.receipt), 8))


@dataclass(frozen=True)
class EventLine:
    sequence: int
    at: str
    who: str
    words: str
    print: str


@dataclass(frozen=True)
class SaidLine:
    """A recommendation, vote or note: who, as what, when, and the words."""

    who: str
    what: str
    on: date
    text: tuple[str, ...]


@dataclass(frozen=True)
class AuditingPart:
    """What only whoever audits the case may read."""

    events: tuple[EventLine, ...]
    said: tuple[SaidLine, ...]
    reads: tuple[tuple[str, int], ...]  # who, and how often
    is_redacted: bool = False


@dataclass(frozen=True)
class ReportContent:
    kind: str
    language: str
    institution: str
    reference: str
    version: int
    made_on: date
    made_at: str  # ISO 8601, for the file's own data
    filed_on: date
    route: str
    route_meaning: str
    route_reason: str
    due_on: date | None
    proposal: ProposalPart
    decision: DecisionPart | None
    filed: Interval
    reached: Interval
    meaning: str
    counted: str  # which safeguards `reached` counts: "", "agreed", "proposed" or "both"
    counted_number: int
    summary: tuple[str, ...]  # the level in a sentence or two
    benefit: tuple[str, ...]
    bands: tuple[tuple[str, int], ...]
    dimensions: tuple[DimensionLine, ...]
    findings: tuple[FindingLine, ...]
    possible_findings: tuple[FindingLine, ...]
    quiet_rules: int
    holds: tuple[HoldLine, ...]
    open_answers: tuple[OpenLine, ...]
    remarks: tuple[RemarkLine, ...]
    safeguards: tuple[SafeguardLine, ...]
    answers: tuple[AnswerGroup, ...]
    provenance: Provenance
    lowering: Lowering | None = None  # what else would make it moderate; in an assessment report alone
    owners: tuple[OwnersUsed, ...] = ()
    countries: tuple[CountryUsed, ...] = ()
    is_redacted: bool = False
    proof: ProofPart | None = None
    auditing: AuditingPart | None = None
    colour: str = ""
    has_logo: bool = False

    @property
    def has_open_dimension(self) -> bool:
        return any(line.filed.is_open for line in self.dimensions)

    @property
    def standing_hold(self) -> str:
        """The weightiest kind of hold that is not lifted."""
        standing = [hold.is_possible for hold in self.holds if hold.stands]
        return "" if not standing else "possible" if all(standing) else "firm"

    @property
    def only_possible_holds(self) -> bool:
        return all(hold.is_possible for hold in self.holds)

    @property
    def has_relief(self) -> bool:
        return any(remark.kind == "relief" for remark in self.remarks)

    @property
    def answer_count(self) -> int:
        return sum(bool(line.words) for group in self.answers for line in group.lines)


@dataclass(frozen=True)
class BlankQuestion:
    id: str
    text: str
    help: str
    example: str
    why: str
    seen_by: str
    form: str  # "one", "many", "text", "date" or "number": what is ticked or written
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # words of a group, then text and help of each
    has_unsure: bool
    unsure_help: str
    may_stay_empty: bool
    when: Clause | None
    leads_to: tuple[str, ...]
    is_followed: bool

    @property
    def is_long(self) -> bool:
        """So many answers that they stand in two columns."""
        return self.answer_count > 8

    @property
    def is_tall(self) -> bool:
        """Too tall to be kept on one page without leaving most of the page before it empty."""
        return self.answer_count > 20

    @property
    def answer_count(self) -> int:
        return sum(len(options) for _group, options in self.options)


@dataclass(frozen=True)
class BlankSection:
    id: str
    title: str
    help: str
    scope: str
    questions: tuple[BlankQuestion, ...]


@dataclass(frozen=True)
class BlankContent:
    """The questionnaire of a release with room to write; nothing of any proposal."""

    language: str
    institution: str
    title: str
    version: str
    released_on: date
    sections: tuple[BlankSection, ...]
    kind: str = "questionnaire"

    @property
    def made_at(self) -> str:
        """The day of the release, so that a later building gives the same bytes."""
        return self.released_on.isoformat()

    @property
    def count(self) -> int:
        return sum(len(section.questions) for section in self.sections)


@dataclass(frozen=True)
class PackedFile:
    name: str
    what: str
    sha256: str


@dataclass(frozen=True)
class FlagLetter:
    """What goes on top of a package about a flagged case."""

    language: str
    institution: str
    office: str
    reference: str
    version: int
    title: str  # empty where names and free text are left out
    made_at: str
    made_on: date
    to: str
    by: str
    question: str
    told: str  # what the authors were told of the flag
    files: tuple[PackedFile, ...]
    is_redacted: bool
    kind: str = "flag_letter"


@dataclass(frozen=True)
class CountLine:
    label: str
    words: str  # a number, or that there are too few to tell


@dataclass(frozen=True)
class CountTable:
    title: str
    sentence: str
    lines: tuple[CountLine, ...]


@dataclass(frozen=True)
class PeriodContent:
    """Counts of a period; nothing of any case."""

    kind: str  # "period" or "audit"
    language: str
    institution: str
    scope: str  # the units counted, or empty for all
    made_on: date
    made_at: str
    first_day: date
    last_day: date
    tables: tuple[CountTable, ...]
    proof: ProofPart | None = None
    is_redacted: bool = False
    colour: str = ""
    has_logo: bool = False
    reference: str = ""

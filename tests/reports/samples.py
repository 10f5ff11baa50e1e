"""Contents of reports written by hand: what a page must show does not depend on any catalogue."""

from dataclasses import fields, is_dataclass, replace
from datetime import date

from riskassess.engine.results import Because, Grade, Interval, SourceRef
from riskassess.reports.shapes import (
    AnswerGroup,
    AnswerLine,
    ConditionLine,
    DecisionPart,
    DimensionLine,
    EditionLine,
    FindingLine,
    FunderLine,
    HoldLine,
    OpenLine,
    Outcome,
    PartnerLine,
    ProofPart,
    ProposalPart,
    Provenance,
    RemarkLine,
    ReportContent,
    SafeguardLine,
)

COUNCIL = SourceRef(
    "CR",
    "Council Recommendation on enhancing research security",
    "Risk appraisal: the partner organisation",
    "https://eur-lex.europa.eu/eli/C/2024/3510/oj",
    "2024-05-23",
    "2026-10-01",
)
DUAL_USE = SourceRef(
    "DU",
    "Regulation (EU) 2021/821",
    "Annex I",
    "https://eur-lex.europa.eu/eli/reg/2021/821/oj",
    "2021-05-20",
    "2026-10-01",
)
LEVELS = {1: "low", 5: "moderate", 10: "high", 16: "very_high"}


def grade(likelihood: int, impact: int, score: int | None = None) -> Grade:
    score = score or likelihood * impact
    return Grade(likelihood, impact, score, LEVELS[max(least for least in LEVELS if least <= score)])


def level(lower: str, upper: str = "") -> Interval:
    return Interval(lower, upper or lower)


def answered(question: str, words: str, row: str = "") -> Because:
    return Because("answer", "Q1", row, question, words.lower(), words)


def dimension(title: str, filed: Interval, reached: Interval, *lines: str) -> DimensionLine:
    return DimensionLine(title, filed, reached, lines or (title,))


DIMENSIONS = (
    dimension("Legal compliance", level("moderate", "high"), level("low", "moderate")),
    dimension(
        "Transfer of knowledge and technology",
        level("very_high"),
        level("moderate"),
        "Transfer of knowledge and",
        "technology",
    ),
    dimension("Outside influence", level("low"), level("low")),
    dimension("Ethics and human rights", level("low"), level("low")),
    dimension("Academic freedom", level("low"), level("low")),
    dimension("Data and access", level("moderate"), level("low")),
    dimension("Agreement and dependence", level("low"), level("low")),
)
FINDINGS = (
    FindingLine(
        1,
        "K04",
        "A partner unit close to the project also does defence research",
        "Institut des Mers Claires",
        "What is shared in one workshop can reach the other one.",
        grade(4, 4),
        grade(2, 4),
        True,
        False,
        ("Transfer of knowledge and technology",),
        ("domain", "partner"),
        (
            answered("Does the organisation do research for armed forces, intelligence services or police?", "Yes"),
            answered("Does the same unit take part in this project?", "A related unit"),
            Because("fact", "defence_link", "p1", "Listed as a defence institute", "listed", "listed"),
        ),
        (COUNCIL,),
        (
            SafeguardLine("End-use clause", "proposed", "proposed"),
            SafeguardLine("Separate team and laboratory", "agreed", "agreed"),
        ),
    ),
    FindingLine(
        2,
        "G03",
        "Partner staff get accounts without an end date",
        "",
        "An account that nobody closes stays open to whoever finds it.",
        grade(3, 3),
        grade(1, 3),
        False,
        False,
        ("Data and access",),
        ("own",),
        (
            answered("Do accounts go on beyond the project?", "Yes"),
            answered("Is an end date for access agreed?", "No"),
        ),
        (replace(COUNCIL, id="TK", title="Toolkit on foreign interference", section="Cybersecurity"),),
        (SafeguardLine("Accounts end with the project", "agreed", "agreed"),),
    ),
    FindingLine(
        3,
        "C02",
        "Academic freedom in the partner's country is low on a public index",
        "Boreal Photonics Ltd.",
        "Country is context, not verdict: it counts together with something else only.",
        grade(3, 4, 9),
        grade(3, 4, 9),
        False,
        True,
        ("Academic freedom", "Outside influence"),
        ("country",),
        (Because("fact", "afi_band", "p2", "Academic Freedom Index, band", "D", "D (2025)"),),
        (COUNCIL,),
        (),
    ),
)
POSSIBLE = (
    FindingLine(
        0,
        "L16",
        "An item of the work may be on the dual-use list",
        "Optical sensor head",
        "Export control classifies it; nothing is asked of you.",
        grade(3, 4),
        grade(3, 4),
        False,
        False,
        ("Legal compliance",),
        ("domain",),
        (Because("answer", "X2", "t1", "Is the item on Annex I?", None, "Unsure"),),
        (DUAL_USE,),
        (SafeguardLine("Classification by export control", "possible", ""),),
    ),
)


PROOF = ProofPart("3f" * 32, "https://riskassess.norderhaven.example/verify", 812, "a" * 64)


def assessment_content(**changes) -> ReportContent:
    """A proposal with a bit of everything, two pages of answers included."""
    return replace(
        ReportContent(
            kind="assessment",
            language="en",
            institution="Norderhaven University",
            reference="RA-2026-0042",
            version=3,
            made_on=date(2026, 11, 23),
            made_at="2026-11-23T13:03:20+00:00",
            filed_on=date(2026, 11, 20),
            route="Panel",
            route_meaning="Several people look at it, one of them from your field.",
            route_reason="very high as filed",
            due_on=date(2026, 12, 16),
            proposal=ProposalPart(
                "Photonic sensors for coastal water quality",
                (
                    "We build and test an optical sensor that reads nitrate in coastal water every ten minutes.",
                    "Two doctoral candidates spend three months with each partner; all data are open at once.",
                ),
                "Ana Ferreira",
                "Marine Sciences",
                ("Mateo Ruiz",),
                ("Joint research project", "Exchange of data, samples or material"),
                date(2027, 2, 1),
                date(2029, 1, 31),
                (
                    PartnerLine("Institut des Mers Claires", "France", "partner in the work", "00xyz1234"),
                    PartnerLine("Boreal Photonics Ltd.", "Canada", "supplier of data, samples or equipment", ""),
                ),
                (FunderLine("Ocean Research Fund", "Norway", "public funder of another country"),),
                ("Optical sensor head", "Reading software"),
                ("2 × doctoral candidate, comes from Institut des Mers Claires, 3 months: the clean room",),
            ),
            decision=None,
            filed=level("very_high"),
            reached=level("moderate"),
            meaning=(
                "Several things come together whose harm would be serious. "
                "It describes what could go wrong, not you or your partner."
            ),
            counted="both",
            counted_number=2,
            summary=(
                "3 findings stand; the largest: A partner unit close to the project also does defence research.",
                "One answer is still open.",
                "One activity waits for a permit.",
            ),
            benefit=("Data or a site that exists only there", "Mobility of researchers early in their career"),
            bands=(("low", 1), ("moderate", 5), ("high", 10), ("very_high", 16)),
            dimensions=DIMENSIONS,
            findings=FINDINGS,
            possible_findings=POSSIBLE,
            quiet_rules=11,
            holds=(
                HoldLine(
                    "L01",
                    "A listed item leaves the European Union",
                    "Optical sensor head",
                    "Sending the sensor head to Canada, or giving access to its drawings from there",
                    "The dual-use regulation asks for an authorisation before.",
                    "The export authorisation of the national authority, or its letter that none is needed",
                    False,
                    True,
                    "It stands.",
                    (answered("Will items or unpublished technical knowledge leave the EU?", "Yes"),),
                    (DUAL_USE,),
                ),
            ),
            open_answers=(
                OpenLine(
                    "Is the item on Annex I of the dual-use regulation?",
                    "Optical sensor head",
                    False,
                    (Outcome(("Yes",), level("very_high")), Outcome(("No", "Not needed"), level("moderate", "high"))),
                    True,
                ),
            ),
            remarks=(
                RemarkLine(
                    "escalation", "E01", "The partner in the defence field is read by a second person.", (COUNCIL,)
                ),
                RemarkLine("advice", "A01", "Ask the data office before the first transfer.", (COUNCIL,)),
            ),
            safeguards=(
                SafeguardLine(
                    "End-use clause",
                    "proposed",
                    "proposed",
                    "The agreement says what results may not be used for.",
                    "K04:p1",
                    "Ana Ferreira",
                    date(2026, 12, 15),
                ),
                SafeguardLine(
                    "Separate team and laboratory",
                    "agreed",
                    "agreed",
                    "People and rooms of the two projects are apart.",
                    "K04:p1",
                    "",
                    None,
                ),
            ),
            answers=(
                AnswerGroup(
                    "The work",
                    "",
                    (
                        AnswerLine("How far is the work from a use?", "Applied research", False, False),
                        AnswerLine("Will all results be published or openly available?", "Yes", False, False),
                        AnswerLine("Will items or unpublished technical knowledge leave the EU?", "Yes", False, False),
                        AnswerLine("Which ones?", "The sensor head and its drawings", False, True),
                    ),
                ),
                AnswerGroup(
                    "Partners",
                    "Institut des Mers Claires",
                    (
                        AnswerLine("What type of organisation is it?", "Public research institute", False, False),
                        AnswerLine("Does the organisation do research for armed forces?", "Yes", False, False),
                        AnswerLine("Does the same unit take part in this project?", "A related unit", False, True),
                    ),
                ),
                AnswerGroup(
                    "Partners",
                    "Boreal Photonics Ltd.",
                    (
                        AnswerLine("What type of organisation is it?", "Company", False, False),
                        AnswerLine("Does the organisation do research for armed forces?", "No", False, False),
                    ),
                ),
                AnswerGroup(
                    "Technology",
                    "Optical sensor head",
                    (AnswerLine("Is the item on Annex I of the dual-use regulation?", "Unsure", True, False),),
                ),
            ),
            provenance=Provenance(
                "allea-eu 1.1.1",
                "ALLEA/EU catalogue for international research collaboration",
                date(2026, 11, 23),
                "c" * 64,
                "1" * 64,
                "2" * 64,
                "3" * 64,
                date(2026, 11, 20),
                (
                    EditionLine("Consolidated list of the United Nations", date(2026, 11, 7), 1012, "4" * 64, False),
                    EditionLine("Demo list of concern", None, 11, "5" * 64, True),
                ),
                812,
                "a" * 64,
            ),
            proof=PROOF,
        ),
        **changes,
    )


def decision_content(outcome: str = "approve_with_conditions", **changes) -> ReportContent:
    decision = DecisionPart(
        outcome=outcome,
        heading="Approved with conditions",
        lead="Your project can start. 2 conditions go with it; the first is due on 15 December 2026.",
        decided_on=date(2026, 12, 2),
        deciders="research-security officer and approver",
        approved_parts=(),
        parts_left_out=(),
        reasons=(
            "The work gives open data that exist nowhere else. The path into defence research is closed by an end-use "
            "clause and by a separate team.",
            "The sensor head itself waits for the authority.",
        ),
        sources=("Finding K04, Council Recommendation on research security; finding L16, Regulation (EU) 2021/821.",),
        why_safeguards_fail=(),
        conditions=(
            ConditionLine(
                "End-use clause. The agreement says what results may not be used for.",
                "Ana Ferreira",
                date(2026, 12, 15),
            ),
            ConditionLine("Accounts of partner staff end with the project.", "the institution", date(2027, 1, 31)),
        ),
        valid_until=date(2028, 12, 2),
        appeal_until=date(2026, 12, 30),
    )
    given = {"kind": "decision", "decision": decision, "counted": "agreed", "counted_number": 1}
    return assessment_content(**(given | {"made_on": decision.decided_on} | changes))


def receipt_content(**changes) -> ReportContent:
    low = tuple(replace(each, filed=level("low"), reached=level("low")) for each in DIMENSIONS)
    quiet = {
        "kind": "receipt",
        "filed": level("low"),
        "reached": level("low"),
        "route": "Fast track",
        "route_meaning": "You get a receipt at once. A share, drawn by lot, is read afterwards.",
        "due_on": None,
        "meaning": "Nothing here needs more than usual care.",
        "counted": "",
        "counted_number": 0,
        "summary": ("No finding stands.",),
        "dimensions": low,
        "findings": (),
        "possible_findings": (),
        "holds": (),
        "open_answers": (),
        "safeguards": (),
        "remarks": (
            RemarkLine(
                "relief",
                "P01",
                "All results are open, every partner is known and nothing was found, so nobody needs to wait.",
                (COUNCIL,),
            ),
        ),
    }
    return assessment_content(**(quiet | changes))


# Ids that steer the page; everything else is text that somebody may have written.
STEERING = {
    "kind", "language", "level", "lower", "upper", "state", "factors", "counted", "url", "made_at", "value", "outcome",
}  # fmt: skip


def poison(value, text, name=""):
    """The same content with every text that a person could have written replaced by what `text` gives for it."""
    if name in STEERING or name == "bands":
        return value
    if is_dataclass(value):
        names = [each.name for each in fields(value)]
        return replace(value, **{of: poison(getattr(value, of), text, of) for of in names})
    if hasattr(value, "_fields"):
        return value._make(poison(part, text, of) for of, part in zip(value._fields, value, strict=True))
    if isinstance(value, tuple):
        return tuple(poison(one, text) for one in value)
    return text(value) if isinstance(value, str) else value

from riskassess.assessments.models import SafeguardState
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.results import Assessment, Finding
from riskassess.reports.content.answering import day_of
from riskassess.reports.shapes import FindingLine, SafeguardLine

COUNTED = ("agreed", "fulfilled")


def safeguard_lines(facts: dict, asked: dict, catalogue: Catalogue) -> tuple[SafeguardLine, ...]:
    """Those the assessment knew, with who does what by when as it stood when the report was asked for."""
    known = {(row["finding"], row["mitigation"]): row for row in asked["safeguards"]}
    lines = []
    for row in facts.get("safeguards", ()):
        if row["state"] == SafeguardState.REFUSED:
            continue
        mitigation, more = catalogue.mitigation(row["mitigation"]), known.get((row["finding"], row["mitigation"]), {})
        lines.append(
            SafeguardLine(
                mitigation.name,
                row["state"],
                str(SafeguardState(row["state"]).label),
                mitigation.text,
                row["finding"] or "",
                more.get("responsible", ""),
                day_of(more.get("due_on")),
            )
        )
    return tuple(lines)


def counted_kind(lines: list[SafeguardLine]) -> str:
    """Which kind of safeguards the second level counts."""
    states = {"agreed" if line.state in COUNTED else "proposed" for line in lines}
    return "both" if len(states) == 2 else next(iter(states), "")


def finding_lines(result: Assessment, catalogue: Catalogue, taken, counts_proposed):
    """Firm findings numbered as on the matrix, then the possible ones that would weigh more than the firm."""
    firm: dict[str, Finding] = {}
    for finding in result.firm_findings:
        firm.setdefault(finding.key, finding)  # the grades of a rule: the heaviest comes first
    possible: dict[str, Finding] = {}
    for finding in result.possible_findings:
        if finding.key not in firm or finding.score > firm[finding.key].score:
            possible.setdefault(finding.key, finding)
    return (
        tuple(
            _finding(number, finding, catalogue, taken, counts_proposed)
            for number, finding in enumerate(firm.values(), start=1)
        ),
        tuple(_finding(0, finding, catalogue, taken, counts_proposed) for finding in possible.values()),
    )


def _finding(number: int, finding: Finding, catalogue: Catalogue, taken, counts_proposed) -> FindingLine:
    own = tuple(line for line in taken if line.finding in (finding.key, finding.rule))
    names = {line.name for line in own}
    offered = tuple(
        SafeguardLine(catalogue.mitigation(one).name, "possible", "")
        for one in finding.mitigations
        if catalogue.mitigation(one).name not in names
    )
    return FindingLine(
        number,
        finding.rule,
        finding.title,
        finding.row_label,
        finding.explain,
        finding.filed,
        finding.if_agreed if counts_proposed else finding.agreed,
        bool(finding.raised_by),
        finding.capped,
        tuple(catalogue.dimension(one).title for one in finding.dimensions),
        finding.factors,
        finding.because,
        finding.sources,
        own or offered,
    )

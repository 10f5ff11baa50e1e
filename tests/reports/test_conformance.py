"""Reading copies checked with outloud (PDF/UA-1), record copies with pikepdf's checker (PDF/A-3b). Checked with, not
certified: neither is an accredited validator. With REPORTS_LONG=1 for fifty reports of all kinds."""

import os
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import product

import outloud
import pikepdf
import pytest
from pikepdf import pdfa

from riskassess.reports.render import render_copies
from riskassess.reports.shapes import AuditingPart, CountLine, CountTable, EventLine, PeriodContent, SaidLine
from tests.reports.samples import PROOF, assessment_content, decision_content, receipt_content

LONG = os.environ.get("REPORTS_LONG") == "1"
AUDITING = AuditingPart(
    tuple(
        EventLine(n, "23 Nov 2026 13:05", "Omar Haddad (officer)", "asked for changes", f"{n:012x}") for n in range(9)
    ),
    (SaidLine("Tomasz (reviewer)", "recommends: Approve", date(2026, 11, 23), ("Well prepared.",)),),
    (("Omar Haddad (officer)", 12),),
)


def certificate_content():
    content = decision_content(proof=PROOF)
    fulfilled = tuple(replace(each, fulfilled_on=date(2027, 1, 9)) for each in content.decision.conditions)
    return replace(content, kind="certificate", decision=replace(content.decision, conditions=fulfilled))


def period_content(kind="period"):
    lines = (CountLine("Low", "12"), CountLine("Moderate", "fewer than 5"))
    return PeriodContent(
        kind, "en", "Norderhaven University", "", date(2026, 11, 30), "2026-11-30T10:00:00+00:00",
        date(2026, 10, 1), date(2026, 11, 30), (CountTable("Levels as filed", "Of the versions.", lines),), PROOF,
    )  # fmt: skip


KINDS = {
    "assessment": assessment_content,
    "decision": lambda: decision_content(proof=PROOF),
    "receipt": lambda: receipt_content(proof=PROOF),
    "certificate": certificate_content,
    "case_audit": lambda: assessment_content(kind="case_audit", auditing=AUDITING),
    "period": period_content,
    "audit": lambda: period_content("audit"),
}


def variants():
    """In CI three that share every part of the pages between them; long, fifty."""
    if not LONG:
        return [(name, "plain") for name in ("decision", "case_audit", "period")]
    kinds = product(KINDS, ("plain", "redacted", "coloured", "german", "many", "names", "bare"))
    return [*kinds, ("assessment", "hundreds")]


def changed(content, variant):
    if variant == "redacted":
        return replace(content, is_redacted=True)
    if variant == "coloured":
        return replace(content, colour="#803010")
    if variant == "german":
        return replace(content, language="de")
    if isinstance(content, PeriodContent):
        return content
    if variant in ("many", "hundreds"):
        count = 200 if variant == "hundreds" else 20
        return (
            replace(content, findings=tuple(replace(content.findings[n % 3], number=n + 1) for n in range(count)))
            if content.findings
            else content
        )
    if variant == "names":
        return replace(content, proposal=replace(content.proposal, title="漢字 Ω " + "W" * 120, owner="Ñ" * 90))
    if variant == "bare":
        return replace(content, answers=(), remarks=(), open_answers=(), possible_findings=(), holds=())
    return content


@pytest.mark.parametrize(("kind", "variant"), variants())
def test_copies_pass_their_checkers(kind, variant, tmp_path):
    copies = render_copies(changed(KINDS[kind](), variant), {"format": "a test"})
    path = tmp_path / "reading.pdf"
    path.write_bytes(copies.reading)

    spoken = outloud.check(str(path))
    with pikepdf.open(BytesIO(copies.archive)) as pdf:
        kept = pdfa.check(pdf, "3b")

    assert not spoken.error
    assert [finding.rule for finding in spoken.findings if finding.severity == "error"] == []
    assert kept.findings == []

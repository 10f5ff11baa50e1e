"""What everybody may hear of a report: that it is the one that was issued, that another took its place, or neither."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from riskassess.proof.claims import read_claim
from riskassess.reports.models import OF_DECISION, REPEATED, FormerCopy, PeriodReport, Report

MATCHES, SUPERSEDED, UNKNOWN = "matches", "superseded", "unknown"


@dataclass(frozen=True)
class Answer:
    outcome: str
    issued_at: datetime | None = None
    replaced_by: int | None = None  # the number of the version that did; none where the case was opened again
    replaced_at: datetime | None = None
    made_again_at: datetime | None = None  # the same report, made anew without personal data that were erased
    changed: str = ""  # of an unknown file that carries the receipt of a report of ours: "file", or "facts" in it
    is_by_receipt: bool = False  # the receipt is right, which says nothing yet of the pages around it


def look_up(code: str) -> Answer:
    """`code` is the receipt of a last page, or the SHA-256 of a file: reading copy, record copy, signed or not."""
    if len(code) != 64:
        return Answer(UNKNOWN)
    found = Q(receipt=code) | Q(sha256=code) | Q(archive_sha256=code) | Q(unsigned_sha256=code)
    report = Report.objects.filter(found).select_related("version", "record", "decision__case").first()
    if report is None:
        report = PeriodReport.objects.filter(found).first()
    if report is None:
        return _look_up_former(code)
    is_by_receipt = report.receipt == code
    replaced = _replaced(report) if isinstance(report, Report) else None
    if replaced is None:
        return Answer(MATCHES, report.as_of, is_by_receipt=is_by_receipt)
    return Answer(SUPERSEDED, report.as_of, *replaced, is_by_receipt=is_by_receipt)


def look_into(content: bytes) -> Answer:
    """Of a file whose fingerprint is unknown: is it one of ours that was changed, and were its facts?"""
    claim = read_claim(content)
    known = look_up(claim.receipt) if claim else Answer(UNKNOWN)
    if claim is None or known.outcome == UNKNOWN:
        return Answer(UNKNOWN)
    return Answer(UNKNOWN, known.issued_at, changed="facts" if claim.is_edited else "file")


def _look_up_former(code: str) -> Answer:
    """A copy that was thrown away when its report was made again. What replaced the report, too, is told first."""
    related = ("report__version", "report__record", "report__decision__case")
    former = FormerCopy.objects.filter(fingerprint=code).select_related(*related).order_by("-pk").first()
    if former is None:
        return Answer(UNKNOWN)
    report = former.report
    if replaced := _replaced(report):
        return Answer(SUPERSEDED, report.as_of, *replaced, is_by_receipt=former.is_receipt)
    return Answer(SUPERSEDED, report.as_of, made_again_at=former.replaced_at, is_by_receipt=former.is_receipt)


def _replaced(report: Report) -> tuple[int | None, datetime | None] | None:
    """By which version and when; None while the report tells what stands."""
    if report.kind in REPEATED:  # it tells of its own day, for good
        return None
    if report.kind in OF_DECISION:
        return _replaced_decision(report)
    newest = report.proposal.records.order_by("-version__number", "-pk").select_related("version").first()
    if newest.version_id != report.version_id:
        return newest.version.number, newest.version.created_at
    if newest.pk != report.record_id and newest.result_sha256 != report.record.result_sha256:
        return newest.version.number, newest.created_at
    return None


def _replaced_decision(report: Report) -> tuple[int | None, datetime | None] | None:
    case = report.decision.case
    later = case.decisions.filter(round__gt=report.decision.round).select_related("version").order_by("-round").first()
    if later is not None:
        return later.version.number, later.decided_at
    return (None, None) if case.round > report.decision.round else None

"""The dossier of a record copy: what the report says as data, so that anybody can work the level out again."""

from riskassess.assessments.models import CatalogueRelease
from riskassess.proof.dossier import FORMAT, fingerprint, receipt_of
from riskassess.reports.content.material import Material
from riskassess.reports.models import Kind, PeriodReport, Report
from riskassess.reports.shapes import DecisionPart

# Goes to people outside, who see the conditions and nothing of the assessment.
WITHOUT_FACTS = (Kind.CERTIFICATE,)


def dossier_of(report: Report, material: Material, decision: DecisionPart | None) -> dict:
    """What the report shows, no more than its reader sees; sealed by the receipt that its last page prints."""
    parts: dict = {}
    if report.kind not in WITHOUT_FACTS:
        result = material.result.to_json()
        parts = {
            "as_of": report.record.as_of.isoformat(),
            "facts": material.facts,
            "facts_sha256": fingerprint(material.facts),
            "result": result,
            "result_sha256": fingerprint(result),
            "catalogue_sha256": material.catalogue.sha256,
            "texts": CatalogueRelease.objects.values_list("texts", flat=True).get(pk=report.record.release_id),
        }
    if decision is not None:
        said = _decision(decision, with_reasons=report.kind == Kind.DECISION)
        parts |= {"decision": said, "decision_sha256": fingerprint(said)}
    return _sealed(report, report.proposal.reference, parts | {"version": report.version.number})


def period_dossier_of(report: PeriodReport, counts: dict) -> dict:
    return _sealed(report, "", {"decision": counts, "decision_sha256": fingerprint(counts)})


def _sealed(report: Report | PeriodReport, reference: str, parts: dict) -> dict:
    dossier = {
        "format": FORMAT,
        "report": {
            "uid": str(report.uid),
            "kind": str(report.kind),
            "reference": reference,
            "version": parts.pop("version", None),
            "is_redacted": getattr(report, "is_redacted", False),
            "language": report.language,
            "as_of": report.as_of.isoformat(timespec="seconds"),
            "institution": report.as_asked["institution"],
        },
        "audit": {"sequence": report.audit_sequence, "head": report.audit_head},
        **parts,
    }
    return {**dossier, "receipt": receipt_of(dossier)}


def _decision(decision: DecisionPart, *, with_reasons: bool) -> dict:
    said: dict = {
        "outcome": decision.outcome,
        "decided_on": decision.decided_on.isoformat(),
        "valid_until": decision.valid_until.isoformat() if decision.valid_until else None,
        "conditions": [
            {
                "text": each.text,
                "responsible": each.responsible,
                "due_on": each.due_on.isoformat(),
                "fulfilled_on": each.fulfilled_on.isoformat() if each.fulfilled_on else None,
            }
            for each in decision.conditions
        ],
    }
    if with_reasons:
        said |= {
            "reasons": list(decision.reasons),
            "sources": list(decision.sources),
            "why_safeguards_fail": list(decision.why_safeguards_fail),
            "approved_parts": list(decision.approved_parts),
            "appeal_until": decision.appeal_until.isoformat(),
        }
    return said

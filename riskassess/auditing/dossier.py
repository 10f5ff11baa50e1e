"""All of one case as a zip that proves itself: reports, evidence, the case as data, its events, what checks them."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone

from riskassess.assessments.models import AssessmentRecord, ProposalVersion
from riskassess.audit import verifier
from riskassess.audit.checkpoints import newest_checkpoint
from riskassess.audit.export import row_of
from riskassess.audit.log import instant
from riskassess.audit.models import ChainHead
from riskassess.audit.queries import EventFilters, events
from riskassess.audit.signing import public_key, sign
from riskassess.core.errors import DomainError
from riskassess.files.services import read_bytes
from riskassess.proposals.models import EvidenceVersion, Proposal
from riskassess.reports.models import Report
from riskassess.reports.services import read_report
from riskassess.reviews.models import (
    Appeal,
    Assignment,
    Case,
    Condition,
    Decision,
    Hold,
    Note,
    Recommendation,
    Vote,
)

SIGNED = "RiskAssess dossier\n"
HIDDEN = {"id", "opened"}
READ_ME = """\
Dossier of {reference}, made {made_at} for {asked_by}.

case.json           what was submitted, assessed, advised, voted, decided and asked for
reports/            the reports as PDF
evidence/           the files that were submitted, each as it was kept
audit.jsonl         the events of this case, one a line
manifest.json       the fingerprint (SHA-256) of each file, the events, and where the audit log stood
manifest.sig        the signature (Ed25519) of the manifest
checkpoint.json     the newest signed note of where the audit log stood, where there was one
public-key.txt      the key that checks the signature
verify.py           checks all of this, offline, with nothing but Python 3.8 or newer:

    python3 -I verify.py --key KEY

KEY is the public key that the institution publishes. Without --key the one in this folder is used, which proves only
that nothing was changed since somebody made the dossier. That no event is left out rests on the signature; who wants to
prove that too asks for the whole log (JSON lines) and runs: python3 -I verify.py audit.jsonl --checkpoints FOLDER
"""


def write_dossier(path: Path, *, proposal: Proposal, head: ChainHead, asked_by: str, purpose: str) -> dict[str, Any]:
    """Write the zip; says what its manifest says."""
    found = events(EventFilters(reference=proposal.reference), content=True)
    rows = [row_of(event, True) for event in found.filter(sequence__lte=head.sequence).order_by("sequence")]
    made_at = instant(timezone.now())
    files: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(name, content)
            files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}

        add("case.json", as_bytes(case_content(proposal)))
        add("audit.jsonl", b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows))
        for report in Report.objects.filter(proposal=proposal, file__isnull=False).select_related("file", "version"):
            add(f"reports/{report.language}-{report.file_name}", read_report(report))
        missing = []
        for version in EvidenceVersion.objects.filter(
            evidence__proposal=proposal, filed_at__isnull=False
        ).select_related("file"):
            try:
                add(f"evidence/{str(version.uid)[:8]}-{version.file.name}", read_bytes(version.file))
            except DomainError as fault:  # refused by the scanner, or gone: said, so that nobody looks for it
                missing.append({"file": version.file.name, "sha256": version.file.sha256, "why": str(fault)})
        if checkpoint := newest_checkpoint():
            add("checkpoint.json", (settings.CHECKPOINTS_DIR / checkpoint.name).read_bytes())
        add("README.txt", READ_ME.format(reference=proposal.reference, made_at=made_at, asked_by=asked_by).encode())
        manifest = {
            "reference": proposal.reference,
            "made_at": made_at,
            "asked_by": asked_by,
            "purpose": purpose,
            "chain_head": {"sequence": head.sequence, "hash": head.hash},
            "files": dict(sorted(files.items())),
            "missing": missing,
            "events": [[row["sequence"], row["hash"]] for row in rows],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        archive.writestr("manifest.json", text)
        archive.writestr("manifest.sig", sign(SIGNED + text) + "\n")
        archive.writestr("public-key.txt", public_key() + "\n")
        archive.write(verifier.__file__, "verify.py")
    return {
        "columns": [],
        "filter": {"reference": proposal.reference},
        "count": len(rows),
        "files": len(files),
        "chain_head": manifest["chain_head"],
        "made_at": made_at,
        "asked_by": asked_by,
        "purpose": purpose,
    }


def case_content(proposal: Proposal) -> dict[str, Any]:
    """Everything that was written down of the case, row by row, people by name."""
    case = Case.objects.filter(proposal=proposal).first()
    decisions = Decision.objects.filter(case=case) if case else Decision.objects.none()
    of_case: dict[str, QuerySet] = {
        "assignments": Assignment.objects.filter(case=case),
        "recommendations": Recommendation.objects.filter(case=case),
        "votes": Vote.objects.filter(case=case),
        "decisions": decisions,
        "conditions": Condition.objects.filter(decision__in=decisions),
        "holds": Hold.objects.filter(case=case),
        "appeals": Appeal.objects.filter(decision__in=decisions),
        "notes": Note.objects.filter(case=case),
    }
    return {
        "proposal": row_content(proposal),
        "versions": [row_content(row) for row in ProposalVersion.objects.filter(proposal=proposal)],
        "assessments": [row_content(row) for row in AssessmentRecord.objects.filter(proposal=proposal).order_by("pk")],
        "case": row_content(case) if case else None,
        **{name: [row_content(row) for row in rows] if case else [] for name, rows in of_case.items()},
    }


def row_content(row: Model) -> dict[str, Any]:
    """The fields of a row; where it points elsewhere, what that is in words."""
    return {
        field.name: str(getattr(row, field.name) or "") if field.is_relation else getattr(row, field.name)
        for field in row._meta.concrete_fields
        if field.name not in HIDDEN
    }


def as_bytes(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n").encode()

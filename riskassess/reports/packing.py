"""The worker's part of a package: its letter, its files, the list of them, one zip."""

import hashlib
import json
import tempfile
import zipfile
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from riskassess.assessments.facts import evidence_in
from riskassess.audit.log import instant
from riskassess.core.errors import DomainError
from riskassess.files.services import read_bytes, store_stream, written_whole
from riskassess.jobs.running import Refused
from riskassess.proposals.models import EvidenceVersion
from riskassess.reports.build import build
from riskassess.reports.models import FlagPackage, Kind, Report
from riskassess.reports.packages import record_package
from riskassess.reports.render import render
from riskassess.reports.services import read_archive, read_report, request_report
from riskassess.reports.shapes import FlagLetter, PackedFile
from riskassess.reviews.queries import visible_proposals
from riskassess.reviews.talk import flag_of

DAWN = (1980, 1, 1, 0, 0, 0)  # when all of it was made stands in the manifest


def build_package(package: FlagPackage) -> None:
    """Make the zip once; the right of whoever asked is asked again."""
    if package.made_at:
        return
    guard_asker(package)
    with override(package.language), tempfile.TemporaryFile() as target:
        report = _report_of(package)
        made_at = timezone.now()
        files, left_out = _write_zip(package, report, target, made_at)
        target.seek(0)
        _keep(package, target, made_at, len(files), len(left_out))


def guard_asker(package: FlagPackage) -> None:
    asker, proposal = package.asked_by, package.proposal
    is_visible = asker.is_active and visible_proposals(asker).filter(pk=proposal.pk).exists()
    if not is_visible or not asker.has_perm("reviews.read_package", proposal):
        raise Refused(_("Whoever asked for this package may no longer have it. Somebody who may can ask for one."))


def _report_of(package: FlagPackage) -> Report:
    report = request_report(
        proposal=package.proposal,
        record=package.record,
        kind=Kind.ASSESSMENT,
        asked_by=package.asked_by,
        language=package.language,
        is_redacted=package.is_redacted,
        has_own_job=False,
    )
    if report.file_id:
        return report
    chosen = Report.objects.select_related("proposal", "version", "record__release", "requested_by")
    return build(chosen.get(pk=report.pk))


def _write_zip(
    package: FlagPackage, report: Report, target: BinaryIO, made_at: datetime
) -> tuple[list[PackedFile], list[dict]]:
    files: list[PackedFile] = []
    left_out: list[dict] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:

        def add(name: str, what: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, DAWN), content)
            files.append(PackedFile(name, what, hashlib.sha256(content).hexdigest()))

        add(f"report/{report.file_name}", _("The assessment, to read"), read_report(report))
        add(f"record/{report.archive_name}", _("The same to keep, signed, with its data"), read_archive(report))
        for version in _evidence(package):
            try:
                add(f"evidence/{str(version.uid)[:8]}-{version.file.name}", _("Evidence"), read_bytes(version.file))
            except DomainError as fault:  # refused by the scanner since: said, so that nobody looks for it
                left_out.append({"file": version.file.name, "sha256": version.file.sha256, "why": str(fault)})
        add("letter.pdf", _("The letter"), render(_letter(package, made_at, tuple(files))))
        manifest = {
            "reference": package.proposal.reference,
            "version": package.record.version.number,
            "to": package.to,
            "question": package.question,
            "redacted": package.is_redacted,
            "made_at": instant(made_at),
            "receipt": report.receipt,
            "facts_sha256": package.record.facts_sha256,
            "result_sha256": package.record.result_sha256,
            "files": [{"file": one.name, "what": one.what, "sha256": one.sha256} for one in files],
            "left_out": left_out,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        archive.writestr(zipfile.ZipInfo("manifest.json", DAWN), text.encode())
    return files, left_out


def _evidence(package: FlagPackage) -> QuerySet[EvidenceVersion]:
    """The files that went along with the version, as it was frozen."""
    rows = evidence_in(package.record.version.content) if package.with_evidence else []
    return EvidenceVersion.objects.filter(uid__in=[row["file"] for row in rows]).select_related("file").order_by("pk")


def _letter(package: FlagPackage, made_at: datetime, files: tuple[PackedFile, ...]) -> FlagLetter:
    proposal, institution = package.proposal, package.proposal.institution
    flag = flag_of(proposal)
    told = flag.comments.order_by("pk").first() if flag and not package.is_redacted else None
    return FlagLetter(
        language=package.language,
        institution=institution.name,
        office=institution.office_name,
        reference=proposal.reference,
        version=package.record.version.number,
        title="" if package.is_redacted else proposal.title,
        made_at=made_at.isoformat(timespec="seconds"),
        made_on=made_at.astimezone(ZoneInfo(institution.time_zone)).date(),
        to=package.to,
        by=package.asked_by.name,
        question=package.question,
        told=told.text if told else "",
        files=files,
        is_redacted=package.is_redacted,
    )


@written_whole()
def _keep(package: FlagPackage, target: BinaryIO, made_at: datetime, files: int, left_out: int) -> None:
    with transaction.atomic():
        package = FlagPackage.objects.select_for_update(of=("self",)).select_related("proposal").get(pk=package.pk)
        if package.made_at:
            return
        package.file = store_stream(stream=target, name=package.file_name, content_type="application/zip")
        package.sha256, package.made_at = package.file.sha256, made_at
        package.save(update_fields=["file", "sha256", "made_at"])
        after = {"files": files, "left_out": left_out, "sha256": package.sha256, "addressee": package.addressee}
        record_package("package.made", package, None, after)

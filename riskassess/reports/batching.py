"""Many reports as one job: start it, go some seconds further, join what was made in one zip."""

import csv
import io
import json
import tempfile
import time
import zipfile
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from riskassess.accounts.models import User
from riskassess.audit.log import record as record_event
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.services import store_stream, written_whole
from riskassess.jobs import services as jobs
from riskassess.jobs.models import Queue
from riskassess.jobs.models import State as JobState
from riskassess.jobs.running import Refused, report_progress, should_give_way
from riskassess.proposals.models import Proposal
from riskassess.reports.asking import NotHere, subject_of
from riskassess.reports.build import build
from riskassess.reports.models import Kind, Report, ReportBatch
from riskassess.reports.rules import PERMISSIONS
from riskassess.reports.services import read_archive, read_report, request_report
from riskassess.reviews.queries import visible_proposals

STEP_SECONDS = 8.0
MOST = 2000
DAWN = (1980, 1, 1, 0, 0, 0)  # a zip holds a time for each file; that of these is in the manifest


@transaction.atomic
def request_batch(
    *, actor: User, kind: str, proposals: list[int], is_redacted: bool = False, language: str = "en"
) -> ReportBatch:
    """Ask for one kind of report of each of these proposals; they are made in the background, one job for all."""
    if kind not in Kind.values:
        raise DomainError(_("There is no such kind of report. Choose one of the list."), field="kind")
    if language not in dict(settings.LANGUAGES):
        raise DomainError(_("Reports are not made in that language. Choose one of the list."), field="language")
    if not proposals:
        raise DomainError(_("Tick the proposals first."), field="proposals")
    if len(proposals) > MOST:
        raise DomainError(
            _("At most %(most)d reports fit into one archive. Choose fewer.") % {"most": MOST}, field="proposals"
        )
    batch = ReportBatch.objects.create(
        kind=kind, is_redacted=is_redacted, language=language, proposals=proposals, asked_by=actor
    )
    _queue_step(batch)
    _record(batch, "reports.requested", actor, {"kind": kind, "redacted": is_redacted, "proposals": len(proposals)})
    return batch


def continue_batch(*, batch: ReportBatch, begin: int) -> None:
    """Make the next reports for some seconds, then queue the step after it. A step that comes twice counts once: what
    it made before is found, not made again."""
    if batch.ended_at is not None or batch.position != begin:
        return
    if not batch.asked_by.is_active:
        raise Refused(_("The account that asked for these reports is closed."))
    started, at, made, left_out = time.perf_counter(), begin, [], []
    while at < batch.total and (at == begin or time.perf_counter() - started < STEP_SECONDS):
        try:
            made.append(_report_of(batch, batch.proposals[at]).pk)
        except NotHere as reason:
            left_out.append([_reference_of(batch.proposals[at]), str(reason)])
        at += 1
        report_progress(at, batch.total)
        if should_give_way():
            break
    _keep(batch, begin, at, made, left_out)


def _report_of(batch: ReportBatch, key: int) -> Report:
    """The asker's right is asked for each one, when it is made."""
    asker = batch.asked_by
    proposal = visible_proposals(asker).filter(pk=key).first()
    if proposal is None or not asker.has_perm(PERMISSIONS.get(batch.kind, "proposals.view"), proposal):
        raise NotHere(_("This proposal is not open to you."))
    subject = subject_of(proposal, batch.kind)
    try:
        report = request_report(
            proposal=proposal,
            record=subject.record,
            kind=batch.kind,
            decision=subject.decision,
            asked_by=asker,
            language=batch.language,
            is_redacted=batch.is_redacted,
            has_own_job=False,
        )
    except DomainError as reason:
        raise NotHere(str(reason)) from None
    if not report.file_id:
        Report.objects.filter(pk=report.pk, file__isnull=True).update(requested_by=asker)
        chosen = Report.objects.select_related("proposal", "version", "record__release", "requested_by")
        report = build(chosen.get(pk=report.pk))
    return report


def _reference_of(key: int) -> str:
    return Proposal.objects.values_list("reference", flat=True).get(pk=key)


@written_whole()
def _keep(batch: ReportBatch, begin: int, at: int, made: list[int], left_out: list) -> None:
    is_over = at >= batch.total
    with transaction.atomic():
        still = ReportBatch.objects.filter(pk=batch.pk, position=begin, ended_at__isnull=True)
        if not still.update(position=at, left_out=[*batch.left_out, *left_out]):
            return  # another attempt of this step was faster
        batch.refresh_from_db()
        batch.reports.add(*made)
        if not is_over:
            _queue_step(batch)
            return
        with tempfile.TemporaryFile() as target:
            _write_zip(batch, target)
            target.seek(0)
            batch.file = store_stream(stream=target, name=batch.file_name, content_type="application/zip")
        batch.ended_at = timezone.now()
        batch.save(update_fields=["file", "ended_at"])
        after = {"reports": batch.reports.count(), "left_out": len(batch.left_out), "sha256": batch.file.sha256}
        _record(batch, "reports.ended", None, after)


def _write_zip(batch: ReportBatch, target: BinaryIO) -> None:
    lines = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        rows = batch.reports.select_related("proposal", "version", "file", "archive").order_by(
            "proposal__reference", "pk"
        )
        for report in rows.iterator(chunk_size=50):
            archive.writestr(zipfile.ZipInfo(f"reports/{report.file_name}", DAWN), read_report(report))
            lines.append(_manifest_line(report, report.file_name, report.sha256))
            if report.archive_id:
                archive.writestr(zipfile.ZipInfo(f"records/{report.archive_name}", DAWN), read_archive(report))
                lines.append(_manifest_line(report, report.archive_name, report.archive_sha256))
        manifest = {"made_at": timezone.now().isoformat(timespec="seconds"), "files": lines, "left_out": batch.left_out}
        archive.writestr(
            zipfile.ZipInfo("manifest.json", DAWN), json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        )
        table = io.StringIO()
        csv.writer(table).writerows(
            [line["sha256"], line["file"], line["reference"], line["receipt"]] for line in lines
        )
        archive.writestr(zipfile.ZipInfo("manifest.csv", DAWN), table.getvalue().encode())


def _manifest_line(report: Report, name: str, sha256: str) -> dict:
    return {
        "file": f"{'reports' if name == report.file_name else 'records'}/{name}",
        "sha256": sha256,
        "reference": report.proposal.reference,
        "version": report.version.number,
        "kind": str(report.kind),
        "receipt": report.receipt,
        "as_of": report.as_of.isoformat(timespec="seconds"),
    }


@transaction.atomic
def stop_batch(*, batch: ReportBatch, actor: User) -> None:
    """End it before its time; the reports that were made stay where they are."""
    if batch.ended_at is not None or batch.job is None:
        raise Conflict(_("This has ended already. There is nothing to stop."))
    if batch.job.state == JobState.CANCELLED:
        return  # a second click
    jobs.cancel(job=batch.job)
    _record(batch, "reports.stopped", actor, {"position": batch.position})


@transaction.atomic
def retry_batch(*, batch: ReportBatch, actor: User) -> None:
    """Go on where it failed or was stopped."""
    if batch.ended_at is not None or batch.job is None:
        raise Conflict(_("This has ended already. There is nothing to try again."))
    jobs.retry(job=batch.job)
    _record(batch, "reports.requested", actor, {"kind": str(batch.kind), "from": batch.position})


def _queue_step(batch: ReportBatch) -> None:
    batch.job = jobs.enqueue(
        "reports.continue_batch",
        f"reports:{batch.uid}:{batch.position}",
        ids=[batch.pk, batch.position],
        queue=Queue.BULK,
        asked_by=batch.asked_by,
    )
    batch.save(update_fields=["job"])


def _record(batch: ReportBatch, verb: str, actor: User | None, after: dict) -> None:
    record_event(
        verb,
        subject=batch,
        actor_id=actor.pk if actor else None,
        role=actor.role_now if actor else "system",
        actor_name=actor.name if actor else "",
        after=after,
    )

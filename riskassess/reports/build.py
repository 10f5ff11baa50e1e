import hashlib
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext, override

from riskassess.accounts.models import User
from riskassess.assessments.queries import catalogue_of
from riskassess.audit.log import record as record_event
from riskassess.files.services import store_bytes, written_whole
from riskassess.jobs.running import Refused
from riskassess.reports.content import blank_content, collected, period_content
from riskassess.reports.letterhead import logo_of
from riskassess.reports.models import BlankForm, PeriodReport, Report
from riskassess.reports.render import Copies, render, render_copies
from riskassess.reports.rules import PERMISSIONS, may_ask_period
from riskassess.reports.shapes import PeriodContent, ReportContent
from riskassess.reports.signing import certificate_sha256, sign
from riskassess.reviews.queries import visible_proposals


def build(report: Report) -> Report:
    """Make the report's two files, once: whoever comes second, or late, finds them and leaves them as they are."""
    if report.file_id:
        return report
    guard_asker(report)
    with override(report.language):
        content, dossier = collected(report)
        made = _made(report, content, dossier)
    return _keep(report, made, reference=report.proposal.reference)


def build_period(report: PeriodReport) -> PeriodReport:
    """As `build`, for the counts of a period."""
    if report.file_id:
        return report
    guard_may_ask(report.requested_by, report.kind, report.units)
    with override(report.language):
        content, dossier = period_content(report)
        made = _made(report, content, dossier)
    return _keep(report, made, reference="")


class Made(NamedTuple):
    copies: Copies
    signed: bytes
    receipt: str


def _made(report: Report | PeriodReport, content: ReportContent | PeriodContent, dossier: dict) -> Made:
    copies = render_copies(content, dossier, logo=logo_of(report.as_asked))
    return Made(copies, sign(copies.archive, institution=report.as_asked["institution"]), dossier["receipt"])


@written_whole()
def _keep(report, made: Made, *, reference: str):
    with transaction.atomic():
        report = type(report).objects.select_for_update(of=("self",)).get(pk=report.pk)
        if report.file_id:
            return report
        report.file = store_bytes(content=made.copies.reading, name=report.file_name, content_type="application/pdf")
        report.archive = store_bytes(content=made.signed, name=report.archive_name, content_type="application/pdf")
        report.sha256, report.archive_sha256 = report.file.sha256, report.archive.sha256
        report.unsigned_sha256 = hashlib.sha256(made.copies.archive).hexdigest()
        report.receipt, report.signer = made.receipt, certificate_sha256()
        fields = ("sha256", "archive_sha256", "unsigned_sha256", "receipt", "signer")
        report.save(update_fields=["file", "archive", *fields])
        record_event(
            "report.built",
            subject=report,
            actor_id=None,
            role="system",
            reference=reference,
            after={"kind": str(report.kind), "size": report.file.size}
            | {name: getattr(report, name) for name in fields},
        )
    return report


def build_blank(form: BlankForm) -> BlankForm:
    """As `build`, for the blank questionnaire of a release."""
    if form.file_id:
        return form
    with override(form.language):
        content = render(blank_content(catalogue_of(form.release), institution=form.institution))
    with transaction.atomic():
        form = BlankForm.objects.select_for_update(of=("self",)).select_related("release").get(pk=form.pk)
        if form.file_id:
            return form
        form.file = store_bytes(content=content, name=form.file_name, content_type="application/pdf")
        form.save(update_fields=["file"])
        record_event(
            "questionnaire.built",
            subject=form,
            actor_id=None,
            role="system",
            after={"release": str(form.release), "language": form.language, "sha256": form.file.sha256},
        )
    return form


def guard_asker(report: Report) -> None:
    """The right to read is asked again where the work is done: it may have been lost since. Fetch the person anew."""
    asker = report.requested_by
    if asker is None:
        return
    if not asker.is_active:
        raise Refused(gettext("The account that asked for this report is closed. Somebody else can try again."))
    is_visible = visible_proposals(asker).filter(pk=report.proposal_id).exists()
    if not is_visible or not asker.has_perm(PERMISSIONS.get(report.kind, "proposals.view"), report.proposal):
        raise Refused(
            gettext("Whoever asked for this report may no longer read the case. Somebody who may can try again.")
        )


def guard_may_ask(asker: User, kind: str, units: list[int]) -> None:
    if not asker.is_active:
        raise Refused(gettext("The account that asked for this report is closed. Somebody else can try again."))
    if not may_ask_period(asker, kind, units):
        raise Refused(gettext("Whoever asked for this report may no longer have it. Somebody who may can try again."))

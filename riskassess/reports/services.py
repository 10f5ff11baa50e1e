import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord, CatalogueRelease, SafeguardState
from riskassess.audit.log import record as record_event
from riskassess.audit.models import ChainHead
from riskassess.core.errors import Conflict, DomainError
from riskassess.files.services import clear_bytes, read_bytes, remove_file
from riskassess.jobs import services as jobs
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import role_in
from riskassess.reports.letterhead import as_letterhead
from riskassess.reports.models import OF_DECISION, REPEATED, BlankForm, FormerCopy, Kind, Report, ReportBatch
from riskassess.reviews.models import Case, Decision

# What decides how the blank questionnaire looks: where one of these changed, another PDF is made.
PAGES_OF_BLANK = ("reports/base.html", "reports/questionnaire.html", "reports/report.css", "catalogue/clause.html")


@transaction.atomic
def request_report(
    *,
    proposal: Proposal,
    record: AssessmentRecord,
    kind: str,
    decision: Decision | None = None,
    asked_by: User | None = None,
    language: str = "en",
    is_redacted: bool = False,
    has_own_job: bool = True,
) -> Report:
    """Write the report's row and its job; a worker makes the file after the commit. Asked twice, it is the same one,
    but for the audit report of a case: what that tells of goes on. Without a job of its own another one builds it."""
    if kind not in Kind.values:
        raise DomainError(_("There is no such kind of report. Choose assessment, decision or receipt."), field="kind")
    if language not in dict(settings.LANGUAGES):
        raise DomainError(_("Reports are not made in that language. Choose one of the list."), field="language")
    if (kind in OF_DECISION) != (decision is not None):
        raise DomainError(_("A decision letter needs its decision, and no other report has one."), field="decision")
    case = Case.objects.filter(proposal=proposal).first()
    if record.proposal_id != proposal.pk or (decision and (decision.case_id != getattr(case, "pk", None))):
        raise DomainError(_("This assessment belongs to another proposal."), field="record")
    if kind == Kind.CERTIFICATE:
        _guard_fulfilled(decision)
    wanted = {
        "kind": kind, "record": record, "decision": decision, "language": language, "is_redacted": is_redacted,
    }  # fmt: skip
    present = Report.objects.filter(**wanted).first()
    if present is not None and kind not in REPEATED:
        if has_own_job and present.job_id is None and not present.file_id:
            _queue(present, asked_by)  # it was asked for among many, whose job may have ended without it
        return present
    head = ChainHead.objects.get()
    values = {
        "proposal": proposal,
        "version": record.version,
        "as_of": timezone.now(),
        "as_asked": _as_asked(proposal, case, decision),
        "audit_sequence": head.sequence,
        "audit_head": head.hash,
        "requested_by": asked_by,
    }
    try:
        with transaction.atomic():
            report = Report.objects.create(**wanted, **values)
    except IntegrityError:  # somebody asked at the same moment
        return Report.objects.get(**wanted)
    if has_own_job:
        _queue(report, asked_by)
    _record(report, "report.requested", asked_by)
    return report


def _queue(report: Report, asked_by: User | None) -> None:
    report.job = jobs.enqueue("reports.build_report", f"report:{report.uid}", ids=[report.pk], asked_by=asked_by)
    report.save(update_fields=["job"])


def _guard_fulfilled(decision: Decision) -> None:
    conditions = list(decision.conditions.all())
    if not conditions:
        raise DomainError(_("This decision has no conditions, so there is nothing to certify."), field="kind")
    if still := sum(condition.fulfilled_on is None for condition in conditions):
        raise DomainError(
            ngettext(
                "%(count)d condition is not fulfilled yet. The certificate can be made once it is.",
                "%(count)d conditions are not fulfilled yet. The certificate can be made once they are.",
                still,
            )
            % {"count": still},
            field="kind",
        )


@transaction.atomic
def request_blank_form(*, release: CatalogueRelease, language: str, institution: str) -> BlankForm:
    """The blank questionnaire as a PDF, there or on its way. Asked again it is the same one; one that failed is tried
    anew by `prepare`."""
    named = "\n".join([release.sha256, language, institution, _pages_of_blank()])
    made_from = hashlib.sha256(named.encode()).hexdigest()
    present = BlankForm.objects.select_related("release", "file", "job").filter(made_from=made_from).first()
    if present is not None:
        return present
    values = {"release": release, "language": language, "institution": institution}
    form, is_new = BlankForm.objects.get_or_create(made_from=made_from, defaults=values)
    if is_new:
        form.job = jobs.enqueue("reports.build_blank_form", f"blank:{form.uid}", ids=[form.pk])
        form.save(update_fields=["job"])
    return form


@cache
def _pages_of_blank() -> str:
    texts = ((Path(settings.BASE_DIR) / "templates" / name).read_bytes() for name in PAGES_OF_BLANK)
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


@transaction.atomic
def retry_report(*, report: Report, actor: User) -> Report:
    """Have a report that failed built once more, now in the name of whoever asks."""
    report = (
        Report.objects.select_for_update(of=("self",)).select_related("job", "proposal", "version").get(pk=report.pk)
    )
    if report.file_id:
        raise Conflict(_("The report is ready. There is nothing to try again."))
    jobs.retry(job=report.job)
    report.requested_by = actor
    report.save(update_fields=["requested_by"])
    _record(report, "report.retried", actor)
    return report


@transaction.atomic
def make_again(*, reports: QuerySet[Report], because: str) -> int:
    """Throw the files of these reports away and have them built anew from what their rows hold now; gives how many.
    Of what was printed or sent before, the fingerprints stay: the check of reports says that it was replaced."""
    found = list(reports.select_for_update(of=("self",)).select_related("file", "archive", "proposal"))
    for batch in ReportBatch.objects.filter(reports__in=found, file__isnull=False).distinct().select_related("file"):
        clear_bytes(stored=batch.file)
    for report in found:
        files = [file for file in (report.file, report.archive) if file is not None]
        FormerCopy.objects.bulk_create(_former_copies(report), ignore_conflicts=True)
        report.file = report.archive = report.requested_by = None
        report.sha256 = report.archive_sha256 = report.unsigned_sha256 = report.receipt = report.signer = ""
        key = f"report:{report.uid}:{timezone.now():%Y%m%dT%H%M%S%f}"
        report.job = jobs.enqueue("reports.build_report", key, ids=[report.pk], queue="bulk")
        report.save()
        for file in files:
            remove_file(file)
        record_event(
            "report.made_again",
            subject=report,
            actor_id=None,
            role="system",
            reference=report.proposal.reference,
            after={"because": because},
        )
    return len(found)


def _former_copies(report: Report) -> list[FormerCopy]:
    known = {report.sha256, report.archive_sha256, report.unsigned_sha256, report.receipt} - {""}
    return [FormerCopy(report=report, fingerprint=each, is_receipt=each == report.receipt) for each in sorted(known)]


def read_report(report: Report) -> bytes:
    """The PDF, compared with the fingerprint that was recorded when it was built."""
    if report.file is None:
        raise DomainError(report.sentence)
    if report.file.sha256 != report.sha256:
        raise DomainError(_("The stored file is not the one that was built. Tell your administrator."))
    return read_bytes(report.file)


def read_archive(report: Report) -> bytes:
    """The record copy, compared in the same way."""
    if report.archive is None:
        raise DomainError(_("This report was made before there were record copies. Ask for it anew."))
    if report.archive.sha256 != report.archive_sha256:
        raise DomainError(_("The stored file is not the one that was built. Tell your administrator."))
    return read_bytes(report.archive)


def _as_asked(proposal: Proposal, case: Case | None, decision: Decision | None) -> dict:
    """What the record does not hold and time may change."""
    questionnaire = proposal.questionnaire
    safeguards = questionnaire.safeguards.exclude(state=SafeguardState.REFUSED).order_by("pk")
    return {
        "institution": proposal.institution.name,
        "time_zone": proposal.institution.time_zone,
        "site": settings.SITE_URL,
        **as_letterhead(proposal.institution),
        "route": case.route if case else "",
        "due_on": case.due_on.isoformat() if case else "",
        "officer": case.officer.name if case and case.officer else "",
        "holds": [{"rule": hold.rule, "row": hold.row, "state": hold.state} for hold in case.holds.all()]
        if case
        else [],
        "safeguards": [
            {
                "finding": row.finding,
                "mitigation": row.mitigation,
                "responsible": row.responsible,
                "due_on": row.due_on.isoformat() if row.due_on else "",
                "state": row.state,
            }
            for row in safeguards
        ],
        "fulfilled": {
            str(row.uid): row.fulfilled_on.isoformat()
            for row in (decision.conditions.all() if decision else ())
            if row.fulfilled_on
        },
    }


def _record(report: Report, verb: str, actor: User | None) -> None:
    record_event(
        verb,
        subject=report,
        actor_id=actor.pk if actor else None,
        role=role_in(actor, report.proposal),
        actor_name=actor.name if actor else "",
        reference=report.proposal.reference,
        after={"kind": str(report.kind), "version": report.version.number, "language": report.language},
    )

from django.db import transaction
from django.utils.translation import gettext, override

from riskassess.assessments.queries import catalogue_of
from riskassess.audit.log import record as record_event
from riskassess.files.services import store_bytes
from riskassess.jobs.running import Refused
from riskassess.reports.content import blank_content, collect
from riskassess.reports.models import BlankForm, Report
from riskassess.reports.render import render
from riskassess.reviews.queries import visible_proposals


def build(report: Report) -> Report:
    """Make the report's file, once: whoever comes second, or late, finds it and leaves it as it is."""
    if report.file_id:
        return report
    _guard_asker(report)
    with override(report.language):
        content = render(collect(report))
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",)).select_related("proposal", "version").get(pk=report.pk)
        if report.file_id:
            return report
        report.file = store_bytes(content=content, name=report.file_name, content_type="application/pdf")
        report.sha256 = report.file.sha256
        report.save(update_fields=["file", "sha256"])
        record_event(
            "report.built",
            subject=report,
            actor_id=None,
            role="system",
            reference=report.proposal.reference,
            after={"kind": str(report.kind), "sha256": report.sha256, "size": report.file.size},
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


def _guard_asker(report: Report) -> None:
    """The right to read is asked again where the work is done: it may have been lost since. Fetch the person anew."""
    asker = report.requested_by
    if asker is None:
        return
    if not asker.is_active:
        raise Refused(gettext("The account that asked for this report is closed. Somebody else can try again."))
    if not visible_proposals(asker).filter(pk=report.proposal_id).exists():
        raise Refused(
            gettext("Whoever asked for this report may no longer read the case. Somebody who may can try again.")
        )

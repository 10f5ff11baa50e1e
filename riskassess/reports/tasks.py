from riskassess.jobs.running import job_task
from riskassess.reports.models import BlankForm, FlagPackage, PeriodReport, Report, ReportBatch


@job_task("reports.build_report")
def build_report(report_id: int) -> None:
    # WeasyPrint costs a second and 60 MB: only the worker that builds pays, not whoever knows this task's name.
    from riskassess.reports.build import build

    build(Report.objects.select_related("proposal", "version", "record__release", "requested_by").get(pk=report_id))


@job_task("reports.build_blank_form")
def build_blank_form(form_id: int) -> None:
    from riskassess.reports.build import build_blank

    build_blank(BlankForm.objects.select_related("release").get(pk=form_id))


@job_task("reports.build_period_report")
def build_period_report(report_id: int) -> None:
    from riskassess.reports.build import build_period

    build_period(PeriodReport.objects.select_related("requested_by").get(pk=report_id))


@job_task("reports.continue_batch")
def continue_batch(batch_id: int, begin: int) -> None:
    from riskassess.reports.batching import continue_batch as go_on

    go_on(batch=ReportBatch.objects.select_related("asked_by").get(pk=batch_id), begin=begin)


@job_task("reports.build_package")
def build_package(package_id: int) -> None:
    from riskassess.reports.packing import build_package as build

    rows = FlagPackage.objects.select_related("proposal__institution", "record__version", "asked_by")
    build(rows.get(pk=package_id))

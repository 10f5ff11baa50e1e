from riskassess.jobs.running import job_task
from riskassess.reports.models import BlankForm, Report


@job_task("reports.build_report")
def build_report(report_id: int) -> None:
    # WeasyPrint costs a second and 60 MB: only the worker that builds pays, not whoever knows this task's name.
    from riskassess.reports.build import build

    build(Report.objects.select_related("proposal", "version", "record__release", "requested_by").get(pk=report_id))


@job_task("reports.build_blank_form")
def build_blank_form(form_id: int) -> None:
    from riskassess.reports.build import build_blank

    build_blank(BlankForm.objects.select_related("release").get(pk=form_id))

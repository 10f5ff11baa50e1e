from riskassess.auditing.models import Export
from riskassess.jobs.running import job_task


@job_task("auditing.build_export")
def build_export(export_id: int) -> None:
    from riskassess.auditing.build import build  # only the worker that builds needs what writes the formats

    build(Export.objects.select_related("proposal").get(pk=export_id))

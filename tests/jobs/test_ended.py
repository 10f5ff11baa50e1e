"""What stays of a job when its row has had its time."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.audit.models import Event
from riskassess.audit.services import verify_chain
from riskassess.jobs.models import Job
from riskassess.jobs.services import cancel, enqueue, start_again, stop

pytestmark = pytest.mark.django_db


def test_history_of_a_job_stays_in_the_audit_log_when_its_row_goes():
    operator = User.objects.create_user(email="ada@norderhaven.example", name="Ada Lind")
    stopped = enqueue("reports.build_report", "report:1", ids=[1])
    stop(job=stopped, actor=operator)
    start_again(job=stopped, actor=operator)
    stop(job=stopped, actor=operator)
    young = enqueue("reports.build_report", "report:2", ids=[2])
    cancel(job=young)
    waiting = enqueue("reports.build_report", "report:3", ids=[3])
    months = next(row.months for row in workflow.outlook() if row.of.key == "jobs")
    border = timezone.now() - relativedelta(months=months)
    Job.objects.filter(pk__in=[stopped.pk, waiting.pk]).update(created_at=border - timedelta(days=2))

    assert workflow.let_go()["jobs"] == 1

    assert set(Job.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    told = Event.objects.filter(subject=f"jobs.Job:{stopped.uid}").select_related("detail").order_by("sequence")
    assert [(event.verb, event.actor_id, event.detail.actor_name) for event in told] == [
        (verb, operator.pk, "Ada Lind") for verb in ("job.stopped", "job.started_again", "job.stopped")
    ]
    assert {event.detail.after["task"] for event in told} == {"reports.build_report"}
    assert Event.objects.get(verb="retention.let_go", subject="privacy.jobs").detail.after["count"] == 1
    assert verify_chain().ok

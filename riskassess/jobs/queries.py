from datetime import datetime, timedelta

from django.db.models import QuerySet

from riskassess.jobs.models import Job, State


def unfinished_jobs(*, task: str = "", key_prefix: str = "") -> QuerySet[Job]:
    """What is queued or being worked on; with a prefix, of one proposal or one round of work."""
    jobs = Job.objects.filter(state__in=[State.QUEUED, State.WORKING])
    if task:
        jobs = jobs.filter(task=task)
    return jobs.filter(key__startswith=key_prefix) if key_prefix else jobs


def longest_wait(now: datetime) -> timedelta:
    """How long the oldest queued job has waited: the one sign that tells whether workers really work."""
    queued_at = Job.objects.filter(state=State.QUEUED).order_by("queued_at").values_list("queued_at", flat=True).first()
    return max(now - queued_at, timedelta(0)) if queued_at else timedelta(0)

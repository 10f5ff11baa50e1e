"""Periodic and follow-up tasks: a door like the web. What comes often is idempotent, since a scheduler forgets."""

from celery import shared_task

from riskassess.jobs import running


@shared_task(name="schedule.sweep_jobs")
def sweep_jobs() -> None:
    running.sweep()

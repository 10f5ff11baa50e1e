"""Periodic and follow-up tasks: a door like the web. What comes often is idempotent, since a scheduler forgets."""

from celery import shared_task

from riskassess import workflow
from riskassess.audit.services import seal_reads as seal
from riskassess.jobs import running
from riskassess.jobs.running import job_task
from riskassess.proposals.models import Proposal


@shared_task(name="schedule.sweep_jobs")
def sweep_jobs() -> None:
    running.sweep()


@shared_task(name="schedule.seal_reads")
def seal_reads() -> None:
    seal()


@job_task("schedule.assess_submitted")
def assess_submitted(_partner_id, proposal_id):
    """A screening ended, done or failed: go on with the proposal that waited for it."""
    proposal = Proposal.objects.filter(pk=proposal_id).first()
    if proposal is not None:
        workflow.assess_submitted(proposal=proposal)

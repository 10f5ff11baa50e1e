"""Periodic and follow-up tasks: a door like the web. What comes often is idempotent, since a scheduler forgets."""

from datetime import timedelta

from celery import shared_task
from celery.signals import worker_init
from django.conf import settings
from django.utils import timezone

from partners.lists import clear_all_abandoned, remove_old_files, watch_folder
from partners.models import Judgement, ListEdition
from partners.queries.lists import list_standings, stuck_rescreenings, untold_editions
from partners.reference.ror_retention import remove_old_ror_files
from partners.services.screenings import screen_due
from riskassess import workflow
from riskassess.accounts.calendar import the_calendar
from riskassess.accounts.settings import lapse_settings
from riskassess.assessments.edits import tell_answers
from riskassess.assessments.law import records_under_law
from riskassess.assessments.models import AssessmentRecord
from riskassess.audit.checkpoints import guard_start, take_now
from riskassess.audit.services import check_chain
from riskassess.audit.services import seal_reads as seal
from riskassess.auditing.services import remove_old_exports
from riskassess.files.models import FileState
from riskassess.jobs import running
from riskassess.jobs.models import Job
from riskassess.jobs.models import State as JobState
from riskassess.jobs.running import job_task
from riskassess.jobs.services import retry
from riskassess.notices.services import make_digest, people_awaiting_digest
from riskassess.proposals.models import EvidenceVersion, Proposal
from riskassess.reports.archives import remove_old_archives
from riskassess.reports.packages import remove_old_packages
from riskassess.reviews import reminders
from riskassess.reviews.models import ConditionFile
from riskassess.reviews.queries import (
    drawn_percent,
    lifts_run_out,
    run_out,
    stuck_submissions,
    undrawn_registrations,
)

DIGEST_HOUR = 7
TOLD_WITHIN = timedelta(days=7)  # older news is none


@worker_init.connect
def guard_worker(**_kwargs) -> None:
    guard_start()


@shared_task(name="schedule.sweep_jobs")
def sweep_jobs() -> None:
    running.sweep()
    stuck = stuck_submissions(Proposal.objects.all())
    for proposal in Proposal.objects.filter(pk__in=stuck):
        workflow.tell_stuck(proposal=proposal, job=stuck[proposal.pk])


@shared_task(name="schedule.seal_reads")
def seal_reads() -> None:
    seal()


@shared_task(name="schedule.take_checkpoint")
def take_checkpoint() -> None:
    take_now()


@shared_task(name="schedule.check_states")
def check_states() -> None:
    """Each night: where the events say that each proposal stands, beside where it does."""
    workflow.compare_states()


@shared_task(name="schedule.remove_old_exports")
def remove_exports() -> None:
    remove_old_exports()
    remove_old_archives(now=timezone.now())
    remove_old_packages(now=timezone.now())


@shared_task(name="schedule.tell_answers")
def tell_answered() -> None:
    """Drafts are recorded by whole minutes, so the present one waits."""
    tell_answers(until=timezone.now().replace(second=0, microsecond=0))


@shared_task(name="schedule.draw_registered")
def draw_registered() -> None:
    """Settle which new registrations are read afterwards. Where none is drawn by rule, nothing is settled."""
    percent = drawn_percent()
    if percent:
        for proposal in undrawn_registrations():
            workflow.settle_draw(proposal=proposal, percent=percent)


@shared_task(name="schedule.lapse_settings")
def lapse_old_settings() -> None:
    lapse_settings(on=timezone.localdate())


@shared_task(name="schedule.check_chain")
def check_chain_daily() -> None:
    check_chain()


@shared_task(name="schedule.note_law")
def note_law() -> None:
    """Put proposals on the list of which law says something else today: rules whose day came, and newer releases."""
    today = timezone.localdate()
    for record in records_under_law().iterator(chunk_size=200):
        workflow.note_law(record=record, on=today)


@shared_task(name="schedule.let_go")
def let_go() -> None:
    """What has had its time; a few of each class at a time, so that no step is long."""
    workflow.tell_drafts_that_go()
    workflow.let_go()


@shared_task(name="schedule.watch_lists")
def watch_lists() -> None:
    """Take up what is new in the folder of lists, and tell officers what was refused or is held."""
    watch_folder()
    clear_all_abandoned()
    for edition in untold_editions(timezone.now() - TOLD_WITHIN):
        workflow.tell_edition(edition=edition)
    stuck = stuck_rescreenings()
    for edition in ListEdition.objects.filter(pk__in=stuck).select_related("source"):
        workflow.tell_stuck_rescreening(edition=edition, job=stuck[edition.pk])


@shared_task(name="schedule.tell_old_lists")
def tell_old_lists() -> None:
    for standing in list_standings(timezone.localdate()):
        if standing.is_old and not standing.source.is_sample:
            workflow.tell_old_list(edition=standing.in_force, age_days=standing.age_days)


@shared_task(name="schedule.remove_old_list_files")
def remove_old_list_files() -> None:
    remove_old_files(now=timezone.now(), days=settings.LIST_FILES_DAYS)
    remove_old_ror_files(now=timezone.now(), days=settings.LIST_FILES_DAYS)


@shared_task(name="schedule.screen_due")
def screen_due_partners() -> None:
    """Those whose screening failed, is partial or out of date are compared again, each at most once an hour."""
    screen_due(now=timezone.now())


@job_task("schedule.assess_submitted")
def assess_submitted(_party_id, proposal_id):
    """A screening ended, done or failed: go on with the proposal that waited for it."""
    proposal = Proposal.objects.filter(pk=proposal_id).first()
    if proposal is not None:
        workflow.assess_submitted(proposal=proposal)


@job_task("schedule.reassess_screened")
def reassess_screened(_party_id, record_id, trigger):
    """As `assess_submitted`, of a case that is assessed again."""
    record = AssessmentRecord.objects.select_related("proposal").filter(pk=record_id).first()
    if record is not None:
        workflow.reassess_screened(record=record, trigger=trigger)


@job_task("schedule.recount_due")
def recount_due(run, after):
    """The calendar of the institution changed: count open cases anew, a few at a time."""
    workflow.recount_due(run=run, after=after)


@job_task("schedule.file_scanned")
def file_scanned(file_id):
    """A file was scanned, or could not be: where something was found, whoever added it is told."""
    version = EvidenceVersion.objects.filter(file=file_id).select_related("file", "evidence__proposal__owner").first()
    if version is not None and version.file.state == FileState.REFUSED:
        workflow.tell_file_refused(version=version)
    judged = Judgement.objects.filter(evidence_file=file_id, evidence_file__state=FileState.REFUSED)
    for judgement in judged.select_related("evidence_file", "by"):
        workflow.tell_judgement_file_refused(judgement=judgement)
    shown = ConditionFile.objects.filter(file=file_id, file__state=FileState.REFUSED)
    for row in shown.select_related("file", "added_by", "condition__decision__case__proposal"):
        workflow.tell_condition_file_refused(row=row)


@shared_task(name="schedule.scan_waiting")
def scan_waiting() -> None:
    """Ask the virus scanner again for what waits because it did not answer."""
    failed = Job.objects.filter(task="files.scan_file", state=JobState.FAILED).order_by("pk")
    if failed:
        workflow.tell_scanner_away()
    for job in failed:
        retry(job=job)


@shared_task(name="schedule.send_digests")
def send_digests() -> None:
    """On working days, once from seven in the morning on: whoever wants one mail a day gets what waits."""
    now = timezone.localtime()
    if now.hour >= DIGEST_HOUR and the_calendar().is_working(now.date()):
        for user in people_awaiting_digest():
            make_digest(user=user, day=now.date())


@shared_task(name="schedule.follow_decisions")
def follow_decisions() -> None:
    """Let approvals expire and holds stand again whose authorisation ran out; on working days remind of what comes near
    or has passed, and tell delays further up."""
    today = timezone.localdate()
    for proposal in Proposal.objects.filter(pk__in=run_out(today)):
        workflow.expire(proposal=proposal, on=today)
    for hold in lifts_run_out(today):
        workflow.end_hold_lift(hold=hold, on=today)
    if not the_calendar().is_working(today):
        return
    for condition, days in reminders.conditions_to_tell(today):
        workflow.tell_due(condition=condition, days=days)
    for case, days in reminders.cases_to_tell(today):
        workflow.tell_case_due(case=case, days=days, today=today)
    for appeal, days in reminders.appeals_to_tell(today):
        workflow.tell_appeal_due(appeal=appeal, days=days, today=today)
    for decision, day, days in reminders.midterms_to_tell(today):
        workflow.tell_follow_up(decision=decision, kind="midterm", day=day, days=days)
    for decision, day, days in reminders.expiries_to_tell(today):
        workflow.tell_follow_up(decision=decision, kind="expiry", day=day, days=days)

"""Background work for operators: lines, workers, what runs, what failed and why. Nothing of any case is shown."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from riskassess.jobs.models import OVER, Job, Queue, State, WorkerSign
from riskassess.jobs.queries import QUIET_AFTER, Line, heard_workers, lines
from riskassess.jobs.services import start_again, stop
from riskassess.web.progress import pace_words, wait_words

PAGE_SIZE = 25
SHOWN = 25
FAILED = (State.FAILED, State.REFUSED)
FILTERS = {
    "all": (gettext_lazy("All"), Q()),
    "failed": (gettext_lazy("Without success"), Q(state__in=FAILED)),
    "stopped": (gettext_lazy("Stopped"), Q(state=State.CANCELLED)),
    "done": (gettext_lazy("Done"), Q(state=State.DONE)),
}
TASK_WORDS = {
    "assessments.continue_replay": gettext_lazy("Replay of assessments"),
    "auditing.build_export": gettext_lazy("Export"),
    "files.scan_file": gettext_lazy("Virus scan of a file"),
    "notices.send_digest": gettext_lazy("Mail of the day"),
    "notices.send_invitation": gettext_lazy("Invitation by mail"),
    "notices.send_mail": gettext_lazy("Mail"),
    "partners.import_ror_step": gettext_lazy("Import of ROR"),
    "partners.import_step": gettext_lazy("Import of a list"),
    "partners.rescreen_edition": gettext_lazy("Partners compared with a new edition"),
    "partners.screen_contact": gettext_lazy("Screening of a person"),
    "partners.screen_partner": gettext_lazy("Screening of a partner"),
    "reports.build_blank_form": gettext_lazy("Blank questionnaire"),
    "reports.build_package": gettext_lazy("Package for a flagged case"),
    "reports.build_period_report": gettext_lazy("Report of counts"),
    "reports.build_report": gettext_lazy("Report"),
    "reports.continue_batch": gettext_lazy("Many reports"),
    "schedule.assess_submitted": gettext_lazy("Assessment of what was submitted"),
    "schedule.file_scanned": gettext_lazy("Word of a scanned file"),
    "schedule.reassess_screened": gettext_lazy("Assessment after a screening"),
    "schedule.recount_due": gettext_lazy("Due days counted anew"),
}


def jobs(request):
    now = timezone.now()
    show = request.GET.get("show", "all")
    show = show if show in FILTERS else "all"
    rows = Job.objects.select_related("asked_by")
    queued = rows.filter(state=State.QUEUED).order_by("queued_at", "pk")
    past = rows.filter(FILTERS[show][1], state__in=OVER).order_by("-finished_at", "-pk")
    page = Paginator(past, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "jobs/jobs.html",
        {
            "facts": facts_of(lines(), now),
            "workers": [worker_row(sign, now) for sign in heard_workers(now)],
            "running": [job_row(job, now) for job in rows.filter(state=State.WORKING).order_by("started_at")[:SHOWN]],
            "waiting": [job_row(job, now) for job in queued[:SHOWN]],
            "failed": [
                job_row(job, now) for job in rows.filter(state__in=FAILED).order_by("-finished_at", "-pk")[:SHOWN]
            ],
            "page": page,
            "past": [job_row(job, now) for job in page],
            "show": show,
            "chips": [
                {"label": label, "url": f"?show={name}#past", "count": None, "current": name == show}
                for name, (label, _of) in FILTERS.items()
            ],
        },
    )


@require_POST
def job_stop(request, uid):
    job = get_object_or_404(Job, uid=uid)
    stop(job=job, actor=request.user)
    messages.info(request, _("It was stopped. Whoever asked for it can see that."))
    return redirect("jobs")


@require_POST
def job_start(request, uid):
    job = get_object_or_404(Job, uid=uid)
    start_again(job=job, actor=request.user)
    messages.success(request, _("It waits for a free worker again, in the name of whoever asked for it."))
    return redirect("jobs")


def facts_of(standing: list[Line], now: datetime) -> list[dict]:
    oldest = [line.oldest for line in standing if line.oldest]
    facts = [
        {
            "label": _("Oldest waiting job"),
            "value": wait_words(now - min(oldest)) if oldest else _("none waits"),
            "note": _("More than a minute means that workers do not keep up."),
        }
    ]
    for line in standing:
        since = _("the oldest for %(time)s") % {"time": wait_words(now - line.oldest)} if line.oldest else ""
        numbers = {"waiting": formats.localize(line.waiting), "working": formats.localize(line.working)}
        facts.append(
            {
                "label": Queue(line.queue).label,
                "value": _("%(waiting)s wait, %(working)s run") % numbers,
                "note": since,
            }
        )
    failed = Job.objects.filter(state__in=FAILED, finished_at__gt=now - timedelta(days=7)).count()
    facts.append({"label": _("Without success in seven days"), "value": formats.localize(failed), "note": ""})
    return facts


def worker_row(sign: WorkerSign, now: datetime) -> dict:
    is_quiet = now - sign.seen_at > QUIET_AFTER
    return {
        "name": sign.name,
        "started": sign.started_at,
        "tasks": sign.tasks,
        "tone": "turn" if is_quiet else "good",
        "words": _("no sign for %(time)s") % {"time": wait_words(now - sign.seen_at)}
        if is_quiet
        else _("heard %(time)s ago") % {"time": wait_words(now - sign.seen_at)},
    }


def job_row(job: Job, now: datetime) -> dict:
    return {
        "job": job,
        "title": TASK_WORDS.get(job.task, job.task),
        "who": job.asked_by.name if job.asked_by else _("RiskAssess itself"),
        "waited": wait_words(now - job.queued_at),
        "pace": pace_words(job.done, job.total, job.started_at, now) if job.state == State.WORKING else "",
        "reason": job.reason or _("The reason was not kept."),
        "tone": {State.DONE: "good", State.FAILED: "wrong", State.REFUSED: "turn"}.get(job.state, "plain"),
    }

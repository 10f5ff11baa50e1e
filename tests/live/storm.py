"""Decisions are made while parts of the running application are killed; afterwards everything is there once.

The kills go round the parts, so that a short storm meets each of them, and a seed tells the moments.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg2

from tests.live.stack import ROOT, Stack, children_of, command_line, wait_until

PARTS = {
    "services": (
        "worker child",
        "flush",
        "database",
        "worker child",
        "redis",
        "web",
        "database",
        "worker",
        "scheduler",
    ),
    "embedded": ("worker", "up"),
}
PREPARE = """
import json
from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.management.commands.demo import case_of, record_uid, submit
from riskassess.management.filing import read_example, write_draft
ana, tomasz, jonas = (User.objects.get(email=f"{{name}}@norderhaven.example") for name in ("ana", "tomasz", "jonas"))
made = []
for number in range({count}):
    content = {{**read_example("04-coastal"), "title": f"Storm {{number}}"}}
    proposal = submit(write_draft(content=content, owner=ana, unit=ana.unit))
    for person in (tomasz, jonas):
        workflow.declare_none(case=case_of(proposal), actor=person, because="I hold this role for the unit.")
    workflow.recommend(case=case_of(proposal), actor=tomasz, outcome="approve", reasons="Well prepared.",
                       record_uid=record_uid(proposal))
    made.append(proposal.reference)
print(json.dumps(made))
"""
DECIDE = """
import random, sys, time
from datetime import date
from django.db import DatabaseError, InterfaceError, connections
import django, riskassess.celery
django.setup()
from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.assessments.queries import latest_record
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Case, Decision
pause, references = float(sys.argv[1]), sys.argv[2:]
for reference in references:
    for attempt in range(300):
        try:
            if not Decision.objects.filter(case__proposal__reference=reference).exists():
                proposal = Proposal.objects.get(reference=reference)
                workflow.decide(
                    case=Case.objects.get(proposal=proposal), actor=User.objects.get(email="jonas@norderhaven.example"),
                    record_uid=str(latest_record(proposal).uid), outcome="approve_with_conditions",
                    reasons="One more source of money is needed.", source="Finding G05",
                    conditions=[{"text": "Find a second funder", "responsible": "Ana", "due_on": date(2099, 1, 8)}],
                )
            print(reference, flush=True)
            break
        except (DatabaseError, InterfaceError):  # what a person would send again: whether it was kept is asked first
            connections.close_all()
            time.sleep(0.2)
    time.sleep(pause)
"""
LOOK = """
import json
from collections import Counter
from riskassess.audit.models import Event
from riskassess.files.models import StoredFile
from riskassess.jobs.models import Job
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.reviews.models import Decision
found = Proposal.objects.filter(title__startswith="Storm ")
letters = Report.objects.filter(proposal__in=found, kind="decision")
built = Counter(Event.objects.filter(verb="report.built").values_list("subject", flat=True))
decided = Event.objects.filter(verb="proposal.decide", reference__in=found.values("reference"))
print(json.dumps({
    "states": sorted(Counter(found.values_list("state", flat=True)).items()),
    "decisions": Decision.objects.filter(case__proposal__in=found).count(),
    "letters": letters.count(),
    "whole": sum(bool(each.file_id and each.archive_id and each.sha256) for each in letters),
    "built_twice": [subject for subject, count in built.items() if count > 1],
    "unbuilt": sum(not built[f"reports.Report:{each.uid}"] for each in letters),
    "jobs": sorted(Counter(Job.objects.values_list("state", flat=True)).items()),
    "files": sorted(StoredFile.objects.exclude(path="").values_list("path", flat=True)),
}))
"""
RETRY = """
from riskassess.jobs.models import Job
from riskassess.jobs.services import retry
failed = list(Job.objects.filter(state="failed"))
for job in failed:
    retry(job=job)
print(len(failed))
"""
OPEN_JOBS = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'working')"


@dataclass
class Aftermath:
    kills: list[str] = field(default_factory=list)
    seconds_to_drain: float = 0
    given_up: int = 0  # jobs that lost three workers in a row: told to a person, and done when asked once more
    faults: list[str] = field(default_factory=list)


def storm(stack: Stack, *, setup: str, decisions: int, kills: int, seed: int, calm: float, postgres=None) -> Aftermath:
    """Make so many decisions while so many parts are killed, a part about every `calm` seconds."""
    chance, after = random.Random(seed), Aftermath()
    references = json.loads(stack.python(PREPARE.format(count=decisions), 900))
    decider = subprocess.Popen(
        [sys.executable, "-c", DECIDE, str(kills * calm / decisions), *references],
        cwd=ROOT, env=stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    for number in range(kills):
        time.sleep(chance.uniform(0.5, 1.5) * calm)
        part = PARTS[setup][number % len(PARTS[setup])]
        kill(stack, part, postgres, chance)
        after.kills.append(part)
    said, broken = decider.communicate(timeout=300)
    if sorted(said.split()) != sorted(references):
        after.faults.append(f"not every decision was taken: {said} {broken[-2000:]}")

    after.seconds_to_drain = wait_until(
        lambda: rows(stack, OPEN_JOBS) == [(0,)], 120, lambda: f"no job is left: {stack.log('worker')}"
    )
    after.given_up = int(stack.python(RETRY))
    wait_until(lambda: rows(stack, OPEN_JOBS) == [(0,)], 120, "what was given up is done")
    after.faults += faults_of(stack, decisions)
    return after


def kill(stack: Stack, part: str, postgres, chance: random.Random) -> None:
    if part == "flush":
        stack.flush_broker()
    elif part == "redis":
        stack.redis.process.kill()
        stack.redis.process.wait()
        stack.redis.start()
    elif part == "database":  # one of its processes: the server ends all others, and recovers
        backends = [pid for pid in children_of(postgres.process.pid) if is_backend(pid)]
        if backends:
            kill_now(chance.choice(backends))
    elif part == "worker child":
        children = children_of(stack.processes["worker"].pid)
        if children:
            kill_now(chance.choice(children))
    elif part == "web":
        children = children_of(stack.processes["web"].pid)
        if children:
            kill_now(chance.choice(children))
    elif part == "worker":
        stack.kill_worker()
        if stack.redis:
            stack.start("worker")
    else:
        process = stack.processes.pop(part)
        stack.kill_group(process)
        stack.start(part)


def kill_now(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def is_backend(pid: int) -> bool:
    return b"stack_" in command_line(pid)


def rows(stack: Stack, query: str) -> list[tuple]:
    """A database that recovers answers a little later."""
    for _attempt in range(100):
        try:
            return stack.rows(query)
        except psycopg2.OperationalError:
            time.sleep(0.1)
    return stack.rows(query)


def faults_of(stack: Stack, decisions: int) -> list[str]:
    found = json.loads(stack.python(LOOK))
    kept = stack.folder / "files"
    on_disk = sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file())
    wanted = {
        "states": [["approved_with_conditions", decisions]], "decisions": decisions, "letters": decisions,
        "whole": decisions, "built_twice": [], "unbuilt": 0, "files": on_disk,
    }  # fmt: skip
    faults = [f"{name}: {found[name]!r}, wanted {value!r}" for name, value in wanted.items() if found[name] != value]
    checked = stack.manage("verify_audit")
    if checked.returncode:
        faults.append(f"the audit log does not hold: {checked.stdout[-500:]} {checked.stderr[-500:]}")
    return faults

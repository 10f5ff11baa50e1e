import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from riskassess.audit.checkpoints import refusal_to_start
from riskassess.jobs import running
from riskassess.jobs.models import Job, State

WORKER = "embedded@localhost"
LOG_BYTES = 5_000_000
QUICK_DEATH_SECONDS = 5
GOODBYE_SECONDS = 4
LOOK_SECONDS = 0.2


@dataclass
class Child:
    """A process that belongs to this one: started again when it dies, ended when this one ends, whatever ends it."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen | None = None
    started: float = 0
    next_start: float = 0
    quick_deaths: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".1.log"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  the commands stand below, nothing of a user is in them
                self.command,
                cwd=settings.BASE_DIR,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stderr=log,  # stdout stays the terminal: it carries the mails of the embedded default
                start_new_session=True,  # Ctrl-C reaches the parent alone, which ends the children in order
                preexec_fn=_die_with_parent,
            )
        self.started = time.monotonic()

    def look_after(self) -> str:
        """Start it if it is due; says what happened, or nothing."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.next_start:
                self.start()
            return ""
        code = self.process.poll()
        if code is None:
            if now - self.started > QUICK_DEATH_SECONDS:
                self.quick_deaths = 0
            return ""
        self.process = None
        self.quick_deaths = self.quick_deaths + 1 if now - self.started < QUICK_DEATH_SECONDS else 0
        self.next_start = now + min(10, self.quick_deaths)
        return f"The {self.name} ended ({_describe(code)}) and is started again; its log is {self.log}."

    def end(self, sign: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)

    def wait(self, until: float) -> None:
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.05, until - time.monotonic()))


class Command(BaseCommand):
    help = "Serve RiskAssess on this machine: the web server and the worker together, ended together with Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000")

    def handle(self, *args, port, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("This serves one machine, to try things out. For a server there is docker-compose.yml.")
        self.is_leaving = False
        self.due: dict[str, float] = {}  # when each periodic task is sent next, on the monotonic clock
        port = self._checked_port(port)
        if refusal := refusal_to_start():
            raise CommandError(refusal)
        with self._only_one():
            for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(sign, self._leave)
            children = self._children(port)
            try:
                self._serve(children, port)
            finally:
                self._end(children)
        self.stdout.write("RiskAssess has ended.")

    def _leave(self, *_):
        self.is_leaving = True

    def _checked_port(self, text: str) -> int:
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise CommandError(f"PORT is {text!r}; it must be a number from 1 to 65535: PORT=8001 make run")
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind(("127.0.0.1", int(text)))
            except PermissionError:
                raise CommandError(f"Port {text} needs more rights. Take one above 1023: PORT=8001 make run")
            except OSError:
                raise CommandError(f"Port {text} is in use by another program. Take another: PORT=8001 make run")
        return int(text)

    def _only_one(self):
        """Two of these on one folder would take each other's jobs for abandoned."""
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        lock = (settings.VAR_DIR / "up.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"RiskAssess is running already with the folder {settings.VAR_DIR}. End that one first.")
        return lock

    def _children(self, port: int) -> list[Child]:
        logs = settings.VAR_DIR / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        site = {} if os.environ.get("RISKASSESS_SITE_URL") else {"RISKASSESS_SITE_URL": f"http://127.0.0.1:{port}"}
        web = [
            *(sys.executable, "-m", "gunicorn", "riskassess.wsgi"),
            *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--graceful-timeout", "2"),
        ]
        worker = [
            *(sys.executable, "-m", "celery", "--quiet", "-A", "riskassess.celery", "worker"),
            *("--pool", "solo", "--queues", "person,bulk", "--hostname", WORKER, "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]
        return [
            Child("web server", web, logs / "web.log", environment=site),
            Child("worker", worker, logs / "worker.log", environment=site),
        ]

    def _serve(self, children: list[Child], port: int) -> None:
        is_announced, next_sweep = False, 0.0
        while not self.is_leaving:
            for child in children:
                if news := child.look_after():
                    self.stderr.write(news)
                if child.quick_deaths >= 5:
                    raise CommandError(f"The {child.name} does not start. The end of its log:\n{_tail(child.log)}")
            if not is_announced and _answers(port):
                self._announce(port)
                is_announced = True
            if time.monotonic() >= next_sweep:
                self._sweep(children[1])
                self._send_due()
                next_sweep = time.monotonic() + min(10, settings.JOB_RESEND_SECONDS)
            time.sleep(LOOK_SECONDS)

    def _send_due(self) -> None:
        """The scheduler's part where there is none: wake up the periodic tasks whose time has come."""
        now = time.monotonic()
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            if entry["task"] == "schedule.sweep_jobs":
                continue  # the supervisor sweeps itself
            if now >= self.due.setdefault(name, now + entry["schedule"]):
                self.due[name] = now + entry["schedule"]
                try:
                    current_app.send_task(entry["task"], queue="bulk", retry=False, ignore_result=True)
                except Exception as fault:  # a full disk, say: the next turn comes
                    self.stderr.write(f"The task {entry['task']} could not be sent. ({fault})")

    def _sweep(self, worker: Child) -> None:
        """A solo worker has no time limit of its own: one that is past its lease hangs and is ended."""
        try:
            close_old_connections()
            late = Job.objects.filter(state=State.WORKING, worker=WORKER, lease_until__lt=timezone.now())
            if late.exists():
                self.stderr.write("The worker took too long over a job and is ended.")
                worker.end(signal.SIGKILL)
                worker.wait(time.monotonic() + 2)
            running.sweep()
        except DatabaseError as fault:
            self.stderr.write(f"The database did not answer; the next look is in a few seconds. ({fault})")

    def _announce(self, port: int) -> None:
        self.stdout.write(f"\nRiskAssess is ready: http://127.0.0.1:{port}\n")
        call_command("demo", "--logins", stdout=self.stdout)
        self.stdout.write("Ctrl-C ends it. The mails it sends are shown here and kept in var/mail; none leaves.")
        self.stdout.flush()

    def _end(self, children: list[Child]) -> None:
        web, worker = children
        web.end(signal.SIGTERM)
        # An idle solo worker hears of its end after seconds only, and has nothing to lose.
        worker.end(signal.SIGTERM if _has_job() else signal.SIGKILL)
        deadline = time.monotonic() + GOODBYE_SECONDS
        for child in children:
            child.wait(deadline)
        for child in children:
            child.end(signal.SIGKILL)
            child.wait(time.monotonic() + 2)


def _die_with_parent() -> None:
    """Linux only; elsewhere a killed parent leaves its children to be ended by hand."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _has_job() -> bool:
    try:
        return Job.objects.filter(state=State.WORKING, worker=WORKER).exists()
    except DatabaseError:
        return True


def _answers(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.settimeout(0.2)
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def _describe(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])

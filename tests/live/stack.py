"""The real application as processes: what a person starts with `make run`, or what the compose file starts."""

import fcntl
import http.client
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
import redis

from tests.live.servers import Postgres, Redis, free_port

ROOT = Path(__file__).resolve().parents[2]
RUN_ALL = "from riskassess.jobs.running import run_pending; run_pending()"
OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORT")


def process_environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a process of ours: nothing of the tests' own settings reaches it."""
    kept = {
        name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("RISKASSESS_")
    }
    return {
        **kept,
        "RISKASSESS_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.live.settings",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def run_python(code: str, environment: dict[str, str], seconds: float = 120) -> str:
    """Run a few lines with Django set up, in a process of their own; gives what they print."""
    start = "import django, riskassess.celery; django.setup()\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def wait_until(is_so: Callable[[], object], seconds: float, what: str | Callable[[], str]) -> float:
    """Seconds it took. Fails with words when it does not come true in time."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"After {seconds} seconds still not: {what() if callable(what) else what}")
        time.sleep(0.05)
    return time.monotonic() - begun


class Stack:
    """One running RiskAssess with a folder, a database and a broker of its own."""

    def __init__(self, folder: Path, *, database_url: str = "", broker: Redis | None = None, **environment: str):
        self.folder = folder
        self.redis = broker
        self.database_url = database_url
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        given = {"PORT": str(self.port), "RISKASSESS_SITE_URL": self.url, **environment}
        if database_url:
            given["DATABASE_URL"] = database_url
        if broker:
            given["REDIS_URL"] = broker.url
        self.environment = process_environment(folder, **given)
        self.processes: dict[str, subprocess.Popen] = {}

    # -- starting and ending ------------------------------------------------------------------------------------

    def commands(self) -> dict[str, list[str]]:
        if not self.redis:
            return {"up": [sys.executable, "manage.py", "up"]}
        celery = [sys.executable, "-m", "celery", "-A", "riskassess.celery"]
        return {
            "web": [sys.executable, "-m", "gunicorn", "riskassess.wsgi", "--bind", f"127.0.0.1:{self.port}",
                    "--workers", "2", "--threads", "4"],
            "worker": [*celery, "worker", "-Q", "person,bulk", "--concurrency", "1", "--hostname", "worker@tests"],
            "scheduler": [*celery, "beat"],
        }  # fmt: skip

    def start(self, *names: str) -> "Stack":
        for name, command in self.commands().items():
            if not names or name in names:
                self.spawn(name, command)
        if not names or {"up", "web"} & set(names):
            self.wait_for_page("/healthz")
        return self

    def spawn(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(8)
            self.kill_group(process)

    @staticmethod
    def kill_group(process: subprocess.Popen) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def worker_pids(self) -> list[int]:
        """The process that works, and with Redis its main process before it."""
        if self.redis:
            main = self.processes["worker"].pid
            return [main, *children_of(main)]
        return [pid for pid in children_of(self.processes["up"].pid) if b"celery" in command_line(pid)]

    def kill_worker(self) -> None:
        """SIGKILL, as the kernel does it when memory runs out. The embedded supervisor starts a new one by itself."""
        for pid in self.worker_pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.redis:
            self.processes.pop("worker").wait()

    def flush_broker(self) -> None:
        with redis.Redis.from_url(self.redis.url) as client:
            client.flushall()

    # -- looking in ---------------------------------------------------------------------------------------------

    def rows(self, query: str) -> list[tuple]:
        if self.database_url:
            with closing(psycopg2.connect(self.database_url)) as connection, connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall()
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def python(self, code: str, seconds: float = 120) -> str:
        return run_python(code, self.environment, seconds)

    def manage(self, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def get(self, path: str, seconds: float = 10) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def wait_for_page(self, path: str, seconds: float = 60) -> None:
        def answers() -> bool:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} ended:\n{self.log(name)}"
            try:
                return self.get(path)[0] < 500
            except OSError:
                return False

        try:
            wait_until(answers, seconds, f"{self.url}{path} answers")
        except AssertionError as late:
            raise AssertionError(f"{late}\n" + "\n".join(self.log(name) for name in self.processes))

    def log(self, name: str) -> str:
        texts = [self.folder / f"{name}.log", *sorted((self.folder / "logs").glob("*.log"))]
        return "\n".join(
            f"-- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in texts if path.exists()
        )


def children_of(pid: int) -> list[int]:
    found = []
    with suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found + [grandchild for child in found for grandchild in children_of(child)]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


class Templates:
    """Prepared databases to copy from: the audit triggers refuse the deletions that emptying a database would need."""

    def __init__(self, folder: Path):
        self.folder = folder

    def fill(self, folder: Path, **environment: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "prepare", "--demo"],
            cwd=ROOT, env=process_environment(folder, **environment), capture_output=True, text=True, timeout=300,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        # What the demo leaves to a worker is done once here, instead of in every stack that is started.
        run_python(RUN_ALL, process_environment(folder, **environment), 300)

    def copy_embedded(self, target: Path) -> None:
        """A folder with keys, files and a filled SQLite database. Made once, whichever xdist process comes first."""
        source = self.folder / "embedded"
        with (self.folder / "embedded.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (source / "ready").exists():
                shutil.rmtree(source, ignore_errors=True)
                source.mkdir(parents=True)
                self.fill(source)
                (source / "ready").touch()
        shutil.copytree(source, target)

    def copy_services(self, target: Path, server: Postgres, name: str) -> str:
        """The same with PostgreSQL: keys and files in the folder belong to the database whose address is returned."""
        source, template = self.folder / f"services{server.port}", "template_riskassess"
        if not source.exists():
            source.mkdir()
            server.run(f'CREATE DATABASE "{template}"')
            self.fill(source, DATABASE_URL=server.url(template))
        shutil.copytree(source, target)
        return server.copy(template, name)

"""docker-compose.yml, proven as far as it can be without an engine: its form, and each command as a real process."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis
import yaml

from tests.live.servers import end, free_port
from tests.live.stack import ROOT, Stack, process_environment, wait_until

COMPOSE = ROOT / "docker-compose.yml"
GIVEN = {
    "RISKASSESS_SECRET_KEY": "k1-" + "a7" * 24,
    "RISKASSESS_AUDIT_KEY": "k2-" + "b8" * 24,
    "RISKASSESS_HOSTS": "riskassess.example",
    "RISKASSESS_SITE_URL": "https://riskassess.example",
    "POSTGRES_PASSWORD": "c9" * 16,
    "REDIS_PASSWORD": "d0" * 16,
}


def filled_in(value, given):
    """What Compose makes of `${NAME}`, `${NAME:-else}`, `${NAME:?words}` and `$$`."""
    if isinstance(value, list):
        return [filled_in(part, given) for part in value]
    if isinstance(value, dict):
        return {name: filled_in(part, given) for name, part in value.items()}
    if not isinstance(value, str):
        return value

    def replace(match):
        if match[0] == "$$":
            return "$"
        name, otherwise = match[1], match[2]
        if name in given:
            return given[name]
        assert otherwise is not None, f"{name} has no value"
        return otherwise

    return re.sub(r"\$\$|\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", replace, value)


@pytest.fixture(scope="module")
def services():
    return filled_in(yaml.safe_load(COMPOSE.read_text()), GIVEN)["services"]


def validated(given):
    program = shutil.which("docker-compose")
    if not program:
        reason = "docker-compose is not installed (Debian package docker-compose)."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    others = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return subprocess.run(
        [program, "-f", COMPOSE, "config", "-q"], env={**others, **given}, capture_output=True, text=True, timeout=60
    )


def test_compose_file_is_valid():
    done = validated(GIVEN)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_compose_refuses_to_start_without_a_secret_and_names_it(name):
    done = validated({other: value for other, value in GIVEN.items() if other != name})

    assert done.returncode != 0
    assert f"set {name}" in done.stderr


def test_every_service_that_stays_has_a_health_check_and_comes_back(services):
    staying = {name: service for name, service in services.items() if name != "prepare"}

    assert set(staying) == {"web", "worker", "scheduler", "postgres", "redis"}
    assert [name for name, service in staying.items() if "healthcheck" not in service] == []
    assert {service["restart"] for service in staying.values()} == {"unless-stopped"}


def test_our_own_services_are_unprivileged_and_keep_their_files(services):
    for name in ("web", "worker", "scheduler", "prepare"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
        kept, *others = services[name]["volumes"]
        assert kept == "riskassess:/var/lib/riskassess"
        assert others == (["lists:/srv/lists:ro"] if name == "worker" else [])
    assert re.search(r"^USER riskassess$", (ROOT / "Dockerfile").read_text(), re.M)


class Deployment:
    """The services of the compose file as processes: their commands and environments, on loopback addresses."""

    def __init__(self, folder: Path, services: dict, database_url: str):
        self.folder = folder
        self.services = services
        self.ports = {"web": free_port(), "redis": free_port()}
        self.processes: dict[str, subprocess.Popen] = {}
        self.database_url = database_url

    def environment(self, name: str) -> dict[str, str]:
        environment = {key: str(value) for key, value in self.services[name].get("environment", {}).items()}
        if "DATABASE_URL" in environment:
            environment["DATABASE_URL"] = self.database_url
            environment["REDIS_URL"] = environment["REDIS_URL"].replace(
                "redis:6379", f"127.0.0.1:{self.ports['redis']}"
            )
        if "GUNICORN_CMD_ARGS" in environment:
            given = environment["GUNICORN_CMD_ARGS"]
            environment["GUNICORN_CMD_ARGS"] = given.replace("0.0.0.0:8000", f"127.0.0.1:{self.ports['web']}")
        programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        static = str(self.folder / "static")
        made = process_environment(
            self.folder, **environment, PATH=programs, RISKASSESS_STATIC=static, HOSTNAME="tests"
        )
        del made["DJANGO_SETTINGS_MODULE"]  # the settings of the application itself, nothing of the tests in them
        return made

    def start(self, name: str) -> subprocess.Popen:
        command = list(self.services[name]["command"])
        if name == "redis":
            command[-1] += f" --bind 127.0.0.1 --port {self.ports['redis']} --dir '{self.folder}'"
        if name == "worker":
            command[command.index("worker@%h")] = "worker@tests"
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(name), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        return self.processes[name]

    def is_healthy(self, name: str) -> bool:
        kind, *check = self.services[name]["healthcheck"]["test"]
        check = [part.replace("127.0.0.1:8000", f"127.0.0.1:{self.ports['web']}") for part in check]
        check = [part.replace("redis-cli", f"redis-cli -p {self.ports['redis']}") for part in check]
        command = ["sh", "-c", check[0]] if kind == "CMD-SHELL" else check
        environment = self.environment(name)
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=30).returncode == 0

    def stop(self) -> None:
        for name in ("scheduler", "worker", "web", "redis"):
            if name in self.processes:
                end(self.processes[name])
                Stack.kill_group(self.processes[name])

    def logs(self) -> str:
        return "\n".join(f"-- {path.name}\n{path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def deployment(tmp_path, services, postgres_url, redis_server):
    made = Deployment(tmp_path, services, postgres_url)
    yield made
    made.stop()


def test_each_service_starts_with_its_own_command_and_is_healthy(deployment):
    deployment.start("redis")
    wait_until(lambda: deployment.is_healthy("redis"), 20, "Redis is healthy")
    assert deployment.start("prepare").wait(180) == 0, deployment.logs()
    static = subprocess.run(
        [sys.executable, "manage.py", "prepare", "--static-only"],
        cwd=ROOT, env=deployment.environment("prepare"), capture_output=True, text=True,
    )  # fmt: skip
    assert static.returncode == 0, static.stderr

    for name in ("web", "worker", "scheduler"):
        deployment.start(name)
    for name in ("web", "worker", "scheduler"):
        wait_until(lambda: deployment.is_healthy(name), 90, lambda: f"{name} is healthy\n{deployment.logs()}")  # noqa: B023

    with psycopg2.connect(deployment.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_job (uid, created_at, task, key, ids, queue, state, attempts, attempts_allowed, worker,"
            " done, total, message, error, follow_up, request_id, queued_at, send_at)"
            " VALUES (gen_random_uuid(), now(), 'no.such', 'drill', '[]', 'person', 'working', 3, 3, 'gone',"
            " 0, 0, '', '', '', '', now(), now())"
        )
        cursor.execute("UPDATE jobs_job SET lease_until = now() - interval '1 minute' WHERE key = 'drill'")

    def is_swept():
        with psycopg2.connect(deployment.database_url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT state FROM jobs_job WHERE key = 'drill'")
            return cursor.fetchone() == ("failed",)

    wait_until(is_swept, 45, lambda: f"scheduler and worker sweep\n{deployment.logs()}")


def test_redis_of_the_compose_file_keeps_a_queue(deployment):
    deployment.start("redis")
    wait_until(lambda: deployment.is_healthy("redis"), 20, "Redis is healthy")

    with redis.Redis(port=deployment.ports["redis"], password=GIVEN["REDIS_PASSWORD"]) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with redis.Redis(port=deployment.ports["redis"]) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_web_without_its_secrets_says_what_to_set(deployment):
    environment = deployment.environment("web")
    environment["RISKASSESS_SECRET_KEY"] = "change-me"

    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.returncode != 0
    assert "Set RISKASSESS_SECRET_KEY to a random text" in done.stderr

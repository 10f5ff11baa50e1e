"""The command that people start: what it prints, how it ends, and what it refuses."""

import json
import signal
import socket
import time

import pytest

from tests.live.servers import free_port
from tests.live.stack import children_of, is_alive, wait_until


def test_up_says_where_it_is_and_answers(live_stack):
    stack = live_stack("embedded")

    status, text = stack.get("/readyz")

    assert status == 200
    assert json.loads(text) == {
        "ready": True,
        "database": "answers",
        "migrations": "applied",
        "broker": "answers",
        "oldest_job_waits_seconds": 0,
        "work": "in time",
    }
    wait_until(lambda: f"RiskAssess is ready: {stack.url}" in stack.log("up"), 5, "the address is printed")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_up_ends_quickly_and_leaves_no_process(live_stack, sign):
    stack = live_stack("embedded")
    up = stack.processes["up"]
    family = children_of(up.pid)
    assert len(family) >= 3  # the web server, its two workers, the worker

    begun = time.monotonic()
    up.send_signal(sign)
    up.wait(15)

    assert time.monotonic() - begun < 8
    assert up.returncode == 0
    wait_until(lambda: not any(map(is_alive, family)), 2, "no process is left")  # the kernel takes them away one by one
    assert "RiskAssess has ended." in stack.log("up")


def test_killed_up_takes_its_children_along_and_starts_again(live_stack):
    stack = live_stack("embedded")
    family = children_of(stack.processes["up"].pid)

    stack.processes["up"].kill()
    stack.processes["up"].wait()

    wait_until(lambda: not any(is_alive(pid) for pid in family), 10, "all children are gone")
    stack.start()


def test_up_refuses_a_taken_port_in_words(live_stack):
    stack = live_stack("embedded", is_started=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = stack.manage("up", "--port", str(port))

    assert done.returncode == 1
    assert f"Port {port} is in use by another program. Take another: PORT=8001 make run" in done.stderr


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "80 00"])
def test_up_refuses_what_is_no_port(live_stack, port):
    stack = live_stack("embedded", is_started=False)

    done = stack.manage("up", f"--port={port}")

    assert done.returncode == 1
    assert "it must be a number from 1 to 65535" in done.stderr


def test_second_up_on_the_same_folder_is_refused(live_stack):
    stack = live_stack("embedded")

    done = stack.manage("up", "--port", str(free_port()))

    assert done.returncode == 1
    assert "is running already" in done.stderr
    assert stack.get("/healthz")[0] == 200


LOGGED = """
from riskassess.core.context import request_id
from riskassess.jobs.services import enqueue
request_id.set("request-of-ana")
enqueue("probe.break", "break:1", ids=[1])
"""


def test_logs_are_json_and_carry_the_request_id_into_the_worker(live_stack):
    stack = live_stack("embedded", RISKASSESS_JOB_RESEND="1")
    stack.python(LOGGED)

    def lines(name):
        return [json.loads(line) for line in (stack.folder / "logs" / name).read_text().splitlines()]

    wait_until(lambda: stack.rows("SELECT 1 FROM jobs_job WHERE state = 'failed'"), 60, "the job failed three times")
    told = [line for line in lines("worker.log") if line["name"] == "riskassess.jobs.running"]
    assert {line["request_id"] for line in told} == {"request-of-ana"}
    assert len([line for line in told if line["levelname"] == "ERROR"]) == 3
    assert all(line["timestamp"].endswith("+00:00") for line in lines("worker.log") + lines("web.log"))

"""Workers and brokers that die, stall, forget and repeat themselves, in both set-ups, with real processes."""

import os
import signal

import pytest

from tests.live.stack import wait_until
from tests.probe.tasks import left

ENQUEUE = """
from django.db import transaction
from riskassess.jobs.services import enqueue, send
with transaction.atomic():
    jobs = [
        enqueue("{task}", f"{task}:{{number}}", ids=[number, {tenths}], follow_up="probe.follow")
        for number in range({count})
    ]
for job in jobs * {extra}:
    send(job)
"""


def enqueue(stack, task, *, count, tenths=0, extra=0):
    stack.python(ENQUEUE.format(task=task, count=count, tenths=tenths, extra=extra))


def outcomes(stack, task):
    return stack.rows(f"SELECT state, attempts FROM jobs_job WHERE task = '{task}' ORDER BY id")


def wait_until_over(stack, task, count, seconds):
    def is_over():
        states = [state for state, _ in outcomes(stack, task)]
        return len(states) == count and not {"queued", "working"} & set(states)

    return wait_until(is_over, seconds, lambda: f"{task} over: {outcomes(stack, task)}\n{stack.log('worker')}")


def traces(stack, word):
    return sorted(left(word, stack.folder / "probe"))


def test_killed_worker_loses_nothing_and_nothing_is_done_twice(live_stack, setup):
    stack = live_stack(setup, RISKASSESS_JOB_RESEND="3")
    enqueue(stack, "probe.stall", count=4, tenths=15)
    wait_until(lambda: traces(stack, "starts"), 20, "the first job has begun")

    stack.kill_worker()
    if setup == "services":
        stack.start("worker")

    wait_until_over(stack, "probe.stall", 4, 60)
    wait_until_over(stack, "probe.follow", 4, 30)
    assert traces(stack, "ends") == traces(stack, "follows") == [0, 1, 2, 3]
    assert sorted(outcomes(stack, "probe.stall")) == [("done", 1)] * 3 + [("done", 2)]


def test_work_that_kills_its_worker_each_time_is_given_up_in_words(live_stack):
    stack = live_stack("embedded", RISKASSESS_JOB_RESEND="2")
    enqueue(stack, "probe.stall", count=1, tenths=300)

    for attempt in (1, 2, 3):
        wait_until(lambda: len(traces(stack, "starts")) == attempt, 30, f"attempt {attempt} has begun")  # noqa: B023
        stack.kill_worker()

    wait_until_over(stack, "probe.stall", 1, 20)
    ((state, attempts, error),) = stack.rows("SELECT state, attempts, error FROM jobs_job WHERE task = 'probe.stall'")
    assert (state, attempts) == ("failed", 3)
    assert error.startswith("This was interrupted each time before it ended")
    wait_until_over(stack, "probe.follow", 1, 20)


def test_embedded_worker_past_its_lease_is_ended_and_its_line_goes_on(live_stack):
    stack = live_stack("embedded", RISKASSESS_JOB_LEASE="2", RISKASSESS_JOB_RESEND="2")
    enqueue(stack, "probe.stall", count=1, tenths=600)
    enqueue(stack, "probe.work", count=3)

    wait_until_over(stack, "probe.work", 3, 90)
    wait_until_over(stack, "probe.stall", 1, 60)

    assert outcomes(stack, "probe.stall") == [("failed", 3)]
    assert traces(stack, "ends") == [0, 1, 2]
    assert "The worker took too long over a job and is ended." in stack.log("up")


def test_each_message_delivered_five_times_is_one_effect(stack):
    enqueue(stack, "probe.work", count=20, tenths=1, extra=4)

    wait_until_over(stack, "probe.work", 20, 60)
    wait_until_over(stack, "probe.follow", 20, 60)

    assert traces(stack, "starts") == traces(stack, "ends") == traces(stack, "follows") == list(range(20))
    assert set(outcomes(stack, "probe.work")) == {("done", 1)}


def test_redis_that_forgets_everything_loses_no_job(live_stack):
    stack = live_stack("services", is_started=False, RISKASSESS_JOB_RESEND="2").start("web", "scheduler")
    enqueue(stack, "probe.work", count=5)
    stack.flush_broker()

    stack.start("worker")

    wait_until_over(stack, "probe.work", 5, 45)
    assert traces(stack, "ends") == [0, 1, 2, 3, 4]


def test_redis_that_is_away_delays_work_and_nothing_else(live_stack):
    stack = live_stack("services", RISKASSESS_JOB_RESEND="2")
    stack.redis.stop()

    enqueue(stack, "probe.work", count=5)
    status, text = stack.get("/readyz")
    assert (status, '"broker": "away"' in text) == (200, True)
    stack.redis.start()

    wait_until_over(stack, "probe.work", 5, 60)
    assert traces(stack, "ends") == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("restarts", [5])
def test_worker_takes_up_again_after_each_restart_of_redis(live_stack, restarts):
    stack = live_stack("services", RISKASSESS_JOB_RESEND="2")

    for number in range(restarts):
        stack.redis.stop()
        stack.redis.start()
        enqueue(stack, "probe.work", count=number + 1)

    assert wait_until_over(stack, "probe.work", restarts, 60) < 40
    assert traces(stack, "ends") == list(range(restarts))


def test_stopped_redis_process_does_not_hold_a_page_up(live_stack):
    stack = live_stack("services", RISKASSESS_JOB_RESEND="2")
    os.kill(stack.redis.process.pid, signal.SIGSTOP)
    try:
        enqueue(stack, "probe.work", count=2)
        assert stack.get("/readyz")[0] == 200
    finally:
        os.kill(stack.redis.process.pid, signal.SIGCONT)

    wait_until_over(stack, "probe.work", 2, 60)
    assert traces(stack, "ends") == [0, 1]

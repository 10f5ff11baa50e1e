from datetime import timedelta

import pytest
from django.utils import timezone

from riskassess.core.context import request_id
from riskassess.core.errors import Conflict, DomainError
from riskassess.jobs import running
from riskassess.jobs.models import Job, State
from riskassess.jobs.queries import longest_wait, unfinished_jobs
from riskassess.jobs.running import BROKE, STOPPED, claim, finish, give_back, run_job, run_pending, sweep
from riskassess.jobs.services import cancel, enqueue, retry
from tests.probe import tasks as probe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "SCRATCH", tmp_path / "probe")
    return tmp_path / "probe"


def traces(word, scratch):
    return probe.left(word, scratch)


def expire(job):
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_run_pending_does_the_work_and_tells_the_follower_once(scratch):
    job = enqueue("probe.work", "work:1", ids=[1], follow_up="probe.follow")

    assert run_pending() == 2

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.lease_until) == (State.DONE, 1, "", None)
    assert job.started_at <= job.finished_at
    assert (traces("ends", scratch), traces("follows", scratch)) == ([1], [1])
    assert run_pending() == 0


def test_run_pending_stops_at_its_limit_and_takes_the_oldest_first(scratch):
    for number in (1, 2, 3):
        enqueue("probe.work", f"work:{number}", ids=[number])

    assert run_pending(limit=2) == 2

    assert traces("ends", scratch) == [1, 2]
    assert unfinished_jobs(task="probe.work", key_prefix="work:").count() == 1


def test_message_delivered_five_times_does_the_work_once(scratch):
    job = enqueue("probe.work", "work:1", ids=[1], follow_up="probe.follow")

    results = [run_job(job.pk) for _ in range(5)]

    assert results == [True, False, False, False, False]
    assert traces("starts", scratch) == [1]
    assert Job.objects.filter(task="probe.follow").count() == 1


def test_message_for_a_job_that_is_unknown_is_dropped():
    assert run_job(987654) is False


def test_third_failure_ends_the_job_with_a_plain_sentence_and_no_technical_word(scratch):
    job = enqueue("probe.break", "break:1", ids=[1], follow_up="probe.follow")

    run_pending()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (State.FAILED, 3, BROKE)
    assert traces("starts", scratch) == [1, 1, 1]
    assert traces("follows", scratch) == [1]


def test_domain_sentence_is_kept_when_the_attempts_are_used_up():
    job = enqueue("probe.object", "object:1", ids=[1])

    run_pending()

    job.refresh_from_db()
    assert (job.state, job.reason) == (State.FAILED, "The catalogue of this proposal is gone.")


def test_work_that_succeeds_in_the_third_attempt_is_done(scratch):
    job = enqueue("probe.break_twice", "twice:1", ids=[1])

    run_pending()

    job.refresh_from_db()
    assert (job.state, job.attempts, traces("ends", scratch)) == (State.DONE, 3, [1])


def test_refused_work_is_not_tried_again(scratch):
    job = enqueue("probe.refuse", "refuse:1", ids=[1], follow_up="probe.follow")

    run_pending()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.REFUSED, 1)
    assert job.reason == "You may no longer read this proposal."
    assert traces("follows", scratch) == [1]


def test_failed_attempt_waits_longer_each_time():
    job = enqueue("probe.break", "break:1", ids=[1])

    waits = []
    for _ in range(2):
        run_job(job.pk)
        job.refresh_from_db()
        waits.append(round((job.send_at - job.queued_at).total_seconds()))

    assert waits == [2, 20]


def test_claim_leaves_alone_what_another_worker_holds_within_its_lease():
    job = enqueue("probe.work", "work:1", ids=[1])

    first, second = claim(job.pk, worker="a"), claim(job.pk, worker="b")

    assert (first.attempts, first.worker, second) == (1, "a", None)


def test_worker_that_comes_back_after_its_lease_cannot_end_the_job():
    job = enqueue("probe.work", "work:1", ids=[1], follow_up="probe.follow")
    sleeper = claim(job.pk, worker="sleeper")
    expire(job)

    successor = claim(job.pk, worker="successor")

    assert finish(sleeper, State.FAILED, error=BROKE) is False
    assert finish(successor, State.DONE) is True
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (State.DONE, 2, "")
    assert Job.objects.filter(task="probe.follow").count() == 1


def test_sweep_takes_back_what_outlived_its_lease_and_fails_it_after_three(scratch):
    job = enqueue("probe.work", "work:1", ids=[1], follow_up="probe.follow")
    for _ in range(2):
        claim(job.pk)
        expire(job)
        sweep()
        job.refresh_from_db()
        assert job.state == State.QUEUED
    claim(job.pk)
    expire(job)

    sweep()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.reason) == (State.FAILED, 3, STOPPED)
    assert Job.objects.filter(task="probe.follow").count() == 1
    assert claim(job.pk) is None


def test_start_of_a_worker_gives_back_only_what_it_held_itself():
    mine, other = (enqueue("probe.work", f"work:{n}", ids=[n]) for n in (1, 2))
    claim(mine.pk, worker="worker@a")
    claim(other.pk, worker="worker@b")

    give_back(Job.objects.filter(state=State.WORKING, worker="worker@a"))

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, other.state) == (State.QUEUED, State.WORKING)


def test_sweep_sends_what_waited_and_makes_the_waits_longer():
    job = enqueue("probe.work", "work:1", ids=[1])
    assert sweep() == 0  # its own message may still be on the way
    long_ago = timezone.now() - timedelta(seconds=40)
    Job.objects.filter(pk=job.pk).update(queued_at=long_ago, send_at=long_ago)

    assert (sweep(), sweep()) == (1, 0)

    job.refresh_from_db()
    wait = (job.send_at - timezone.now()).total_seconds()
    assert 38 < wait < 45


def test_progress_is_seen_and_a_cancelled_job_stops_at_it(scratch, monkeypatch):
    job = enqueue("probe.work", "work:1", ids=[1, 20])
    seen = []

    def watch(_seconds):
        job.refresh_from_db()
        seen.append((job.done, job.total, job.percent, job.message))
        if len(seen) == 3:
            cancel(job=job)

    monkeypatch.setattr(probe.time, "sleep", watch)
    run_pending()

    job.refresh_from_db()
    assert seen == [(0, 20, 0, "step 0"), (1, 20, 5, "step 1"), (2, 20, 10, "step 2")]
    assert (job.state, traces("ends", scratch)) == (State.CANCELLED, [])


def test_job_carries_the_request_id_into_the_work(monkeypatch):
    seen = []
    monkeypatch.setattr(probe, "leave", lambda word, number: seen.append((word, request_id.get())))
    token = request_id.set("request-of-ana")
    enqueue("probe.work", "work:1", ids=[1])
    request_id.reset(token)

    run_pending()

    assert seen == [("starts", "request-of-ana"), ("ends", "request-of-ana")]
    assert request_id.get() == ""


def test_retry_gives_three_more_attempts_and_tells_the_follower_again(scratch):
    job = enqueue("probe.break", "break:1", ids=[1], follow_up="probe.follow")
    run_pending()
    job.refresh_from_db()

    retry(job=job)
    assert (job.state, job.error) == (State.QUEUED, "")
    run_pending()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.FAILED, 6)
    assert traces("follows", scratch) == [1, 1]


def test_retry_refuses_what_is_done_or_under_way():
    job = enqueue("probe.work", "work:1", ids=[1])
    with pytest.raises(Conflict, match="worked on already"):
        retry(job=job)
    run_pending()

    with pytest.raises(DomainError, match="done already"):
        retry(job=job)


def test_cancel_ends_what_waits_and_refuses_what_has_ended():
    job = enqueue("probe.work", "work:1", ids=[1])

    assert cancel(job=job).state == State.CANCELLED
    assert cancel(job=job).state == State.CANCELLED
    assert run_pending() == 0
    done = enqueue("probe.work", "work:2", ids=[2])
    run_pending()
    with pytest.raises(Conflict, match="ended already"):
        cancel(job=done)


def test_longest_wait_is_that_of_the_oldest_queued_job():
    now = timezone.now()
    assert longest_wait(now) == timedelta(0)
    for number, seconds in ((1, 5), (2, 70)):
        job = enqueue("probe.work", f"work:{number}", ids=[number])
        Job.objects.filter(pk=job.pk).update(queued_at=now - timedelta(seconds=seconds))

    assert longest_wait(now) == timedelta(seconds=70)


def test_work_called_directly_needs_no_job(scratch):
    probe.work(7, 1)

    assert traces("ends", scratch) == [7]


def test_task_name_belongs_to_one_function():
    with pytest.raises(ValueError, match=r"probe\.work"):
        running.job_task("probe.work")(lambda number: None)


@pytest.mark.django_db
def test_bulk_message_serves_people_first_and_each_once():
    bulk = enqueue("probe.work", "bulk:1", ids=[1], queue="bulk")
    people = [enqueue("probe.work", f"person:{n}", ids=[n]) for n in (2, 3)]
    resting = enqueue("probe.work", "person:9", ids=[9])
    Job.objects.filter(pk=resting.pk).update(attempts=1, send_at=timezone.now() + timedelta(seconds=60))

    assert running.serve_people_first(people[0].pk) == 0  # somebody waits for that one itself
    assert running.serve_people_first(bulk.pk) == 2
    assert running.serve_people_first(bulk.pk) == 0

    assert {job.state for job in Job.objects.filter(pk__in=[job.pk for job in people])} == {State.DONE}
    assert Job.objects.get(pk=bulk.pk).state == State.QUEUED


def test_message_that_comes_again_takes_back_what_a_dead_child_held(scratch):
    job = enqueue("probe.work", "work:1", ids=[1])
    claim(job.pk, worker="worker@one")

    assert running.take_back_lost(job.pk, worker="worker@two") == 0  # somebody else's, who may be alive
    assert run_job(job.pk, worker="worker@two") is False
    assert running.take_back_lost(job.pk, worker="worker@one") == 1
    assert run_job(job.pk, worker="worker@one") is True

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)

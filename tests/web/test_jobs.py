from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from riskassess.audit.models import Event
from riskassess.celery import app
from riskassess.jobs.models import Job, State, WorkerSign
from riskassess.jobs.running import _works
from riskassess.jobs.services import enqueue
from riskassess.web.progress import pace_words
from riskassess.web.views.jobs import TASK_WORDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client, person):
    ada = person("Ada Lind", "administrator")
    client.force_login(ada)
    return ada


def make(number, state=State.QUEUED, **values):
    job = enqueue("probe.work", f"work:{number}", ids=[number], **values)
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(
        state=state, done=number, total=100, started_at=now - timedelta(seconds=10), finished_at=now,
        queued_at=now - timedelta(minutes=number), error="The disk is full." if state == State.FAILED else "",
    )  # fmt: skip
    return Job.objects.get(pk=job.pk)


def test_operator_sees_lines_workers_progress_and_reasons(client, operator):
    make(7, asked_by=operator)
    make(50, State.WORKING, queue="bulk")
    make(3, State.FAILED)
    now = timezone.now()
    WorkerSign.objects.create(name="worker@one", started_at=now, seen_at=now)
    WorkerSign.objects.create(name="worker@two", started_at=now, seen_at=now - timedelta(minutes=10))

    page = client.get(reverse("jobs")).content.decode()

    for words in (
        "7 minutes", "1 wait, 0 run", "0 wait, 1 run", "50 of 100", "a second · about",
        "The disk is full.", "Ada Lind", "worker@one", "no sign for 10 minutes",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize("state", [State.QUEUED, State.WORKING, State.FAILED])
def test_page_asks_as_many_queries_for_three_jobs_as_for_one(client, operator, state):
    make(1, state, asked_by=operator)
    client.get(reverse("jobs"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("jobs"))
    make(2, state, asked_by=operator)
    make(3, state, asked_by=operator)

    with CaptureQueriesContext(connection) as three:
        client.get(reverse("jobs"))

    assert len(three) == len(one)


def test_operator_stops_and_starts_again_and_both_are_on_record(client, operator):
    job = make(1, follow_up="probe.follow")

    client.post(reverse("job_stop", args=[job.uid]))
    job.refresh_from_db()
    followers = Job.objects.filter(task="probe.follow")
    assert (job.state, followers.count()) == (State.CANCELLED, 1)
    client.post(reverse("job_stop", args=[job.uid]))  # a second click changes nothing more
    client.post(reverse("job_start", args=[job.uid]))
    again = client.post(reverse("job_start", args=[job.uid]))

    job.refresh_from_db()
    assert (job.state, followers.count(), again.status_code) == (State.QUEUED, 1, 409)
    verbs = list(
        Event.objects.filter(subject__endswith=str(job.uid)).order_by("sequence").values_list("verb", flat=True)
    )
    assert verbs == ["job.stopped", "job.started_again"]


def test_every_kind_of_job_has_words():
    app.loader.import_default_modules()

    assert {name for name in _works if not name.startswith("probe.")} <= set(TASK_WORDS)


@pytest.mark.parametrize(
    ("done", "seconds", "words"),
    [
        (0, 100, ""), (50, 1, ""), (50, 10, "5 a second · about 10 seconds left"),
        (10, 60, "10 a minute · about 9 minutes left"),
        (1, 240, "1 a minute · about 7 hours left"), (100, 10, "10 a second"),
    ],
)  # fmt: skip
def test_pace_is_told_once_it_is_more_than_a_guess(done, seconds, words):
    now = timezone.now()

    assert pace_words(done, 100, now - timedelta(seconds=seconds), now) == words

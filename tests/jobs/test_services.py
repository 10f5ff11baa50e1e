import json
import socket

import pytest
from django.conf import settings
from django.db import transaction

from riskassess.celery import app
from riskassess.jobs.models import Job
from riskassess.jobs.services import enqueue
from tests.live.servers import free_port
from tests.live.stack import process_environment, run_python


@pytest.mark.django_db
def test_enqueue_twice_with_one_key_makes_one_job():
    first = enqueue("probe.work", "work:1", ids=[1])
    second = enqueue("probe.work", "work:1", ids=[1])

    assert first == second
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_enqueue_refuses_another_task_under_a_known_key():
    enqueue("probe.work", "work:1", ids=[1])

    with pytest.raises(ValueError, match=r"belongs to probe\.work"):
        enqueue("probe.stall", "work:1", ids=[1])


@pytest.mark.django_db
@pytest.mark.parametrize("names", [{"task": "probe.wrok"}, {"task": "probe.work", "follow_up": "probe.folow"}])
def test_enqueue_refuses_a_task_that_nobody_registers(names):
    with pytest.raises(LookupError, match="No task is called 'probe"):
        enqueue(key="work:1", ids=[1], **names)


@pytest.mark.django_db
@pytest.mark.parametrize("ids", [[{"name": "Ana"}], [None], [1.5], [True]])
def test_enqueue_takes_ids_only(ids):
    with pytest.raises(TypeError, match="whole numbers or texts"):
        enqueue("probe.work", "work:1", ids=ids)


@pytest.mark.django_db
def test_message_goes_out_after_the_commit_and_carries_the_job_id_alone(django_capture_on_commit_callbacks):
    for file in settings.BROKER_DIR.glob("*.msg"):
        file.unlink()

    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue("probe.work", "work:1", ids=[4711])
        assert list(settings.BROKER_DIR.glob("*.msg")) == []

    (message,) = settings.BROKER_DIR.glob("*.person.msg")
    with app.connection_for_read() as connection, connection.SimpleQueue("person") as line:
        delivered = line.get(timeout=2)
        assert delivered.payload[0] == [job.pk]
        assert delivered.headers["task"] == "probe.work"
        delivered.ack()
    assert not message.exists()


@pytest.mark.django_db
def test_rolled_back_transaction_leaves_neither_job_nor_message(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        enqueue("probe.work", "work:1", ids=[1])
        transaction.set_rollback(True)

    assert (callbacks, Job.objects.count()) == ([], 0)


AWAY = """
import json, logging, time
logging.disable(logging.CRITICAL)
from django.core.management import call_command
call_command("migrate", "jobs", verbosity=0)
from django.db import transaction
from riskassess.jobs.models import Job
from riskassess.jobs.services import enqueue, registered_tasks
registered_tasks()
seconds = []
for number in range(3):
    begun = time.perf_counter()
    with transaction.atomic():
        enqueue("probe.work", f"work:{number}", ids=[number])
    seconds.append(time.perf_counter() - begun)
print(json.dumps({"seconds": seconds, "states": list(Job.objects.values_list("state", flat=True))}))
"""


def test_broker_that_refuses_connections_costs_no_time_and_raises_nothing(tmp_path):
    environment = process_environment(tmp_path, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

    result = json.loads(run_python(AWAY, environment))

    assert result["states"] == ["queued"] * 3
    assert max(result["seconds"][1:]) < 0.1  # the very first send imports the transport
    assert result["seconds"][0] < 1.5


def test_broker_that_accepts_and_never_answers_costs_little_time(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        environment = process_environment(tmp_path, REDIS_URL=f"redis://127.0.0.1:{port}/0")

        result = json.loads(run_python(AWAY, environment))

    assert result["states"] == ["queued"] * 3
    assert result["seconds"][0] < 4
    assert max(result["seconds"][1:]) < 0.1  # for a while it is left alone

"""Long files of lists and of ROR on one worker: whoever waits goes first, and the right is asked for each time."""

import json

import pytest
from django.utils import timezone

from partners import candidates
from partners.lists.background import queue_step
from partners.lists.importing import begin_import
from partners.models import ListEdition, RorImport
from partners.reference.ror import import_ror_in_background
from riskassess.accounts.models import RoleMembership
from riskassess.files.services import store_stream
from riskassess.jobs.models import Job, Queue, State
from riskassess.jobs.running import run_job, run_pending, serve_people_first
from riskassess.jobs.services import enqueue
from tests.partners.ror import published
from tests.probe import tasks as probe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings, tmp_path, monkeypatch):
    settings.VAR_DIR, settings.FILES_DIR = tmp_path / "var", tmp_path / "files"
    monkeypatch.setattr(probe, "SCRATCH", tmp_path / "probe")


@pytest.fixture
def omar(omar):
    RoleMembership.objects.create(user=omar, role="officer", starts=timezone.localdate())
    return omar


@pytest.fixture
def brought(sanctions, write_list, omar):
    """A list of 1,300 entries that Omar brought."""
    path = write_list(*(f"{number},Kestrel {number},,,,,,,," for number in range(1_300)))
    with path.open("rb") as stream:
        file = store_stream(stream=stream, name=path.name, content_type="text/csv")
    edition = begin_import(source=sanctions, sha256=file.sha256, size=file.size, file_name="list.csv", actor=omar,
                           origin=ListEdition.Origin.UPLOAD, file=file)  # fmt: skip
    queue_step(edition)
    return edition


@pytest.fixture
def organisations(tmp_path, omar):
    """1,300 records of ROR that Omar brought, with more names than one handful of the index."""
    path = tmp_path / "ror.json"
    ids = [candidates.places.ror_id_of(number) for number in range(1, 1_301)]
    names = [{"value": f"Further {n}", "types": ["alias"], "lang": None} for n in range(4)]
    records = [published(ror_id, f"Institute {ror_id[-9:]}", names=names) for ror_id in ids]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return import_ror_in_background(path=path, actor=omar)


def bulk():
    return Job.objects.filter(queue=Queue.BULK, state=State.QUEUED, task__contains="import")


def turns():
    """What a solo worker does, one message of the import after another, while somebody asks for something each time."""
    order, number = [], 0
    while (job := bulk().first()) is not None:
        number += 1
        asked = enqueue("probe.work", f"asked:{number}", ids=[number])
        serve_people_first(job.pk)
        order.append(Job.objects.get(pk=asked.pk).state)
        late = enqueue("probe.work", f"late:{number}", ids=[1_000 + number])  # asked for while the step goes on
        run_job(job.pk)
        order.append(job.pk)
        serve_people_first(next(iter(bulk().values_list("pk", flat=True)), job.pk))
        assert Job.objects.get(pk=late.pk).state == State.DONE
    return order


def test_import_of_a_list_never_keeps_anybody_waiting_for_more_than_a_handful(brought, sanctions):
    order = turns()

    # Seven steps read 200 entries each and one finds the end, one compares, three write 500 names each and one swaps.
    assert order[::2] == [State.DONE] * len(order[1::2])
    assert len(order[1::2]) >= 11
    edition = sanctions.editions.get()
    assert (edition.state, edition.entities_count) == (ListEdition.State.IN_FORCE, 1_300)
    found = [candidates.search([f"Kestrel {number}"], candidates.of_edition(edition)) for number in (0, 700, 1_299)]
    assert all(found)


def test_import_of_ror_never_keeps_anybody_waiting_for_more_than_a_handful(organisations):
    order = turns()

    assert order[::2] == [State.DONE] * len(order[1::2])
    assert len(order[1::2]) >= 15
    assert RorImport.objects.get().state == "done"


def test_import_that_nobody_disturbs_takes_long_steps(brought):
    assert run_pending(queue="bulk") >= 3

    assert Job.objects.filter(task="partners.import_step").count() == 3  # it reads, compares, and swaps


@pytest.mark.parametrize("task", ["partners.import_step", "partners.import_ror_step"])
def test_import_ends_when_whoever_brought_the_file_may_no_longer(task, request, omar):
    work = request.getfixturevalue("brought" if task == "partners.import_step" else "organisations")
    RoleMembership.objects.filter(user=omar).delete()

    run_pending(queue="bulk")

    job = Job.objects.get(task=task)
    assert (job.state, "may no longer change lists" in job.reason) == (State.REFUSED, True)
    work.refresh_from_db()
    assert work.state in (ListEdition.State.STAGING, RorImport.State.CHECKING)

"""The watched folder: what is new and has come to rest is imported once, and nothing is moved."""

import os
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from partners.lists import watch_folder
from partners.models import FolderEntry, ListEdition
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_pending

pytestmark = pytest.mark.django_db
State = ListEdition.State
ROW = "1,Kestrel Arc,,,,,,,,"


@pytest.fixture
def folder(tmp_path, settings):
    folder = tmp_path / "lists"
    folder.mkdir()
    settings.LISTS_FOLDER = str(folder)
    return folder


@pytest.fixture
def put(folder, write_list):
    def put(*rows, name="test_sanctions.csv", day="2026-11-01"):
        written = write_list(*rows, day=day)
        (folder / name).write_bytes(written.read_bytes())
        return folder / name

    return put


@pytest.fixture
def clock():
    """Looks into the folder, each time two minutes later, and runs what that queued."""
    now = [timezone.now()]

    def look(times=1):
        for _time in range(times):
            watch_folder(now[0])
            now[0] += timedelta(minutes=2)
        run_pending()

    return look


def states(source):
    return list(source.editions.order_by("pk").values_list("state", flat=True))


def test_new_file_is_imported_once_it_rests_and_stays_where_it_is(sanctions, put, clock):
    path = put(ROW)

    clock()
    assert states(sanctions) == []
    clock()

    edition = sanctions.editions.get()
    assert (edition.state, edition.origin, edition.file_name) == (State.IN_FORCE, "folder", "test_sanctions.csv")
    assert path.exists()
    clock(3)
    assert states(sanctions) == [State.IN_FORCE]


def test_file_that_still_grows_is_waited_for(sanctions, put, clock):
    put(ROW)
    clock()
    put(ROW, "2,Halcyon Trust,,,,,,,,")

    clock()
    assert states(sanctions) == []
    clock()

    assert sanctions.editions.get().entities_count == 2


def test_refused_file_is_left_alone_until_it_changes(sanctions, put, clock):
    path = put(ROW)
    path.write_text("<html>Sign in</html>")
    clock(5)
    assert states(sanctions) == [State.REJECTED]

    put(ROW)
    clock(2)

    assert states(sanctions) == [State.REJECTED, State.IN_FORCE]


def test_same_file_brought_again_confirms_the_edition(sanctions, put, clock):
    path = put(ROW)
    clock(2)
    later = datetime.now().timestamp() + 60
    os.utime(path, (later, later))

    clock(2)

    assert sanctions.editions.get().confirmed_at is not None


def test_folder_of_a_set_is_read_as_one(folder, clock, sanctions):
    sanctions.format = "ofac_csv"
    sanctions.save()
    place = folder / "test_sanctions"
    place.mkdir()
    (place / "sdn.csv").write_text('36,"KESTREL ARC",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n')
    (place / "alt.csv").write_text('36,12,"aka","KAI",-0- \n')
    (place / "add.csv").write_text('36,25,"x","Y","Norway",-0- \n')
    (place / "sdn_comments.csv.part").write_text("half")

    clock(2)

    assert states(sanctions) == [State.IN_FORCE]
    assert sanctions.editions.get().published_on == timezone.localdate()


def test_file_that_changes_while_it_is_read_is_refused(sanctions, put, folder):
    path = put(ROW)
    now = timezone.now()
    watch_folder(now)
    watch_folder(now + timedelta(minutes=2))
    path.write_text("other")

    run_pending()

    assert "changed in the watched folder" in sanctions.editions.get().reason


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["un_list.xml"], "un_list.xml is named after no list, so it is not read."),
        (["test_sanctions.csv", "test_sanctions.zip"], "is not the only file of its list"),
    ],
)
def test_what_cannot_be_taken_is_said(names, says, sanctions, put, clock):
    for name in names:
        put(ROW, name=name)

    clock(3)

    assert states(sanctions) == []
    assert [says in problem for problem in FolderEntry.objects.values_list("problem", flat=True)] == [True] * len(names)


def test_problem_goes_with_the_file(sanctions, put, clock):
    path = put(ROW, name="strange.xml")
    clock()
    path.unlink()

    clock()

    assert not FolderEntry.objects.exists()


def test_folder_that_is_not_there_is_said(folder, clock):
    folder.rmdir()

    clock()

    assert "The folder can't be read" in FolderEntry.objects.get().problem


def test_format_that_cannot_be_read_is_said_once(sanctions, put, clock):
    sanctions.format = "papyrus"
    sanctions.save()
    put(ROW)

    clock(4)

    assert "files of the format papyrus can't be read" in FolderEntry.objects.get().problem
    assert not Job.objects.exists()


def test_nothing_is_watched_without_a_folder(settings, sanctions, put, clock):
    put(ROW)
    settings.LISTS_FOLDER = ""

    clock(3)

    assert states(sanctions) == []

"""Files of ROR in the watched folder, and how long they are kept."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from partners.lists import watch_folder
from partners.models import FolderEntry, RorImport, RorRecord
from partners.reference.ror_retention import remove_old_ror_files
from riskassess.audit.models import Event
from riskassess.files.services import path_of
from riskassess.jobs.running import run_pending
from riskassess.schedule import remove_old_list_files
from tests.partners.ror import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, settings):
    settings.VAR_DIR = tmp_path / "var"
    settings.LISTS_FOLDER = str(tmp_path / "lists")
    (tmp_path / "lists").mkdir()
    return tmp_path / "lists"


def put(folder: Path, number: int) -> None:
    record = published("https://ror.org/00003ef66", f"Norderhaven University {number}")
    (folder / "ror.json").write_text(json.dumps([record]), encoding="utf-8")


def look(first, times=2):
    for step in range(times):
        watch_folder(first + timedelta(minutes=2 * step))
    run_pending()


def test_a_file_of_ror_is_read_once_it_rests_and_stays_where_it_is(folder):
    put(folder, 1)
    now = timezone.now()

    look(now, times=1)
    assert not RorImport.objects.exists()
    look(now)

    assert (RorImport.objects.get().state, RorRecord.objects.get().name) == ("done", "Norderhaven University 1")
    assert (folder / "ror.json").exists()
    assert FolderEntry.objects.get().problem == ""
    look(now + timedelta(hours=1), times=3)
    assert RorImport.objects.count() == 1


def test_a_file_of_ror_that_cannot_be_read_is_told(folder):
    (folder / "ror.json").write_text("<html>Sign in</html>")

    look(timezone.now())

    assert RorImport.objects.get().state == "refused"


def test_a_folder_of_that_name_is_told_with_the_way_out(folder):
    (folder / "ror").mkdir()
    for name in ("one.json", "two.json"):
        (folder / "ror" / name).write_text("[]")

    look(timezone.now())

    assert "put the one file of ROR there" in FolderEntry.objects.get().problem
    assert not RorImport.objects.exists()


def test_old_files_go_but_for_the_newest_and_it_is_on_record(folder, django_capture_on_commit_callbacks):
    now = timezone.now()
    for number in range(5):
        put(folder, number)
        look(now + timedelta(hours=number), times=3)
    works = list(RorImport.objects.order_by("pk"))
    assert all(work.file for work in works)
    paths = [path_of(work.file) for work in works]

    assert remove_old_ror_files(now=now + timedelta(days=729), days=730) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_old_ror_files(now=now + timedelta(days=732), days=730) == 2

    kept = [RorImport.objects.get(pk=work.pk).file is not None for work in works]
    assert kept == [False, False, True, True, True]
    assert [path.exists() for path in paths] == kept
    assert Event.objects.filter(verb="ror.file_removed").count() == 2
    assert RorRecord.objects.get().name == "Norderhaven University 4"


def test_the_hourly_task_looks_at_them(folder, settings):
    settings.LIST_FILES_DAYS = 0
    now = timezone.now()
    for number in range(4):
        put(folder, number)
        look(now + timedelta(hours=number), times=3)
    RorImport.objects.update(finished_at=now - timedelta(days=1))

    remove_old_list_files()

    assert RorImport.objects.filter(file__isnull=True).count() == 1

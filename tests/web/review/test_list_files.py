"""How long uploaded files of lists are kept, and that what was read of them outlives them."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from partners.lists import remove_old_files
from partners.models import ListEdition
from riskassess.audit.models import Event
from riskassess.files.models import StoredFile
from riskassess.jobs.running import run_pending
from riskassess.schedule import remove_old_list_files
from tests.web.review.test_list_pages import State, content, own, text, upload  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def editions(as_user, omar, own):  # noqa: F811
    """Five of five days, the last one in force."""
    for day in range(1, 6):
        upload(as_user(omar), content(day, day + 1, day=f"2026-11-0{day}"))
        run_pending(queue="bulk")
    return list(own.editions.order_by("pk"))


def later(days):
    return timezone.now() + timedelta(days=days)


def test_old_files_go_and_the_edition_says_so(editions, as_user, omar):
    browser = as_user(omar)
    assert "Its file is kept for 730 days" in text(browser.get(editions[0].get_absolute_url()))

    assert [remove_old_files(now=later(days), days=730) for days in (729, 731, 732)] == [0, 2, 0]

    rows = list(ListEdition.objects.filter(pk__in=[e.pk for e in editions]).order_by("pk"))
    assert [row.file is not None for row in rows] == [False, False, True, True, True]
    assert [(row.state, row.entities_count) for row in rows] == [(State.SUPERSEDED, 2)] * 4 + [(State.IN_FORCE, 2)]
    assert "Its file was removed on" in text(browser.get(rows[0].get_absolute_url()))
    details = [event.detail.after for event in Event.objects.filter(verb="list.file_removed").order_by("pk")]
    assert [(detail["file"], detail["date"]) for detail in details] == [
        ("own.csv", "2026-11-01"),
        ("own.csv", "2026-11-02"),
    ]


def test_bytes_go_with_the_row(editions, django_capture_on_commit_callbacks):
    path = settings.FILES_DIR / editions[0].file.path
    assert path.exists()

    with django_capture_on_commit_callbacks(execute=True):
        remove_old_files(now=later(731), days=730)

    assert not path.exists()


def test_edition_that_was_brought_back_keeps_the_file_it_shares(editions, as_user, omar):
    first = editions[0]
    as_user(omar).post(first.get_absolute_url(), {"decision": "restore", "reason": "The later ones are wrong."})
    run_pending(queue="bulk")

    remove_old_files(now=later(3000), days=730)

    restored = ListEdition.objects.get(restores=first)
    first.refresh_from_db()
    assert (restored.state, restored.file, restored.file is not None) == (State.IN_FORCE, first.file, True)


def test_edition_without_its_file_can_still_be_brought_back(editions, as_user, omar, own):  # noqa: F811
    first = editions[0]
    remove_old_files(now=later(731), days=730)

    as_user(omar).post(first.get_absolute_url(), {"decision": "restore", "reason": "The later ones are wrong."})
    run_pending(queue="bulk")

    assert own.editions.get(state=State.IN_FORCE).restores == first


def test_periodic_task_keeps_what_is_new(editions):
    remove_old_list_files()

    assert not ListEdition.objects.filter(file=None).exists()


def test_upload_of_the_file_in_force_leaves_nothing_behind(editions, as_user, omar):
    kept = StoredFile.objects.count()

    upload(as_user(omar), content(5, 6, day="2026-11-05"))

    assert StoredFile.objects.count() == kept

"""Officers hear of a list that was refused, is held or has grown old: once each, and nobody else does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from partners.lists import import_edition, refuse_edition
from partners.models import ListEdition, ListSource
from riskassess.jobs.models import Job
from riskassess.notices.models import Notice
from riskassess.schedule import tell_old_lists, watch_lists

pytestmark = pytest.mark.django_db
HEAD = "id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address\n"


@pytest.fixture
def own(university):
    return ListSource.objects.get(code="own")


@pytest.fixture
def put(own, tmp_path):
    def put(count, day="2026-11-01"):
        rows = "".join(f"{number},Kestrel {number},,,,,,,,\n" for number in range(count))
        path = tmp_path / "own.csv"
        path.write_text(f"# date: {day}\n# entries: {count}\n{HEAD}{rows}")
        return import_edition(source=own, path=path).edition

    return put


def told(what):
    return list(Notice.objects.filter(key__contains=what, user__is_active=True).values_list("user__name", flat=True))


def test_refused_and_held_editions_are_told_once(own, omar, put, tmp_path):
    put(20)
    (tmp_path / "broken.csv").write_text("<html>")
    refused = import_edition(source=own, path=tmp_path / "broken.csv").edition
    held = put(10, day="2026-11-08")

    watch_lists()
    watch_lists()

    assert (omar.name in told(f"{refused.uid}:refused"), omar.name in told(f"{held.uid}:held")) == (True, True)
    notice = Notice.objects.get(user=omar, key=f"list:{held.uid}:held")
    assert notice.subject == "The institution's own list: an edition waits for your yes"
    assert notice.url == held.get_absolute_url()
    assert Job.objects.filter(task="notices.send_mail").count() == Notice.objects.count()
    officers = set(Notice.objects.values_list("user__memberships__role", flat=True))
    assert "officer" in officers


def test_what_an_officer_refused_is_no_news(own, omar, put):
    put(20)
    held = put(10, day="2026-11-08")
    refuse_edition(edition=held, actor=omar, reason="Cut.")

    watch_lists()

    assert not Notice.objects.filter(key__startswith="list:").exists()


def test_import_that_nobody_goes_on_with_is_cleared_and_told(own, omar):
    left = ListEdition.objects.create(source=own, file_name="x", sha256="x", normaliser="x")
    ListEdition.objects.filter(pk=left.pk).update(created_at=timezone.now() - timedelta(hours=2))

    watch_lists()

    left.refresh_from_db()
    assert (left.state, omar.name in told(f"{left.uid}:refused")) == (ListEdition.State.REJECTED, True)


def test_list_that_has_grown_old_is_told_once_and_again_after_it_was_confirmed(own, omar, put):
    edition = put(2)
    ListSource.objects.filter(pk=own.pk).update(interval_days=7)
    ListEdition.objects.update(published_on=timezone.localdate() - timedelta(days=20))

    tell_old_lists()
    tell_old_lists()
    assert Notice.objects.filter(user=omar, key__contains=f"{edition.uid}:old").count() == 1
    assert "20 days old" in Notice.objects.get(user=omar, key__contains="old").text
    ListEdition.objects.update(confirmed_at=timezone.now() - timedelta(days=9))
    tell_old_lists()

    assert Notice.objects.filter(user=omar, key__contains=f"{edition.uid}:old").count() == 2


def test_young_list_is_no_news(own, put):
    ListEdition.objects.filter(pk=put(2, day=timezone.localdate().isoformat()).pk)

    tell_old_lists()

    assert not Notice.objects.exists()

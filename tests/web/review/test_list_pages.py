"""The officer's pages of lists: load, look, accept, refuse, bring back; each without JavaScript."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.lists import go_on, import_edition
from partners.models import ListEdition, ListSource
from riskassess.audit.models import Event
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_job, run_pending

pytestmark = pytest.mark.django_db
State = ListEdition.State
HEAD = "id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address\n"


@pytest.fixture
def own(university):
    return ListSource.objects.get(code="own")


def content(*numbers, day="2026-11-01", name="Kestrel"):
    rows = "".join(f"{number},{name} {number},,,,,,,,\n" for number in numbers)
    return f"# date: {day}\n# entries: {len(numbers)}\n{HEAD}{rows}".encode()


@pytest.fixture
def put(own, tmp_path):
    def put(*numbers, day="2026-11-01", name="Kestrel"):
        path = tmp_path / "own.csv"
        path.write_bytes(content(*numbers, day=day, name=name))
        return import_edition(source=own, path=path).edition

    return put


def upload(browser, given, name="own.csv"):
    return browser.post("/lists/own", {"files": SimpleUploadedFile(name, given)}, follow=True)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_officer_loads_an_edition_and_sees_how_far_it_is(as_user, omar, own):
    browser = as_user(omar)

    page = text(upload(browser, content(1, 2)))
    edition = own.editions.get()
    waiting = text(browser.get(f"{edition.get_absolute_url()}/state", headers={"HX-Request": "true"}))
    run_pending(queue="bulk")
    over = browser.get(f"{edition.get_absolute_url()}/state", headers={"HX-Request": "true"})

    assert "Reading the edition" in page
    assert "waits for its turn" in waiting
    assert over["HX-Refresh"] == "true"
    edition.refresh_from_db()
    assert (edition.state, edition.entities_count, edition.brought_by) == (State.IN_FORCE, 2, omar)
    assert "In force" in text(browser.get(edition.get_absolute_url()))
    assert Event.objects.get(verb="list.imported").actor_id == omar.pk


def test_long_list_is_read_in_steps_of_some_seconds(as_user, omar, own, monkeypatch):
    monkeypatch.setattr("partners.lists.background.STEP_SECONDS", 0)

    upload(as_user(omar), content(*range(700)))
    run_pending(queue="bulk")

    assert own.editions.get().state == State.IN_FORCE
    # Four read, one finds the end, one compares, two write the index, one ends it and swaps.
    assert Job.objects.filter(task="partners.import_step", state="done").count() == 9


def test_each_step_done_twice_comes_to_the_same(as_user, omar, own, put, monkeypatch):
    """A worker that was given up for dead, and the one that took its work over."""
    monkeypatch.setattr("partners.lists.background.STEP_SECONDS", 0)
    put(*range(300))
    upload(as_user(omar), content(*range(10, 410), day="2026-11-08"))

    for _step in range(10):
        job = Job.objects.filter(task="partners.import_step", state="queued").first()
        if job is None:
            break
        edition_id, run, number = job.ids
        go_on(ListEdition.objects.get(pk=edition_id), run, number)
        run_job(job.pk)

    edition = own.editions.get(state=State.IN_FORCE)
    assert (edition.entities_count, edition.entries.count(), edition.names_count) == (400, 400, 400)
    assert (edition.added_count, edition.removed_count, edition.deltas.count()) == (110, 10, 120)
    assert Event.objects.filter(verb="list.imported", actor_id=omar.pk).count() == 1


def test_files_of_a_set_are_taken_together(as_user, omar, university):
    entry = b'36,"KESTREL ARC",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    files = {"sdn.csv": entry, "alt.csv": b'36,12,"aka","KAI",-0- \n', "add.csv": b'36,25,"x","Y","Norway",-0- \n'}

    given = [SimpleUploadedFile(name, each) for name, each in files.items()]
    as_user(omar).post("/lists/ofac_sdn", {"files": given})
    run_pending(queue="bulk")

    edition = ListEdition.objects.get(source__code="ofac_sdn")
    assert (edition.state, edition.file_name, edition.names_count) == (State.IN_FORCE, "ofac_sdn.zip", 2)


def test_same_file_again_is_said_to_be_in_force_already(as_user, omar, own):
    browser = as_user(omar)
    upload(browser, content(1, 2))
    run_pending(queue="bulk")

    page = text(upload(browser, content(1, 2)))

    assert "this file is the edition in force already" in page
    assert own.editions.get().confirmed_at is not None


def test_refused_file_is_explained_and_the_old_edition_stays(as_user, omar, own, put):
    put(1, 2)
    browser = as_user(omar)

    upload(browser, b"<html><body>Sign in</body></html>", "own.html")
    run_pending(queue="bulk")

    refused = own.editions.get(state=State.REJECTED)
    for address in ("/lists", "/lists/own"):
        page = text(browser.get(address))
        assert "The last file was not taken" in page
        assert "web page" in page
        assert "The edition of 1 Nov 2026 is still in force." in page
    assert "This file was not taken." in text(browser.get(refused.get_absolute_url()))


def test_held_edition_is_shown_with_its_differences_and_accepted(as_user, omar, own, put):
    put(*range(20))
    held = put(*range(12), day="2026-11-08")
    browser = as_user(omar)

    page = text(browser.get("/lists"))
    assert "1 edition waits for an officer&#x27;s yes." in page
    assert "An edition waits for your yes" in page
    assert "An edition waits for your yes" in text(browser.get(own.get_absolute_url()))
    ListEdition.objects.filter(pk=held.pk).update(brought_by=omar)
    for address in ("/lists", own.get_absolute_url()):
        assert "An edition that you uploaded waits for another officer&#x27;s yes" in text(browser.get(address))
    ListEdition.objects.filter(pk=held.pk).update(brought_by=None)
    page = text(browser.get(held.get_absolute_url()))
    assert "more than 10 % of the entries would go" in page
    assert "Kestrel 19" in page
    unreasoned = text(browser.post(held.get_absolute_url(), {"decision": "accept", "reason": ""}))
    assert "Say why." in unreasoned
    browser.post(held.get_absolute_url(), {"decision": "accept", "reason": "They closed."})
    run_pending(queue="bulk")

    held.refresh_from_db()
    assert (held.state, held.accepted_by) == (State.IN_FORCE, omar)
    assert "They closed." in text(browser.get(held.get_absolute_url()))


def test_held_edition_is_refused(as_user, omar, own, put):
    good = put(*range(20))
    held = put(*range(12), day="2026-11-08")

    page = text(as_user(omar).post(held.get_absolute_url(), {"decision": "refuse", "reason": "Cut."}, follow=True))

    held.refresh_from_db()
    assert (held.state, own.editions.get(state=State.IN_FORCE)) == (State.REJECTED, good)
    assert f"Refused by {omar.name}: Cut." in page


def test_decision_that_somebody_took_already_is_a_conflict(as_user, omar, own, put):
    put(*range(20))
    held = put(*range(12), day="2026-11-08")
    browser = as_user(omar)
    browser.post(held.get_absolute_url(), {"decision": "refuse", "reason": "Cut."})

    answer = browser.post(held.get_absolute_url(), {"decision": "accept", "reason": "Right."})

    assert answer.status_code == 409


def test_earlier_edition_is_brought_back(as_user, omar, own, put):
    first = put(1, 2)
    put(2, 3, day="2026-11-08")
    browser = as_user(omar)
    assert "Bring this edition back" in text(browser.get(first.get_absolute_url()))

    browser.post(first.get_absolute_url(), {"decision": "restore", "reason": "The second was a draft."})
    run_pending(queue="bulk")

    now = own.editions.get(state=State.IN_FORCE)
    assert (now.restores, now.added_count, now.removed_count) == (first, 1, 1)
    assert "It brings the edition of" in text(browser.get(now.get_absolute_url()))


def test_differences_say_what_stood_before_and_after(as_user, omar, own, put):
    put(1, 2)
    after = put(1, 2, day="2026-11-08", name="Falcon")

    page = text(as_user(omar).get(after.get_absolute_url(), {"show": "names"}))

    assert "<del>Kestrel 1</del>" in page
    assert "<ins>Falcon 1</ins>" in page


def test_list_past_its_interval_is_said_to_be_old(as_user, omar, own, put):
    put(1)
    own.interval_days = 7
    own.save()
    ListEdition.objects.update(published_on=timezone.localdate() - timedelta(days=9))

    page = text(as_user(omar).get("/lists"))

    assert "9 days old" in page
    assert "A new one is expected every 7 days: look for it." in page
    ListEdition.objects.update(confirmed_at=timezone.now())  # the publisher still has no other
    page = text(as_user(omar).get("/lists"))
    assert "look for it" not in page
    assert "9 days old, still the newest on" in page  # its own age stays


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "Choose the file that you downloaded from the publisher."),
        ([("own.csv", b"")], "The file is empty. Download it again."),
        ([("a.csv", b"x"), ("a.csv", b"y")], "Two of the files have the same name."),
        ([(f"{n}.csv", b"x") for n in range(11)], "At most 10 files go together."),
    ],
)
def test_upload_says_what_is_wrong(files, says, as_user, omar, own):
    given = [SimpleUploadedFile(name, each) for name, each in files]

    page = text(as_user(omar).post("/lists/own", {"files": given}))

    assert says in page
    assert not own.editions.exists()


def test_file_larger_than_any_list_is_not_kept(as_user, omar, own, monkeypatch):
    monkeypatch.setattr("riskassess.web.forms.editions.LARGEST_FILE", 10)

    assert "more than 200 MB" in text(as_user(omar).post("/lists/own", {"files": BytesIO(b"a" * 11)}))


def test_auditor_reads_and_decides_nothing(as_user, david, own, put):
    put(*range(20))
    held = put(*range(12), day="2026-11-08")
    browser = as_user(david)

    page = text(browser.get(held.get_absolute_url()))

    assert "Accept edition" not in page
    assert "Search a name" not in text(browser.get("/lists"))
    assert 'href="/lists"' in text(browser.get("/audit"))
    assert "Load edition" not in text(browser.get("/lists/own"))
    assert browser.post(held.get_absolute_url(), {"decision": "accept", "reason": "x"}).status_code == 403
    assert browser.post("/lists/own", {}).status_code == 403


@pytest.mark.parametrize("who", ["ana", "tomasz"])
def test_others_get_nothing(who, request, as_user, put):
    edition = put(1)
    browser = as_user(request.getfixturevalue(who))

    for address in ("/lists", "/lists/own", edition.get_absolute_url()):
        assert browser.get(address).status_code == 403


def test_edition_is_found_under_its_own_list_only(as_user, omar, put):
    edition = put(1)

    assert as_user(omar).get(f"/lists/un/{edition.uid}").status_code == 404
    assert as_user(omar).get("/lists/nothing").status_code == 404


def test_pages_take_the_same_queries_at_any_length(as_user, omar, own, put):
    browser, costs = as_user(omar), []
    for length in (1, 3, 300):
        ListSource.objects.exclude(pk=own.pk).filter(code__startswith="more").delete()
        ListSource.objects.bulk_create(
            ListSource(code=f"more{n}", name=f"More {n}", kind="concern", format="own_csv") for n in range(length)
        )
        put(*range(2), day="2026-11-01", name=f"Before {length}")  # so short that it is not held
        after = put(*range(100, 100 + length), day="2026-11-01", name=f"After {length}")
        counts = []
        for address in ("/lists", "/lists/own", after.get_absolute_url()):
            browser.get(address)
            with CaptureQueriesContext(connection) as caught:
                text(browser.get(address))
            counts.append(len(caught))
        costs.append(tuple(counts))

    assert len(set(costs)) == 1, costs

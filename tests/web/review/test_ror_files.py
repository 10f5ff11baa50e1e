"""The officer's page of ROR files: load one, see how far it is, what came of it and what ROR gave up."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Partner, RorImport, RorRecord
from partners.services import register_partner
from riskassess.files.models import StoredFile
from riskassess.jobs.running import run_pending
from tests.mandates import give_mandate
from tests.partners.ror import hold_record, published

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = "https://ror.org/00003ef66", "https://ror.org/02kkvpp62", "https://ror.org/000025p04"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


def upload(browser, content, name="ror.json"):
    return browser.post("/ror-files", {"file": SimpleUploadedFile(name, content)}, follow=True)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def run_all():
    run_pending(queue="bulk")


def test_officer_loads_a_file_and_sees_how_far_it_is_and_what_came_of_it(as_user, omar, university):
    browser = as_user(omar)
    RorRecord.objects.all().delete()

    page = text(upload(browser, json.dumps([published(ONE, "Norderhaven University")]).encode()))
    work = RorImport.objects.first()
    waiting = text(browser.get(f"/ror-files/{work.uid}/state", headers={"HX-Request": "true"}))
    run_all()
    over = browser.get(f"/ror-files/{work.uid}/state", headers={"HX-Request": "true"})

    assert "Reading the file of ROR" in page
    assert "0 records checked so far" in waiting
    assert over["HX-Refresh"] == "true"
    page = text(browser.get("/ror-files"))
    assert "1 organisation of ROR is held." in page
    assert "1 records, of which 1 are new" in page
    assert (omar.name in page, RorRecord.objects.get().name) == (True, "Norderhaven University")


def test_refused_file_is_told_in_a_sentence(as_user, omar, university):
    browser = as_user(omar)

    upload(browser, b"<html>Sign in</html>")
    run_all()

    page = text(browser.get("/ror-files"))
    assert "web page or XML" in page
    assert "What was held before is unchanged." in page
    assert "Choose the file that you downloaded from ROR." in text(browser.post("/ror-files", {}))


def test_same_file_again_says_so_and_leaves_nothing_behind(as_user, omar, university):
    browser = as_user(omar)
    content = json.dumps([published(ONE, "Norderhaven University")]).encode()
    upload(browser, content)
    run_all()
    kept = StoredFile.objects.count()

    page = text(upload(browser, content))

    assert "nothing new. It was taken over before." in page
    assert StoredFile.objects.count() == kept


def test_partners_whose_id_was_withdrawn_are_named_with_what_took_its_place(as_user, omar, university):
    hold_record(THREE, "Sable Reach")
    hold_record(TWO, "Sable Reach Institute")
    partner = register_partner(name="Sable Reach", country="NO", ror_id=THREE, actor=omar)
    gone = published(
        THREE, "Sable Reach", status="withdrawn", modified="2026-06-01",
        relations=[("successor", TWO, "Sable Reach Institute")],
    )  # fmt: skip
    upload(as_user(omar), json.dumps([gone]).encode())
    run_all()

    page = text(as_user(omar).get("/ror-files"))

    assert "Partners whose ROR id was given up" in page
    assert partner.get_absolute_url() in page
    assert "Sable Reach Institute" in page


def test_auditor_sees_the_page_without_the_form(as_user, person, university):
    ines = person("Ines Auditor", "auditor")
    give_mandate(ines)
    browser = as_user(ines)

    assert "Load file" not in text(browser.get("/ror-files"))
    assert browser.post("/ror-files", {}).status_code == 403


def test_page_takes_the_same_queries_for_any_number(as_user, omar, university):
    browser, counts = as_user(omar), []
    for number, ror_id in enumerate((ONE, THREE)):
        hold_record(ror_id, f"Closed {number}", status="inactive")
        register_partner(name=f"Closed {number}", country="NO", ror_id="", actor=omar)
        Partner.objects.filter(name=f"Closed {number}").update(ror_id=ror_id)
        RorImport.objects.create(
            file_name=f"{number}.json", sha256=str(number), state="done", brought_by=omar, finished_at=timezone.now()
        )
        with CaptureQueriesContext(connection) as made:
            browser.get("/ror-files")
        counts.append(len(made))

    assert counts[0] == counts[1]

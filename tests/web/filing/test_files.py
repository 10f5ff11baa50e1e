"""Taking a proposal away and bringing it back on the pages, without JavaScript."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from partners.services import register_partner
from riskassess.accounts.models import User
from riskassess.audit.models import AccessRead
from riskassess.management.filing import read_example
from riskassess.proposals.models import Proposal
from tests.files import making
from tests.story import HIGH, MODERATE, join
from tests.web.filing.evidence import add, kept_in, upload
from tests.web.filing.pages import filled, text_of

pytestmark = pytest.mark.django_db
ADDRESS = "/proposals/import"


@pytest.fixture
def browser(as_user, ana):
    return as_user(ana)


def bring(browser, content: bytes, name="proposal.json"):
    form = filled(browser.get("/proposals/new"), "import")
    return browser.post(ADDRESS, {"opened": form["opened"], "file": SimpleUploadedFile(name, content)})


def test_file_taken_away_is_brought_back_as_a_draft(browser, filed, ana):
    source = filed(example=MODERATE)

    for route in ("proposal_file", "proposal_crate", "proposal_form"):
        kept = browser.get(reverse(route, args=[source.reference]))
        content = b"".join(kept)
        assert kept["Content-Disposition"].startswith("attachment;")
        assert kept["X-Content-Type-Options"] == "nosniff"
        count = Proposal.objects.count()
        page = bring(browser, content)
        assert page.status_code == 302, text_of(page)
        draft = Proposal.objects.latest("pk")
        assert (Proposal.objects.count(), draft.title, draft.owner) == (count + 1, source.title, ana)
        assert page["Location"] == reverse("collaboration", args=[draft.reference])
        assert "From the file you brought; still right?" in text_of(
            browser.get(reverse("section", args=[draft.reference, "work"]))
        )


def crate_with_evidence(browser, proposal) -> bytes:
    """A draft taken away with two files, the second of the first partner; what they are called is kept."""
    add(browser, proposal, upload("letter.pdf"), about="question:T5:")
    add(browser, proposal, named_note(), about=f"row:{proposal.participations.first().uid}")
    return b"".join(browser.get(reverse("proposal_crate", args=[proposal.reference])))


def named_note():
    return SimpleUploadedFile("Brief für Zoë (1).txt", making.SOUND["note.txt"]())


def test_crate_of_a_draft_brings_its_evidence_back(browser, filed, folder):
    source = filed(example=MODERATE)
    content = crate_with_evidence(browser, source)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        graph = {each["@id"]: each for each in json.loads(archive.read("ro-crate-metadata.json"))["@graph"]}
    assert graph["evidence/1/letter.pdf"]["encodingFormat"] == "application/pdf"

    page = bring(browser, content)

    assert page.status_code == 302, text_of(page)
    draft = Proposal.objects.latest("pk")
    assert "2 files of evidence came along" in text_of(browser.get(page["Location"]))
    letter, note = draft.evidence.all()
    assert (letter.title, letter.question, letter.row) == ("letter", "T5", "")
    assert (note.title, note.question) == ("Brief für Zoë (1)", "")
    assert note.row == str(draft.participations.first().uid)
    kept = [each.versions.get().file for each in (letter, note)]
    assert [each.name for each in kept] == ["letter.pdf", "Brief für Zoë (1).txt"]
    given = [each.versions.get().file for each in source.evidence.all()]
    assert kept[1].sha256 == given[1].sha256
    assert len(kept_in(folder)) == 4


def test_crate_with_a_file_that_cannot_be_kept_leaves_nothing(browser, filed, folder):
    content = crate_with_evidence(browser, filed(example=MODERATE))
    before = len(kept_in(folder))
    count = Proposal.objects.count()

    def spoiled(spoil) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
            for name in old.namelist():
                if (kept := spoil(name, old.read(name))) is not None:
                    new.writestr(name, kept)
        return target.getvalue()

    program = bring(browser, spoiled(lambda name, held: b"\x7fELF" if name.endswith(".pdf") else held))
    missing = bring(browser, spoiled(lambda name, held: None if name.endswith(".pdf") else held))
    alone = bring(browser, spoiled(lambda name, held: held if name == "proposal.json" else None))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        bare = bring(browser, archive.read("proposal.json"))

    assert [page.status_code for page in (program, missing, alone, bare)] == [422] * 4
    assert "Evidence 1 (evidence/1/letter.pdf)" in text_of(program)
    assert "Evidence 1 (letter), file This file does not lie beside it." in text_of(missing)
    assert "2 things do not fit" in text_of(bare)
    assert (Proposal.objects.count(), len(kept_in(folder))) == (count, before)


def test_crate_with_an_unclear_partner_asks_for_the_file_once_more(browser, filed, folder):
    content = crate_with_evidence(browser, filed(example=MODERATE))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    proposal = json.loads(parts["proposal.json"]) | {"title": "A new one"}
    proposal["partners"][0] |= {"name": "Univ. of Ghana", "country": "GH", "ror": ""}
    crate = making.packed(parts | {"proposal.json": json.dumps(proposal)})

    page = bring(browser, crate)
    posted = filled(page, "meant", partner__0="new")
    with_it = browser.post(ADDRESS, posted | {"file": SimpleUploadedFile("a.zip", crate)})
    other = browser.post(ADDRESS, posted | {"file": SimpleUploadedFile("a.zip", content)})

    assert "The same file once more, so that its evidence (2 files) comes along" in text_of(page)
    assert with_it.status_code == 302, text_of(with_it)
    assert Proposal.objects.get(title="A new one").evidence.count() == 2
    assert "another file than the one before" in text_of(other)


def test_same_file_from_the_same_page_is_one_draft(browser, filed):
    content = browser.get(reverse("proposal_file", args=[filed().reference])).content
    form = filled(browser.get("/proposals/new"), "import")

    for _time in range(2):
        browser.post(ADDRESS, {"opened": form["opened"], "file": SimpleUploadedFile("a.json", content)})

    assert Proposal.objects.count() == 2


def test_file_that_does_not_fit_is_told_in_full_and_leaves_nothing(browser):
    content = {"title": "", "kinds": ["x"], "answers": {"T5": "<script>"}}

    page = bring(browser, json.dumps(content).encode(), name="<b>.json")

    assert page.status_code == 422
    words = text_of(page)
    assert "3 things do not fit" in words
    assert "Title" in words
    assert b"<script>&quot;" not in page.content
    assert not Proposal.objects.exists()


def test_no_file_and_a_large_one_are_refused_beside_the_field(browser):
    empty = browser.post(ADDRESS, {})
    large = bring(browser, b" " * (60 * 1024 * 1024 + 1))

    assert (empty.status_code, large.status_code) == (422, 422)
    assert "Choose the file first." in text_of(empty)
    assert "larger than 60 MB" in text_of(large)


def test_partner_that_is_not_clear_is_asked_about_then_taken(browser, filed):
    filed(example=MODERATE)
    content = {"title": "A new one", "kinds": [], "partners": [{"name": "Univ. of Ghana", "country": "GH"}]}

    page = bring(browser, json.dumps(content).encode())
    assert page.status_code == 422
    assert "Which organisation is “Univ. of Ghana”?" in text_of(page)
    assert Proposal.objects.count() == 1
    again = browser.post(ADDRESS, filled(page, "meant"))
    assert again.status_code == 422
    partner = Proposal.objects.get().participations.get().partner
    taken = browser.post(ADDRESS, filled(again, "meant", partner__0=str(partner.uid)))

    assert taken.status_code == 302
    assert Proposal.objects.get(title="A new one").participations.get().partner == partner


def test_partner_of_a_draft_of_others_is_not_offered(browser, filed, eve):
    partner = register_partner(name="University of Quietwater", country="GH", actor=eve)
    content = {"title": "A new one", "kinds": [], "partners": [{"name": "Univ. of Quietwater", "country": "GH"}]}

    taken = bring(browser, json.dumps(content).encode())

    assert taken.status_code == 302
    assert Proposal.objects.get(title="A new one").participations.get().partner != partner


def test_what_comes_along_unseen_is_read_as_strictly_as_a_file(browser):
    page = browser.post(ADDRESS, {"content": '{"title": "A", "kinds": [], "answers": {"T5": NaN}}'})

    assert page.status_code == 422
    assert "NaN" in text_of(page)


def test_blank_form_is_open_to_everybody(client, catalogue_release):
    kept = client.get("/questionnaire.xlsx")

    assert kept.status_code == 200
    assert "Partners" in load_workbook(io.BytesIO(kept.content)).sheetnames


def test_people_named_at_partners_are_taken_away_by_authors_alone(as_user, submitted, ana, mateo, omar):
    named = [{"name": "Akua Mensah", "role": "lab lead"}]
    partner = read_example(HIGH)["partners"][0] | {"contacts": named}
    proposal = submitted(example=HIGH, partners=[partner])

    own = as_user(ana).get(reverse("proposal_file", args=[proposal.reference]))
    staff = as_user(omar).get(reverse("proposal_file", args=[proposal.reference]))

    assert json.loads(own.content)["partners"][0]["contacts"] == named
    assert "contacts" not in json.loads(staff.content)["partners"][0]
    read = AccessRead.objects.filter(verb="proposal.taken_json").values_list("actor_id", flat=True)
    assert sorted(read) == sorted([ana.pk, omar.pk])


def test_crate_of_a_submitted_one_holds_the_assessment_and_names_authors_to_authors(
    as_user, submitted, ana, omar, run_jobs
):
    proposal = submitted()
    run_jobs()

    kept = as_user(ana).get(reverse("proposal_crate", args=[proposal.reference]))

    with zipfile.ZipFile(io.BytesIO(b"".join(kept.streaming_content))) as archive:
        stored = json.loads(archive.read("assessment.json"))
        names = archive.namelist()
        graph = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
    record = proposal.records.get()
    assert (stored["result_sha256"], stored["catalogue_sha256"]) == (record.result_sha256, record.release.sha256)
    assert any(name.startswith("reports/") for name in names)
    assert [each["name"] for each in graph if each["@type"] == "Person"] == ["Ana Ferreira"]


def test_files_of_a_draft_are_its_authors_alone(as_user, filed, ana, mateo, eve, omar):
    draft = filed()
    join(draft, mateo, can_edit=False)
    ada = User.objects.get(email__startswith="ada")

    for route in ("proposal_file", "proposal_crate", "proposal_form"):
        address = reverse(route, args=[draft.reference])
        statuses = [as_user(person).get(address).status_code for person in (ana, mateo, eve, omar, ada)]
        assert statuses == [200, 200, 404, 404, 404]

"""The blank questionnaire as a PDF: accessible, whole, the same bytes, made once."""

from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader

from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.engine.loading import load_texts
from riskassess.files.services import read_bytes
from riskassess.jobs.running import run_pending
from riskassess.reports.content import blank_content
from riskassess.reports.models import BlankForm
from riskassess.reports.render import render
from riskassess.reports.services import request_blank_form
from tests.reports.guarding import watched
from tests.story import published


@pytest.fixture(scope="module")
def catalogue():
    return load_texts(published()["texts"])


@pytest.fixture(scope="module")
def pdf(catalogue):
    return render(blank_content(catalogue, institution="Norderhaven University"))


@pytest.fixture(scope="module")
def pages(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def structure(pdf: bytes) -> list[str]:
    """The kinds of the structure elements of the document, in order."""
    found = []
    with pikepdf.open(BytesIO(pdf)) as document:
        waiting = [document.Root.StructTreeRoot.K]
        while waiting:
            item = waiting.pop()
            if isinstance(item, pikepdf.Array):
                waiting += reversed(list(item))
            elif isinstance(item, pikepdf.Dictionary):
                if "/S" in item:
                    found.append(str(item.S))
                if "/K" in item:
                    waiting.append(item.K)
    return found


def test_pdf_says_title_language_and_that_it_is_tagged(pdf):
    with pikepdf.open(BytesIO(pdf)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert str(document.docinfo["/Title"]).startswith("Questionnaire: ALLEA/EU catalogue")
        with document.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"


def test_bookmarks_lead_to_each_section(pdf, catalogue):
    titles = [item.title for item in PdfReader(BytesIO(pdf)).outline if not isinstance(item, list)]
    with_questions = [each.title for each in catalogue.sections if catalogue.questions_of(each.id)]

    assert [title for title in titles if title in with_questions] == with_questions


def test_questions_are_headings_and_answers_lists_in_the_structure(pdf, catalogue):
    kinds = structure(pdf)

    assert kinds.count("/H1") == 1
    assert kinds.count("/H3") == len(catalogue.questions)
    assert kinds.count("/LI") > 300
    assert "/Link" in kinds


def test_every_question_and_answer_stands_in_it_with_reason_and_readers(pages, catalogue):
    whole = " ".join(pages)
    plain = whole.replace(" ", "")

    for question in catalogue.questions:
        assert question.text.replace(" ", "") in plain, question.id
        for option in question.options:
            assert option.determined or option.text.replace(" ", "") in plain, (question.id, option.id)
    assert whole.count("Why we ask:") == whole.count("Who sees the answer:") == len(catalogue.questions)


def test_every_page_is_numbered_and_says_whose_it_is(pages):
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Norderhaven University" in text
        assert "release 1.1.1" in text


def test_same_release_gives_the_same_bytes_and_opens_nothing_else(pdf, catalogue):
    with watched() as seen:
        again = render(blank_content(catalogue, institution="Norderhaven University"))

    assert again == pdf
    assert seen == []


def test_hostile_name_of_an_institution_is_text(catalogue):
    name = '<img src="file:///etc/passwd"><b>X</b>\u202e'
    text = PdfReader(BytesIO(render(blank_content(catalogue, institution=name)))).pages[0].extract_text()

    assert '<img src="file:///etc/passwd"><b>X</b>' in text.replace("\n", "")
    assert "\u202e" not in text


@pytest.mark.django_db
def test_it_is_made_once_for_a_release_and_language():
    release = CatalogueRelease.objects.create(**published())
    given = {"release": release, "language": "en", "institution": "Norderhaven University"}

    first, second = request_blank_form(**given), request_blank_form(**given)
    other = request_blank_form(**{**given, "institution": "Another"})

    assert (first.pk == second.pk, other.pk == first.pk) == (True, False)
    assert not first.is_ready
    assert run_pending() == 2
    ready = request_blank_form(**given)
    assert ready.is_ready
    assert ready.file_name == "questionnaire-allea-eu-1.1.1-en.pdf"
    assert read_bytes(ready.file) == render(
        blank_content(catalogue_of(current_release()), institution=given["institution"])
    )
    assert run_pending() == 0
    assert BlankForm.objects.count() == 2

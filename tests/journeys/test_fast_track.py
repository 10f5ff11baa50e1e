"""A proposal in which nothing stands out ends at once, with a receipt."""

import pytest

from tests.journeys.filing import file_proposal, submit
from tests.journeys.visitor import pdf_text

LETTERS = {
    "title": "Reading the tide tables of three ports",
    "summary": "Two historians transcribe printed tide tables and publish them.",
    "kinds": ["Joint publication or conference only"],
    "partners": [{"name": "University of Coimbra", "country": "PT"}],
    "funders": [{"name": "Norderhaven University", "kind": "own"}],
    "item": "",
    "answers": {
        "work": {"T3": "humanities", "T4": "humanities", "T5": "yes", "T6": "new", "P3": "expertise"},
        "partners": {"O1": ["public_university"], "O2": ["worked_before"], "O4": ["no"]},
        "data": {"Y1": "open"},
    },
}


def test_low_proposal_is_registered_and_its_receipt_is_there(visit, services):
    ana = visit(services, "ana")
    reference = file_proposal(ana, LETTERS)
    ana.expect("Fast track.")

    submit(ana)

    ana.refresh_until("Registered")
    ana.expect("The work may start")
    ana.refresh_until("Download PDF")
    receipt = pdf_text(ana.download(ana.page.get_by_role("link", name="Download PDF")))
    for words in (LETTERS["title"], reference, "Low", "allea-eu 1.1.1"):
        assert words in receipt


@pytest.mark.xdist_group("journeys")
def test_whole_filing_works_without_script(visit, embedded):
    ana = visit(embedded, "ana", has_script=False)
    reference = file_proposal(ana, {**LETTERS, "title": "Reading them without script"})

    submit(ana)

    ana.refresh_until(f"{reference} ·")
    ana.expect("The work may start")

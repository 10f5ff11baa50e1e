"""Somebody without an account reads, searches and takes the questionnaire along; no cookie, no barrier, no script."""

import pytest

from tests.journeys.visitor import pdf_text

pytestmark = pytest.mark.xdist_group("journeys")
PAGES = (
    "/", "/guidance", "/guidance/risks/knowledge", "/guidance/safeguards", "/guidance/safeguards/M_end_use",
    "/guidance/clauses", "/questionnaire", "/questionnaire?q=embargo", "/questionnaire?q=nothing+such",
    "/who-sees-what",
)  # fmt: skip


def test_pages_for_everybody_have_no_barrier_at_both_widths(visit, embedded):
    guest = visit(embedded, is_strict=True)
    for path in PAGES:
        guest.open(path)
        guest.page.set_viewport_size({"width": 390, "height": 844})
        guest.look()

    assert guest.context.cookies() == []


def test_a_question_is_found_and_read_without_script(visit, embedded):
    guest = visit(embedded, has_script=False)
    guest.open("/questionnaire")
    guest.page.get_by_label("Find a question").fill("embargo weapons")
    guest.follow("Find")

    guest.expect("1 question of 77 with “embargo weapons”.")
    guest.expect("Is anything you share or make meant for weapons")
    guest.follow("Show all questions")
    guest.expect("All 77 questions")


def test_the_questionnaire_is_made_once_and_taken_along(visit, embedded):
    guest = visit(embedded)
    if guest.status_of("/questionnaire.pdf") == 202:  # no worker has come to it yet: the page waits
        guest.page.goto("/questionnaire.pdf")
        guest.page.get_by_role("link", name="Download PDF").wait_for(timeout=60_000)
    guest.open("/questionnaire")

    content = guest.download(guest.page.get_by_role("link", name="Download PDF"))

    assert "What kind of collaboration is this?" in pdf_text(content)
    assert content == guest.download(guest.page.get_by_role("link", name="Download PDF"))


def test_guidance_leads_from_a_risk_to_a_safeguard_and_its_clause(visit, embedded):
    guest = visit(embedded)
    guest.open("/")
    guest.follow("Guidance")
    guest.follow("Transfer of knowledge and technology")
    guest.follow("Agree on what the results are for")

    guest.expect("Model clause")
    guest.expect("The Parties use the shared results for civilian purposes.")

"""Two write one proposal together, talk about a question, and get help from the officer on the way."""

import pytest

from tests.journeys.filing import file_proposal
from tests.journeys.test_story import LASER


def fold(visitor, block, words):
    """Open a fold of one block of the page."""
    part = visitor.page.locator(f"#{block} > .ra-folds > details.ra-fold").filter(has_text=words)
    part.locator("summary").first.click()
    return part


@pytest.mark.xdist_group("journeys")
def test_two_authors_talk_and_get_help(visit, embedded):
    ana = visit(embedded, "ana", is_strict=True)
    reference = file_proposal(ana, {**LASER, "title": "A laser probe, written by two"})
    page = f"/proposals/{reference}"

    # Mateo joins
    ana.open(f"{page}/people")
    ana.page.get_by_label("E-mail").fill("mateo@norderhaven.example")
    ana.follow("Send invitation")
    ana.expect("We sent an invitation to mateo@norderhaven.example.")
    mateo = visit(embedded, "mateo", is_strict=True)
    assert mateo.status_of(page) == 404
    mateo.open(f"{page}/invitation")
    mateo.expect("Ana Ferreira invites you")
    mateo.follow("Accept invitation")
    mateo.expect("You take part in")

    # They talk beside a question, and settle it
    ana.open(f"{page}/sections/work")
    part = fold(ana, "question-T4", "Comments")
    part.get_by_label("Comment").fill("Four or five?\nYou built the last one.")
    part.get_by_label("Tell somebody by name").select_option(label="@Mateo Ruiz")
    part.get_by_role("button", name="Add comment").click()
    ana.page.wait_for_url("**#question-T4")
    ana.look()
    mateo.open(f"{page}/messages")
    mateo.expect("Four or five? You built the last one. for @Mateo Ruiz")
    thread = mateo.page.get_by_role("article").first
    thread.locator("summary").click()
    thread.get_by_label("Your answer").fill("Four: it only ran in the basin.")
    thread.get_by_role("button", name="Send answer").click()
    mateo.expect("Four: it only ran in the basin.")
    ana.open(f"{page}/messages")
    ana.page.get_by_role("button", name="Resolve").click()
    ana.expect("1 thread is resolved")

    # Ana asks for help; Omar answers from his desk, and sees nothing else of the draft
    ana.open(f"{page}/sections/work")
    part = fold(ana, "question-T4", "Get help")
    part.get_by_label("What would you like to know?").fill("Does the basin count as a relevant environment?")
    part.get_by_label("Show my answer so far").check()
    part.get_by_role("button", name="Ask research security").click()
    ana.page.wait_for_url("**#question-T4")
    ana.expect("Sent. Research security answers here")
    assert "It is back in its place" not in ana.text  # what was sent is kept no longer
    omar = visit(embedded, "omar", is_strict=True)
    omar.open("/desk")
    omar.expect("Ana Ferreira asks")
    omar.page.get_by_role("link", name="Read and answer").first.click()
    omar.expect("Does the basin count as a relevant environment?")
    omar.expect("The answer then:")
    omar.look()
    assert omar.status_of(page) == 404
    omar.page.get_by_label("Your answer").fill("A basin is a laboratory: stay with four.")
    omar.page.get_by_role("button", name="Send answer").click()
    omar.expect("Your answer is with the author.")
    omar.look()
    ana.open(f"{page}/sections/work")
    fold(ana, "question-T4", "Get help")
    ana.expect("A basin is a laboratory: stay with four.")

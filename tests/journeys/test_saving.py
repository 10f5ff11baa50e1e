"""A section saves by itself while somebody goes on choosing: nothing chosen is lost, whichever answer comes first."""

import pytest
from playwright.sync_api import expect

from tests.journeys.filing import start_draft

pytestmark = pytest.mark.xdist_group("journeys")


def option(visitor, question, value):
    return visitor.page.locator(f'input[name="{question}"][value="{value}"]')


def test_choice_made_while_the_one_before_is_saved_stays(visit, embedded):
    ana = visit(embedded, "ana")
    reference = start_draft(ana, "Quick fingers")
    held = []
    ana.page.clock.install()
    ana.open(f"/proposals/{reference}/sections/work")
    ana.page.route("**/sections/work", lambda route: route.continue_() if held else held.append(route))
    ana.page.clock.pause_at(ana.page.evaluate("Date.now()") + 1000)

    option(ana, "T4", "applied").check()  # two other questions come up, so the answer brings the page anew
    ana.page.clock.run_for(300)
    ana.page.wait_for_timeout(100)
    option(ana, "T5", "no").check()
    with ana.page.expect_response("**/sections/work"):
        held[0].continue_()
    ana.page.wait_for_timeout(200)
    expect(option(ana, "T5", "no")).to_be_checked()
    with ana.page.expect_response("**/sections/work"):
        ana.page.clock.run_for(300)

    expect(option(ana, "P4", "s5")).to_be_visible()
    ana.open(f"/proposals/{reference}/sections/work")
    expect(option(ana, "T4", "applied")).to_be_checked()
    expect(option(ana, "T5", "no")).to_be_checked()


def test_choice_made_on_the_way_out_is_saved(visit, embedded):
    ana = visit(embedded, "ana")
    reference = start_draft(ana, "Off already")
    ana.page.clock.install()
    ana.open(f"/proposals/{reference}/sections/work")
    ana.page.clock.pause_at(ana.page.evaluate("Date.now()") + 1000)  # what saves a moment later never comes
    option(ana, "T4", "applied").check()
    option(ana, "T5", "no").check()

    ana.open("/proposals/new")

    for _again in range(20):  # it arrives while the next page is open already
        ana.open(f"/proposals/{reference}/sections/work")
        if option(ana, "T5", "no").is_checked():
            break
    expect(option(ana, "T4", "applied")).to_be_checked()
    expect(option(ana, "T5", "no")).to_be_checked()


def test_item_named_and_sent_at_once_is_one_item_that_takes_answers(visit, embedded):
    ana = visit(embedded, "ana")
    reference = start_draft(ana, "Quick items")
    ana.open(f"/proposals/{reference}/sections/technology")
    ana.page.get_by_label("Technology, method or item").fill("Laser module")
    with ana.page.expect_navigation():
        ana.page.get_by_role("button", name="Continue to").click()
    ana.page.wait_for_timeout(500)  # a save begun before the button was pressed has ended by now

    ana.page.locator('select[name^="D1a-"]').select_option(index=1)
    ana.page.locator('input[name^="D1b-"][value="application"]').check()

    expect(ana.page.locator('input[name^="X2-"][value="listed"]')).to_be_visible()

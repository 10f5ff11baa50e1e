"""A lost connection, an ended session, a closed tab, a second window: what was chosen and typed is never lost.

Each page is looked at for barriers and at the width of a phone on the way.
"""

import pytest
from playwright.sync_api import expect

from tests.journeys.filing import start_draft
from tests.journeys.test_saving import option
from tests.live.stack import wait_until

pytestmark = pytest.mark.xdist_group("journeys")
CUT_OFF = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest", "Failed to fetch")
SIGNED_OUT = ("status of 401", "status of 403", "Response Status Error", "htmx:responseError")


@pytest.fixture
def ana(visit, embedded):
    visitor = visit(embedded, "ana", is_strict=True)
    yield visitor
    visitor.forgive(*CUT_OFF, *SIGNED_OUT)


def open_work(visitor, title: str) -> str:
    path = f"/proposals/{start_draft(visitor, title)}/sections/work"
    visitor.open(path)
    return path


def kept(visitor) -> int:
    """How many pages have unsaved text in this browser."""
    return visitor.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('ra-kept:')).length")


def pick(visitor, question: str, value: str) -> None:
    """Choose, and wait for the answer of the server to it."""
    with visitor.page.expect_response(lambda answer: answer.request.method == "POST"):
        option(visitor, question, value).check()


def saved(visitor) -> None:
    expect(visitor.page.locator("#saved")).to_contain_text("Saved at ")


def lost(visitor):
    """What a text field of the section takes: free text, saved when it is left."""
    return visitor.page.locator("textarea:visible").last


def test_follow_up_keeps_the_focus_and_is_told(ana):
    ana.open(f"/proposals/{start_draft(ana, 'Follow-ups')}/sections/use")
    said, chosen = ana.page.locator("[data-ra-said]"), option(ana, "D3", "yes")
    expect(ana.page.locator("#question-D3a")).to_have_count(0)
    fold = ana.page.locator("#question-D3 > .ra-folds details").first
    fold.locator("summary").click()

    chosen.focus()
    ana.page.keyboard.press("Space")

    expect(ana.page.locator("#question-D3a")).to_be_visible()
    expect(chosen).to_be_focused()
    expect(said).to_contain_text("Your answer brings up 2 more questions.")
    assert fold.evaluate("fold => fold.open")  # what was unfolded stays so
    ana.page.keyboard.press("ArrowRight")
    expect(ana.page.locator("#question-D3a")).to_have_count(0)
    expect(option(ana, "D3", "no")).to_be_focused()
    expect(said).to_contain_text("2 questions are no longer asked.")
    saved(ana)
    ana.look()


def test_offline_text_is_kept_said_and_sent_when_back(ana):
    path = open_work(ana, "Off the net")
    ana.context.set_offline(True)

    option(ana, "T5", "no").check()

    expect(ana.page.get_by_text("You are offline. Your text is kept in this browser since")).to_be_visible()
    assert kept(ana) == 1
    ana.look()
    ana.context.set_offline(False)
    saved(ana)
    expect(ana.page.get_by_text("You are offline.")).to_be_hidden()
    assert kept(ana) == 0
    ana.open(path)
    expect(option(ana, "T5", "no")).to_be_checked()


def test_text_survives_a_closed_tab_and_stands_in_its_place_again(ana):
    path = open_work(ana, "Closed tab")
    ana.context.set_offline(True)
    lost(ana).fill("The only copy of a thought.")
    option(ana, "T5", "no").check()
    expect(ana.page.get_by_text("You are offline.")).to_be_visible()
    ana.page.close()
    ana.context.set_offline(False)

    ana.page = ana.context.new_page()
    ana.open(path)

    expect(ana.page.get_by_text("It is back in its place and is sent now.")).to_be_visible()
    saved(ana)
    wait_until(lambda: kept(ana) == 0, 10, "nothing is kept any more")
    ana.look()
    ana.open(path)
    expect(lost(ana)).to_have_value("The only copy of a thought.")
    expect(option(ana, "T5", "no")).to_be_checked()


def test_ended_session_leads_through_the_login_back_to_the_very_place(ana):
    path = open_work(ana, "Signed out")
    ana.context.clear_cookies(name="sessionid")

    option(ana, "T5", "no").check()

    expect(ana.page.get_by_text("You were signed out.")).to_be_visible()
    ana.look()
    ana.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    ana.page.get_by_label("E-mail").fill("ana@norderhaven.example")
    ana.page.get_by_label("Password").fill("open-door-2026")
    ana.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    ana.page.wait_for_url(f"**{path}")
    expect(option(ana, "T5", "no")).to_be_focused()
    saved(ana)
    ana.open(path)
    expect(option(ana, "T5", "no")).to_be_checked()


def test_sign_in_in_another_tab_lets_the_first_go_on(ana):
    path = open_work(ana, "Two tabs, one login")
    ana.context.clear_cookies(name="sessionid")
    option(ana, "T5", "no").check()
    expect(ana.page.get_by_text("You were signed out.")).to_be_visible()
    first, ana.page = ana.page, ana.context.new_page()
    ana.sign_in("ana")
    ana.page.close()
    ana.page = first

    option(ana, "T3", "computing").check()

    saved(ana)
    expect(ana.page.get_by_text("You were signed out.")).to_be_hidden()
    ana.open(path)
    expect(option(ana, "T5", "no")).to_be_checked()
    expect(option(ana, "T3", "computing")).to_be_checked()


def test_two_windows_of_one_person_overwrite_nothing(ana):
    path = open_work(ana, "Two windows")
    pick(ana, "T4", "basic")
    first, second = ana.page, ana.context.new_page()
    ana.page = second
    ana.open(path)
    pick(ana, "T4", "applied")

    ana.page = first
    option(ana, "T4", "trl4").check()

    expect(ana.page.get_by_text("You changed this in another window at")).to_be_visible()
    ana.look()
    pick(ana, "T5", "no")  # saving itself does not choose
    second.reload()
    expect(second.locator('input[name="T4"][value="applied"]')).to_be_checked()
    ana.page.get_by_role("button", name="Keep this window's").click()
    ana.expect("Your version stands.")
    expect(option(ana, "T4", "trl4")).to_be_checked()
    second.reload()
    expect(second.locator('input[name="T4"][value="trl4"]')).to_be_checked()
    expect(second.locator('input[name="T5"][value="no"]')).to_be_checked()
    assert kept(ana) == 0


def test_kept_text_meets_what_somebody_else_saved_meanwhile(ana):
    path = open_work(ana, "Later than the other")
    pick(ana, "T5", "yes")
    ana.context.set_offline(True)
    option(ana, "T5", "no").check()
    expect(ana.page.get_by_text("You are offline.")).to_be_visible()
    ana.page.close()
    ana.context.set_offline(False)
    record = "Object.fromEntries(Object.entries(localStorage))"
    ana.page = ana.context.new_page()
    ana.open("/home")
    stored = ana.page.evaluate(record)
    ana.page.evaluate("localStorage.clear()")
    ana.open(path)
    pick(ana, "T5", "unsure")
    ana.open("/home")
    ana.page.evaluate(
        "(all) => Object.entries(all).forEach(([key, value]) => localStorage.setItem(key, value))", stored
    )

    ana.open(path)

    expect(ana.page.get_by_text("Two versions: choose")).to_be_visible()
    ana.page.get_by_role("button", name="Take the other one").click()
    ana.page.get_by_role("button", name="Save and leave").click()
    ana.open(path)
    expect(option(ana, "T5", "unsure")).to_be_checked()
    assert kept(ana) == 0


def test_signing_out_saves_and_takes_away_what_was_kept(ana):
    path = open_work(ana, "Shared computer")
    lost(ana).fill("Typed right before going home.")
    assert kept(ana) == 1

    ana.page.get_by_role("button", name="Sign out").first.click()
    ana.page.wait_for_url(lambda address: "/sections/" not in address)

    assert kept(ana) == 0
    ana.sign_in("ana")
    ana.open(path)
    expect(lost(ana)).to_have_value("Typed right before going home.")

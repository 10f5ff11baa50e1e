"""Rows of the first page, by keyboard and with script off; what is typed there survives leaving the page."""

import pytest

from tests.journeys.filing import start_draft
from tests.live.stack import wait_until

pytestmark = pytest.mark.xdist_group("journeys")


def focused(visitor) -> str:
    words = "(document.activeElement.id || document.activeElement.innerText || '').trim().replace(/\\s+/g, ' ')"
    return visitor.page.evaluate(words)


def enter(visitor) -> None:
    """Without script the key leads to a new page; to wait for it is to ask no page that is about to go."""
    if visitor.has_script:
        visitor.page.keyboard.press("Enter")
        return
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def press(visitor, words: str) -> None:
    """A button by its whole name, by keyboard alone."""
    button = visitor.page.get_by_role("button", name=words, exact=True)
    button.focus()
    enter(visitor)
    visitor.page.wait_for_load_state()


def names(visitor) -> list[str]:
    return [field.input_value() for field in visitor.page.get_by_role("textbox", name="Who pays").all()]


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_rows_are_added_copied_moved_removed_and_put_back_by_keyboard(visit, embedded, has_script):
    ana = visit(embedded, "ana", is_strict=has_script, has_script=has_script)
    reference = start_draft(ana, "Rows by keyboard")

    ana.page.get_by_role("textbox", name="Who pays").fill("First fund")
    press(ana, "Copy Funder 1")
    wait_until(lambda: focused(ana) == "id_funder-1-name", 10, lambda: focused(ana))
    ana.page.keyboard.press("Control+A")
    ana.page.keyboard.type("Second fund")
    press(ana, "Move up Funder 2")
    wait_until(lambda: names(ana) == ["Second fund", "First fund"], 10, lambda: names(ana))
    wait_until(lambda: focused(ana) == "Move down Funder 1", 10, lambda: focused(ana))
    enter(ana)
    wait_until(lambda: names(ana) == ["First fund", "Second fund"], 10, lambda: names(ana))
    wait_until(lambda: focused(ana) == "Move up Funder 2", 10, lambda: focused(ana))
    press(ana, "Take this funder away Funder 1")
    wait_until(lambda: focused(ana).startswith("Put it back"), 10, lambda: focused(ana))
    ana.look()
    enter(ana)
    wait_until(lambda: names(ana) == ["First fund", "Second fund"], 10, lambda: names(ana))
    press(ana, "Add a visit")
    wait_until(lambda: focused(ana) != "Add a visit", 10, lambda: focused(ana))
    ana.page.get_by_label("Role of the visitors").select_option("postdoc")
    ana.page.get_by_label("How many people").fill("1")
    ana.page.get_by_label("Which way").select_option("outgoing")
    ana.page.get_by_label("Months each").fill("2")
    ana.look()
    press(ana, "Save and leave")
    ana.page.wait_for_url(f"**/proposals/{reference}")
    ana.open(f"/proposals/{reference}/collaboration")

    assert names(ana) == ["First fund", "Second fund"]
    assert ana.page.get_by_label("Months each").input_value() == "2"


def test_enter_in_the_name_of_a_partner_searches_and_goes_nowhere(visit, embedded):
    ana = visit(embedded, "ana", has_script=False)
    start_draft(ana, "A partner by keyboard")
    address = ana.page.url

    field = ana.page.get_by_label("Organisation", exact=True)
    field.focus()
    ana.page.keyboard.type("University of Coimbra")
    enter(ana)
    ana.expect("found.")
    assert ana.page.url == address

    ana.page.keyboard.press("Tab")  # the button "Search"
    ana.page.keyboard.press("Tab")
    assert "Coimbra" in focused(ana)
    enter(ana)
    wait_until(lambda: focused(ana) == "id_partner-0-role", 10, lambda: focused(ana))
    ana.expect("Choose another organisation")


def test_what_is_whole_is_saved_by_itself_and_the_rest_is_brought_back(visit, embedded):
    ana = visit(embedded, "ana", is_strict=True)
    reference = start_draft(ana, "Typed and left")
    ana.page.get_by_label("Summary").fill("Typed for an hour")
    ana.page.get_by_role("textbox", name="Who pays").fill("A fund")
    ana.page.get_by_label("Organisation", exact=True).fill("Half a name")
    ana.expect("The rest was saved at")

    ana.open("/home")
    ana.open(f"/proposals/{reference}/collaboration")
    ana.expect("was not saved. It is kept in this browser.")
    assert ana.page.get_by_label("Summary").input_value() == "Typed for an hour"
    assert names(ana) == ["A fund"]
    press(ana, "Bring it back")
    name = ana.page.get_by_label("Organisation", exact=True)
    wait_until(lambda: name.input_value() == "Half a name", 10, lambda: ana.text)

    name.fill("")
    ana.page.context.set_offline(True)
    ana.page.get_by_label("Summary").fill("Typed without a connection")
    ana.page.get_by_role("button", name="Continue to").click()
    ana.expect("You are offline.")
    ana.page.context.set_offline(False)
    ana.expect("Saved at")
    ana.forgive("ERR_INTERNET_DISCONNECTED", "htmx:")
    ana.open(f"/proposals/{reference}/collaboration")
    assert ana.page.get_by_label("Summary").input_value() == "Typed without a connection"
    assert not ana.page.get_by_text("It is kept in this browser.").is_visible()


def test_what_is_typed_while_the_button_of_a_row_waits_is_kept(visit, embedded):
    ana = visit(embedded, "ana")
    reference = start_draft(ana, "A slow server")
    held = []

    def hold(route):
        is_press = route.request.method == "POST" and "do=keep" not in (route.request.post_data or "")
        held.append(route) if is_press else route.continue_()

    def let_go():
        wait_until(lambda: ana.page.wait_for_timeout(20) or held, 10, "the press was sent")
        held.pop(0).continue_()

    ana.page.route("**/collaboration", hold)
    name, summary = ana.page.get_by_role("textbox", name="Who pays"), ana.page.get_by_label("Summary")
    name.fill("First fund")
    press(ana, "Copy Funder 1")
    name.fill("First fund, longer")
    press(ana, "Add a visit")  # waits for the copy
    press(ana, "Add a visit")  # an impatient hand
    summary.focus()
    ana.page.keyboard.type("Typed")
    let_go()
    wait_until(lambda: names(ana) == ["First fund, longer", "First fund"], 10, lambda: names(ana))
    ana.page.keyboard.type(" on")
    let_go()
    wait_until(lambda: ana.page.get_by_label("Role of the visitors").count() == 1, 10, "one visit")
    press(ana, "Move up Funder 2")
    name.nth(0).fill("First fund, the longest")
    let_go()
    wait_until(lambda: names(ana) == ["First fund", "First fund, the longest"], 10, lambda: names(ana))
    assert (summary.input_value(), focused(ana), held) == ("Typed on", "id_funder-1-name", [])

    ana.page.unroute("**/collaboration")
    press(ana, "Save and leave")
    ana.page.wait_for_url(f"**/proposals/{reference}")
    ana.open(f"/proposals/{reference}/sections/technology")
    item = ana.page.get_by_label("Technology, method or item")
    item.fill("Laser")
    ana.page.route(
        "**/sections/technology",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    ana.page.evaluate("setTimeout(() => document.querySelector('[value=add-item]').click(), 100)")
    ana.page.wait_for_event("request", lambda asked: asked.method == "POST")
    ana.page.keyboard.type(" module")
    held.pop(0).continue_()
    wait_until(lambda: ana.page.wait_for_timeout(50) or item.count() == 2, 10, "two items")
    assert item.first.input_value() == "Laser module"


def test_names_typed_for_the_people_at_partners_are_kept_and_brought_back(visit, embedded):
    ana = visit(embedded, "ana")
    reference = start_draft(ana, "People by and by")
    field = ana.page.get_by_label("Organisation", exact=True)
    field.fill("University of Coimbra")
    field.press("Enter")
    ana.page.locator("button.ra-found-pick").first.click()
    ana.expect("Choose another organisation")
    ana.page.get_by_role("button", name="Save, and name people").click()
    ana.page.wait_for_url("**/contacts")
    ana.page.get_by_label("Name", exact=True).fill("Ida Holm")
    ana.page.context.set_offline(True)
    ana.page.get_by_role("button", name="Continue to").click()
    ana.expect("You are offline.")
    ana.page.context.set_offline(False)
    ana.forgive("ERR_INTERNET_DISCONNECTED")

    ana.open("/home")
    ana.open(f"/proposals/{reference}/contacts")
    ana.expect("was not saved. It is kept in this browser.")
    press(ana, "Bring it back")
    name = ana.page.get_by_label("Name", exact=True)
    wait_until(lambda: name.count() == 1 and name.input_value() == "Ida Holm", 10, lambda: ana.text)
    ana.page.get_by_role("button", name="Continue to").click()
    ana.page.wait_for_url("**/sections/**")
    ana.open(f"/proposals/{reference}/contacts")
    assert name.input_value() == "Ida Holm"
    assert not ana.page.get_by_text("It is kept in this browser.").is_visible()

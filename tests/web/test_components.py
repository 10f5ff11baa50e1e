from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.template import engines

from riskassess.core.middleware import POLICY
from tests.web import gallery

ADDRESS = "http://127.0.0.1:9/"  # never asked: every answer is given here
NAVIGATION = [
    {"label": "My page", "url": "/home", "current": True, "exact": True},
    {"label": "Desk", "url": "/desk", "current": False},
]


def frame(colours):
    return {
        "signed_in": True,
        "colours": colours,
        "institution_name": "Norderhaven University",
        "nav": NAVIGATION,
        "unread": "2",
        "initials": "AF",
        "user_name": "Ana Ferreira",
        "home_url": "/home",
        "account_url": "/account",
        "logout_url": "/logout",
        "notices_url": "/notices",
    }


@pytest.fixture
def show(page):
    """Opens the gallery as a browser would get it, with our security policy; the faults it reports are returned."""

    def opened(*, colours="light", width=1280):
        source = engines["django"].from_string(Path(__file__).with_name("gallery.html").read_text())
        html = source.render({**gallery.content(), "site": frame(colours), "csrf_token": "x"})
        reported = []

        def answer(route):
            path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
            if not path:
                headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
                route.fulfill(body=html, headers=headers)
            elif path.startswith("static/") and (found := finders.find(path.removeprefix("static/"))):
                route.fulfill(path=found)
            elif path == "state":
                route.fulfill(body="")
            else:
                route.fulfill(status=404, body="")

        page.on("console", lambda line: reported.append(line.text) if line.type == "error" else None)
        page.set_viewport_size({"width": width, "height": 900})
        page.route("**/*", answer)
        page.goto(ADDRESS)
        return reported

    return opened


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_gallery_has_no_axe_violation(show, page, colours, width):
    show(colours=colours, width=width)
    for fold in page.locator("details").all():
        fold.evaluate("each => { each.open = each.offsetParent !== null && !each.closest('.ra-dock, .ra-menu'); }")

    found = Axe().run(page).response["violations"]

    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []


def test_gallery_keeps_to_the_security_policy(show, page):
    reported = show()

    assert [line for line in reported if "Content Security Policy" in line or "Refused" in line] == []
    assert page.locator("[style], [onclick], body script:not([src])").count() == 0


@pytest.mark.parametrize("width", [320, 390, 991, 992, 1280])
def test_gallery_never_scrolls_sideways(show, page, width):
    show(width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [640, 1280])
def test_gallery_stays_whole_with_text_at_double_size(show, page, width):
    show(width=width)

    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_errors_take_the_focus(show, page):
    show()

    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_unsure_opens_the_way_to_find_out(show, page):
    show()
    hint = page.get_by_text("How could I find out?")
    assert hint.is_visible()

    page.get_by_label("Separate Other people").check()

    assert not hint.is_visible()


def test_every_icon_and_shape_is_silent(show, page):
    show()

    assert page.locator("svg:not([aria-hidden='true']):not([role='img'])").count() == 0
    assert page.locator("svg[role='img'] > title").count() == page.locator("svg[role='img']").count()


def test_keys_move_through_a_list(show, page):
    show()
    page.locator("body").click(position={"x": 5, "y": 300})

    page.keyboard.press("j")
    page.keyboard.press("j")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#2"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#1"


def test_keys_leave_typing_alone(show, page):
    show()
    field = page.get_by_label("Title", exact=True)

    field.fill("")
    field.press_sequentially("jko")

    assert field.input_value() == "jko"


def test_menu_closes_on_escape_and_gives_the_focus_back(show, page):
    show(width=390)
    page.get_by_text("Menu", exact=True).click()
    assert page.get_by_role("link", name="Account").last.is_visible()

    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.locator("details[data-ra-menu][open]").count() == 0


def test_focus_is_seen_wherever_it_goes(show, page):
    show()
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
                const at = document.activeElement;
                const seen = at.closest('.ra-option') || at;
                const isLost = at !== document.body && getComputedStyle(seen).outlineStyle === 'none';
                return isLost ? at.outerHTML.slice(0, 120) : '';
            }"""
        )
        unseen.append(name)

    assert [each for each in unseen if each] == []

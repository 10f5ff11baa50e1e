"""A person at a browser: goes through pages by their words, and looks at each with more eyes than a person has."""

import io
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page
from pypdf import PdfReader

from riskassess.management.commands.demo import PASSWORD
from riskassess.management.university import MAIL
from tests.conftest import is_foreign
from tests.live.stack import Stack, wait_until

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]},
    "resultTypes": ["violations"],
}


# Going on while a page still saves itself: the browser lets that save go, and htmx calls it an error. What was typed
# went along with the page's own button.
GIVEN_UP = ("htmx:sendAbort", "htmx:afterRequest")


def is_fault(line) -> bool:
    return line.type == "error" and not any(name in line.text for name in GIVEN_UP)


class Visitor:
    """`is_strict` looks at each page for barriers (WCAG 2.2 A and AA) and for what juts out on a phone."""

    def __init__(self, browser: Browser, stack: Stack, *, is_strict: bool = False, has_script: bool = True):
        self.stack, self.is_strict, self.has_script = stack, is_strict, has_script
        self.faults: list[str] = []
        self.context = browser.new_context(
            viewport=WIDE, locale="en-GB", base_url=stack.url, accept_downloads=True, java_script_enabled=has_script
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda fault: self.complain(f"script: {fault}"))
        self.page.on("console", lambda line: self.complain(line.text) if is_fault(line) else None)
        self.page.on("request", lambda asked: self.complain(asked.url) if is_foreign(asked.url) else None)

    def complain(self, words: str) -> None:
        self.faults.append(f"{self.page.url.removeprefix(self.stack.url)}: {words}")

    def forgive(self, *words: str) -> None:
        """What the browser said about a failure that the journey is about."""
        self.faults = [fault for fault in self.faults if not any(word in fault for word in words)]

    def leave(self) -> None:
        self.context.close()

    # -- going --------------------------------------------------------------------------------------------------------

    def sign_in(self, person: str) -> "Visitor":
        self.open("/login")
        self.page.get_by_label("E-mail").fill(f"{person}@{MAIL}")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda address: "/login" not in address)
        self.look()
        return self

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert (path, answer.status) == (path, 200)
        self.look()

    def declare(self) -> None:
        """Say that nothing stands against it, where a case asks that first."""
        if self.page.url.removeprefix(self.stack.url).partition("?")[0].endswith("/interest"):
            button = self.page.get_by_role("button", name="Nothing stands against it: open the case")
            if button.count():  # what was said before is only read again
                button.click()
                self.page.wait_for_url(lambda address: "/interest" not in address)

    def follow(self, words: str) -> None:
        """Press the one link or button with these words, and look at the page it leads to."""
        target = self.page.get_by_role("main").get_by_role("link", name=words, exact=True)
        target.or_(self.page.get_by_role("main").get_by_role("button", name=words, exact=True)).first.click()
        self.page.wait_for_load_state()
        self.look()

    def choose(self, words: str) -> None:
        """Choose the answer that begins with these words; no other does."""
        self.page.get_by_role("radio", name=re.compile(f"^{words}")).check()

    def refresh_until(self, words: str, seconds: float = 40) -> None:
        """Reload as a waiting person does, until the page says it."""

        def is_said() -> bool:
            self.page.reload()
            return words in self.text

        wait_until(is_said, seconds, lambda: f"the page says {words!r}\n{self.text}")
        self.look()

    def download(self, target: Locator) -> bytes:
        with self.page.expect_download() as begun:
            target.click()
        return Path(begun.value.path()).read_bytes()

    def status_of(self, path: str) -> int:
        """What the server answers to this person's session, without a page that could complain."""
        return self.context.request.get(path, max_redirects=0).status

    # -- reading ------------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return " ".join(self.page.get_by_role("main").inner_text().split())

    def expect(self, words: str) -> None:
        wait_until(lambda: words in self.text, 10, lambda: f"the page says {words!r}\n{self.page.url}\n{self.text}")

    # -- looking ------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        self.declare()
        if not self.is_strict:
            return
        self.page.mouse.move(0, 0)
        for violation in Axe().run(self.page, options=RULES).response["violations"]:
            for node in violation["nodes"]:
                self.complain(f"{violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}")
        self.page.set_viewport_size(PHONE)
        sizes = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        needed, there = self.page.evaluate(sizes)
        if needed > there:
            self.complain(f"juts out on a phone: {needed} > {there}")
        self.page.set_viewport_size(WIDE)


def pdf_text(content: bytes) -> str:
    """The words of a PDF on one line, hyphens at line ends taken back."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(re.sub(r"[\u00ad\u2010-]\n", "", "\n".join(pages)).split())

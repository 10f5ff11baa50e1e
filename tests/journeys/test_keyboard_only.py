"""A low-risk proposal from "new" to its receipt by keyboard alone, counted.

What counts: each field that is filled (a text, or an entry chosen in a list by typing its first letters) is one; each
key that chooses (Space, or an arrow in a group of answers: also an arrow on the way to the answer meant, for it
chooses) is one; each button or link that is pressed (Enter) is one. Tab only moves the focus and does not count, nor
does opening the page of a new proposal. A question counts when it is answered and belongs to the questionnaire, not
to the fields of the proposal itself (title, unit, kinds, summary, partners, funders).
"""

import pytest

from tests.journeys.test_pages import NAME_AND_RING

pytestmark = pytest.mark.xdist_group("journeys")
MOST_QUESTIONS, MOST_INPUTS = 15, 30
# Each answer as the number of arrows down from the first one; in a list of boxes, as the number of Tabs.
WORK = [("T3", 0), ("T4", 0), ("T5", 0), ("T6", 0), ("P3", 0)]
PARTNERS = [("O1", 0), ("O2", 1), ("O4", 1)]
DATA = [("Y1", 1)]
CONFIRM = "All of these are still right"
KIND = "() => document.activeElement.type || ''"
ALL_SAVED = "() => !Object.keys(localStorage).some((key) => key.startsWith('ra-kept:'))"
HERE = "() => document.activeElement.name || ''"


class Keys:
    """A keyboard that counts what it enters."""

    def __init__(self, visitor):
        self.visitor, self.page = visitor, visitor.page
        self.inputs = 0
        self.questions: list[str] = []

    def go_to(self, is_there) -> None:
        for _ in range(150):
            self.page.keyboard.press("Tab")
            name, is_seen = self.page.evaluate(NAME_AND_RING)
            is_date = self.page.evaluate(KIND) == "date"  # the browser marks its day, month and year itself
            assert is_seen or is_date, f"{self.page.url}: nobody sees that the focus is on {name!r}"
            if is_there(name):
                return
        pytest.fail(f"{self.page.url}: Tab never comes there")

    def press(self, words: str) -> None:
        """A button or link by its words, which leads to another page."""
        self.go_to(lambda name: name.startswith(words))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.inputs += 1
        self.visitor.look()

    def fill(self, label: str, text: str) -> None:
        self.go_to(lambda name: name.startswith(label))
        self.page.keyboard.type(text)
        self.inputs += 1

    def tick(self, label: str) -> None:
        self.go_to(lambda name: name.startswith(label))
        self.page.keyboard.press("Space")
        self.inputs += 1

    def answer(self, question: str, steps: int) -> None:
        self.go_to(lambda _name: self.page.evaluate(HERE).partition("-")[0] == question)
        if self.page.evaluate(KIND) == "checkbox":
            for _box in range(steps):
                self.page.keyboard.press("Tab")
            steps = 0
        for key in ["Space", *["ArrowDown"] * steps]:
            self.page.keyboard.press(key)
            self.inputs += 1
            self.page.wait_for_function(ALL_SAVED)  # and what the answer brings up is in its place
        self.questions.append(question)

    def answer_all(self, answers) -> None:
        """What was filled in from earlier proposals is confirmed at once, and counts as answered."""
        if self.page.get_by_role("button", name=CONFIRM).count():
            self.press(CONFIRM)
        for question, steps in answers:
            if self.page.locator(f'[name="{question}"]:checked, [name^="{question}-"]:checked').count():
                self.questions.append(question)
            else:
                self.answer(question, steps)


def test_low_proposal_takes_at_most_15_questions_and_30_inputs(visit, embedded):
    ana = visit(embedded, "ana", is_strict=True)
    ana.open("/proposals/new")
    keys = Keys(ana)

    keys.fill("Title", "Reading the harbour ledgers of two towns")
    keys.press("Start")
    keys.tick("Joint publication or conference only")
    keys.fill("Summary", "Two historians transcribe printed ledgers and publish them.")
    keys.fill("Organisation", "University of Coimbra")
    keys.fill("Country", "Portugal")
    keys.fill("Who pays", "Norderhaven University")
    keys.fill("Kind", "Own")
    keys.press("Continue to")
    for _page in range(12):
        place = ana.page.url.partition("#")[0].rpartition("/")[2]
        if place == "check":
            break
        keys.answer_all({"work": WORK, "partners": PARTNERS, "data": DATA}.get(place, []))
        keys.press("Continue to")
    keys.tick("What I filed is true")
    keys.press("Submit proposal")

    ana.refresh_until("The work may start")
    assert len(keys.questions) <= MOST_QUESTIONS, keys.questions
    assert keys.inputs <= MOST_INPUTS, keys.inputs
    print(f"{len(keys.questions)} questions, {keys.inputs} inputs")

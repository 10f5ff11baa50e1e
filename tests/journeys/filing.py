"""What a researcher types and chooses on the pages, from a plan written down beforehand."""

from tests.journeys.visitor import Visitor


def field(visitor: Visitor, name: str):
    return visitor.page.locator(f'[name="{name}"]')


def describe(visitor: Visitor, plan: dict) -> None:
    """The first section: kinds, partners, funders. Its rows are added with the page's own buttons."""
    page = visitor.page
    for kind in plan["kinds"]:
        page.get_by_role("checkbox", name=kind, exact=True).check()
    field(visitor, "summary").fill(plan["summary"])
    for number, partner in enumerate(plan["partners"]):
        if number:
            page.get_by_role("button", name="Add a partner").click()
        row = page.get_by_role("group", name=f"Partner {number + 1}")
        row.get_by_label("Organisation").fill(partner["name"])
        row.get_by_label("Country").select_option(partner["country"])
    for number, funder in enumerate(plan["funders"]):
        if number:
            page.get_by_role("button", name="Add a funder").click()
        row = page.get_by_role("group", name=f"Funder {number + 1}")
        row.get_by_label("Who pays").fill(funder["name"])
        row.get_by_label("Kind").select_option(funder["kind"])


def answer(visitor: Visitor, question: str, values: list[str], row: int) -> None:
    """Choose these answers of a question, of its n-th row where it is asked of each partner, item or funder.

    Without script a question that others call up is not on the page yet: it comes back with them.
    """
    lists = visitor.page.locator(f'select[name="{question}"], select[name^="{question}-"]')
    for value in values:
        own, of_row = f'[name="{question}"][value="{value}"]', f'[name^="{question}-"][value="{value}"]'
        option = visitor.page.locator(f"input{own}, input{of_row}").nth(row)
        if lists.count():
            lists.nth(row).select_option(value)
        elif visitor.has_script or option.count():
            option.check()


def answer_section(visitor: Visitor, answers: dict) -> None:
    """Answers by question: one or several in a string, or a list with those of each row."""
    for question, given in answers.items():
        for row, words in enumerate(given if isinstance(given, list) else [given]):
            answer(visitor, question, words.split(), row)


def confirm(visitor: Visitor) -> None:
    """Say of what was filled in from elsewhere that it is still right."""
    button = visitor.page.get_by_role("button", name="All of these are still right")
    if button.count():
        with visitor.page.expect_navigation():
            button.click()


def go_on(visitor: Visitor) -> str:
    """Continue, and say which page that leads to."""
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Continue to").click()
    visitor.look()
    return visitor.page.url.partition("#")[0].rpartition("/")[2]


def start_draft(visitor: Visitor, title: str) -> str:
    visitor.open("/proposals/new")
    visitor.page.get_by_label("Title", exact=True).fill(title)
    visitor.follow("Start")
    return visitor.page.url.split("/")[-2]


def file_proposal(visitor: Visitor, plan: dict) -> str:
    """From an empty page to the last look before submitting; the reference of the proposal."""
    reference = start_draft(visitor, plan["title"])
    describe(visitor, plan)
    place, walked = go_on(visitor), []
    while place != "safeguards":
        walked.append(place)
        assert len(walked) < 16, walked
        if place == "technology" and walked.count(place) == 1:
            visitor.page.get_by_label("Technology, method or item").fill(plan["item"])
        else:
            answer_section(visitor, plan["answers"].get(place, {}))
            confirm(visitor)
        place = go_on(visitor)
    visitor.expect("Continue to Check and submit")
    visitor.follow("Continue to Check and submit")
    return reference


def submit(visitor: Visitor) -> None:
    visitor.page.get_by_role("checkbox").check()
    visitor.follow("Submit proposal")

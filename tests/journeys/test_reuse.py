"""Reuse in a browser: a renewal that asks what changed, and the offline form there and back."""

import io

import pytest
from openpyxl import load_workbook

pytestmark = pytest.mark.xdist_group("journeys")


def row_of(book, sheet: str, key: str) -> int:
    return next(row[0].row for row in book[sheet].iter_rows(max_col=1) if row[0].value == key)


def saved(book) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bring(visitor, content: bytes) -> None:
    file = {"name": "form.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    visitor.page.get_by_label("A file with a proposal").set_input_files(file)
    visitor.follow("Bring this file")


def test_ana_renews_what_was_registered_by_saying_what_changed(visit, embedded):
    ana = visit(embedded, "ana", is_strict=True)
    ana.open("/proposals/new?q=plankton")
    ana.page.get_by_role("button", name="Renew RA-").click()
    ana.expect("What changed?")
    ana.look()

    for _section in range(12):
        keep = ana.page.get_by_role("button", name="All of this is still right")
        if not keep.count():
            break
        keep.first.click()
        ana.page.wait_for_load_state()
    ana.look()
    ana.expect("All is settled.")
    ana.page.get_by_role("link", name="Check and submit").first.click()
    ana.page.get_by_role("checkbox").check()
    ana.follow("Submit proposal")

    reference = next(part for part in ana.page.url.split("/") if part.startswith("RA-"))
    ana.refresh_until("egistered")
    ana.open(f"/proposals/{reference}/versions/1")
    ana.expect("which this renews")
    ana.expect("Is this new, a renewal, or a change")


def test_ana_fills_the_form_in_offline_without_script(visit, embedded):
    ana = visit(embedded, "ana", has_script=False)
    ana.open("/proposals/new")
    book = load_workbook(io.BytesIO(ana.download(ana.page.get_by_role("link", name="Blank form to fill in offline"))))
    book["Collaboration"][f"D{row_of(book, 'Collaboration', 'title')}"] = "Tides of the outer fjord"
    open_results = f"D{row_of(book, 'Questions', 'T5')}"
    book["Questions"][open_results] = "mostly"
    book["Partners"]["D4"], book["Partners"]["D5"] = "Fjord School (invented)", "Norwey"

    bring(ana, saved(book))
    ana.forgive("422")
    ana.expect("2 things do not fit")
    ana.expect(f"Sheet Questions, cell {open_results}")
    ana.expect("Sheet Partners, cell D5")
    book["Questions"][open_results], book["Partners"]["D5"] = "Yes", "Norway"
    bring(ana, saved(book))

    ana.expect("The file is taken as a draft with 1 answer")
    reference = ana.page.url.split("/")[4]
    ana.open(f"/proposals/{reference}/sections/work")
    ana.expect("From the file you brought; still right?")
    ana.page.get_by_role("button", name="Keep as it is").click()
    ana.page.wait_for_load_state()
    assert "still right?" not in ana.text
    filled = load_workbook(io.BytesIO(ana.context.request.get(f"/proposals/{reference}/form.xlsx").body()))
    assert (filled["Questions"][open_results].value, filled["Partners"]["D5"].value) == ("Yes", "Norway")

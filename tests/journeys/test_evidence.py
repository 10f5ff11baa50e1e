"""Evidence by keyboard alone, refused and kept, a newer version and the way back out; and the same without script."""

from pathlib import Path

import pytest

from tests.files import making
from tests.journeys.filing import start_draft
from tests.journeys.visitor import Visitor


@pytest.fixture
def files(tmp_path) -> Path:
    (tmp_path / "letter.docx").write_bytes(making.docx())
    (tmp_path / "photo.jpg").write_bytes(making.photo())
    (tmp_path / "setup.pdf").write_bytes(b"MZ\x90\0 a program")
    return tmp_path


def press_add(visitor: Visitor) -> None:
    """From the field of files on with the keyboard alone."""
    keys = visitor.page.keyboard
    for _ in range(3):
        keys.press("Tab")
        if visitor.page.evaluate("document.activeElement.textContent.trim()") == "Add files":
            break
    with visitor.page.expect_navigation():
        keys.press("Enter")
    visitor.look()


def add(visitor: Visitor, *paths: Path) -> None:
    field = visitor.page.get_by_label("Files", exact=True)
    field.focus()
    field.set_input_files([str(path) for path in paths])
    press_add(visitor)


@pytest.mark.parametrize("setup", [pytest.param("embedded", marks=pytest.mark.xdist_group("journeys"))], indirect=True)
@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no_script"])
def test_evidence_is_added_replaced_downloaded_and_removed(visit, stack, files, has_script):
    ana = visit(stack, "ana", is_strict=has_script, has_script=has_script)
    reference = start_draft(ana, "Salt marshes, with a letter of intent")
    page = ana.page
    ana.open(f"/proposals/{reference}/evidence")
    ana.expect("No evidence yet")

    add(ana, files / "letter.docx", files / "setup.pdf")
    ana.forgive("422")
    ana.expect("1 file is added.")
    ana.expect("1 file was not kept")
    ana.expect("Its content is a program, which we do not take.")
    if has_script:
        assert page.evaluate("document.activeElement.matches('[data-ra-focus]')")

    ana.open(f"/proposals/{reference}/evidence")
    kept = ana.download(page.get_by_role("link", name="letter.docx"))
    assert kept[:2] == b"PK"
    assert b"Ana Duarte" not in kept

    fold = page.locator("summary", has_text="Change").first
    fold.focus()
    page.keyboard.press("Enter")
    page.get_by_label("A newer file").set_input_files(str(files / "photo.jpg"))
    ana.follow("Add as next version")
    ana.expect("1 earlier version")
    ana.expect("where the picture was taken")

    page.locator("summary", has_text="Change").first.click()
    page.get_by_role("button", name="Remove letter").click()
    page.wait_for_load_state()
    ana.expect("“letter” is removed.")
    ana.expect("No evidence yet")


@pytest.mark.parametrize("setup", [pytest.param("embedded", marks=pytest.mark.xdist_group("journeys"))], indirect=True)
def test_files_dropped_on_the_card_are_said_before_they_are_sent(visit, stack):
    ana = visit(stack, "ana", is_strict=True)
    reference = start_draft(ana, "Salt marshes, with a note")
    ana.open(f"/proposals/{reference}/evidence?about=question:T4:")
    page = ana.page

    page.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["We intend to work with you."], "note.txt", { type: "text/plain" }));
            const form = document.querySelector("#add");
            for (const name of ["dragover", "drop"]) {
                form.dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
            }
        }"""
    )
    ana.expect("note.txt (0.0 MB)")
    press_add(ana)

    ana.expect("1 file is added.")
    ana.expect("note.txt")

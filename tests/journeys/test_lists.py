"""A list changes while a proposal stands approved: what an officer loads reaches the partner and the desk."""

from pathlib import Path

from tests.journeys.filing import file_proposal, submit
from tests.journeys.test_story import ADVICE, FIRST_CONDITION, FIRST_WHY, LASER, SECOND_CONDITION, SECOND_WHY, vote
from tests.journeys.visitor import Visitor

PARTNER = "Quillberg Hydrometrics (invented)"
GAUGE = {
    **LASER,
    "title": "A gauge that reads frozen rivers",
    "partners": [{"name": PARTNER, "country": "UY"}, LASER["partners"][1]],
}
HEAD = "id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address\n"


def load_edition(officer: Visitor, folder: Path, day: str, *rows: str) -> None:
    """Write a list, load it on its page, and wait until it is in force."""
    path = folder / f"own-{day}.csv"
    path.write_text(f"# date: {day}\n# entries: {len(rows)}\n{HEAD}" + "".join(f"{row}\n" for row in rows))
    officer.open("/lists/own")
    officer.page.get_by_label("File of the new edition").set_input_files(path)
    officer.follow("Load edition")
    officer.refresh_until("In force")


def approve(visit, stack, reference: str) -> None:
    tomasz = visit(stack, "tomasz")
    tomasz.open(f"/cases/{reference}")
    tomasz.follow("Recommend")
    tomasz.choose("Approve with conditions")
    tomasz.page.get_by_label("Why").fill(ADVICE)
    tomasz.follow("Recommend")
    for person, why, condition in (
        ("omar", FIRST_WHY, FIRST_CONDITION),
        ("jonas", SECOND_WHY, SECOND_CONDITION),
    ):
        decider = visit(stack, person)
        decider.open(f"/cases/{reference}")
        vote(decider, why, condition)


def look_at_changes(officer: Visitor, reference: str) -> None:
    """Go through the list of changed facts until the proposal stands in it no longer."""
    officer.open("/desk/changes")
    for _change in range(5):
        if reference not in officer.text:
            return
        officer.follow("I have looked at it")
        officer.open("/desk/changes")
    raise AssertionError(officer.text)


def test_new_edition_reaches_the_partner_and_what_was_approved(visit, services, tmp_path):
    ana = visit(services, "ana")
    reference = file_proposal(ana, GAUGE)
    submit(ana)
    ana.refresh_until("In review")
    approve(visit, services, reference)
    omar = visit(services, "omar", is_strict=True)

    load_edition(omar, tmp_path, "2026-11-01", f"A-1,{PARTNER},,,,UY,,,,", "A-2,Halcyon Trust,,,,,,,,")
    omar.open("/desk/changes")
    omar.refresh_until(reference)
    omar.expect("What is approved stays approved until an officer reopens it.")
    omar.open(f"/cases/{reference}")
    omar.follow("Judge the match")
    match = omar.page.url.removeprefix(services.url)
    omar.choose("different organisation")
    omar.page.get_by_label("How do you know").fill("The listed one makes paper; ours measures rivers.")
    omar.follow("Save judgement")
    jonas = visit(services, "jonas")
    jonas.open(match)
    jonas.follow("Confirm: a different organisation")
    look_at_changes(omar, reference)

    rows = [f"A-1,{PARTNER},,,,UY,,,,", "A-2,Halcyon Trust,,,,,,,,", "A-4,Pebble Court Press,,,,,,,,"]
    load_edition(omar, tmp_path, "2026-11-05", *rows)  # says nothing new of the partner
    omar.expect("Added 1")
    omar.open(match)
    omar.expect("Confirmed by Jonas")
    omar.open(f"/cases/{reference}")
    assert "Judge the match" not in omar.text
    omar.open("/desk/changes")
    assert reference not in omar.text

    load_edition(
        omar, tmp_path, "2026-11-08", f"A-1,{PARTNER},Quillberg Paper,,,UY,,,,", "A-2,Halcyon Trust,,,,,,,,",
        "A-4,Pebble Court Press,,,,,,,,", "A-3,Marrow Lane Works,,,,,,,,",
    )  # fmt: skip
    for words in ("Added 1", "Other names 1", "Marrow Lane Works"):
        omar.expect(words)
    assert "Halcyon Trust" not in omar.text  # nothing changed about it
    omar.follow("Other names 1")
    omar.expect("Quillberg Paper")
    omar.open("/desk/changes")
    omar.refresh_until(reference)  # what was cleared is open again, and nothing changed by itself
    omar.expect("match judged to be somebody else possible match")
    omar.open(f"/cases/{reference}")
    omar.expect("Judge the match")  # a new name asks anew
    ana.open(f"/proposals/{reference}")
    ana.expect("Approved with conditions")

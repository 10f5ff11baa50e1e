"""Somebody named at a partner has the name of an entry on a list: compared, looked at, and judged."""

from tests.journeys.filing import file_proposal, submit
from tests.journeys.test_fast_track import LETTERS
from tests.journeys.visitor import Visitor

LISTED = "Orsolya Quillfeather"  # an invented person on the sample list


def test_person_named_at_a_partner_waits_for_an_officer(visit, services):
    ana = visit(services, "ana", is_strict=True)
    reference = file_proposal(ana, {**LETTERS, "title": "Tide tables, with the archivist"})
    name_person(ana, LISTED, role="looks after the archive", birth_year="1979")
    ana.open(f"/proposals/{reference}/check")
    ana.expect(f"{LISTED}, looks after the archive")

    submit(ana)

    ana.refresh_until("In review")
    omar = visit(services, "omar", is_strict=True)
    omar.open(f"/cases/{reference}")
    omar.expect("named at University of Coimbra")
    omar.follow(f"Compare side by side: {LISTED}")
    omar.expect("Is it the same person?")
    omar.choose("different person")
    omar.page.get_by_label("How do you know?").fill("The archivist is forty years younger than the entry.")
    omar.follow("Save judgement")
    omar.expect("The judgement is kept, and the case is assessed with it.")
    assert omar.status_of(f"/cases/{reference}") == 200
    assert ana.status_of(f"/cases/{reference}") == 403


def name_person(visitor: Visitor, name: str, *, role: str, birth_year: str) -> None:
    visitor.follow("People at the partners")
    row = visitor.page.get_by_role("group", name="Person 1")
    row.get_by_label("Name").fill(name)
    row.get_by_label("Part in the work").fill(role)
    row.get_by_label("Year of birth").fill(birth_year)
    visitor.page.get_by_role("button", name="Continue to").click()
    visitor.page.wait_for_load_state()
    visitor.look()

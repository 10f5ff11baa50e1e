"""The main job from the first page to the letter, told by the people who do it, in both set-ups."""

import csv
import io

from riskassess.management.commands.demo import PASSWORD
from tests.journeys.filing import file_proposal, submit
from tests.journeys.visitor import pdf_text

LASER = {
    "title": "A laser probe that reads muddy harbours",
    "summary": "We build a probe with an instrument maker and test it in the fjord.",
    "kinds": ["Joint research project"],
    "partners": [
        {"name": "Meridian Sensing S.A. (invented)", "country": "UY"},
        {"name": "University of Vienna", "country": "AT"},
    ],
    "funders": [{"name": "Norderhaven University", "kind": "own"}],
    "item": "Laser module",
    "answers": {
        "work": {
            "T3": "physics engineering",
            "T4": "trl4",
            "T5": "no",
            "T6": "new",
            "P3": "expertise infrastructure",
            "P4": "s5",
        },
        "use": {
            "D1": "semiconductors",
            "D2": "no",
            "D3": "no",
            "X1": "yes",
            "X8": "no",
            "X3": "no",
        },
        "partners": {
            "O1": ["company", "public_university"],
            "O2": ["met", "long_standing"],
            "O4": ["yes", "no"],
            "O4a": ["related"],
            "O6": ["no", "no"],
            "O7": ["none"],
            "V5": ["equal_rules", "unsure"],
            "G1": ["before_start", "before_start"],
            "G2": ["none", "none"],
        },
        "data": {"Y1": "open", "Y5": "no"},
        "technology": {"D1a": ["semi_photonics"], "X2": ["no"]},
        "people": {"M2": "yes", "M3": "no", "R1": "yes"},
        "freedom": {"V2": "up_to_3"},
        "terms": {"G4": "shared"},
    },
}
FINDINGS = (
    "The work applies a technology of the four most sensitive areas",
    "The partner's unit also works for armed forces, intelligence services or police",
    "The partner has no written rules of research integrity",
)
ADVICE = "The plan is sound. Keep the design files here and write that into the agreement."
FIRST_WHY = "The probe measures water. The design files stay with us before anything is shared."
SECOND_WHY = "The unit can carry this: two people see the designs, and the agreement names them."
FIRST_CONDITION = "The agreement says who keeps the design files."
SECOND_CONDITION = "Only two named people see the design files."


def test_ana_files_others_decide_and_an_auditor_reads_it_all(visit, stack):
    ana = visit(stack, "ana")
    reference = file_proposal(ana, LASER)
    ana.expect("1 answer is open, and may stay open")
    submit(ana)
    ana.expect(f"{reference} is submitted.")
    ana.refresh_until("In review")
    ana.expect("As filed High")
    ana.expect("It is our turn: Omar Haddad carries your case.")
    ana.follow("Read the assessment")
    for title in FINDINGS:
        ana.expect(title)

    tomasz = visit(stack, "tomasz")
    assert LASER["title"] not in tomasz.text  # unseen before he says that nothing stands against it
    tomasz.follow(reference)
    tomasz.follow("Recommend")
    tomasz.choose("Approve with conditions")
    tomasz.page.get_by_label("Why").fill(ADVICE)
    tomasz.follow("Recommend")
    tomasz.expect("Your recommendation is in. Somebody else decides.")

    omar = visit(stack, "omar")
    omar.follow(reference)
    omar.expect(ADVICE)
    vote(omar, FIRST_WHY, FIRST_CONDITION)
    jonas = visit(stack, "jonas")
    jonas.open(f"/cases/{reference}")
    assert FIRST_WHY not in jonas.text  # unseen before the own vote is in
    vote(jonas, SECOND_WHY, SECOND_CONDITION)

    ana.open("/notices")
    ana.expect(reference)
    ana.open(f"/proposals/{reference}/decision")
    ana.expect("Your project can start, with conditions")
    ana.expect(SECOND_WHY)
    ana.expect(SECOND_CONDITION)
    ana.refresh_until("Download letter")
    letter = ana.download(ana.page.get_by_role("link", name="Download letter"))
    for words in (LASER["title"], reference, SECOND_WHY, SECOND_CONDITION, "Finding K04"):
        assert words in pdf_text(letter)
    ana.open(f"/proposals/{reference}")
    links = ana.page.get_by_role("link", name="Download PDF")
    report = pdf_text(ana.download(links.last))
    for words in (LASER["title"], reference, "High", *FINDINGS, "allea-eu 1.1.1", "Laser module", *partner_names()):
        assert words in report
    report_path = links.last.get_attribute("href")

    david = visit(stack, "david")
    david.open(f"/audit?reference={reference}")
    for words in ("Ana Ferreira submitted the proposal", "Tomasz Wilk recommended", "Jonas Brandt cast a vote"):
        david.expect(words)
    exported = david.download(david.page.get_by_role("button", name="Download CSV")).decode()
    verbs = {row["verb"] for row in csv.DictReader(io.StringIO(exported)) if row["reference"] == reference}
    assert {
        "proposal.created",
        "proposal.submit",
        "case.recommended",
        "case.voted",
        "case.decided",
        "report.built",
    } <= verbs

    eve = visit(stack, "eve")
    for path in (f"/proposals/{reference}", f"/cases/{reference}", f"/proposals/{reference}/decision", report_path):
        assert (path, eve.status_of(path)) == (path, 404)

    verified = stack.manage("verify_audit")
    assert (verified.returncode, verified.stdout[:22]) == (0, "The audit log is whole")


def vote(decider, why: str, condition: str) -> None:
    decider.follow("Open the decision")
    decider.choose("Approve with conditions")
    row = decider.page.get_by_role("group", name="Condition 1")
    row.get_by_label("What is to be done").fill(condition)
    row.get_by_label("Who").fill("Ana Ferreira")
    row.get_by_label("By when").fill("2027-03-01")
    decider.page.get_by_label("Why this outcome").fill(why)
    decider.page.get_by_label("Another source").fill("Finding K04 of the assessment")
    if decider.page.get_by_label("Your password").count():  # on a slow machine the sign-in is minutes ago
        decider.page.get_by_label("Your password").fill(PASSWORD)
    decider.follow("Record my decision")
    decider.expect("Your decision is recorded.")


def partner_names() -> list[str]:
    return [row["name"] for row in LASER["partners"]]

"""A proposal as docs/proposal-format.md writes it, filed through the services as a person files it on the pages."""

import json
from datetime import date
from pathlib import Path

from django.conf import settings

from partners.services import register_partner
from riskassess import workflow
from riskassess.accounts.models import Unit, User
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.services import open_questionnaire, save_answers
from riskassess.audit.log import story
from riskassess.proposals import services as proposals
from riskassess.proposals.contacts import Named
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.visits import set_visits

EXAMPLES = settings.BASE_DIR / "fixtures" / "proposals"


def read_example(name: str, folder: Path | None = None) -> dict:
    """The content of an example by the beginning of its file name."""
    (path,) = (folder or EXAMPLES).glob(f"{name}*.json")
    return json.loads(path.read_text(encoding="utf-8"))


@story()
def write_draft(*, content: dict, owner: User, unit: Unit) -> Proposal:
    """Open a draft and fill in all that the content says, section by section. Safeguards are left to the caller."""
    proposal = proposals.create_proposal(
        owner=owner, title=content["title"], unit=unit, summary=content.get("summary", "")
    )
    proposals.describe(
        proposal=proposal,
        actor=owner,
        title=content["title"],
        summary=content.get("summary", ""),
        kinds=content.get("kinds", []),
        unit=unit,
        starts=day(content.get("starts")),
        ends=day(content.get("ends")),
    )
    partners = [
        (
            register_partner(name=row["name"], country=row["country"], ror_id=row.get("ror", ""), actor=owner),
            row.get("role", "partner"),
        )
        for row in content.get("partners", [])
    ]
    rows = {
        "partners": workflow.choose_partners(proposal=proposal, actor=owner, rows=partners),
        "funders": proposals.set_funders(
            proposal=proposal,
            actor=owner,
            rows=[
                {"name": row["name"], "country": row.get("country", ""), "kind": row["answers"]["F1"]}
                for row in content.get("funders", [])
            ],
        ),
        "technology": proposals.set_technology(
            proposal=proposal, actor=owner, rows=[{"label": row["label"]} for row in content.get("technology", [])]
        ),
    }
    ids = [row.get("id", f"p{number}") for number, row in enumerate(content.get("partners", []), 1)]
    places = dict(zip(ids, rows["partners"], strict=True))
    set_visits(
        proposal=proposal,
        actor=owner,
        rows=[{**row, "participation": places.get(row.get("partner", ""))} for row in content.get("visits", [])],
    )
    workflow.choose_contacts(proposal=proposal, actor=owner, people=people_in(content, rows["partners"]))
    answer(proposal=proposal, actor=owner, values=answers_in(content, rows))
    return proposal


def people_in(content: dict, partners: list[Participation]) -> list[Named]:
    """Whom the content names at its partners."""
    return [
        Named(
            participation=participation,
            name=person["name"],
            role=person.get("role", ""),
            orcid=person.get("orcid", ""),
            birth_year=person.get("birth_year"),
        )
        for given, participation in zip(content.get("partners", []), partners, strict=True)
        for person in given.get("contacts", [])
    ]


def answers_in(content: dict, rows: dict[str, list]) -> dict[tuple[str, str], object]:
    """(question, row) -> value; rows of the content stand in the order of the rows that were made."""
    values = {(question, ""): value for question, value in content.get("answers", {}).items()}
    for name, made in rows.items():
        for given, row in zip(content.get(name, []), made, strict=True):
            values |= {(question, str(row.uid)): value for question, value in given["answers"].items()}
    return values


def answer(*, proposal: Proposal, actor: User, values: dict[tuple[str, str], object]) -> None:
    """Save answers as the pages do, one section after the other; fields of the proposal are no answers."""
    questionnaire = open_questionnaire(proposal=proposal)
    catalogue = catalogue_of(questionnaire.release)
    for section in catalogue.sections:
        ids = {question.id for question in catalogue.questions_of(section.id) if not question.field}
        own = {key: value for key, value in values.items() if key[0] in ids}
        if own:
            save_answers(questionnaire=questionnaire, actor=actor, values=own)


def finding_keys(content: dict, proposal: Proposal) -> dict[str, str]:
    """Row ids of the content ("p1", "f1", "t1") as the rows of the proposal are called."""
    made = {
        "p": proposal.participations.order_by("position"),
        "f": proposal.funders.order_by("position"),
        "t": proposal.technology_items.order_by("position"),
    }
    return {f"{letter}{number}": str(row.uid) for letter, rows in made.items() for number, row in enumerate(rows, 1)}


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

"""Facts: all that the engine sees. Answers come from the frozen or present content, the rest from the registry."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta

from partners import queries as registry
from partners.models import Partner
from riskassess.assessments.models import Answer, Questionnaire
from riskassess.assessments.queries import earlier_records
from riskassess.engine.catalogue import Catalogue, Scope
from riskassess.proposals.evidence import evidence_content

NO_VALUE = "no_value"
ROWS = ("partners", "funders", "technology")
PRIOR = "prior_assessment"
PRIOR_WITHIN = timedelta(days=730)
RENEWAL_QUESTION = "T6"
KINDS_QUESTION, FUNDER_QUESTION = "T1", "F1"  # answered by columns of the proposal and of a funder
CHOSEN = {"yes_no", "single", "multi", "scale", "number"}


def canonical(content) -> bytes:
    """The same value always gives the same bytes: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def fingerprint(content) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def present_content(questionnaire: Questionnaire) -> dict:
    """What the proposal says now, in the form in which a version freezes it."""
    proposal = questionnaire.proposal
    by_row = _by_row(questionnaire.answers.all())
    participations = proposal.participations.select_related("partner").order_by("position", "pk")
    participations = participations.prefetch_related("contacts__contact")
    funders = proposal.funders.order_by("position", "pk")
    technology = proposal.technology_items.order_by("position", "pk")
    content = {
        "proposal": {
            "reference": proposal.reference,
            "title": proposal.title,
            "summary": proposal.summary,
            "unit": proposal.unit.name,
            "owner": proposal.owner.name,
            "coinvestigators": [co.user.name for co in proposal.coinvestigators.select_related("user")],
            "starts": proposal.starts.isoformat() if proposal.starts else None,
            "ends": proposal.ends.isoformat() if proposal.ends else None,
        },
        "answers": {**by_row.get("", {}), KINDS_QUESTION: proposal.kinds},
        "partners": [
            {
                "id": str(row.uid),
                "partner": str(row.partner.uid),
                "label": row.partner.name,
                "country": row.partner.country,
                "ror": row.partner.ror_id,
                "role": row.role,
                "answers": by_row.get(str(row.uid), {}),
                "contacts": [str(named.contact.uid) for named in row.contacts.all()],
            }
            for row in participations
        ],
        "funders": [
            {
                "id": str(row.uid),
                "label": row.name,
                "country": row.country,
                "answers": {**by_row.get(str(row.uid), {}), FUNDER_QUESTION: row.kind},
            }
            for row in funders
        ],
        "technology": [
            {"id": str(row.uid), "label": row.label, "answers": by_row.get(str(row.uid), {})} for row in technology
        ],
    }
    if visits := present_visits(proposal):  # left out where there are none: versions from before keep their fingerprint
        content["visits"] = visits
    return content


def present_visits(proposal) -> list[dict]:
    """Planned visits as a version keeps them. They are read by people; no rule sees them."""
    return [
        {
            "id": str(row.uid),
            "role": row.role,
            "people": row.people,
            "direction": row.direction,
            "months": row.months,
            "partner": str(row.participation.uid) if row.participation else "",
            "access": row.access,
        }
        for row in proposal.visits.select_related("participation")
    ]


def filed_content(questionnaire: Questionnaire) -> dict:
    """What a submission freezes: the present content, and by fingerprint the evidence that goes along. Without any the
    content is as it was before there was evidence."""
    evidence = evidence_content(questionnaire.proposal)
    return present_content(questionnaire) | ({"evidence": evidence} if evidence else {})


def evidence_in(content: dict) -> list[dict]:
    """The evidence that went along with a version, as `proposals.evidence.evidence_content` wrote it."""
    return content.get("evidence", [])


def with_determinations(content: dict, determinations) -> dict:
    """The content with confirmed findings of fact laid over its answers; the frozen one stays as it is."""
    found = list(determinations)
    if not found:
        return content
    laid = {**content, "answers": dict(content["answers"])}
    for name in ROWS:
        laid[name] = [{**row, "answers": dict(row["answers"])} for row in content[name]]
    rows = {"": laid} | {row["id"]: row for name in ROWS for row in laid[name]}
    for each in found:
        if each.row in rows:
            rows[each.row]["answers"][each.question] = each.value
    return laid


def _by_row(answers: Iterable[Answer]) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for answer in answers:
        found.setdefault(answer.row, {})[answer.question] = answer.value
    return found


def with_answers(facts: dict, answers: Iterable[Answer]) -> dict | None:
    """These facts with other answers in place of those they were collected with. None where a fact hangs on answers."""
    if facts["facts"].get(PRIOR, "none") != "none":
        return None
    by_row, columns = _by_row(answers), {KINDS_QUESTION, FUNDER_QUESTION}
    for row_id, row in [("", facts), *((row["id"], row) for name in ROWS for row in facts[name])]:
        kept = {question: row["answers"][question] for question in columns & row["answers"].keys()}
        row["answers"] = {**by_row.get(row_id, {}), **kept}
    return facts


def collect(*, catalogue: Catalogue, content: dict, owner_id: int, safeguards: list[dict], on: date) -> dict:
    """The engine's facts for this content as of a day; the registry is read as it is now."""
    rows = list(Partner.objects.filter(uid__in=[row["partner"] for row in content["partners"]]))
    known = registry.partner_facts_of(rows, on)
    facts_of = {str(partner.uid): known[partner.pk] for partner in rows}
    people = registry.contact_facts_of(uid for row in content["partners"] for uid in contacts_in(row))
    facts = {
        "as_of": on.isoformat(),
        "answers": content["answers"],
        "facts": fitting(catalogue, "proposal", {}),
        "partners": [
            {
                "id": row["id"],
                "label": row["label"],
                "answers": row["answers"],
                "facts": fitting(
                    catalogue,
                    "partner",
                    registry.gravest(facts_of[row["partner"]], *(people[uid] for uid in contacts_in(row))),
                ),
            }
            for row in content["partners"]
        ],
        "funders": [
            {"id": row["id"], "label": row["label"], "answers": row["answers"], "facts": {}}
            for row in content["funders"]
        ],
        "technology": [
            {"id": row["id"], "label": row["label"], "answers": row["answers"], "facts": {}}
            for row in content["technology"]
        ],
        "safeguards": safeguards,
    }
    if PRIOR in catalogue.facts.get("proposal", {}):
        facts["facts"][PRIOR] = prior_assessment(
            catalogue=catalogue, facts=facts, content=content, owner_id=owner_id, on=on
        )
    return facts


def contacts_in(row: dict) -> list[str]:
    """The people named at a partner, as a version keeps them: by uid, so that erasing one leaves the version whole.
    Versions from before there were any name none."""
    return row.get("contacts", [])


def prior_assessment(*, catalogue: Catalogue, facts: dict, content: dict, owner_id: int, on: date) -> str:
    """Whether this owner's work with these partners was approved in the last 24 months, and whether all that rules can
    read is as it was then: none, changed or unchanged."""
    if not content["partners"]:
        return "none"
    now, found = _comparable(catalogue, facts, content), "none"
    for record in earlier_records(
        reference=content["proposal"]["reference"],
        owner_id=owner_id,
        partner=content["partners"][0]["partner"],
        since=on - PRIOR_WITHIN,
    ):
        then = _comparable(catalogue, record.facts, record.version.content)
        if then["partners"].keys() == now["partners"].keys():
            if then == now and record.release.sha256 == catalogue.sha256:
                return "unchanged"
            found = "changed"
    return found


def _comparable(catalogue: Catalogue, facts: dict, content: dict) -> dict:
    """Answers and facts apart from free text, names of rows and the question whether this is a renewal."""
    told = {q.id for q in catalogue.questions if q.type in CHOSEN and q.id != RENEWAL_QUESTION}
    partner_of = {row["id"]: row["partner"] for row in content["partners"]}

    def answers(row: dict) -> dict:
        return {question: value for question, value in row["answers"].items() if question in told and value}

    return {
        "answers": answers(facts),
        "partners": {partner_of[row["id"]]: [answers(row), row["facts"]] for row in facts["partners"]},
        "funders": sorted(json.dumps(answers(row), sort_keys=True) for row in facts["funders"]),
        "technology": sorted(json.dumps(answers(row), sort_keys=True) for row in facts["technology"]),
    }


def fitting(catalogue: Catalogue, scope: Scope, known: dict) -> dict:
    """Of what the registry knows, the facts this release names. One the registry does not hold has "no value"."""
    singles, sets = catalogue.facts.get(scope, {}), catalogue.fact_sets.get(scope, {})
    unheld = {name: NO_VALUE for name, values in singles.items() if NO_VALUE in values}
    return {**unheld, **{name: value for name, value in known.items() if name in singles or name in sets}}

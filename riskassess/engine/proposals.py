"""A proposal file to facts, with a problem for each thing that does not fit. docs/proposal-format.md describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.enclosures import evidence_problems, evidence_schema
from riskassess.engine.facts import (
    ROW_LISTS,
    SAFEGUARD_STATES,
    FactsError,
    answer_problems,
    check_facts,
    fact_problems,
    safeguard_problems,
)

TOP = (
    "title",
    "summary",
    "kinds",
    "starts",
    "ends",
    "unit",
    "as_of",
    "catalogue",
    "answers",
    *ROW_LISTS.values(),
    "visits",
    "evidence",
    "safeguards",
)
COMMENT = "comment"  # the only other key that may stand at the top
ROW_KEYS = {
    "partner": ("id", "name", "country", "ror", "role", "contacts", "answers", "facts"),
    "funder": ("id", "name", "country", "answers"),
    "technology": ("id", "label", "answers"),
}
CONTACT_KEYS = {"name": 200, "role": 120, "orcid": 19, "birth_year": 4}  # how long they may be
VISITORS = ("student", "doctoral", "postdoc", "professor", "technician", "other")
DIRECTIONS = ("incoming", "outgoing")
VISIT_KEYS = ("role", "people", "direction", "partner", "months", "access")
VISIT_MOST = {"people": 999, "months": 120}
LONGEST_ACCESS = 1000
ORCID = re.compile(r"^$|^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")
ROLES = ("partner", "coordinator", "host", "supplier", "client")
LIMITS = {"title": 200, "summary": 5000, "unit": 200, "catalogue": 100}
COUNTRY = re.compile(r"^[A-Z]{2}$")
ROR = re.compile(r"^https://ror\.org/0[a-z0-9]{8}$")
ROW_ID = re.compile(r"^[A-Za-z0-9_-]{1,60}$")
KINDS_QUESTION = "T1"


def read_proposal(catalogue: Catalogue, proposal: Any, *, on: date) -> dict[str, Any]:
    """The facts of a proposal file, as of its own day or `on`; raises FactsError with all that does not fit."""
    problems = list(_problems(catalogue, proposal))
    if problems:
        raise FactsError(problems)
    facts: dict[str, Any] = {
        "as_of": proposal.get("as_of") or on.isoformat(),
        "answers": {**(proposal.get("answers") or {}), KINDS_QUESTION: proposal["kinds"]},
        "facts": {},
        "safeguards": [{"finding": None, **item} for item in proposal.get("safeguards", [])],
    }
    for name in ROW_LISTS.values():
        facts[name] = [
            {
                "id": row.get("id") or f"{name[0]}{number}",
                "label": row.get("name") or row.get("label") or "",
                "answers": row.get("answers", {}),
                "facts": row.get("facts", {}),
            }
            for number, row in enumerate(proposal.get(name, []), 1)
        ]
    check_facts(catalogue, facts)
    return facts


def _problems(catalogue: Catalogue, proposal: Any) -> Iterator[str]:
    if not isinstance(proposal, dict):
        yield "$: expected an object with at least title and kinds."
        return
    for key in proposal:
        if key not in TOP and key != COMMENT:
            yield f"{key}: there is no such key. Known are {', '.join(TOP)}."
    if not isinstance(proposal.get("title"), str) or not proposal["title"].strip():
        yield "title: missing. Say what the proposal is called."
    for key, most in LIMITS.items():
        value = proposal.get(key, "")
        if not isinstance(value, str):
            yield f"{key}: expected a text."
        elif len(value) > most:
            yield f"{key}: {len(value)} characters are more than the {most} that fit."
    yield from _date_problems(proposal)
    if "kinds" not in proposal:
        yield "kinds: missing. Say what kind of collaboration it is."
    yield from _sentences(
        answer_problems(catalogue, {KINDS_QUESTION: proposal.get("kinds")}, "proposal", ""),
        {f".{KINDS_QUESTION}": "kinds"},
    )
    answers = proposal.get("answers")
    if isinstance(answers, dict) and KINDS_QUESTION in answers:
        yield f"answers.{KINDS_QUESTION}: this is the list 'kinds'. Give it there."
    yield from _sentences(answer_problems(catalogue, answers, "proposal", "answers"))
    for scope, name in ROW_LISTS.items():
        yield from _row_problems(catalogue, proposal, scope, name)
    yield from _visit_problems(proposal)
    yield from evidence_problems(catalogue, proposal.get("evidence", []), set(_row_ids(proposal)))
    yield from _determined_problems(catalogue, proposal)
    yield from _sentences(safeguard_problems(catalogue, proposal.get("safeguards", [])))


def _sentences(problems: Iterator[str], renamed: dict[str, str] | None = None) -> Iterator[str]:
    for problem in problems:
        path, _colon, reason = problem.partition(": ")
        yield f"{(renamed or {}).get(path, path)}: {reason}."


def _determined_problems(catalogue: Catalogue, proposal: dict[str, Any]) -> Iterator[str]:
    """Answers that only an officer can give, with evidence and a second person."""
    places = [("answers", proposal)]
    for name in ROW_LISTS.values():
        rows = proposal.get(name, [])
        places += [(f"{name}[{i}].answers", row) for i, row in enumerate(rows if isinstance(rows, list) else ())]
    for path, row in places:
        answers = row.get("answers") if isinstance(row, dict) else None
        for question_id, value in (answers if isinstance(answers, dict) else {}).items():
            known = catalogue.has_question(question_id) and isinstance(value, str)
            option = catalogue.question(question_id).option(value) if known else None
            if option is not None and option.determined:
                yield f'{path}.{question_id}: "{value}" is entered by an officer with the evidence, not by a file.'


def _date_problems(proposal: dict[str, Any]) -> Iterator[str]:
    days = {}
    for key in ("starts", "ends", "as_of"):
        value = proposal.get(key)
        if value is None:
            continue
        try:
            days[key] = date.fromisoformat(value)
        except (TypeError, ValueError):
            yield f"{key}: {json.dumps(value)} is not a date. Write it as 2027-03-01."
    if {"starts", "ends"} <= days.keys() and days["ends"] < days["starts"]:
        yield "ends: this lies before the start."


def _row_problems(catalogue: Catalogue, proposal: dict[str, Any], scope: Scope, name: str) -> Iterator[str]:
    rows = proposal.get(name, [])
    if not isinstance(rows, list):
        yield f"{name}: expected a list."
        return
    ids = set()
    for index, row in enumerate(rows):
        path = f"{name}[{index}]"
        if not isinstance(row, dict):
            yield f"{path}: expected an object."
            continue
        for key in row:
            if key not in ROW_KEYS[scope]:
                yield f"{path}.{key}: there is no such key. Known are {', '.join(ROW_KEYS[scope])}."
        row_id = row.get("id", f"{name[0]}{index + 1}")
        if not isinstance(row_id, str) or not ROW_ID.match(row_id):
            yield f"{path}.id: use up to 60 letters, digits, - and _."
        elif row_id in ids:
            yield f'{path}.id: "{row_id}" stands twice.'
        ids.add(str(row_id))
        label = "label" if scope == "technology" else "name"
        if not isinstance(row.get(label), str) or not row[label].strip():
            yield f"{path}.{label}: missing."
        if scope == "partner" or row.get("country"):
            yield from _place_problems(row, path)
        if scope == "partner":
            yield from _contact_problems(row.get("contacts", []), f"{path}.contacts")
        yield from _sentences(answer_problems(catalogue, row.get("answers"), scope, f"{path}.answers"))
        yield from _sentences(fact_problems(catalogue, row.get("facts"), scope, f"{path}.facts"))


def _place_problems(row: dict[str, Any], path: str) -> Iterator[str]:
    country, ror, role = row.get("country"), row.get("ror"), row.get("role", "partner")
    if country is None:
        yield f"{path}.country: missing. Use two letters of ISO 3166-1, such as NO."
    elif not isinstance(country, str) or not COUNTRY.match(country):
        yield (
            f"{path}.country: {json.dumps(country)} is not a country code. Use two letters of ISO 3166-1, such as NO."
        )
    if ror not in (None, "") and (not isinstance(ror, str) or not ROR.match(ror)):
        yield f"{path}.ror: {json.dumps(ror)} is not a ROR id. It looks like https://ror.org/ and nine characters."
    if role not in ROLES:
        yield f"{path}.role: {json.dumps(role)} is not one of {', '.join(ROLES)}."


def _contact_problems(contacts: Any, path: str) -> Iterator[str]:
    """People are never scored: whoever files the proposal in the application has them compared with lists."""
    if not isinstance(contacts, list):
        yield f"{path}: expected a list."
        return
    for index, person in enumerate(contacts):
        here = f"{path}[{index}]"
        if not isinstance(person, dict):
            yield f"{here}: expected an object."
            continue
        for key in person:
            if key not in CONTACT_KEYS:
                yield f"{here}.{key}: there is no such key. Known are {', '.join(CONTACT_KEYS)}."
        name, role = person.get("name"), person.get("role", "")
        if not isinstance(name, str) or not name.strip():
            yield f"{here}.name: missing."
        elif len(name) > CONTACT_KEYS["name"]:
            yield f"{here}.name: {len(name)} characters are more than the {CONTACT_KEYS['name']} that fit."
        if not isinstance(role, str) or len(role) > CONTACT_KEYS["role"]:
            yield f"{here}.role: expected a text of at most {CONTACT_KEYS['role']} characters."
        orcid, year = person.get("orcid", ""), person.get("birth_year")
        if not isinstance(orcid, str) or not ORCID.match(orcid):
            yield f"{here}.orcid: {json.dumps(orcid)} is not an ORCID iD. It looks like 0000-0002-1825-0097."
        if year is not None and (type(year) is not int or not 1900 <= year <= 2100):
            yield f"{here}.birth_year: {json.dumps(year)} is not a year such as 1974."


def _row_ids(proposal: dict[str, Any]) -> Iterator[str]:
    for name in ROW_LISTS.values():
        rows = proposal.get(name, [])
        for number, row in enumerate(rows if isinstance(rows, list) else (), 1):
            yield str(row.get("id") or f"{name[0]}{number}") if isinstance(row, dict) else ""


def _visit_problems(proposal: dict[str, Any]) -> Iterator[str]:
    """Planned visits are read by people and never scored."""
    visits, partners = proposal.get("visits", []), proposal.get("partners", [])
    if not isinstance(visits, list):
        yield "visits: expected a list."
        return
    rows = [row for row in partners if isinstance(row, dict)] if isinstance(partners, list) else []
    ids = [row.get("id", f"p{number}") for number, row in enumerate(rows, 1)]
    for index, visit in enumerate(visits):
        path = f"visits[{index}]"
        if not isinstance(visit, dict):
            yield f"{path}: expected an object."
            continue
        for key in visit:
            if key not in VISIT_KEYS:
                yield f"{path}.{key}: there is no such key. Known are {', '.join(VISIT_KEYS)}."
        for key, known in (("role", VISITORS), ("direction", DIRECTIONS)):
            if visit.get(key) not in known:
                yield f"{path}.{key}: {json.dumps(visit.get(key))} is not one of {', '.join(known)}."
        for key, most in VISIT_MOST.items():
            if type(visit.get(key)) is not int or not 1 <= visit[key] <= most:
                yield f"{path}.{key}: {json.dumps(visit.get(key))} is not a whole number from 1 to {most}."
        partner, access = visit.get("partner", ""), visit.get("access", "")
        if partner != "" and partner not in ids:
            yield f"{path}.partner: {json.dumps(partner)} is the id of no partner of this file."
        if not isinstance(access, str) or len(access) > LONGEST_ACCESS:
            yield f"{path}.access: expected a text of at most {LONGEST_ACCESS} characters."


def proposal_schema(catalogue: Catalogue) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a proposal file under this catalogue, for editors and other programs."""

    def answers(scope: Scope) -> dict[str, Any]:
        asked = [
            q for q in catalogue.questions if q.scope == scope and q.id != KINDS_QUESTION and q.field != "partners"
        ]
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {question.id: _answer_schema(question) for question in asked},
        }

    def rows(scope: Scope, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
        row = {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": {
                "id": {"type": "string", "pattern": ROW_ID.pattern},
                **properties,
                "answers": answers(scope),
            },
        }
        return {"type": "array", "items": row}

    day = {"type": "string", "format": "date"}
    name = {"type": "string", "minLength": 1}
    country = {"type": "string", "pattern": COUNTRY.pattern}
    facts: dict[str, Any] = {key: {"enum": list(values)} for key, values in catalogue.facts.get("partner", {}).items()}
    facts |= {
        key: {"type": "array", "items": {"enum": list(values)}}
        for key, values in catalogue.fact_sets.get("partner", {}).items()
    }
    contact = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {**name, "maxLength": CONTACT_KEYS["name"]},
            "role": {"type": "string", "maxLength": CONTACT_KEYS["role"]},
            "orcid": {"type": "string", "pattern": ORCID.pattern},
            "birth_year": {"type": ["integer", "null"], "minimum": 1900, "maximum": 2100},
        },
    }
    partner = {
        "name": name,
        "country": country,
        "ror": {"type": "string", "pattern": f"^$|{ROR.pattern}"},
        "role": {"enum": list(ROLES)},
        "contacts": {"type": "array", "items": contact},
        "facts": {"type": "object", "additionalProperties": False, "properties": facts},
    }
    visit = {
        "type": "object",
        "additionalProperties": False,
        "required": ["role", "people", "direction", "months"],
        "properties": {
            "role": {"enum": list(VISITORS)},
            "direction": {"enum": list(DIRECTIONS)},
            **{key: {"type": "integer", "minimum": 1, "maximum": most} for key, most in VISIT_MOST.items()},
            "partner": {"type": "string"},
            "access": {"type": "string", "maxLength": LONGEST_ACCESS},
        },
    }
    safeguard = {
        "type": "object",
        "additionalProperties": False,
        "required": ["mitigation", "state"],
        "properties": {
            "mitigation": {"enum": [mitigation.id for mitigation in catalogue.mitigations]},
            "finding": {"type": ["string", "null"]},
            "state": {"enum": list(SAFEGUARD_STATES)},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A proposal for {catalogue.id} {catalogue.version}",
        "type": "object",
        "required": ["title", "kinds"],
        "additionalProperties": False,
        "properties": {
            COMMENT: {"type": "string"},
            "title": {"type": "string", "minLength": 1, "maxLength": LIMITS["title"]},
            "summary": {"type": "string", "maxLength": LIMITS["summary"]},
            "kinds": _answer_schema(catalogue.question(KINDS_QUESTION)),
            "starts": day,
            "ends": day,
            "unit": {"type": "string", "maxLength": LIMITS["unit"]},
            "as_of": day,
            "catalogue": {"type": "string", "maxLength": LIMITS["catalogue"]},
            "answers": answers("proposal"),
            "partners": rows("partner", partner, ["name", "country"]),
            "funders": rows("funder", {"name": name, "country": country}, ["name"]),
            "technology": rows("technology", {"label": name}, ["label"]),
            "visits": {"type": "array", "items": visit},
            "evidence": evidence_schema(),
            "safeguards": {"type": "array", "items": safeguard},
        },
    }


def _answer_schema(question: Question) -> dict[str, Any]:
    choices = [option.id for option in question.options if not option.determined] or ["yes", "no"]
    choices += [UNSURE] if question.unsure else []
    schema: dict[str, Any]
    if question.type in {"yes_no", "single", "scale"}:
        schema = {"enum": choices}
    elif question.type == "multi":
        schema = {"type": "array", "items": {"enum": choices}, "uniqueItems": True}
    elif question.type == "number":
        schema = {"type": "integer"}
    elif question.type == "date":
        schema = {"type": "string", "format": "date"}
    else:
        schema = {"type": "string"}
    return {**schema, "description": question.text}

"""A proposal as docs/proposal-format.md describes it: written from what we hold, checked before it is taken."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.countries import NAMES
from partners.matching.identifiers import read_ror_id
from partners.matching.normalise import normalise
from riskassess.assessments.exchange.faults import Problem, UnfitFile
from riskassess.assessments.exchange.places import place_words
from riskassess.assessments.facts import FUNDER_QUESTION, KINDS_QUESTION, ROWS, present_content
from riskassess.assessments.models import CatalogueRelease, SafeguardState
from riskassess.assessments.prefilling import is_taken
from riskassess.assessments.queries import catalogue_of, current_release, latest_version
from riskassess.assessments.services import open_questionnaire, safeguards_of
from riskassess.engine.catalogue import UNSURE, Catalogue, Question, Scope
from riskassess.engine.facts import FactsError, value_problem
from riskassess.engine.proposals import read_proposal
from riskassess.proposals.contacts import contacts_of
from riskassess.proposals.models import Funder, FunderKind, ParticipationContact, Proposal, TechnologyItem
from riskassess.proposals.services import MOST_ROWS

LONGEST_ANSWER = 4000
NONE_OF_THESE = "none"
SCOPES: dict[str, Scope] = {"partners": "partner", "funders": "funder", "technology": "technology"}
LONGEST = {
    "partners": ("name", 300),
    "funders": ("name", Funder._meta.get_field("name").max_length),
    "technology": ("label", TechnologyItem._meta.get_field("label").max_length),
}


def proposal_file(
    *,
    content: dict,
    release: CatalogueRelease,
    safeguards: Iterable[dict] = (),
    people: Iterable[ParticipationContact] = (),
    evidence: Iterable[dict] = (),
) -> dict:
    """A version, or what a proposal says now, as a file. People at partners, and the evidence that lies beside it in a
    crate (file, title, question, row), only where the caller gives them."""
    catalogue, own = catalogue_of(release), content["proposal"]
    numbered = {row["id"]: f"{name[0]}{n}" for name in ROWS for n, row in enumerate(content[name], 1)}
    named: dict[str, list[dict]] = {}
    for person in people:
        named.setdefault(str(person.participation.uid), []).append(_person(person))
    found = {
        "catalogue": f"{release.catalogue_id}@{release.version}",
        "title": own["title"],
        "summary": own["summary"],
        "kinds": content["answers"].get(KINDS_QUESTION) or [],
        "starts": own["starts"],
        "ends": own["ends"],
        "unit": own["unit"],
        "answers": _answers(catalogue, content["answers"], "proposal"),
        "partners": [
            _without_empty(
                {
                    "name": row["label"],
                    "country": row["country"],
                    "ror": row["ror"],
                    "role": row["role"],
                    "contacts": named.get(row["id"], []),
                    "answers": _answers(catalogue, row["answers"], "partner"),
                }
            )
            for row in content["partners"]
        ],
        "funders": [
            {
                "name": row["label"],
                "country": row["country"],
                "answers": {
                    FUNDER_QUESTION: row["answers"][FUNDER_QUESTION],
                    **_answers(catalogue, row["answers"], "funder"),
                },
            }
            for row in content["funders"]
        ],
        "technology": [
            {"label": row["label"], "answers": _answers(catalogue, row["answers"], "technology")}
            for row in content["technology"]
        ],
        "visits": [
            _without_empty({**row, "id": "", "partner": numbered.get(row["partner"], "")})
            for row in content.get("visits", [])
        ],
        "evidence": [_piece(item, numbered, catalogue) for item in evidence],
        "safeguards": [_safeguard(item, numbered) for item in safeguards],
    }
    return _without_empty(found)


def _person(row: ParticipationContact) -> dict:
    person = {"name": row.contact.name, "role": row.role, "orcid": row.contact.orcid}
    return _without_empty({**person, "birth_year": row.contact.birth_year})


def _answers(catalogue: Catalogue, answers: dict, scope: Scope) -> dict:
    """In the order of the questionnaire; what its release does not take is no answer."""
    asked = [q.id for q in catalogue.questions if q.scope == scope and not q.field]
    return {
        name: answers[name] for name in asked if name in answers and is_taken(catalogue, name, scope, answers[name])
    }


def _piece(item: dict, numbered: dict[str, str], catalogue: Catalogue) -> dict:
    question = item["question"] if catalogue.has_question(item["question"]) else ""
    return _without_empty({**item, "question": question, "row": numbered.get(item["row"], "")})


def _safeguard(item: dict, numbered: dict[str, str]) -> dict:
    rule, _colon, row = item["finding"].partition(":")
    finding = f"{rule}:{numbered[row]}" if row in numbered else item["finding"]
    return {"mitigation": item["mitigation"], "finding": finding, "state": item["state"]}


def _without_empty(found: dict) -> dict:
    needed = {"title", "kinds", "answers"}
    return {name: value for name, value in found.items() if name in needed or value not in (None, "", [])}


@dataclass
class Draft:
    """What a file brings, fit to be written: texts and rows as the services take them, in the order of the file."""

    title: str
    summary: str
    kinds: list[str]
    starts: date | None
    ends: date | None
    unit: str
    partners: list[dict]
    funders: list[dict]
    technology: list[dict]
    visits: list[dict]
    answers: dict[str, object]
    safeguards: list[dict]
    evidence: list[dict] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # ids of questions that today's release does not take


def read_content(
    content: object,
    *,
    places: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
    beside: Collection[str] | None = (),
) -> Draft:
    """Check all of it against the release it names, then keep what the newest release takes. UnfitFile names all that
    does not fit, `problems` of an earlier look first; `places` says in words where paths stand, where that is known.
    `beside` are the files that lie beside it; None where they were looked at before."""
    release = _release_of(content)
    catalogue = catalogue_of(release)
    found: list[str] = []
    try:
        read_proposal(catalogue, content, on=timezone.localdate())
    except FactsError as fault:
        found = fault.problems
    if places or not found:  # of a form all is told at once: its cells are of the right kinds already
        found += _own_problems(content, catalogue)
        found += _evidence_problems(content.get("evidence", []), beside)
    told = list(problems)
    known = {problem.place for problem in told}
    for each in _in_words(found, content, catalogue, places or {}):
        if each.place not in known:
            told.append(each)
            known |= {each.place} if places else set()
    if told:
        raise UnfitFile(told)
    return _drafted(content, catalogue_of(current_release()))


def _release_of(content: object) -> CatalogueRelease:
    named = content.get("catalogue") if isinstance(content, dict) else None
    if named is None:
        return current_release()
    name, _at, version = named.partition("@") if isinstance(named, str) else ("", "", "")
    release = CatalogueRelease.objects.filter(catalogue_id=name[:60], version=version[:40]).first()
    if release is None:
        words = _("“%(name)s” is no questionnaire of this institution. Take the key out to have today's read it.")
        raise UnfitFile([Problem(_("Questionnaire"), words % {"name": str(named)[:60]})])
    return release


def _in_words(
    problems: Iterable[str], content: object, catalogue: Catalogue, places: Mapping[str, str]
) -> list[Problem]:
    found = []
    for problem in problems:
        path, _colon, text = problem.partition(": ")
        place = places.get(path) or place_words(path, content, catalogue)
        found.append(Problem(place, text[:1].upper() + text[1:]))
    return found


def _own_problems(content: dict, catalogue: Catalogue) -> Iterator[str]:
    """What the pages refuse too, of a file that the engine can read."""
    yield from _answer_problems(content.get("answers"), "answers", catalogue)
    for name, (label, most) in LONGEST.items():
        rows = content.get(name, [])
        if len(rows) > MOST_ROWS:
            yield f"{name}: {_('at most %(most)d rows fit. Put the rest into the summary.') % {'most': MOST_ROWS}}"
        for place, row in enumerate(rows):
            path = f"{name}[{place}]"
            if len(row.get(label, "")) > most:
                yield f"{path}.{label}: {_('keep it under %(most)d characters.') % {'most': most}}"
            if row.get("country") and row["country"] not in NAMES:
                yield f"{path}.country: {_('there is no country with the code %(code)s.') % {'code': row['country']}}"
            yield from _answer_problems(row.get("answers"), f"{path}.answers", catalogue)
    if len(content.get("visits", [])) > MOST_ROWS:
        yield f"visits: {_('at most %(most)d rows fit. Put the rest into the summary.') % {'most': MOST_ROWS}}"
    yield from _partner_problems(content.get("partners", []))
    for place, row in enumerate(content.get("funders", [])):
        if (row.get("answers") or {}).get(FUNDER_QUESTION) not in FunderKind.values:
            yield f"funders[{place}].answers.{FUNDER_QUESTION}: {_('say which kind of funder it is.')}"
    ids = {row.get("id") or f"{name[0]}{n}" for name in SCOPES for n, row in enumerate(content.get(name, []), 1)}
    for place, item in enumerate(content.get("safeguards", [])):
        rule = next((r for r in catalogue.rules if r.id == (item.get("finding") or "").partition(":")[0]), None)
        if rule is None or item["mitigation"] not in rule.mitigations:
            yield f"safeguards[{place}].finding: {_('this safeguard does not belong to that finding.')}"
        elif (row := item["finding"].partition(":")[2]) and row not in ids:
            yield f"safeguards[{place}].finding: {_('the file has no row %(id)s.') % {'id': row[:40]}}"


def _evidence_problems(rows: list[dict], beside: Collection[str] | None) -> Iterator[str]:
    for place, row in enumerate(rows):
        if beside is not None and row["file"] not in beside:
            words = _("this file does not lie beside it. Bring the crate (zip) that holds it, or take the entry out.")
            yield f"evidence[{place}].file: {words}"


def _partner_problems(rows: list[dict]) -> Iterator[str]:
    seen: dict[tuple, int] = {}
    for place, row in enumerate(rows):
        path, key_of_name = f"partners[{place}]", normalise(row.get("name", ""))
        if not key_of_name:
            yield f"{path}.name: {_('give the name of the organisation.')}"
        if row.get("ror"):
            try:
                read_ror_id(row["ror"])
            except ValueError:
                yield f"{path}.ror: {_('this is no ROR id: a letter or digit is wrong. Correct it, or leave it out.')}"
        for key in {("ror", row.get("ror") or place), (key_of_name or str(place), row.get("country", ""))}:
            if key in seen and seen[key] != place:
                words = _("the same organisation stands twice: partner %(n)d too. Take one of them away.")
                yield f"{path}.name: {words % {'n': seen[key] + 1}}"
                break
            seen[key] = place
        if len(row.get("contacts") or ()) > MOST_ROWS:
            yield f"{path}.contacts: {_('at most %(most)d people fit.') % {'most': MOST_ROWS}}"


def _answer_problems(answers: dict | None, path: str, catalogue: Catalogue) -> Iterator[str]:
    for name, value in (answers or {}).items():
        if problem := given_problem(catalogue.question(name), value):
            yield f"{path}.{name}: {problem}"


def given_problem(question: Question, value: object) -> str:
    """What the form of this question would say of the answer; empty where it takes it."""
    if question.type == "date" and value:
        try:
            date.fromisoformat(str(value))
        except ValueError:
            return _("write the date as year-month-day, such as 2027-01-15.")
    if question.type == "number" and isinstance(value, int) and not 0 <= value < 10**9:
        return _("write a whole number, such as 12.")
    if isinstance(value, str) and len(value) > LONGEST_ANSWER:
        return _("at most %(most)d characters fit here; shorten it a little.") % {"most": LONGEST_ANSWER}
    if isinstance(value, list):
        if len(set(value)) < len(value):
            return _("the same answer stands twice. Take one of them away.")
        if len(value) > 1 and UNSURE in value:
            return _("choose unsure alone, or those you know of.")
        if len(value) > 1 and NONE_OF_THESE in value:
            return _("“none” stands alone. Take it away, or take the others away.")
    return ""


def _drafted(content: dict, catalogue: Catalogue) -> Draft:
    kinds = next(q for q in catalogue.questions if q.id == KINDS_QUESTION)
    left = [KINDS_QUESTION] if value_problem(kinds, content["kinds"]) else []
    answers = _taken(content.get("answers"), "proposal", catalogue, left)
    rows = {
        name: [{**row, "answers": _taken(row.get("answers"), scope, catalogue, left)} for row in content.get(name, [])]
        for name, scope in SCOPES.items()
    }
    for new, old in zip(rows["funders"], content.get("funders", []), strict=True):
        new["kind"] = old["answers"][FUNDER_QUESTION]
    return Draft(
        title=" ".join(content["title"].split()),
        summary=content.get("summary", ""),
        kinds=[kind for kind in content["kinds"] or [] if kinds.option(kind)],
        starts=_day(content.get("starts")),
        ends=_day(content.get("ends")),
        unit=content.get("unit", ""),
        visits=content.get("visits", []),
        evidence=content.get("evidence", []),
        answers=answers,
        safeguards=[
            item
            for item in content.get("safeguards", [])
            if item["state"] != SafeguardState.REFUSED and _is_offered(item, catalogue)
        ],
        left=sorted(set(left)),
        **rows,
    )


def _taken(answers: dict | None, scope: Scope, catalogue: Catalogue, left: list[str]) -> dict[str, object]:
    found = {}
    for name, value in (answers or {}).items():
        if value in (None, "", []) or (catalogue.has_question(name) and catalogue.question(name).field):
            continue
        if is_taken(catalogue, name, scope, value):
            several = catalogue.question(name).type == "multi" and isinstance(value, str)
            found[name] = [value] if several else value
        else:
            left.append(name)
    return found


def _is_offered(item: dict, catalogue: Catalogue) -> bool:
    rule = next((rule for rule in catalogue.rules if rule.id == item["finding"].partition(":")[0]), None)
    return rule is not None and item["mitigation"] in rule.mitigations


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def exported(proposal: Proposal, *, is_author: bool, evidence: Iterable[dict] = ()) -> dict | None:
    """What this reader may take away: authors what it says now with whom they named, others what was submitted last.
    `evidence` are the files that go along with it in a crate."""
    questionnaire = open_questionnaire(proposal=proposal)
    safeguards = safeguards_of(questionnaire)
    if is_author:
        content = present_content(questionnaire)
        return proposal_file(
            content=content,
            release=questionnaire.release,
            safeguards=safeguards,
            people=contacts_of(proposal),
            evidence=evidence,
        )
    version = latest_version(proposal)
    if version is None:
        return None
    return proposal_file(content=version.content, release=version.release, safeguards=safeguards, evidence=evidence)

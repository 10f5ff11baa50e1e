"""No question is idle: some answer to each one changes what is found, the route, or what else is asked.

A pair of worlds that differ in one answer alone and come out otherwise is a proof; the searches are for such pairs.
What has none is context on purpose, or known to be asked too often, and stands here with the reason.
"""

from copy import deepcopy
from random import Random

import pytest

from riskassess.engine.firing import plan_of
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import asking_of, visible_questions
from tests.engine.laws import NEWEST, released
from tests.engine.worlds import ROWS

CONTEXT = {
    "T6a": "text: what is different from the earlier proposal, for whoever reads it",
    "T7": "a date: the officer plans by it, and nothing is scored for being in a hurry",
    "P1": "text: the case for it, in the researcher's words",
    "P2": "text: what would be lost, in the researcher's words",
    "P5": "text: what the partner wants the results for",
    "D3b": "text: which misuse, for whoever judges the yes above it",
    "O4b": "text: what is known about defence research, and from where",
    "O9": "optional: whether a match is the same organisation; a person's judgement decides, never this answer",
    "X2a": "text: the code on the list, for the export-control office",
    "M1": "text: roles and tasks of guests, for whoever plans their access",
    "R2": "which help is wanted; the office answers it, and asking for help is no risk",
    "R5": "text: what we forgot to ask",
}
# Required, and asked although nothing can hang on them any more once earlier answers are given.
ASKED_TOO_OFTEN = {
    "O3": "a rare strength of ours counts for every partner outside the EU; owners then add nothing, and to hide the "
    "question there would let a riskier fact close it",
    "D1b": "stands beside T4 in every rule, so that it says nothing once the work is tested in the field; to hide it "
    "there would let a riskier answer close a question, which no release may",
}
TRIES, TRIES_OF_KNOWN = 150, 12


@pytest.fixture(scope="module")
def catalogue():
    return released(NEWEST)


def ways(question):
    """The answers a person may choose, the riskiest first."""
    options = sorted((o for o in question.options if not o.determined), key=lambda o: -(o.risk or 0))
    values = [option.id for option in options] or ["yes", "no"]
    return [[value] for value in values] if question.type == "multi" else values


def is_chosen(question):
    return question.field is None and bool(question.options or question.type == "yes_no")


def answers_at(world, question, row):
    rows = [world] if not row else [each for each in world[ROWS[question.scope]] if each["id"] == row]
    return rows[0]["answers"]


def outcome(catalogue, world, on):
    """All that people see of a result, and what is asked."""
    result = assess(catalogue, world, on=on)
    remarks = (result.escalations, result.possible_escalations, result.advice, result.relief)
    return (
        [(each.key, each.firm, each.score, each.level) for each in result.findings],
        [(hold.rule, hold.row, hold.state) for hold in result.holds],
        [[(each.rule, each.row) for each in each_kind] for each_kind in remarks],
        (result.inherent, result.route, result.benefit),
        [(each.question.id, each.row) for each in visible_questions(catalogue, world)],
    )


def matters(catalogue, world, on, question, row):
    """Whether two answers to this question alone come out otherwise in this world."""
    trial, first = deepcopy(world), None
    answers = answers_at(trial, question, row)
    for value in ways(question):
        answers[question.id] = value
        found = outcome(catalogue, trial, on)
        if first is not None and found != first:
            return True
        first = first or found
    return False


def test_some_answer_to_each_question_changes_something(catalogue):
    idle = {question.id for question in catalogue.questions if question.field is None}
    for case in catalogue.golden:
        for item in visible_questions(catalogue, case.facts):
            if item.question.id in idle and matters(catalogue, case.facts, case.on, item.question, item.row):
                idle.discard(item.question.id)

    assert sorted(idle) == sorted(CONTEXT)


def test_what_is_context_on_purpose_may_be_left_out(catalogue):
    assert [name for name in CONTEXT if catalogue.question(name).required] == []


def test_kinds_and_funders_change_something_too(catalogue):
    named = {question.id for question in catalogue.questions if question.field and question.options}
    idle = set(named)
    for case in catalogue.golden:
        for question in (catalogue.question(name) for name in sorted(idle)):
            rows = [""] if question.scope == "proposal" else [row["id"] for row in case.facts[ROWS[question.scope]]]
            if any(matters(catalogue, case.facts, case.on, question, row) for row in rows):
                idle.discard(question.id)

    assert {"T1", "F1"} <= named
    assert idle <= {"R3"}


CALM = {
    "sanction_hit": "none", "owner_hit": "none", "legal_list": "none", "defence_link": "none", "afi_band": "A",
    "rule_of_law": "high", "eu_eea": "yes", "eu_or_eu001": "yes", "gdpr_adequate": "yes",
    "call_excludes_partner": "no_value", "measures": [],
}  # fmt: skip
FAR = {"eu_eea": "no", "eu_or_eu001": "no", "gdpr_adequate": "no"}


def three_partners():
    """Only the first page is filled in: three partners, two technologies, two funders, all else open."""

    def row(row_id, facts=None, **answers):
        return {"id": row_id, "label": row_id, "answers": answers, "facts": facts or {}}

    return {
        "as_of": "2026-11-23",
        "safeguards": [],
        "facts": {"prior_assessment": "none"},
        "answers": {"T1": ["joint_project", "data_exchange", "visit"]},
        "partners": [
            row("p1", CALM),
            row("p2", {**CALM, **FAR, "defence_link": "listed", "afi_band": "C"}),
            row("p3", {**CALM, **FAR, "afi_band": "E", "rule_of_law": "low", "measures": ["sectoral"]}),
        ],
        "funders": [row("f1", F1="own"), row("f2", F1="foreign_public")],
        "technology": [row("t1"), row("t2")],
    }


def hung_together(catalogue):
    """For each condition of a rule or a question, the questions that decide it."""
    return [each.reads for each in plan_of(catalogue)] + [each.decided_by for each in asking_of(catalogue).values()]


def completed(catalogue, world, chance, free):
    """This world with all that is open answered: these questions by chance, the others by the safest answer."""
    found = deepcopy(world)
    for question in filter(is_chosen, catalogue.questions):
        for each in [found] if question.scope == "proposal" else found[ROWS[question.scope]]:
            values = ways(question)
            each["answers"].setdefault(question.id, chance.choice(values) if question.id in free else values[-1])
    return found


def may_matter(catalogue, world, on, item, conditions):
    """Whether a completion of this very state is found in which two answers to the question come out otherwise."""
    question, row, chance = item.question, item.row, Random(1)
    deciding = [each for each in conditions if question.id in each]
    for turn in range(TRIES_OF_KNOWN if question.id in ASKED_TOO_OFTEN else TRIES):
        trial = completed(catalogue, world, chance, deciding[turn % len(deciding)])
        asked = visible_questions(catalogue, trial)
        is_asked = any((each.question.id, each.row) == (question.id, row) for each in asked)
        if is_asked and matters(catalogue, trial, on, question, row):
            return True
    return False


def waiting(catalogue, world, section):
    """What a section asks and nobody has answered yet; a follow-up waits for the answer above it, as on the pages."""
    for item in visible_questions(catalogue, world):
        question, answers = item.question, answers_at(world, item.question, item.row)
        is_held_back = question.follows and question.follows not in answers
        if question.section != section.id or question.id in answers or is_held_back:
            continue
        if is_chosen(question) and question.id not in CONTEXT:
            yield item


def test_no_question_of_a_complex_proposal_is_shown_once_it_cannot_matter(catalogue):
    """Each answer the riskiest, section by section as on the pages: what is shown may still matter at that moment."""
    world, on, idle, shown = three_partners(), catalogue.golden[0].on, [], 0
    conditions = hung_together(catalogue)
    for section in catalogue.sections:
        while asked := list(waiting(catalogue, world, section)):
            shown += len(asked)
            idle += [item.question.id for item in asked if not may_matter(catalogue, world, on, item, conditions)]
            for item in asked:
                answers_at(world, item.question, item.row)[item.question.id] = ways(item.question)[0]

    assert shown > 60
    assert set(idle) == ASKED_TOO_OFTEN.keys()

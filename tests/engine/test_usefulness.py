"""No question is idle: some answer to each one changes what is found, the route, or what else is asked.

A pair of worlds that differ in one answer alone and come out otherwise is a proof; the searches are for such pairs.
What has none is context on purpose and stands here with the reason; what has none any more is not shown.
"""

from copy import deepcopy
from random import Random

import pytest

from riskassess.engine.firing import plan_of
from riskassess.engine.scoring import assess
from riskassess.engine.settling import needed_answers, needed_questions
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
TRIES = 150


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
    for turn in range(TRIES):
        trial = completed(catalogue, world, chance, deciding[turn % len(deciding)])
        asked = visible_questions(catalogue, trial)
        is_asked = any((each.question.id, each.row) == (question.id, row) for each in asked)
        if is_asked and matters(catalogue, trial, on, question, row):
            return True
    return False


def waiting(catalogue, world, section):
    """What a section asks and nobody has answered yet; a follow-up waits for the answer above it, as on the pages."""
    for item in needed_questions(catalogue, world):
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
    assert idle == []


def test_what_is_not_shown_changes_nothing_in_any_golden_case(catalogue):
    """Each answer of each case taken out: where the question is settled then, every answer to it comes out alike."""
    settled = set()
    for case in catalogue.golden:
        for item in filter(lambda item: is_chosen(item.question), visible_questions(catalogue, case.facts)):
            trial, name = deepcopy(case.facts), item.question.id
            answers = answers_at(trial, item.question, item.row)
            answers.pop(name, None)
            if (name, item.row) in {(each.question.id, each.row) for each in needed_questions(catalogue, trial)}:
                continue
            settled.add(name)
            found = outcome(catalogue, trial, case.on)
            for value in ways(item.question):
                answers[name] = value
                assert outcome(catalogue, trial, case.on) == found, (case.id, name, value)

    assert "D1b" in settled


def test_what_was_passed_by_on_the_way_is_not_asked_for_at_the_end(catalogue):
    """Each golden case filled in section by section, its technologies named on their own page."""
    passed_by = set()
    for case in catalogue.golden:
        whole = {"partners": [], "funders": [], "technology": [], **case.facts}
        world = deepcopy(whole)
        for row in [world, *world["partners"], *world["funders"], *world["technology"]]:
            row["answers"] = {name: value for name, value in row["answers"].items() if catalogue.question(name).field}
        named, world["technology"] = world["technology"], []
        for section in catalogue.sections:
            if section.scope == "technology":
                world["technology"] = named
            while asked := [
                item
                for item in needed_questions(catalogue, world)
                if item.question.section == section.id
                and item.question.id
                in answers_at(whole, item.question, item.row).keys() - answers_at(world, item.question, item.row).keys()
            ]:
                for item in asked:
                    given = answers_at(whole, item.question, item.row)[item.question.id]
                    answers_at(world, item.question, item.row)[item.question.id] = given
        open_now = {(item.question.id, item.row) for item in needed_answers(catalogue, world)}
        given = [(i.question.id, i.row) for i in visible_questions(catalogue, whole) if is_given(whole, i)]
        left = [(name, row) for name, row in given if not is_given_to(world, catalogue.question(name), row)]
        assert not open_now.intersection(left), case.id
        passed_by |= {name for name, _row in left}

    assert "D1b" in passed_by


def is_given(world, item):
    return is_given_to(world, item.question, item.row)


def is_given_to(world, question, row):
    return question.id in answers_at(world, question, row)

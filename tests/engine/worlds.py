"""Random facts that fit a catalogue, and the steps that make them riskier, surer or safer.

A world is made from a run of bytes, each picking the next value: quick to draw, and zeros, to which a failing example
shrinks, pick the first and safest value of everything.
"""

from copy import deepcopy

from hypothesis import strategies as st

ROWS = {"partner": "partners", "technology": "technology", "funder": "funders"}
MOST_BYTES = 160


class Picks:
    """The values that a run of bytes picks; after its end always the first."""

    def __init__(self, drawn):
        self.drawn, self.at = drawn, 0

    def number(self, below):
        self.at += 1
        return self.drawn[self.at - 1] % below if self.at <= len(self.drawn) else 0

    def one(self, values):
        return values[self.number(len(values))]

    def some(self, values, least=0, most=3):
        return list(dict.fromkeys(self.one(values) for _n in range(least + self.number(most - least + 1))))


def picks():
    return st.binary(min_size=MOST_BYTES, max_size=MOST_BYTES).map(Picks)


def options_of(question):
    return [option.id for option in question.options]


def answer(picks, question, open_share):
    """Of ten answers, `open_share` are left unsure or empty."""
    if picks.number(10) >= 10 - open_share:
        return picks.one(["unsure", None]) if question.unsure else None
    return sure_answer(picks, question)


def sure_answer(picks, question):
    options = options_of(question)
    return picks.some(options, least=1) if question.type == "multi" else picks.one(options)


def answers(picks, catalogue, scope, open_share):
    asked = [question for question in catalogue.questions if question.scope == scope and question.options]
    return {question.id: answer(picks, question, open_share) for question in asked}


def registry(picks, catalogue, scope, open_share=0):
    single = {
        name: picks.one([v for v in values if open_share or v not in catalogue.unknown_facts])
        for name, values in catalogue.facts.get(scope, {}).items()
    }
    several = {name: picks.some(values, most=2) for name, values in catalogue.fact_sets.get(scope, {}).items()}
    return {**single, **several}


def row(picks, catalogue, scope, row_id, open_share):
    return {
        "id": row_id,
        "label": f"Row {row_id}",
        "answers": answers(picks, catalogue, scope, open_share),
        "facts": registry(picks, catalogue, scope, open_share),
    }


def rows(picks, catalogue, scope, least, most, open_share):
    count = least + picks.number(most - least + 1)
    return [row(picks, catalogue, scope, f"{scope[0]}{n}", open_share) for n in range(1, count + 1)]


def some_safeguards(picks, catalogue, states=("agreed", "fulfilled", "proposed", "refused")):
    offers = [(mitigation, rule.id) for rule in catalogue.rules for mitigation in rule.mitigations]
    chosen = [(*picks.one(offers), picks.one([True, False]), picks.one(states)) for _n in range(picks.number(5))]
    return [{"mitigation": m, "finding": rule if named else None, "state": state} for m, rule, named, state in chosen]


def world_of(picks, catalogue, open_share=2):
    return {
        "as_of": "2026-11-23",
        "answers": answers(picks, catalogue, "proposal", open_share),
        "facts": registry(picks, catalogue, "proposal"),
        "partners": rows(picks, catalogue, "partner", 1, 2, open_share),
        "technology": rows(picks, catalogue, "technology", 0, 2, open_share),
        "funders": rows(picks, catalogue, "funder", 1, 1, open_share),
        "safeguards": some_safeguards(picks, catalogue),
    }


def worlds(catalogue, open_share=2):
    return picks().map(lambda drawn: world_of(drawn, catalogue, open_share))


def safeguards(catalogue, states):
    return picks().map(lambda drawn: some_safeguards(drawn, catalogue, states))


def places(world):
    """Every row with its scope, the proposal itself first."""
    yield "proposal", world
    for scope, name in ROWS.items():
        for item in world[name]:
            yield scope, item


def riskier_values(question, value):
    """The answers that stand above this one in the risk order; unsure and empty stand outside it."""
    ranks = {option.id: option.risk for option in question.options if option.risk is not None}
    if value in (None, "unsure", [], ["unsure"]):
        return []
    if question.type == "multi":
        return [[*value, option] for option, rank in ranks.items() if rank > 0 and option not in value]
    return [option for option, rank in ranks.items() if value in ranks and rank > ranks[value]]


def riskier_steps(catalogue, world):
    """Every change to one riskier answer or one worse registry fact: row number, kind, name, value."""
    found = []
    for number, (scope, item) in enumerate(places(world)):
        for question_id, value in item["answers"].items():
            for worse in riskier_values(catalogue.question(question_id), value):
                found.append((number, "answers", question_id, worse))
        for name, value in item["facts"].items():
            if name in catalogue.fact_sets.get(scope, {}):
                more = [one for one in catalogue.fact_sets[scope][name] if one not in value]
                found += [(number, "facts", name, [*value, one]) for one in more]
            else:
                order = catalogue.facts[scope][name]
                found += [(number, "facts", name, worse) for worse in order[order.index(value) + 1 :]]
    return found


def stepped(world, step):
    number, kind, name, value = step
    changed = deepcopy(world)
    list(places(changed))[number][1][kind][name] = value
    return changed


@st.composite
def riskier_worlds(draw, catalogue, steps=4):
    """A world and several that each differ from it in one riskier answer or fact."""
    drawn = draw(picks())
    world = world_of(drawn, catalogue, open_share=1)
    ways = riskier_steps(catalogue, world)
    chosen = [ways[draw(st.integers(0, len(ways) - 1))] for _n in range(steps)]
    return world, [(step, stepped(world, step)) for step in chosen]


def worlds_with_added_row(catalogue):
    def added(drawn):
        world = world_of(drawn, catalogue, open_share=1)
        scope = drawn.one(sorted(ROWS))
        more = deepcopy(world)
        more[ROWS[scope]].append(row(drawn, catalogue, scope, "added", 1))
        return world, more

    return picks().map(added)


def resolved_worlds(catalogue):
    """Facts with much left open, and the same facts with everything that is open settled one way."""

    def resolved(drawn):
        world = world_of(drawn, catalogue, open_share=4)
        settled = deepcopy(world)
        for scope, item in places(settled):
            for question_id, value in item["answers"].items():
                if value in (None, "unsure"):
                    item["answers"][question_id] = sure_answer(drawn, catalogue.question(question_id))
            for name, value in item["facts"].items():
                if isinstance(value, str) and value in catalogue.unknown_facts:
                    sure = [v for v in catalogue.facts[scope][name] if v not in catalogue.unknown_facts]
                    item["facts"][name] = drawn.one(sure)
        return world, settled

    return picks().map(resolved)

"""Random facts that fit a catalogue, and the steps that make them riskier, surer or safer.

A world is made from a run of bytes, each picking the next value: quick to draw, and zeros, to which a failing example
shrinks, pick the first and safest value of everything.
"""

from copy import deepcopy

from hypothesis import strategies as st

ROWS = {"partner": "partners", "technology": "technology", "funder": "funders"}
MOST_BYTES = 420
AGREED, ANY_STATE = ("agreed", "fulfilled"), ("agreed", "fulfilled", "proposed", "refused")


class Picks:
    """The values that a run of bytes picks; after its end always the first."""

    def __init__(self, drawn):
        self.drawn, self.at = drawn, 0

    def __repr__(self):
        return f"Picks({self.drawn.rstrip(bytes(1))!r})"

    def number(self, below):
        self.at += 1
        return self.drawn[self.at - 1] % below if self.at <= len(self.drawn) else 0

    def one(self, values):
        return values[self.number(len(values))]

    def some(self, values, least=0, most=3):
        return list(dict.fromkeys(self.one(values) for _n in range(least + self.number(most - least + 1))))


def picks():
    return st.binary(min_size=MOST_BYTES, max_size=MOST_BYTES).map(Picks)


class Chance:
    """How a world is: of ten answers, `open_share` are left unsure or empty, and `calm` of the rest are the safest."""

    def __init__(self, picks, open_share):
        self.open_share, self.calm = open_share, picks.one([0, 3, 6, 8])


def safest(question):
    return min(question.options, key=lambda option: option.risk or 0).id


def answer(picks, question, chance):
    drawn = picks.number(100)
    if drawn % 10 >= 10 - chance.open_share:
        return picks.one(["unsure", None]) if question.unsure else None
    if drawn // 10 < chance.calm:
        return [safest(question)] if question.type == "multi" else safest(question)
    return sure_answer(picks, question)


def sure_answer(picks, question):
    options = [option.id for option in question.options]
    return picks.some(options, least=1) if question.type == "multi" else picks.one(options)


def answers(picks, catalogue, scope, chance):
    asked = [question for question in catalogue.questions if question.scope == scope and question.options]
    return {question.id: answer(picks, question, chance) for question in asked}


def registry(picks, catalogue, scope, chance):
    calm = chance.calm
    single = {
        name: picks.one([v for v in values if chance.open_share or v not in catalogue.unknown_facts])
        if picks.number(10) >= calm
        else values[0]
        for name, values in catalogue.facts.get(scope, {}).items()
    }
    several = {
        name: picks.some(values, most=2) if picks.number(10) >= calm else []
        for name, values in catalogue.fact_sets.get(scope, {}).items()
    }
    return {**single, **several}


def row(picks, catalogue, scope, row_id, chance):
    return {
        "id": row_id,
        "label": f"Row {row_id}",
        "answers": answers(picks, catalogue, scope, chance),
        "facts": registry(picks, catalogue, scope, chance),
    }


def rows(picks, catalogue, scope, least, most, chance):
    count = least + picks.number(most - least + 1)
    return [row(picks, catalogue, scope, f"{scope[0]}{n}", chance) for n in range(1, count + 1)]


def some_safeguards(picks, catalogue, states=ANY_STATE):
    offers = [(mitigation, rule.id) for rule in catalogue.rules for mitigation in rule.mitigations]
    chosen = [(*picks.one(offers), picks.one([True, False]), picks.one(states)) for _n in range(picks.number(5))]
    return [{"mitigation": m, "finding": rule if named else None, "state": state} for m, rule, named, state in chosen]


def world_of(picks, catalogue, open_share=2):
    chance = Chance(picks, open_share)
    return {
        "as_of": "2026-11-23",
        "safeguards": some_safeguards(picks, catalogue),
        "technology": rows(picks, catalogue, "technology", 0, 2, chance),
        "funders": rows(picks, catalogue, "funder", 1, 1, chance),
        "facts": registry(picks, catalogue, "proposal", chance),
        "answers": answers(picks, catalogue, "proposal", chance),
        "partners": rows(picks, catalogue, "partner", 1, 2, chance),
    }


def worlds(catalogue, open_share=2):
    return picks().map(lambda drawn: world_of(drawn, catalogue, open_share))


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


def changed(world, number, kind, name, value):
    """The same world with one answer or fact of one of its places set, or taken away where the value is None."""
    other = deepcopy(world)
    held = list(places(other))[number][1][kind]
    if value is None:
        held.pop(name, None)
    else:
        held[name] = value
    return other


def riskier_worlds(picks, catalogue, steps=3):
    """A world and several that each differ from it in one riskier answer or fact."""
    world = world_of(picks, catalogue, open_share=1)
    ways = riskier_steps(catalogue, world)
    chosen = [ways[(256 * picks.number(256) + picks.number(256)) % len(ways)] for _n in range(steps)]
    return world, [(step, changed(world, *step)) for step in chosen]


def with_added_row(picks, catalogue):
    """A world, the same with one row more, and the kind of that row."""
    scope = picks.one(sorted(ROWS))
    world = world_of(picks, catalogue, open_share=1)
    more = deepcopy(world)
    more[ROWS[scope]].append(row(picks, catalogue, scope, "added", Chance(picks, 1)))
    return world, more


def settled(picks, catalogue, world):
    """The same facts with everything that is open settled one way."""
    sure = deepcopy(world)
    for scope, item in places(sure):
        for question_id, value in item["answers"].items():
            if value in (None, "unsure"):
                item["answers"][question_id] = sure_answer(picks, catalogue.question(question_id))
        for name, value in item["facts"].items():
            if isinstance(value, str) and value in catalogue.unknown_facts:
                definite = [v for v in catalogue.facts[scope][name] if v not in catalogue.unknown_facts]
                item["facts"][name] = picks.one(definite)
    return sure


def open_and_settled(picks, catalogue):
    """Facts with much left open, and the same facts settled; where no row of a kind is named, some are."""
    world = world_of(picks, catalogue, open_share=4)
    if picks.number(2):
        scope = picks.one(sorted(ROWS))
        world[ROWS[scope]] = []
    sure = settled(picks, catalogue, world)
    definite = Chance(picks, 0)
    named = {scope: rows(picks, catalogue, scope, 0, 2, definite) for scope, name in ROWS.items() if not world[name]}
    return world, sure, {ROWS[scope]: found for scope, found in named.items()}

"""All rule conditions with their trace, beside a Rust CEL and a JSON-logic of PyPI, on the same rules and proposals.

    python benchmarks/conditions.py [CATALOGUE FOLDER] [--rounds N]

At most twice the time of CEL, and at least four times as fast as JSON-logic. The others only say true or false; ours
says also true, false or unknown and why, in words. What each needs before its first rule is made outside the timing:
CEL's context and JSON-logic's data hold every answer under its id, questions that are not asked as null; ours has its
views, with the same decided: which questions are asked. "from nothing" times ours with that too. Rules of rows are
asked once a row. The three must agree on every rule and row.
"""

import argparse
import json
import statistics
import sys
import time
from datetime import date
from pathlib import Path

import cel
from json_logic import jsonLogic

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.worlds import NEWEST, ROWS, worlds
from riskassess.engine.firing import first_pass, plan_of
from riskassess.engine.loading import load_catalogue
from riskassess.engine.visibility import read_facts

DAY = date(2026, 11, 23)


class Wording:
    """A condition in the words of the two others. `at` is what the row at hand is called."""

    def __init__(self, catalogue):
        self.catalogue = catalogue

    def place(self, spec, scope):
        """Where the value of a leaf stands, its id, and the values that make the leaf true."""
        name = spec.get("answer") or spec.get("fact")
        ((how, wanted),) = [(key, value) for key, value in spec.items() if key not in ("answer", "fact")]
        given = wanted if isinstance(wanted, list) else [wanted]
        if "fact" in spec:
            on_row = any(name in table.get(scope, {}) for table in (self.catalogue.facts, self.catalogue.fact_sets))
            several = any(name in names for names in self.catalogue.fact_sets.values())
            order = (
                {v: n for n, v in enumerate(next(t[name] for t in self.catalogue.facts.values() if name in t))}
                if not several
                else {}
            )
            on_row = on_row and scope != "proposal"
        else:
            question = self.catalogue.question(name)
            on_row, several = question.scope != "proposal", question.type == "multi"
            order = {o.id: o.risk for o in question.options if o.risk is not None}
            if how == "in_group":
                given = [option.id for option in question.options if option.group in given]
        if how in ("at_least", "at_most") and order:
            bound = order[wanted] if isinstance(wanted, str) else wanted
            given = [v for v, rank in order.items() if (rank >= bound if how == "at_least" else rank <= bound)]
        return on_row, name, several, given, how

    def cel(self, spec, scope, at="row"):
        if "all" in spec or isinstance(spec.get("any"), list):
            parts = spec["all"] if "all" in spec else spec["any"]
            return "(" + (" && " if "all" in spec else " || ").join(self.cel(p, scope, at) for p in parts) + ")"
        if "not" in spec:
            return f"!({self.cel(spec['not'], scope, at)})"
        if "where" in spec:
            how = next(name for name in ("any", "every", "count") if name in spec)
            inner, rows = self.cel(spec["where"], spec[how], "each"), ROWS[spec[how]]
            if how == "any":
                return f"{rows}.exists(each, {inner})"
            if how == "every":
                return f"(size({rows}) > 0 && {rows}.all(each, {inner}))"
            return f"size({rows}.filter(each, {inner})) >= {spec['at_least']}"
        if "unsure" in spec:
            on_row = self.catalogue.question(spec["unsure"]).scope != "proposal"
            return f'{at if on_row else "proposal"}.{spec["unsure"]} == "unsure"'
        on_row, name, several, given, how = self.place(spec, scope)
        value = f"{at if on_row else 'proposal'}.{name}"
        if several:
            return f"{value}.exists(one, one in {json.dumps(given)})"
        if how in ("at_least", "at_most") and isinstance(given[0], int):
            return f"({value} != null && {value} {'>=' if how == 'at_least' else '<='} {given[0]})"
        return f"{value} in {json.dumps(given)}"

    def logic(self, spec, scope, at="row."):
        if "all" in spec or isinstance(spec.get("any"), list):
            parts = spec["all"] if "all" in spec else spec["any"]
            return {"and" if "all" in spec else "or": [self.logic(part, scope, at) for part in parts]}
        if "not" in spec:
            return {"!": [self.logic(spec["not"], scope, at)]}
        if "where" in spec:  # this package has no `some`; the rows are few and written out
            how = next(name for name in ("any", "every", "count") if name in spec)
            each = [
                self.logic(spec["where"], spec[how], f"{ROWS[spec[how]]}.{n}.") for n in range(self.rows[spec[how]])
            ]
            least = {"any": 1, "every": len(each)}.get(how) or spec["at_least"]
            return {">=": [{"+": [{"if": [part, 1, 0]} for part in each]}, least]}
        if "unsure" in spec:
            on_row = self.catalogue.question(spec["unsure"]).scope != "proposal"
            return {"==": [{"var": f"{at if on_row else 'proposal.'}{spec['unsure']}"}, "unsure"]}
        on_row, name, several, given, how = self.place(spec, scope)
        value = {"var": f"{at if on_row else 'proposal.'}{name}"}
        if several:
            return {"or": [{"in": [one, value]} for one in given]}
        if how in ("at_least", "at_most") and isinstance(given[0], int):
            return {"and": [{"!=": [value, None]}, {">=" if how == "at_least" else "<=": [value, given[0]]}]}
        return {"in": [value, given]}

    rows = {"partner": 3, "technology": 1, "funder": 1}


def plain_row(catalogue, view):
    """Answers and facts by id; what is not asked is null, or an empty list."""
    row = {}
    for question in catalogue.questions:
        if question.scope == view.scope:
            value = view.value(question.id) if view.asked(question.id) else None
            row[question.id] = list(value or ()) if question.type == "multi" else value
    sets = catalogue.fact_sets.get(view.scope, {})
    return row | {
        name: list(view.facts.get(name) or ()) if name in sets else view.facts.get(name)
        for name in [*catalogue.facts.get(view.scope, {}), *sets]
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", nargs="?", type=Path, default=NEWEST)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    catalogue = load_catalogue(given.folder, bases=[given.folder.parent.parent])
    words = Wording(catalogue)
    rules = [c.rule for c in plan_of(catalogue) if c.rule.effect != "relieve" and not c.rule.valid_to]
    programs = [(rule, cel.compile(words.cel(rule.when, rule.scope))) for rule in rules]
    logics = [(rule, words.logic(rule.when, rule.scope)) for rule in rules]
    ready = cel.compile("true")
    times = {"ours": [], "from nothing": [], "CEL": [], "JSON-logic": []}
    for world in worlds(catalogue, 10) * given.rounds:
        views = read_facts(catalogue, world)
        shared = {"proposal": plain_row(catalogue, views.proposal)}
        shared |= {name: [plain_row(catalogue, view) for view in views.rows[scope]] for scope, name in ROWS.items()}
        places = {"proposal": [{**shared, "row": {}}]}
        places |= {scope: [{**shared, "row": row} for row in shared[name]] for scope, name in ROWS.items()}
        contexts = {scope: [cel.Context(variables=each) for each in found] for scope, found in places.items()}
        for found in contexts.values():
            for context in found:
                ready.execute(context)
        began = time.perf_counter()
        run = first_pass(catalogue, views, DAY, traced=True)
        times["ours"].append(time.perf_counter() - began)
        fresh = read_facts(catalogue, world)
        began = time.perf_counter()
        first_pass(catalogue, fresh, DAY, traced=True)
        times["from nothing"].append(time.perf_counter() - began)
        began = time.perf_counter()
        by_cel = [bool(program.execute(each)) for rule, program in programs for each in contexts[rule.scope]]
        times["CEL"].append(time.perf_counter() - began)
        began = time.perf_counter()
        by_logic = [bool(jsonLogic(logic, each)) for rule, logic in logics for each in places[rule.scope]]
        times["JSON-logic"].append(time.perf_counter() - began)
        by_us = [line.outcome == "fired" for line in run.trace if line.outcome != "not_in_force"]
        if not by_us == by_cel == by_logic:
            sys.exit("the three do not agree")
    median = {name: statistics.median(found) * 1000 for name, found in times.items()}
    print(f"{catalogue.id} {catalogue.version}: {len(rules)} rules, three partners, median of {len(times['ours'])}")
    for name, value in median.items():
        print(f"{name:12} {value:.3f} ms")
    print(f"ours / CEL {median['ours'] / median['CEL']:.2f} (at most 2)")
    print(f"JSON-logic / ours {median['JSON-logic'] / median['ours']:.1f} (at least 4)")
    return 0 if median["ours"] <= 2 * median["CEL"] and median["JSON-logic"] >= 4 * median["ours"] else 1


if __name__ == "__main__":
    sys.exit(main())

"""A second reading of the conditions of a catalogue: translated to CEL, for facts in which nothing is open.

CEL has no unknown answers and no questions that are not asked. So a leaf is joined with what asks its question, and
only facts that leave nothing open are compared.
"""

import json
from functools import cached_property

from cel_expr_python import cel

ROWS = {"partner": "partners", "technology": "technology", "funder": "funders"}


class Oracle:
    """Every condition of a catalogue, by the kind of row that it stands on."""

    def __init__(self, catalogue):
        self.catalogue = catalogue
        kinds = {"proposal": cel.Type.DYN, "row": cel.Type.DYN, **dict.fromkeys(ROWS.values(), cel.Type.DYN)}
        self.env = cel.NewEnv(variables=kinds)

    @cached_property
    def conditions(self):
        """(where it stands, scope, condition as data, CEL program)."""
        found = []
        for question in self.catalogue.questions:
            if question.when:
                found.append((f"question {question.id}", question.scope, question.when))
        for rule in self.catalogue.rules:
            found.append((f"rule {rule.id}", rule.scope, rule.when))
            for number, row in enumerate(rule.rows, 1):
                if row.when:
                    found.append((f"rule {rule.id}, row {number}", rule.scope, row.when))
        for section in self.catalogue.sections:
            if section.row_needed_when:
                found.append((f"section {section.id}", "proposal", section.row_needed_when))
        return [(place, scope, spec, self.env.compile(self.text(spec, scope, "row"))) for place, scope, spec in found]

    def truths(self, facts):
        """(where the condition stands, id of the row) -> what CEL says."""
        data = self.data(facts)
        rows = {"proposal": [data["proposal"]], **{scope: data[name] for scope, name in ROWS.items()}}
        return {
            (place, row["id"]): program.eval(data={**data, "row": row}).value()
            for place, scope, _spec, program in self.conditions
            for row in rows[scope]
        }

    def data(self, facts):
        return {
            "proposal": self._row(facts, "proposal", ""),
            **{name: [self._row(row, scope, row["id"]) for row in facts.get(name, [])] for scope, name in ROWS.items()},
        }

    def _row(self, row, scope, row_id):
        """Every question and fact of the kind of row; without an answer an empty word or list."""
        answers = {}
        for question in self.catalogue.questions:
            if question.scope == scope and question.options:
                value = row["answers"].get(question.id)
                answers[question.id] = value if value is not None else [] if question.type == "multi" else ""
        facts = {name: row.get("facts", {}).get(name, "") for name in self.catalogue.facts.get(scope, {})}
        several = {name: row.get("facts", {}).get(name, []) for name in self.catalogue.fact_sets.get(scope, {})}
        return {"id": row_id, "answers": answers, "facts": {**facts, **several}}

    def text(self, spec, scope, row):
        """A condition as CEL; `row` is the name of the variable that holds the row it stands on."""
        if "all" in spec:
            return "(" + " && ".join(self.text(part, scope, row) for part in spec["all"]) + ")"
        if isinstance(spec.get("any"), list):
            return "(" + " || ".join(self.text(part, scope, row) for part in spec["any"]) + ")"
        if "not" in spec:
            return f"!({self.text(spec['not'], scope, row)})"
        for name in ("any", "every", "count"):
            if name in spec:
                inner = self.text(spec["where"], spec[name], "each")
                rows = ROWS[spec[name]]
                if name == "count":
                    return f"{rows}.filter(each, {inner}).size() >= {spec['at_least']}"
                return f"{rows}.{'exists' if name == 'any' else 'all'}(each, {inner})" + (
                    f" && {rows}.size() > 0" if name == "every" else ""
                )
        if "fact" in spec:
            return self._fact(spec, scope, row)
        return self._answer(spec, scope, row)

    def _fact(self, spec, scope, row):
        name = spec["fact"]
        singles, several = self.catalogue.facts, self.catalogue.fact_sets
        place = scope if name in {**singles.get(scope, {}), **several.get(scope, {})} else "proposal"
        order = {value: rank for rank, value in enumerate(singles.get(place, {}).get(name, ()))}
        at = row if place == scope else "proposal"
        return compared(f"{at}.facts.{name}", spec, order, name in several.get(place, {}))

    def _answer(self, spec, scope, row):
        question = self.catalogue.question(spec.get("answer") or spec["unsure"])
        at = row if question.scope == scope else "proposal"
        own = f"{at}.answers.{question.id}"
        if "unsure" in spec:
            wanted = f"{own} == 'unsure'"
        elif "in_group" in spec:
            options = [option.id for option in question.options if option.group in listed(spec["in_group"])]
            wanted = f"{own} in {json.dumps(options)}"
        else:
            ranks = {option.id: option.risk for option in question.options if option.risk is not None}
            wanted = compared(own, spec, ranks, question.type == "multi")
        if question.when is None:
            return f"({wanted})"
        return f"({wanted} && {self.text(question.when, question.scope, at)})"


def listed(value):
    return value if isinstance(value, list) else [value]


def compared(own, spec, ranks, is_several):
    """What a leaf asks of a value, or of any of several."""
    if "at_least" in spec:
        wanted = [value for value, rank in ranks.items() if rank >= ranks[spec["at_least"]]]
    elif "at_most" in spec:
        wanted = [value for value, rank in ranks.items() if rank <= ranks[spec["at_most"]]]
    else:
        wanted = listed(next(spec[name] for name in ("is", "in", "includes") if name in spec))
    words = json.dumps(wanted)
    return f"{own}.exists(one, one in {words})" if is_several else f"{own} in {words}"

"""A country alone is context: what may rest on its facts, and what may not.

A rule rests on a country alone where it fires although every answer it reads is the safest there is, and the
organisation has done nothing. Such a rule contributes moderate at most, and stops nothing unless a law does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskassess.engine.catalogue import ORGANISATION_FACTS, Catalogue, Rule, Scope
from riskassess.engine.checks.leaves import Leaves, grades_of, leaves_in
from riskassess.engine.checks.problems import Problem
from riskassess.engine.deciding import decided_by, questions_read
from riskassess.engine.trying import Leaf
from riskassess.engine.words import FACTS


def country_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for name in catalogue.organisation_facts:
        if name in FACTS and name not in ORGANISATION_FACTS:
            reason = f"{name} is a fact about a country, whatever a catalogue says; take it out of the list."
            yield Problem("organisation_facts", name, reason)
    lawful = {source.id for source in catalogue.sources if source.binding}
    quiet = QuietWorld(catalogue)
    for rule in catalogue.rules:
        if rule.effect != "relieve":
            yield from _rule_problems(quiet, rule, any(each.source in lawful for each in rule.sources))


def _rule_problems(quiet: QuietWorld, rule: Rule, names_a_law: bool) -> Iterator[Problem]:
    effects, facts = set(), set()
    for at, specs in enumerate(grades_of(rule)):
        read = {fact for spec in specs for fact in quiet.country_facts_in(spec, rule.scope)}
        if read and all(quiet.allows(spec, rule.scope) for spec in specs):
            effects.add((rule.rows[at].effect if rule.rows else None) or rule.effect)
            facts |= read
    if not effects:
        return
    named, is_context = ", ".join(sorted(facts)), rule.kind == "context"
    is_by_law = names_a_law and facts <= quiet.acts
    if {"stop", "escalate"} & effects and not is_by_law:
        acts = f" of {', '.join(sorted(quiet.acts))}" if quiet.acts else ""
        reason = (
            f"it stops or escalates on {named} alone, which tells of a country and of nothing that anybody does. Only "
            "a law may say so: write 'effect: advise', add what the work or the partner brings to it, or read an act"
            f"{acts} and cite it as a source with 'binding: true'."
        )
        yield Problem("rules", rule.id, reason)
    elif rule.rows and not is_context and effects != {"stop"}:
        reason = (
            f"it scores on {named} alone, which tells of a country and of nothing that anybody does. Write 'kind: "
            "context', so that it stays moderate at most, or add to 'when' what the work or the partner brings to it."
        )
        yield Problem("rules", rule.id, reason)
    factors = {factor for row in rule.rows for factor in (row.factors or rule.factors)}
    if is_context and rule.rows and factors != {"country"}:
        reason = (
            f"it rests on {named} alone, and its factors are {', '.join(sorted(factors))}. Write 'factors: [country]', "
            "or a country would count twice."
        )
        yield Problem("rules", rule.id, reason)


class QuietWorld:
    """A world in which a country's facts may be anything, and so what was filed before; all else is as safe as can be.

    Leaves are looked at one by one, so that a condition which contradicts itself is allowed too; other checks find it.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.leaves: Leaves = leaves_in(catalogue)
        self.acts = frozenset(catalogue.fact_sets.get("partner", {}))  # dated measures of law
        self._asked: dict[str, bool] = {}

    def country_facts_in(self, spec: Any, scope: Scope) -> set[str]:
        """Facts of a country that the condition reads, itself or in asking the questions it reads."""
        specs = [(spec, scope)]
        for question_id in decided_by(self.catalogue, questions_read(spec)):
            question = self.catalogue.question(question_id)
            specs.append((question.when, question.scope))
        leaves = (leaf for each, at in specs if each is not None for leaf in self.leaves.of(each, at))
        return {leaf.id for leaf in leaves if self._is_of_country(leaf)}

    def allows(self, spec: Any, scope: Scope, wanted: bool = True) -> bool:
        """Whether the condition can be true (or false) there, with a partner and whatever rows it speaks of."""
        if "not" in spec:
            return self.allows(spec["not"], scope, not wanted)
        if "where" in spec:
            over: Scope = next(spec[key] for key in ("any", "every", "count") if key in spec)
            return (not wanted and over != "partner") or self.allows(spec["where"], over, wanted)
        if "all" in spec or "any" in spec:
            found = (self.allows(part, scope, wanted) for part in spec.get("all") or spec["any"])
            return all(found) if ("all" in spec) is wanted else any(found)
        (leaf,) = self.leaves.of(spec, scope)
        return self._leaf_allows(leaf, wanted)

    def _leaf_allows(self, leaf: Leaf, wanted: bool) -> bool:
        if leaf.kind == "unsure":
            return not wanted
        table, ranks = self.leaves.table(leaf), self.leaves.ranks(leaf)
        if leaf.kind == "fact":
            if leaf.is_set and not wanted:
                return True  # none of it holds
            is_own = leaf.id in self.catalogue.organisation_facts
            values = list(table) if not is_own else [] if leaf.is_set else list(table)[:1]
            return any(table[value] is wanted for value in values)
        if not self._is_asked(leaf.id):
            return not wanted
        placed = {value: rank for value, rank in ranks.items() if rank is not None and rank >= 0}
        safest = [value for value, rank in placed.items() if rank == min(placed.values())]
        return any(table[value] is wanted for value in safest)

    def _is_asked(self, question_id: str) -> bool:
        if question_id not in self._asked:
            question = self.catalogue.question(question_id)
            self._asked[question_id] = question.when is None or self.allows(question.when, question.scope)
        return self._asked[question_id]

    def _is_of_country(self, leaf: Leaf) -> bool:
        return leaf.kind == "fact" and leaf.scope == "partner" and leaf.id not in self.catalogue.organisation_facts

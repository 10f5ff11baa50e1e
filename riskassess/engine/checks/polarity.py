"""The direction of a condition, read off its leaves: enough to prove most conditions, and quick.

Risk order: a riskier answer may only add to what scores and to what is asked, and only take away relief. Each leaf is
put to every value its question or fact can have; `not` turns the direction round, and so do rows that may be added.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskassess.engine.catalogue import Catalogue, Scope
from riskassess.engine.checks.leaves import HEIGHT, Leaves, leaves_in
from riskassess.engine.trying import Leaf


def direction_faults(catalogue: Catalogue, spec: Any, scope: Scope, *, riskier_adds: bool) -> Iterator[str]:
    """Where a riskier answer, or one more row, could switch a condition off (for relief: on).

    None found is a proof. One found may still be harmless, where another part of the condition makes up for it.
    """
    leaves, switched = leaves_in(catalogue), "off" if riskier_adds else "on"
    for leaf in leaves.of(spec, scope):
        if leaf.kind == "unsure":
            continue  # said by unknown_faults
        grows = riskier_adds is not leaf.negated
        if any((quantifier == "every") is grows for quantifier in leaf.quantifiers):
            yield f"one more row could switch '{' '.join(leaf.quantifiers)}' over {leaf.id} {switched}."
        if fault := _leaf_fault(catalogue, leaves, leaf, grows):
            yield f"{fault}, which would switch the condition {switched}."


def unknown_faults(catalogue: Catalogue, spec: Any, scope: Scope) -> Iterator[str]:
    """Where a condition with points rests on not knowing, so that knowing more could lead below the shown interval."""
    for leaf in leaves_in(catalogue).of(spec, scope):
        if leaf.kind == "unsure":
            yield f"reads 'unsure' of {leaf.id}; only a rule without points may."
        elif leaf.kind == "fact" and not leaf.is_set:
            table = leaves_in(catalogue).table(leaf)
            read = [str(value) for value in catalogue.unknown_facts if table.get(value) is not None]
            if read:
                yield f"reads {leaf.id} while it is {read[0]}, which means not known; only a rule without points may."


def unplaced_faults(catalogue: Catalogue, spec: Any, scope: Scope) -> Iterator[str]:
    """Where a condition reads an answer that has no place in the risk order, so that no law speaks of it."""
    leaves = leaves_in(catalogue)
    for leaf in leaves.of(spec, scope):
        if leaf.kind == "answer":
            table, ranks = leaves.table(leaf), leaves.ranks(leaf)
            unplaced = [value for value in table if ranks[value] is None and table[value] is True]
            if unplaced:
                yield f"{leaf.id} reads {unplaced[0]}, which has no place in the risk order; give it a 'risk'."


def _leaf_fault(catalogue: Catalogue, leaves: Leaves, leaf: Leaf, grows: bool) -> str:
    """A pair of values, safer and riskier, between which the leaf goes against its direction."""
    table, ranks = leaves.table(leaf), leaves.ranks(leaf)
    if leaf.is_set:
        return _set_fault(leaf, table, ranks, grows)
    placed = [(value, rank) for value, rank in ranks.items() if rank is not None]
    for value, rank in placed:
        for worse, higher in placed:
            if rank < higher:
                before, after = HEIGHT[table[value]], HEIGHT[table[worse]]
                if (before > after) if grows else (before < after):
                    return f"{leaf.id} goes from {value} to the riskier {worse}"
    return ""


def _set_fault(leaf: Leaf, table: Any, ranks: Any, grows: bool) -> str:
    """A set grows riskier by one more member, or by leaving an answer that carries no risk for one that does."""
    read = [value for value in ranks if table[value]]
    if grows:
        safe = [value for value in read if leaf.kind == "answer" and ranks[value] == 0]
        return f"{leaf.id} goes from {safe[0]} to anything else" if safe else ""
    risky = [value for value in read if (ranks[value] or 0) > 0 or leaf.kind == "fact"]
    return f"{leaf.id} takes {risky[0]} in" if risky else ""

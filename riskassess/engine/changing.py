"""What if: the same facts with changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from riskassess.engine.catalogue import Catalogue, Scope
from riskassess.engine.facts import ROW_LISTS, FactsError, answer_problems, fact_problems, safeguard_problems

KEYS = ("answers", "facts", *ROW_LISTS.values(), "safeguards")
ROW_KEYS = ("answers", "facts")


def apply_changes(catalogue: Catalogue, facts: Mapping[str, Any], changes: Any) -> dict[str, Any]:
    """The facts with answers, facts and rows changed; raises FactsError where a change fits nothing.

    None takes an answer or a fact back, and leaves a row out. A safeguard replaces the same one for the same finding;
    `refused` turns it off.
    """
    if problems := list(_problems(catalogue, facts, changes)):
        raise FactsError(problems)
    changed = {**facts, **_place(facts, changes)}
    for name in ROW_LISTS.values():
        given = changes.get(name, {})
        changed[name] = [
            {**row, **_place(row, given.get(row["id"], {}))}
            for row in facts.get(name) or ()
            if given.get(row["id"], {}) is not None
        ]
    safeguards = {(item["mitigation"], item.get("finding")): item for item in facts.get("safeguards") or ()}
    for item in changes.get("safeguards", ()):
        safeguards[item["mitigation"], item.get("finding")] = {"finding": None, **item}
    changed["safeguards"] = list(safeguards.values())
    return changed


def _place(row: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    merged = {}
    for name in ROW_KEYS:
        values = {**(row.get(name) or {}), **changes.get(name, {})}
        merged[name] = {key: value for key, value in values.items() if value is not None}
    return merged


def _problems(catalogue: Catalogue, facts: Mapping[str, Any], changes: Any) -> Iterator[str]:
    if not isinstance(changes, dict):
        yield f"$: expected an object with any of {', '.join(KEYS)}"
        return
    yield from _unknown_keys(changes, KEYS, "")
    yield from _place_problems(catalogue, changes, "proposal", "")
    for scope, name in ROW_LISTS.items():
        given = changes.get(name, {})
        if not isinstance(given, dict):
            yield f"{name}: expected an object of row ids; null leaves a row out"
            continue
        rows = [str(row["id"]) for row in facts.get(name) or ()]
        for row_id, change in given.items():
            path = f"{name}.{row_id}"
            if row_id not in rows:
                yield f"{path}: the proposal has no such row; it has {', '.join(rows) or 'none'}"
            elif change is not None and not isinstance(change, dict):
                yield f"{path}: expected an object with {' and '.join(ROW_KEYS)}, or null to leave it out"
            elif change is not None:
                yield from _unknown_keys(change, ROW_KEYS, f"{path}.")
                yield from _place_problems(catalogue, change, scope, f"{path}.")
    if isinstance(changes.get("safeguards", []), list):
        yield from _safeguard_problems(catalogue, changes.get("safeguards", []))
    else:
        yield "safeguards: expected a list"


def _unknown_keys(given: Mapping[str, Any], known: tuple[str, ...], path: str) -> Iterator[str]:
    for key in given:
        if key not in known:
            yield f"{path}{key}: there is no such key; known are {', '.join(known)}"


def _place_problems(catalogue: Catalogue, given: Mapping[str, Any], scope: Scope, path: str) -> Iterator[str]:
    for name, problems_of in (("answers", answer_problems), ("facts", fact_problems)):
        values = given.get(name, {})
        if not isinstance(values, dict):
            yield f"{path}{name}: expected an object; null takes a value back"
            continue
        kept = {key: value for key, value in values.items() if value is not None or name == "answers"}
        yield from problems_of(catalogue, kept, scope, f"{path}{name}")


def _safeguard_problems(catalogue: Catalogue, safeguards: list[Any]) -> Iterator[str]:
    yield from safeguard_problems(catalogue, safeguards)
    for index, item in enumerate(safeguards):
        if isinstance(item, dict):
            yield from _unknown_keys(item, ("mitigation", "finding", "state"), f"safeguards[{index}].")

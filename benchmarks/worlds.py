"""Fully answered proposals of a catalogue, all different: what the benchmarks of the engine read."""

import random
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NEWEST = ROOT / "fixtures" / "catalogues" / "allea-eu" / "1.1.1"
ROWS = {"partner": "partners", "technology": "technology", "funder": "funders"}


def worlds(catalogue: Any, count: int, partners: int = 3, risk: float = 0.3) -> list[dict[str, Any]]:
    """`risk` is the share of answers and facts that are drawn freely; the others are the safest. No row id comes
    twice, so that nothing kept of one proposal helps with the next."""
    order = random.Random(2024)
    return [_world(catalogue, order, number, partners, risk) for number in range(count)]


def _world(catalogue: Any, order: random.Random, number: int, partners: int, risk: float) -> dict[str, Any]:
    def row(scope: str, place: int) -> dict[str, Any]:
        return {
            "id": f"{scope[0]}{number}x{place}",
            "label": f"Row {place}",
            **_answered(catalogue, scope, order, risk),
        }

    counts = {"partner": partners, "technology": 1, "funder": 1}
    return {
        "as_of": "2026-11-23",
        **_answered(catalogue, "proposal", order, risk),
        **{name: [row(scope, place) for place in range(counts[scope])] for scope, name in ROWS.items()},
        "safeguards": [],
    }


def _answered(catalogue: Any, scope: str, order: random.Random, risk: float) -> dict[str, Any]:
    questions = [each for each in catalogue.questions if each.scope == scope]
    single = {
        name: values[0]
        if order.random() > risk
        else order.choice([v for v in values if v not in catalogue.unknown_facts])
        for name, values in catalogue.facts.get(scope, {}).items()
    }
    several = {
        name: [] if order.random() > risk else [order.choice(values)]
        for name, values in catalogue.fact_sets.get(scope, {}).items()
    }
    answers = {each.id: answer for each in questions if (answer := _answer(each, order, risk)) is not None}
    return {"answers": answers, "facts": {**single, **several}}


def _answer(question: Any, order: random.Random, risk: float) -> Any:
    options = sorted(question.options, key=lambda each: 99 if each.risk is None else each.risk)
    if question.type == "number":
        return order.randrange(5)
    if not options:
        return None
    chosen = options[0].id if order.random() > risk else order.choice(options).id
    return [chosen] if question.type == "multi" else chosen

"""Small catalogues made for one test: the usual bands, caps and routes, a few questions, and your rules."""

import json

from riskassess.engine.loading import load_texts

SOURCE = {
    "id": "S",
    "title": "A source",
    "publisher": "Somebody",
    "dated": "2024-05-23",
    "url": "https://example.org/s",
    "last_checked": "2026-11-01",
    "binding": True,
}
MAIN = {
    "id": "small",
    "version": "0.1.0",
    "date": "2026-11-23",
    "title": "A small catalogue",
    "languages": ["en"],
    "dimensions": [
        {"id": "legal", "title": "Legal", "help": "Law."},
        {"id": "knowledge", "title": "Knowledge", "help": "Transfer."},
        {"id": "benefit", "title": "Benefit", "help": "What it gives.", "is_risk": False},
    ],
    "levels": [
        {"id": level, "title": level, "meaning": level, "lowest": lowest}
        for level, lowest in (("low", 1), ("moderate", 5), ("high", 10), ("very_high", 16))
    ],
    "routes": [
        {"id": route, "title": route, "days": days, "meaning": route}
        for route, days in (("fast_track", 0), ("light", 3), ("full", 10), ("panel", 20))
    ],
    "route_table": {
        "by_level": {"low": "light", "moderate": "light", "high": "full", "very_high": "panel"},
        "escalated": "full",
        "held": "full",
        "three_factors_high": "panel",
        "most_on_possible": "full",
    },
    "caps": {"context": 9, "membership": 9, "raise_from": 4, "mitigation_steps": 2},
    "facts": {"partner": {"hit": ["none", "cleared", "not_screened", "confirmed"], "zone": ["in", "out"]}},
    "fact_sets": {"partner": {"measures": ["embargo", "ban"]}},
    "unknown_facts": ["not_screened"],
    "organisation_facts": ["hit"],
}
YES_NO = [{"id": "no", "text": "No", "risk": 0}, {"id": "yes", "text": "Yes", "risk": 1}]
GRADES = [{"id": name, "text": name, "risk": risk} for risk, name in enumerate(("a", "b", "c", "d"))]
TOPICS = [{"id": "none", "text": "None", "risk": 0}, *({"id": t, "text": t, "risk": 1} for t in ("x", "y", "z"))]


def question(question_id, **changes):
    made = {
        "id": question_id,
        "section": "all",
        "text": f"Question {question_id}?",
        "why": "To know.",
        "seen_by": "Everybody",
        "type": "yes_no",
        "options": YES_NO,
        "unsure": True,
        "sources": [{"source": "S", "section": "1"}],
    }
    return {**made, **changes}


def rule(rule_id, when, *points, **changes):
    made = {
        "id": rule_id,
        "title": f"Rule {rule_id}",
        "explain": f"{rule_id} is the case.",
        "when": when,
        "rows": [{"likelihood": likelihood, "impact": impact} for likelihood, impact in points],
        "dimensions": ["knowledge"],
        "factors": ["partner"],
        "effect": "advise",
        "sources": [{"source": "S", "section": "1"}],
    }
    if "mitigations" not in changes and (points or "rows" in changes):
        made["no_mitigation"] = "Nothing lowers it."
    if changes.get("effect") == "stop":
        made |= {"activity": "It waits.", "lifted_by": "The authority."}
    return {**made, **changes}


def mitigation(mitigation_id, steps=1, lowers="likelihood", kind="clause", effort=1):
    return {
        "id": mitigation_id,
        "name": mitigation_id,
        "text": "Do this.",
        "lowers": lowers,
        "steps": steps,
        "kind": kind,
        "responsible": "researcher",
        "evidence": "A paper",
        "effort": effort,
    }


QUESTIONS = [
    question("A"),
    question("B"),
    question("C"),
    question("G", type="single", options=GRADES),
    question("T", type="multi", options=TOPICS),
    question("N", type="number", options=[], unsure=False),
    question("W", type="text", options=[], unsure=False, required=False),
    question("H", when={"answer": "A", "is": "yes"}),
    question("I", when={"answer": "H", "is": "yes"}),
    question("P", scope="partner"),
    question("Q", scope="partner", when={"answer": "P", "is": "yes"}),
    question("X", scope="technology"),
]


STORY = {
    "id": "S0",
    "story": "Nothing is planned yet.",
    "on": "2026-11-23",
    "facts": {"answers": {}},
    "expect": {"absent": []},
}


def texts(rules=(), questions=(), mitigations=(), golden=(STORY,), **main):
    return {
        "catalogue.yaml": json.dumps({**MAIN, **main}),
        "rest.yaml": json.dumps(
            {
                "sections": [{"id": "all", "title": "All"}],
                "questions": [*QUESTIONS, *questions],
                "rules": list(rules),
                "mitigations": list(mitigations),
                "sources": [SOURCE],
                "golden": list(golden),
            }
        ),
    }


def catalogue(*rules, **parts):
    return load_texts(texts(rules, **parts))


def facts(answers=None, partners=(), technology=(), safeguards=(), **more):
    """Facts of the proposal's answers, and of partners and items as mappings of answers and facts together."""

    def row(index, letter, given):
        names = {*MAIN["facts"]["partner"], *MAIN["fact_sets"]["partner"]}
        return {
            "id": f"{letter}{index}",
            "label": "",
            "answers": {key: value for key, value in given.items() if key not in names},
            "facts": {key: value for key, value in given.items() if key in names},
        }

    return {
        "answers": answers or {},
        "partners": [row(index, "p", given) for index, given in enumerate(partners, 1)],
        "technology": [row(index, "t", given) for index, given in enumerate(technology, 1)],
        "funders": [],
        "safeguards": [{"mitigation": name, "finding": finding, "state": state} for name, finding, state in safeguards],
        **more,
    }

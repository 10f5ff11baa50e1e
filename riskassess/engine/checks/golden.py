"""The catalogue's own stories: each must still come out as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskassess.engine.catalogue import Catalogue, GoldenCase
from riskassess.engine.checks.problems import Problem
from riskassess.engine.facts import FactsError
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess


def golden_problems(catalogue: Catalogue) -> Iterator[Problem]:
    if not catalogue.golden and not catalogue.base:
        reason = (
            "the release tells no story; take over the golden.yaml of the release before it, or write one story at "
            "least, so that a later change can't turn its levels round unnoticed."
        )
        yield Problem("golden", catalogue.id, reason)
    for case in catalogue.golden:
        if not case.expect:
            yield Problem("golden", case.id, "expects nothing, so nothing is checked; say in 'expect' what comes out.")
        try:
            result = assess(catalogue, case.facts, on=case.on)
        except FactsError as fault:
            for problem in fault.problems:
                yield Problem("golden", case.id, f"facts: {problem}.")
            continue
        for sentence in golden_faults(case, result):
            yield Problem("golden", case.id, sentence)


def golden_faults(case: GoldenCase, result: Assessment) -> Iterator[str]:
    """Where an assessment is not what the case expects."""
    found = {
        "lower": result.inherent.lower,
        "upper": result.inherent.upper,
        "residual": result.residual.upper,
        "route": result.route,
        "deciders": result.deciders,
        "holds": sorted({hold.rule for hold in result.holds if hold.state == "firm"}),
        "possible_holds": sorted({hold.rule for hold in result.holds if hold.state == "possible"}),
        "escalations": sorted({remark.rule for remark in result.escalations}),
        "relief": sorted({remark.rule for remark in result.relief}),
    }
    scores = {dimension.id: dimension.score for dimension in result.dimensions}
    findings = {finding.key: finding.score for finding in result.firm_findings}
    present = {finding.rule for finding in result.findings} | {hold.rule for hold in result.holds}
    for key, wanted in case.expect.items():
        if key in found:
            expected = sorted(wanted) if isinstance(wanted, list) else wanted
            if found[key] != expected:
                yield f"expects {key} {_said(expected)}, and it is {_said(found[key])}.{_open(result)}"
        elif key == "findings":
            differing = {name: findings.get(name) for name in wanted if findings.get(name) != wanted[name]}
            for name, score in differing.items():
                instead = "it is not found" if score is None else f"it has {score}"
                yield f"expects the finding {name} with {wanted[name]}, and {instead}."
            if findings and not wanted:
                yield f"expects no findings, and there are {_said(findings)}."
        elif key == "scores":
            missed = {name: scores.get(name) for name in wanted if scores.get(name) != wanted[name]}
            for name, score in missed.items():
                yield f"expects {name} to score {wanted[name]}, and it scores {score}."
        elif key == "absent":
            for rule in sorted(present & set(wanted)):
                yield f"expects nothing of {rule}, and it is there."
        else:
            yield f"expect has no key {key!r}; known are {', '.join([*found, 'findings', 'scores', 'absent'])}."


def _open(result: Assessment) -> str:
    """What the story leaves open and would settle it: a question that came later opens every story that calls it."""
    left = [each for each in result.open_answers if each.state == "missing"] if result.residual.is_open else []
    decisive = result.narrowing or left  # as filed nothing may hang on it, and with safeguards something
    places = [f"{each.question} ({each.row})" if each.row else each.question for each in decisive]
    if not places:
        return ""
    return f" The story does not answer {', '.join(places)}, which decides: answer it there."


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {score}" for key, score in sorted(value.items())) or "none"
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)

"""The catalogue's own stories: each must still come out as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from riskassess.engine.catalogue import LEVELS, ROUTES, Catalogue, GoldenCase
from riskassess.engine.checks.problems import Problem
from riskassess.engine.facts import FactsError
from riskassess.engine.nearness import did_you_mean
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess
from riskassess.engine.visibility import read_facts

LEVEL_KEYS = ("lower", "upper", "residual")
RULE_LISTS = ("holds", "possible_holds", "escalations", "relief", "absent")
POINTS = ("findings", "scores")
KEYS = (*LEVEL_KEYS, "route", "deciders", *RULE_LISTS, *POINTS)
THREE_FACTORS = "three_factors"  # an escalation that comes of no rule
MOST_SUSPECTS = 12


def golden_problems(catalogue: Catalogue) -> Iterator[Problem]:
    if not catalogue.golden and not catalogue.base:
        reason = (
            "the release tells no story; take over the golden.yaml of the release before it, or write one story at "
            "least, so that a later change can't turn its levels round unnoticed."
        )
        yield Problem("golden", catalogue.id, reason)
    otherwise: list[tuple[GoldenCase, Assessment]] = []
    for case in catalogue.golden:
        if not case.expect:
            yield Problem("golden", case.id, "expects nothing, so nothing is checked; say in 'expect' what comes out.")
        if slips := list(_slips(catalogue, case)):
            yield from (Problem("golden", case.id, slip) for slip in slips)
            continue
        try:
            result = assess(catalogue, case.facts, on=case.on)
        except FactsError as fault:
            for problem in fault.problems:
                yield Problem("golden", case.id, f"facts: {problem}.")
            continue
        if faults := list(golden_faults(case, result)):
            yield Problem("golden", case.id, f"{'; '.join(faults)}.{_why(catalogue, case, result)}")
            otherwise.append((case, result))
    if len(otherwise) > 1 and (cause := _only_cause(catalogue, otherwise)):
        reason = (
            f"all {len(otherwise)} stories that come out differently do so through this rule alone: without it each "
            "comes out as it says. Narrow its 'when' or lower its points, or write down in the stories what it changes."
        )
        yield Problem("rules", cause, reason)


def golden_faults(case: GoldenCase, result: Assessment) -> Iterator[str]:
    """Where an assessment is not what the case expects, each without a full stop."""
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
                yield f"expects {key} {_said(expected)}, and it is {_said(found[key])}"
        elif key == "findings":
            differing = {name: findings.get(name) for name in wanted if findings.get(name) != wanted[name]}
            for name, score in differing.items():
                instead = "it is not found" if score is None else f"it has {score}"
                yield f"expects the finding {name} with {wanted[name]}, and {instead}"
            if findings and not wanted:
                yield f"expects no findings, and there are {_said(findings)}"
        elif key == "scores":
            missed = {name: scores.get(name) for name in wanted if scores.get(name) != wanted[name]}
            for name, score in missed.items():
                yield f"expects {name} to score {wanted[name]}, and it scores {score}"
        elif key == "absent":
            for rule in sorted(present & set(wanted)):
                yield f"expects nothing of {rule}, and it is there"


def _slips(catalogue: Catalogue, case: GoldenCase) -> Iterator[str]:
    """What could never come out because it is misspelt, or stands in another form than it is read in."""
    rules = [rule.id for rule in catalogue.rules]
    risks = [dimension.id for dimension in catalogue.dimensions]
    for key, wanted in case.expect.items():
        if key not in KEYS:
            yield f"expect has no key {key!r}{did_you_mean(key, KEYS)} Known are {', '.join(KEYS)}."
        elif key in LEVEL_KEYS or key == "route":
            known = ROUTES if key == "route" else LEVELS
            if wanted not in known:
                yield f"expect: {key}: {wanted!r} is not one of {', '.join(known)}{did_you_mean(wanted, known)}"
        elif key in RULE_LISTS:
            if not isinstance(wanted, list):
                yield f"expect: {key} is a list of rules; write {key}: [{wanted}]."
                continue
            speaking = [*rules, THREE_FACTORS] if key == "escalations" else rules
            yield from (_no_rule(f"expect: {key}", name, speaking) for name in wanted if name not in speaking)
        elif key in POINTS:
            if not isinstance(wanted, dict):
                example = f"{{{rules[0] if rules else 'R1'}: 9}}" if key == "findings" else f"{{{risks[0]}: 9}}"
                yield f"expect: {key} gives each its points; write {key}: {example}."
                continue
            for name, points in wanted.items():
                if key == "findings" and str(name).partition(":")[0] not in rules:
                    yield _no_rule("expect: findings", str(name).partition(":")[0], rules)
                elif key == "scores" and name not in risks:
                    yield f"expect: scores: there is no dimension {name!r}{did_you_mean(name, risks)}"
                elif not isinstance(points, int):
                    yield f"expect: {key}: {name}: {points!r} is no whole number; write it without quotes."
    safeguards = case.facts.get("safeguards", [])
    for taken in safeguards if isinstance(safeguards, list) else ():
        name = str(taken.get("finding") or "").partition(":")[0] if isinstance(taken, dict) else ""
        if name and name not in rules:
            yield _no_rule("facts: safeguards: finding", name, rules)


def _no_rule(where: str, name: Any, rules: list[str]) -> str:
    return f"{where}: there is no rule {name!r}{did_you_mean(name, rules)}"


def _why(catalogue: Catalogue, case: GoldenCase, result: Assessment) -> str:
    """What explains a story that comes out differently: answers that it lacks, and answers that nobody asks for."""
    return _open(case, result) + _unasked(catalogue, case)


def _open(case: GoldenCase, result: Assessment) -> str:
    """What the story leaves open and would settle it: a question that came later opens every story that calls it."""
    if not {"lower", "upper", "residual", "route", "deciders"} & case.expect.keys():
        return ""
    left = [each for each in result.open_answers if each.state == "missing"] if result.residual.is_open else []
    decisive = result.narrowing or left  # as filed nothing may hang on it, and with safeguards something
    places = [f"{each.question} ({each.row})" if each.row else each.question for each in decisive]
    if not places:
        return ""
    return f" The story does not answer {', '.join(places)}, which decides: answer it there."


def _unasked(catalogue: Catalogue, case: GoldenCase) -> str:
    views = read_facts(catalogue, case.facts)
    unasked = [
        f"{name} ({view.id})" if view.id else name
        for rows in views.rows.values()
        for view in rows
        for name in view.values
        if view.asked(name) is False
    ]
    if not unasked:
        return ""
    return (
        f" The story answers {', '.join(unasked)}, which its other answers do not call up, so nothing reads it: answer "
        "what comes before it, or leave it out."
    )


def _only_cause(catalogue: Catalogue, otherwise: list[tuple[GoldenCase, Assessment]]) -> str:
    """The one rule without which all of these stories come out as they say; empty where no single rule is to blame."""
    spoken = [_speaking(result) for _case, result in otherwise]
    suspects = sorted(set.intersection(*spoken) - {str(rule) for case, _r in otherwise for rule in _wanted(case)})
    for suspect in suspects[:MOST_SUSPECTS]:
        left = tuple(rule for rule in catalogue.rules if rule.id != suspect)
        # A copy would bring along what the original has looked up.
        without = Catalogue.model_construct(
            **{name: getattr(catalogue, name) for name in Catalogue.model_fields} | {"rules": left}
        )
        if not any(next(golden_faults(case, assess(without, case.facts, on=case.on)), "") for case, _r in otherwise):
            return suspect
    return ""


def _speaking(result: Assessment) -> set[str]:
    said = [remark.rule for remark in (*result.escalations, *result.possible_escalations, *result.relief)]
    return {*said, *(finding.rule for finding in result.findings), *(hold.rule for hold in result.holds)}


def _wanted(case: GoldenCase) -> Iterator[str]:
    for key in ("findings", *RULE_LISTS[:-1]):
        yield from (str(name).partition(":")[0] for name in case.expect.get(key, ()))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {score}" for key, score in sorted(value.items())) or "none"
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)

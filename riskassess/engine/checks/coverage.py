"""What a catalogue owes its sources and the people it finds something about: an answer to each, both ways."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field

from riskassess.engine.catalogue import Catalogue, Citation, Rule, Source, SourcePart
from riskassess.engine.checks.outcomes import Graded, Scale
from riskassess.engine.checks.problems import Problem
from riskassess.engine.facts import Applied
from riskassess.engine.grading import lowered, score_dimension
from riskassess.engine.nearness import did_you_mean


@dataclass(frozen=True, slots=True)
class Covered:
    """One part of a source, and what answers to it."""

    source: Source
    part: SourcePart
    questions: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)


def covered_parts(catalogue: Catalogue) -> list[Covered]:
    """Every part of every source, in the catalogue's order."""
    found = {part.key: Covered(source, part) for source in catalogue.sources for part in source.parts}
    for kind in ("questions", "rules", "policies"):
        for item in getattr(catalogue, kind):
            for key in dict.fromkeys(key for citation in item.sources for key in citation.parts):
                if key in found:
                    getattr(found[key], kind).append(item.id)
    return list(found.values())


def source_problems(catalogue: Catalogue) -> Iterator[Problem]:
    sources = {source.id: source for source in catalogue.sources}
    keys: dict[str, str] = {}
    for source in catalogue.sources:
        for part in source.parts:
            if part.key in keys:
                yield Problem("sources", source.id, f"the part {part.key} stands in {keys[part.key]} already.")
            keys[part.key] = source.id
    for kind in ("questions", "rules", "policies", "vocabularies"):
        for item in getattr(catalogue, kind):
            if not item.sources and kind != "vocabularies":
                yield Problem(kind, item.id, "names no source; say in 'sources' which text asks for it, and where.")
            for citation in item.sources:
                yield from _citation_problems(kind, item.id, citation, sources)
    for covered in covered_parts(catalogue):
        reached = covered.questions or covered.rules
        if not reached and not covered.part.not_covered:
            reason = (
                f"no question and no rule answers to {covered.part.key} ({covered.part.where}); cite it with "
                f"'parts: [{covered.part.key}]', or say in 'not_covered' why nothing does."
            )
            yield Problem("sources", covered.source.id, reason)
        elif reached and covered.part.not_covered:
            named = ", ".join(covered.questions + covered.rules)
            reason = (
                f"{covered.part.key} is said to be not covered, yet {named} answers to it; take one of the two out."
            )
            yield Problem("sources", covered.source.id, reason)
    for source in catalogue.sources:
        if source.last_checked > catalogue.date:
            reason = (
                f"last_checked is {source.last_checked}, which lies after the release's own date, {catalogue.date}; "
                "write the day on which somebody looked, or mend the release's date."
            )
            yield Problem("sources", source.id, reason)
    cited = {
        citation.source
        for kind in ("questions", "rules", "policies", "vocabularies")
        for item in getattr(catalogue, kind)
        for citation in item.sources
    }
    for source in catalogue.sources:
        if source.id not in cited:
            yield Problem("sources", source.id, "nothing rests on this source; cite it or leave it out.")


def _citation_problems(kind: str, item: str, citation: Citation, sources: dict[str, Source]) -> Iterator[Problem]:
    source = sources.get(citation.source)
    known = [part.key for part in source.parts] if source else []
    for key in citation.parts:
        if key not in known:
            near = did_you_mean(key, known)
            yield Problem(kind, item, f"cites {key}, which is no part of {citation.source}{near}")


def stop_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """A legal stop rests on law, says what waits and who lifts it, and nothing takes it off the page."""
    sources = {source.id: source for source in catalogue.sources}
    for rule in catalogue.rules:
        effects = {row.effect or rule.effect for row in rule.rows} or {rule.effect}
        if rule.effect == "stop" and (others := sorted(effects - {"stop"})):
            reason = (
                f"a row says '{others[0]}', which hides the stop where that row alone fires; leave the effect of the "
                "row out, or make another rule of it."
            )
            yield Problem("rules", rule.id, reason)
        if "stop" not in effects:
            continue
        said = {"activity": "what waits", "lifted_by": "whose answer lifts it, and what shows it"}
        if missing := [f"'{name}' {what}" for name, what in said.items() if not getattr(rule, name)]:
            yield Problem("rules", rule.id, f"a stop says in {' and in '.join(missing)}; add it.")
        if not any(sources[citation.source].binding for citation in rule.sources if citation.source in sources):
            reason = "a stop rests on a law: cite one whose source says 'binding: true', or let it escalate."
            yield Problem("rules", rule.id, reason)
    for rule in catalogue.rules:
        if rule.relief and rule.relief.route and not rule.relief.needs_no_hold:
            stops = [each.id for each in catalogue.rules if each.effect == "stop"]
            if stops:
                reason = f"its lighter route would hide a legal stop such as {stops[0]}; add 'needs_no_hold: true'."
                yield Problem("rules", rule.id, reason)


def safeguard_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Every finding of weight has a safeguard that helps, or says why none does."""
    for mitigation in catalogue.mitigations:
        if (mitigation.lowers == "nothing") != (mitigation.steps == 0):
            reason = f"lowers {mitigation.lowers} by {mitigation.steps} steps; one of the two is wrong."
            yield Problem("mitigations", mitigation.id, reason)
        elif mitigation.lowers == "impact" and mitigation.steps > 1:
            yield Problem("mitigations", mitigation.id, "impact falls by one step at most; say 'steps: 1'.")
    yield from _kind_problems(catalogue)
    used = {mitigation for rule in catalogue.rules for mitigation in rule.mitigations}
    for mitigation in catalogue.mitigations:
        if mitigation.id not in used:
            yield Problem("mitigations", mitigation.id, "no rule offers it; name it in a rule's 'mitigations'.")
    scale = Scale(catalogue, catalogue.rules)
    for rule in catalogue.rules:
        yield from _helping_problems(catalogue, rule, [item for item in scale.items if item.rule is rule])


def _kind_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """A kind that is nearly another one is a slip of the pen, and would let two of one kind add up."""
    first: dict[str, str] = {}
    for mitigation in catalogue.mitigations:
        first.setdefault(mitigation.kind, mitigation.id)
    for at, kind in enumerate(first):
        for near in difflib.get_close_matches(kind, list(first)[:at], n=1, cutoff=0.75):
            reason = (
                f"its kind {kind} is hardly another than {near} of {first[near]}, and two of one kind don't add up; "
                f"did you mean {near}? Else give it a name that nobody mistakes."
            )
            yield Problem("mitigations", first[kind], reason)


def _helping_problems(catalogue: Catalogue, rule: Rule, items: list[Graded]) -> Iterator[Problem]:
    if rule.kind == "context":
        if rule.mitigations:
            yield Problem("rules", rule.id, "no safeguard lowers context; leave 'mitigations' out.")
        return
    helps = any(_after(catalogue, item, name) < item.fired.product for item in items for name in rule.mitigations)
    is_stop = any(item.fired.effect == "stop" for item in items)  # says in 'lifted_by' what helps
    if items and not is_stop and not helps and not rule.no_mitigation:
        reason = "no safeguard lowers it; name one in 'mitigations', or say in 'no_mitigation' why there is none."
        yield Problem("rules", rule.id, reason)
    if helps and rule.no_mitigation:
        yield Problem("rules", rule.id, "says in 'no_mitigation' that nothing lowers it, and a safeguard does.")


def _after(catalogue: Catalogue, item: Graded, mitigation: str) -> int:
    return lowered([item.fired], [Applied(mitigation, "", "agreed")], catalogue)[0].product


def harm_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Each safeguard on each row of points, alone and beside every other row of its dimensions: does one go up?

    Two rows are enough: what a row scores depends on others only in whether any of them raises it.
    """
    scale = Scale(catalogue, catalogue.rules)
    for item in scale.items:
        for name in item.rule.mitigations:
            (after,) = lowered([item.fired], [Applied(name, "", "agreed")], catalogue)
            others = [other.fired for other in scale.items if set(other.rule.dimensions) & set(item.rule.dimensions)]
            for beside in [[], *([other] for other in others if other is not item.fired)]:
                before_scores = score_dimension([item.fired, *beside], catalogue)
                after_scores = score_dimension([after, *beside], catalogue)
                if any(after_scores[key].score > before_scores[key].score for key in after_scores):
                    yield Problem("rules", item.rule.id, f"the safeguard {name} would raise a finding; mend its steps.")
                    break

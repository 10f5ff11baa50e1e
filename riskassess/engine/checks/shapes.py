"""Single entries and tables: what the schema cannot say and one entry alone shows."""

from __future__ import annotations

from collections.abc import Iterator

from riskassess.engine.catalogue import LEVELS, ROUTES, UNSURE, Catalogue, Relief, Rule
from riskassess.engine.checks.leaves import conditions_of, leaves_in
from riskassess.engine.checks.problems import Problem


def scale_problems(catalogue: Catalogue) -> Iterator[Problem]:
    lowest = [catalogue.level(level).lowest for level in LEVELS]
    if sorted(set(lowest)) != lowest:
        yield Problem("levels", LEVELS[0], f"each band begins above the one before; these begin at {lowest}.")
    else:
        yield from cap_problems(catalogue)
    by_level = [ROUTES.index(catalogue.route_table.by_level[level]) for level in LEVELS]
    if sorted(by_level) != by_level:
        yield Problem("route_table", "by_level", "a higher level asks for a route at least as thorough.")
    if ROUTES.index(catalogue.route_table.held) < ROUTES.index("full"):
        yield Problem("route_table", "held", "a legal hold asks for 'full' at least, or a lighter route would hide it.")


def cap_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """A country alone, and a technology area alone, stay moderate at most, wherever the bands begin."""
    high = catalogue.level("high").lowest
    for name, what in (("context", "what a country's facts say"), ("membership", "a technology area")):
        cap = getattr(catalogue.caps, name)
        if cap >= high:
            reason = (
                f"high begins at {high}, and {what} alone may score up to {cap} (caps, {name}): it would be "
                f"{catalogue.level_of(cap).replace('_', ' ')}, and moderate is the most. Begin high at {cap + 1} or "
                f"above, or write {high - 1} or less for {name} in 'caps'."
            )
            yield Problem("levels", "high", reason)


def question_problems(catalogue: Catalogue) -> Iterator[Problem]:
    leaves = leaves_in(catalogue)
    read = {
        leaf.id for spec, scope in conditions_of(catalogue) for leaf in leaves.of(spec, scope) if leaf.kind != "fact"
    }
    for question in catalogue.questions:
        ids = [option.id for option in question.options]
        for twice in sorted({option for option in ids if ids.count(option) > 1}):
            yield Problem("questions", question.id, f"the option {twice} stands twice.", twice)
        if UNSURE in ids:
            yield Problem("questions", question.id, "'unsure' is no option; say 'unsure: true'.", UNSURE)
        if question.type == "yes_no" and ids and set(ids) != {"yes", "no"}:
            yield Problem("questions", question.id, "a yes_no question has the options yes and no, or none listed.")
        if question.id in read and not question.required:
            yield Problem("questions", question.id, "a rule or another question reads this; make it required.")


def rule_problems(catalogue: Catalogue) -> Iterator[Problem]:
    for rule in catalogue.rules:
        if rule.valid_from and rule.valid_to and rule.valid_from > rule.valid_to:
            yield Problem("rules", rule.id, "valid_to lies before valid_from.")
        for dimension in rule.dimensions if rule.rows else ():
            if not catalogue.dimension(dimension).is_risk:
                reason = (
                    f"has points in {dimension}, which is no risk and counts none; name a dimension of risk, or leave "
                    "'rows' out."
                )
                yield Problem("rules", rule.id, reason)
        if not rule.rows and rule.effect in {"advise", "escalate"}:
            yield from _pointless_problems(rule)
        if len(rule.rows) > 4:
            yield Problem("rules", rule.id, "a rule has at most four rows; make two rules of it.")
        if rule.relief and rule.relief.route:
            yield from _relief_problems(catalogue, rule.id, rule.relief)


def _pointless_problems(rule: Rule) -> Iterator[Problem]:
    """What only a finding with points can have shows that its points were forgotten."""
    said = [f"'{name}'" for name in ("mitigations", "no_mitigation", "membership") if getattr(rule, name)]
    said += [f"'kind: {rule.kind}'"] if rule.kind != "finding" else []
    if said:
        reason = (
            f"has {' and '.join(said)}, but no points that this could speak of; add 'rows: [{{likelihood: 2, "
            "impact: 3}]' with your numbers, or leave it out."
        )
        yield Problem("rules", rule.id, reason)


def _relief_problems(catalogue: Catalogue, rule_id: str, relief: Relief) -> Iterator[Problem]:
    """The level decides which routes are open to relief: one step lighter at most, the fast track at low alone."""
    if relief.route is None or relief.needs_level is None:
        yield Problem("rules", rule_id, "a relief that gives a route says in 'needs_level' up to which level.")
        return
    steps = ROUTES.index(catalogue.route_table.by_level[relief.needs_level]) - ROUTES.index(relief.route)
    if steps > 1 or (relief.route == "fast_track" and relief.needs_level != "low"):
        yield Problem("rules", rule_id, f"{relief.route} is lighter than the level {relief.needs_level} allows.")

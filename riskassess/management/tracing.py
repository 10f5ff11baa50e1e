"""The whole way to a level as plain text: every rule on every row, each step of points, and each of the route."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.results import Assessment, Because, RuleTrace, Step
from riskassess.management.explanation import wrapped


def tell_trace(catalogue: Catalogue, result: Assessment) -> Iterator[str]:
    """From these lines alone the level can be worked out by hand."""
    outcomes = {
        "fired": _("holds"),
        "possible": _("open"),
        "quiet": _("does not hold"),
        "not_in_force": _("not in force"),
    }
    yield from ("", _("Every rule, on every row"))
    for line in result.trace:
        yield from _rule(catalogue, line, outcomes)
    seen = {line.rule for line in result.trace}
    for rule in catalogue.rules:
        if rule.id not in seen:
            words = _("%(rule)s, %(title)s: no row of this kind is named") % {"rule": rule.id, "title": rule.title}
            yield from wrapped(words, "  - ", "    ")
    if result.unasked:
        yield from ("", _("Questions that were not asked, and why"))
        for item in result.unasked:
            question = f"{item.question} ({item.row})" if item.row else item.question
            yield from wrapped(f"{question}: {_reasons(item.because)}", "  - ", "    ")
    if result.steps:
        yield from ("", _("What moved the points"))
        for step in result.steps:
            yield from wrapped(_step(step), "  - ", "    ")
    yield from ("", _("How the route was chosen"))
    for route in result.route_steps:
        name = catalogue.route(route.after).title
        words = f"{catalogue.route(route.before).title} → {name}" if route.before else name
        yield from wrapped(f"{words}: {route.why}", "  - ", "    ")


def _rule(catalogue: Catalogue, line: RuleTrace, outcomes: dict[str, str]) -> Iterator[str]:
    place = f"{line.rule} ({line.row})" if line.row else line.rule
    words = f"{place}, {catalogue.rule(line.rule).title}: {outcomes[line.outcome]}"
    yield from wrapped(f"{words} ({line.dated})" if line.dated else words, "  - ", "    ")
    if line.because:
        yield from wrapped(_("Because: %(reasons)s") % {"reasons": _reasons(line.because)}, "    ", "      ")
    for grade in line.grades:
        points = _("Row %(grade)d, likelihood %(likelihood)d times impact %(impact)d: %(outcome)s") % {
            "grade": grade.grade,
            "likelihood": grade.likelihood,
            "impact": grade.impact,
            "outcome": outcomes[grade.outcome],
        }
        reasons = f" ({_reasons(grade.because)})" if grade.because else ""
        yield from wrapped(points + reasons, "    ", "      ")


def _reasons(because: tuple[Because, ...]) -> str:
    return "; ".join(
        f"{reason.text} [{', '.join(filter(None, (reason.id, reason.row)))}] {reason.words or _('open')}"
        for reason in because
    )


def _step(step: Step) -> str:
    tiers = {"filed": _("as filed"), "agreed": _("with the agreed safeguards"), "if_agreed": _("with all safeguards")}
    kinds = {
        "safeguard": _("lowered by %(why)s"),
        "raise": _("raised as %(why)s comes together with it"),
        "context_cap": _("held at the limit of what describes the surroundings"),
        "membership_cap": _("held at the limit of an area alone"),
    }
    why = kinds[step.kind] % {"why": ", ".join(step.why)}
    ends = {"lower": _("firm findings"), "upper": _("possible ones counted")}
    where = ", ".join(filter(None, (tiers[step.safeguards], ends[step.end], step.dimension)))
    before, after = (f"{points[0]} × {points[1]} = {points[2]}" for points in (step.before, step.after))
    if step.kind.endswith("cap"):
        after = str(step.after[2])
    return f"{step.finding}, " + _("row %(grade)d") % {"grade": step.grade} + f" ({where}): {before} → {after}, {why}"

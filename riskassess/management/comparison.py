"""Differences, safeguards and traces as plain text."""

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.comparing import Difference
from riskassess.engine.describing import in_words
from riskassess.engine.releases import Edit
from riskassess.engine.results import Assessment, Because
from riskassess.engine.safeguards import SafeguardSet, Suggestion

WIDTH = 100
SHOWN_SETS = 8


def tell_difference(difference: Difference) -> Iterator[str]:
    yield ""
    yield _("What if")
    yield from _wrapped(difference.headline, "  ")
    for change in difference.changes:
        yield from _wrapped(change.sentence, "  - ", "    ")


def tell_suggestion(catalogue: Catalogue, suggestion: Suggestion) -> Iterator[str]:
    """The sets that reach the target, or why none does."""
    target = catalogue.level(suggestion.target).title.lower()
    yield ""
    yield _("What would bring it to %(level)s") % {"level": target}
    if suggestion.is_reached:
        yield "  " + _("Nothing needs lowering: what is certain is there already.")
        return
    if not suggestion.sets:
        yield from _wrapped(_("No set of safeguards does. What stands in the way:"), "  ")
        for obstacle in suggestion.obstacles:
            named = ", ".join(filter(None, (obstacle.rule, obstacle.row_label)))
            yield from _wrapped(f"{obstacle.title} ({named}). {obstacle.sentence}", "  - ", "    ")
        return
    yield "  " + _("The least effort first; each safeguard counts 1 to 3.")
    for found in suggestion.sets[:SHOWN_SETS]:
        yield from _set_lines(catalogue, found)
    more = len(suggestion.sets) - SHOWN_SETS
    if more > 0:
        words = ngettext("%(n)d more set asks for as much or more.", "%(n)d more sets ask for as much or more.", more)
        yield "  " + words % {"n": more}


def _set_lines(catalogue: Catalogue, found: SafeguardSet) -> Iterator[str]:
    names = []
    for measure in found.measures:
        name = catalogue.mitigation(measure.mitigation).name
        place = f"{measure.mitigation}, {measure.row_label}" if measure.row_label else measure.mitigation
        names.append(f"{name} ({place})")
    level = catalogue.level(found.level).title.lower()
    words = _("%(names)s: %(level)s, effort %(effort)d") % {
        "names": "; ".join(names),
        "level": level,
        "effort": found.effort,
    }
    if found.upper != found.level:
        words += _(", up to %(level)s while answers stay open") % {"level": catalogue.level(found.upper).title.lower()}
    yield from _wrapped(f"{words}.", "  - ", "    ")


def tell_edits(edits: Iterable[Edit]) -> Iterator[str]:
    """Changes between releases, under the part that they stand in."""
    for part, entries in groupby(edits, key=lambda edit: edit.part):
        yield ""
        yield part.capitalize()
        for edit in entries:
            yield from _wrapped(edit.sentence(), "  - ", "    ")
            for detail in edit.details:
                yield from _wrapped(detail, "      ")


def tell_moved(releases: tuple[Catalogue, Catalogue], moved: list[tuple[str, Difference]], count: int) -> Iterator[str]:
    """Of the cases that were assessed under both releases, those whose level moved, a line each, and through what."""
    yield ""
    yield ngettext(
        "%(moved)d of %(n)d case changes its level", "%(moved)d of %(n)d cases change their level", count
    ) % {"moved": len(moved), "n": count}
    named = {difference.through for _name, difference in moved}
    rules = tuple(dict.fromkeys(rule for through in named for rule in sorted(through)))
    shared = len(named) == 1 and len(rules) == 1
    for name, difference in moved:
        pair, _because, why = difference.moves[0].sentence.partition(_BECAUSE)
        through = difference.through
        if through:
            words = "" if shared else _("through %(rules)s") % {"rules": ", ".join(through)}
        else:
            words = _("because %(why)s") % {"why": why.partition(". ")[0].rstrip(".")} if why else ""
        yield f"  - {name}: {', '.join(filter(None, (_decapitalised(pair.rstrip('.')), words)))}"
    if shared:
        yield _("All caused by the rule %(rule)s alone.") % {"rule": _rule_named(releases, rules[0])}
    elif rules:
        yield _("The rules named here:")
        yield from (f"  - {_rule_named(releases, rule)}" for rule in rules)


_BECAUSE = ", because "


def _decapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]


def _rule_named(releases: tuple[Catalogue, Catalogue], rule_id: str) -> str:
    before, after = ({rule.id: rule.title for rule in release.rules} for release in releases)
    title = after.get(rule_id) or before[rule_id]
    state = _(", new") if rule_id not in before else _(", gone") if rule_id not in after else ""
    return f"{rule_id}, “{title}”{state}"


def tell_trace(catalogue: Catalogue, result: Assessment) -> Iterator[str]:
    """Every rule on every row with its condition and what made it so, then each step of points and of the route."""
    labels = {finding.row: finding.row_label for finding in result.findings}
    yield ""
    yield _("Every rule")
    for line in result.trace:
        rule = catalogue.rule(line.rule)
        place = labels.get(line.row) or line.row
        said = _OUTCOMES[line.outcome] + (f" ({line.dated})" if line.dated else "")
        yield from _wrapped(f"{rule.title} ({', '.join(filter(None, (rule.id, place)))}): {said}", "  - ", "    ")
        when = _("When: %(condition)s.") % {"condition": in_words(catalogue, rule.when)}
        yield from _wrapped(when, "      ", "        ")
        yield from _reasons(line.because)
        for grade in line.grades:
            row = rule.rows[grade.grade - 1]
            words = (
                f"{grade.likelihood} × {grade.impact} = {grade.likelihood * grade.impact}, {_OUTCOMES[grade.outcome]}"
            )
            yield from _wrapped(f"{words}; {_('when')} {in_words(catalogue, row.when)}", "      ", "        ")
            yield from _reasons(grade.because)
    yield from _steps(catalogue, result)


_OUTCOMES = {
    "fired": gettext_lazy("it is the case"),
    "possible": gettext_lazy("it may be the case"),
    "quiet": gettext_lazy("it is not the case"),
    "not_in_force": gettext_lazy("it is not in force on this day"),
}
_TIERS = {
    "filed": gettext_lazy("as filed"),
    "agreed": gettext_lazy("with the agreed safeguards"),
    "if_agreed": gettext_lazy("with the proposed safeguards too"),
}
_ENDS = {"lower": gettext_lazy("certain findings alone"), "upper": gettext_lazy("possible ones too")}
_KINDS = {
    "safeguard": gettext_lazy("lowered by"),
    "raise": gettext_lazy("raised by"),
    "context_cap": gettext_lazy("held at the limit of context"),
    "membership_cap": gettext_lazy("held at the limit of a technology area alone"),
}


def _steps(catalogue: Catalogue, result: Assessment) -> Iterator[str]:
    """How points moved; rows that no step names count with likelihood times impact."""
    titles = {dimension.id: dimension.title for dimension in catalogue.dimensions}
    for (tier, end), steps in groupby(result.steps, key=lambda step: (step.safeguards, step.end)):
        yield ""
        yield _("Steps of points, %(tier)s, %(end)s") % {"tier": _TIERS[tier], "end": _ENDS[end]}
        for step in steps:
            before, after = (f"{x} × {y} = {score}" for x, y, score in (step.before, step.after))
            place = titles.get(step.dimension, "")
            named = ", ".join(filter(None, (step.finding, _("row %(n)d") % {"n": step.grade}, place)))
            why = f" {', '.join(step.why)}" if step.why else ""
            yield from _wrapped(f"{named}: {before} → {after}, {_KINDS[step.kind]}{why}", "  - ", "    ")
    if result.route_steps:
        yield ""
        yield _("Steps of the route")
    for turn in result.route_steps:
        pair = " → ".join(catalogue.route(each).title for each in (turn.before, turn.after) if each)
        yield from _wrapped(f"{pair}: {turn.why}", "  - ", "    ")


def _reasons(because: Iterable[Because]) -> Iterator[str]:
    for reason in because:
        place = f" ({reason.row})" if reason.row else ""
        yield from _wrapped(f"{reason.text} {reason.words or _('open')}{place}", "      · ", "        ")


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=first if rest is None else rest)

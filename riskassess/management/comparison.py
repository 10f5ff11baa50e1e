"""Differences, safeguards and traces as plain text."""

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.comparing import Difference
from riskassess.engine.describing import in_words
from riskassess.engine.releases import Edit
from riskassess.engine.results import Assessment
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


def tell_moved(moved: list[tuple[str, Difference]], count: int) -> Iterator[str]:
    """Of the cases that were assessed under both releases, those whose level moved, and through what."""
    yield ""
    yield ngettext(
        "%(moved)d of %(n)d case changes its level", "%(moved)d of %(n)d cases change their level", count
    ) % {"moved": len(moved), "n": count}
    for name, difference in moved:
        yield from _wrapped(f"{name}. {difference.headline}", "  - ", "    ")
        if difference.through:
            yield from _wrapped(_("Through: %(rules)s") % {"rules": ", ".join(difference.through)}, "      ")


def tell_trace(catalogue: Catalogue, result: Assessment) -> Iterator[str]:
    """Every rule on every row: what it came to, its condition, and the answers and facts that made it so."""
    labels = {finding.row: finding.row_label for finding in result.findings}
    outcomes = {
        "fired": _("is the case"),
        "possible": _("may be the case"),
        "quiet": _("is not the case"),
        "not_in_force": _("is not in force on this day"),
    }
    yield ""
    yield _("Every rule")
    for line in result.trace:
        rule = catalogue.rule(line.rule)
        place = labels.get(line.row) or line.row
        named = f"{rule.title} ({', '.join(filter(None, (rule.id, place)))}): {outcomes[line.outcome]}"
        yield from _wrapped(named, "  - ", "    ")
        yield from _wrapped(
            _("When: %(condition)s.") % {"condition": in_words(catalogue, rule.when)}, "      ", "        "
        )
        for reason in line.because:
            words = reason.words or _("open")
            yield from _wrapped(
                f"{reason.text} {words}" + (f" ({reason.row})" if reason.row else ""), "      ", "        "
            )


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=first if rest is None else rest)

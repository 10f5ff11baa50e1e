"""An assessment as plain text: what was found, from what, and what would change it."""

import textwrap
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.results import Assessment, Because, Finding, Hold, Interval, Narrowing, Remark, SourceRef

WIDTH = 100


def explain(title: str, catalogue: Catalogue, result: Assessment) -> Iterator[str]:
    """The lines of the explanation, in the order in which a reader asks."""
    yield title
    yield _("%(release)s, as of %(day)s") % {"release": f"{result.catalogue} {result.version}", "day": result.as_of}
    yield ""
    yield from _levels(catalogue, result)
    yield from _what_next(catalogue, result)
    yield from _holds(result)
    yield from _part(_("Findings"), _findings(catalogue, result, result.firm_findings))
    yield from _part(
        _("Possible findings: they depend on open answers"), _findings(catalogue, result, result.possible_findings)
    )
    yield from _part(_("A second reader is asked because"), _remarks(catalogue, result, result.escalations))
    yield from _part(
        _("A second reader may be asked because"), _remarks(catalogue, result, result.possible_escalations)
    )
    unscored = [remark for remark in result.advice if not _is_explained(result, remark)]
    yield from _part(_("To keep in mind"), _remarks(catalogue, result, unscored))
    yield from _part(_("What makes it lighter"), _remarks(catalogue, result, result.relief))
    yield from _part(_("What speaks for it"), (f"  - {words}" for words in result.benefit))
    yield from _part(_("What would narrow it, the most telling first"), _narrowing(catalogue, result.narrowing))
    yield from _part(_("Open answers"), _open_answers(result))


def _levels(catalogue: Catalogue, result: Assessment) -> Iterator[str]:
    yield from wrapped(_("Level as filed: %(level)s.") % {"level": in_words(catalogue, result.inherent)})
    yield from wrapped(catalogue.level(result.inherent.upper).meaning, "  ")
    if result.residual != result.inherent:
        yield _("With the agreed safeguards: %(level)s.") % {"level": in_words(catalogue, result.residual)}
    if result.if_agreed != result.residual:
        yield _("With the proposed safeguards too: %(level)s.") % {"level": in_words(catalogue, result.if_agreed)}
    rated = [dimension for dimension in result.dimensions if dimension.upper_score]
    yield from _part(
        _("By dimension"),
        (
            f"  {dimension.title}: {in_words(catalogue, dimension.inherent)} "
            + _("(%(score)d of 25)") % {"score": dimension.upper_score}
            for dimension in rated
        ),
    )


def _what_next(catalogue: Catalogue, result: Assessment) -> Iterator[str]:
    route = catalogue.route(result.route)
    days = (
        ngettext("%(days)d working day", "%(days)d working days", result.due_days) % {"days": result.due_days}
        if result.due_days
        else _("at once")
    )
    yield ""
    yield _("What happens next: %(route)s, %(days)s.") % {"route": route.title, "days": days}
    yield from wrapped(route.meaning, "  ")
    if result.route_reason not in {"", *(remark.sentence for remark in result.relief)}:
        yield from wrapped(_("Why: %(reason)s") % {"reason": result.route_reason}, "  ")


def _holds(result: Assessment) -> Iterator[str]:
    firm = [hold for hold in result.holds if hold.state == "firm"]
    possible = [hold for hold in result.holds if hold.state == "possible"]
    yield from _part(_("Legal holds: a permit comes first, the rest may go on"), _hold_lines(firm, _("Because")))
    yield from _part(
        _("Possible legal holds: open answers decide whether they apply"), _hold_lines(possible, _("It depends on"))
    )


def _hold_lines(holds: Iterable[Hold], because: str) -> Iterator[str]:
    for hold in holds:
        yield from wrapped(_titled(hold.title, hold.rule, hold.row_label), "  - ", "    ")
        yield from wrapped(hold.explain, "    ")
        yield from wrapped(_("What waits: %(activity)s") % {"activity": hold.activity}, "    ")
        yield from _reasons(because, hold.because)
        yield from wrapped(_("What lifts it: %(evidence)s") % {"evidence": hold.lifted_by}, "    ")
        yield from _sources(hold.sources)


def _findings(catalogue: Catalogue, result: Assessment, findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield from wrapped(_titled(finding.title, finding.rule, finding.row_label), "  - ", "    ")
        yield from wrapped(finding.explain, "    ")
        yield from wrapped(_points(catalogue, result, finding), "    ")
        yield from _reasons(_("Because"), finding.because)
        names = [catalogue.mitigation(item).name for item in finding.mitigations]
        if names:
            yield from wrapped(_("What would lower it: %(safeguards)s") % {"safeguards": "; ".join(names)}, "    ")
        yield from _sources(finding.sources)


def _points(catalogue: Catalogue, result: Assessment, finding: Finding) -> str:
    likelihood, impact = finding.raw
    words = _("%(level)s: likelihood %(likelihood)d times impact %(impact)d") % {
        "level": catalogue.level(finding.filed.level).title,
        "likelihood": likelihood,
        "impact": impact,
    }
    if finding.raised_by:
        others = sorted({_short(result, entry.partition(":")[2]) for entry in finding.raised_by})
        words += _(", likelihood one step up because %(others)s comes together with it") % {"others": ", ".join(others)}
    if finding.capped:
        words += _(", held at its limit")
    words += _(", %(score)d of 25") % {"score": finding.filed.score}
    if finding.agreed != finding.filed:
        words += _("; %(score)d with the agreed safeguards") % {"score": finding.agreed.score}
    if finding.if_agreed != finding.agreed:
        words += _("; %(score)d with the proposed ones too") % {"score": finding.if_agreed.score}
    return words + "."


def _remarks(catalogue: Catalogue, result: Assessment, remarks: Iterable[Remark]) -> Iterator[str]:
    for remark in remarks:
        if _is_explained(result, remark):
            label = next(finding.row_label for finding in result.findings if _is_same(finding, remark))
            yield from wrapped(_titled(catalogue.rule(remark.rule).title, remark.rule, label), "  - ", "    ")
            continue
        yield from wrapped(f"{remark.sentence} ({remark.rule})", "  - ", "    ")
        yield from _reasons(_("Because"), remark.because)
        yield from _sources(remark.sources)


def _short(result: Assessment, key: str) -> str:
    finding = result.finding(key)
    return f"{finding.rule} ({finding.row_label})" if finding and finding.row_label else key


def _is_explained(result: Assessment, remark: Remark) -> bool:
    """Whether its reasons and sources stand with a finding already."""
    return any(_is_same(finding, remark) for finding in result.findings)


def _is_same(finding: Finding, remark: Remark) -> bool:
    return (finding.rule, finding.row) == (remark.rule, remark.row)


def _narrowing(catalogue: Catalogue, items: Iterable[Narrowing]) -> Iterator[str]:
    for item in items:
        yield from wrapped(_titled(item.text, item.question, item.row_label), "  - ", "    ")
        for _option, words, lower, upper in item.outcomes:
            yield from wrapped(f"{words}: {in_words(catalogue, Interval(lower, upper))}", "      ")
        if item.decides_holds:
            yield from wrapped(
                _("It decides the possible hold %(rules)s.") % {"rules": ", ".join(item.decides_holds)}, "      "
            )


def _open_answers(result: Assessment) -> Iterator[str]:
    for answer in result.open_answers:
        state = _("unsure") if answer.state == "unsure" else _("not answered yet")
        yield from wrapped(f"{_titled(answer.text, answer.question, answer.row_label)}: {state}", "  - ", "    ")


def _reasons(word: str, because: Iterable[Because]) -> Iterator[str]:
    for reason in because:
        words = f"{reason.text} {reason.words}" if reason.kind == "answer" else f"{reason.text}: {reason.words}"
        yield from wrapped(f"{word}: {words}", "    ", "      ")


def _sources(sources: Iterable[SourceRef]) -> Iterator[str]:
    for source in sources:
        words = _("Source: %(title)s, %(section)s (checked %(day)s)") % {
            "title": source.title,
            "section": source.section,
            "day": source.last_checked,
        }
        yield from wrapped(words, "    ", "      ")
        yield f"      {source.url}"


def in_words(catalogue: Catalogue, interval: Interval) -> str:
    """One level, or both ends of an interval."""
    lower, upper = catalogue.level(interval.lower).title, catalogue.level(interval.upper).title
    return _("%(lower)s to %(upper)s") % {"lower": lower, "upper": upper.lower()} if interval.is_open else lower


def _titled(text: str, item_id: str, row_label: str) -> str:
    return f"{text} ({item_id}, {row_label})" if row_label else f"{text} ({item_id})"


def _part(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading with its lines; nothing where there are none."""
    lines = list(lines)
    if lines:
        yield from ["", heading, *lines]


def wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=first if rest is None else rest)

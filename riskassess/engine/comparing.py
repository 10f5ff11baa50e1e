"""What differs between two assessments, in words: the level and through what, findings, holds, route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from riskassess.engine.catalogue import LEVELS, Catalogue
from riskassess.engine.results import Assessment, Because, Finding, Interval, Result

_RANK: dict[str, int] = {level: rank for rank, level in enumerate(LEVELS)}
TIERS = (
    ("inherent", "As filed"),
    ("residual", "With the agreed safeguards"),
    ("if_agreed", "With the proposed safeguards too"),
)
GRADES = {"inherent": "filed", "residual": "agreed", "if_agreed": "if_agreed"}
QUOTED = 3
SHOWN_REASONS = 4


@dataclass(frozen=True, slots=True)
class Move(Result):
    """A level that moved, as filed or with safeguards, and the rules that alone make the difference."""

    tier: str  # "inherent" | "residual" | "if_agreed"
    before: Interval
    after: Interval
    through: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Change(Result):
    part: str  # "finding" | "dimension" | "hold" | "escalation" | "relief" | "route" | "open"
    item: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Difference(Result):
    """Empty `moves` and `changes`: the same to a reader."""

    headline: str
    moves: tuple[Move, ...]
    changes: tuple[Change, ...]

    @property
    def moves_level(self) -> bool:
        return any(move.tier == "inherent" for move in self.moves)

    @property
    def through(self) -> tuple[str, ...]:
        """The rules through which a level moved, each once."""
        return tuple(dict.fromkeys(rule for move in self.moves for rule in move.through))


def compare(catalogue: Catalogue, before: Assessment, after: Assessment) -> Difference:
    """What the second says differently from the first. Titles of levels and routes are the given catalogue's, which is
    the second's where the two were made under different releases."""
    moves = tuple(_moves(catalogue, before, after))
    changes = (
        *_dimensions(catalogue, before, after),
        *_findings(catalogue, before, after),
        *_holds(before, after),
        *_remarks(before, after),
        *_route(catalogue, before, after),
        *_open(before, after),
    )
    if moves:
        headline = " ".join(move.sentence for move in moves)
    else:
        words = interval_words(catalogue, after.inherent)
        headline = f"The level stays {words}" + (", other things change." if changes else "; nothing changes.")
    return Difference(headline, moves, changes)


def interval_words(catalogue: Catalogue, interval: Interval) -> str:
    lower, upper = (catalogue.level(end).title.lower() for end in (interval.lower, interval.upper))
    return f"{lower} to {upper}" if interval.is_open else lower


def _moves(catalogue: Catalogue, before: Assessment, after: Assessment) -> Iterator[Move]:
    """A tier is told where it moved otherwise than the one before it; reasons stand with the first."""
    told: set[tuple[Interval, Interval]] = set()
    for tier, words in TIERS:
        first: Interval = getattr(before, tier)
        second: Interval = getattr(after, tier)
        if first == second or (first, second) in told:
            continue
        told.add((first, second))
        reasons = _reasons(catalogue, before, after, tier, first, second)
        pair = f"{_from(catalogue, first)} to {_from(catalogue, second)}"
        why = _listed(list(dict.fromkeys(sentence for _rule, sentence in reasons)))
        if len(told) > 1:
            sentence = f"{words}: from {pair}."
        else:
            sentence = f"{words}: from {pair}, because {why}." if why else f"{words}: from {pair}; the bands differ."
        yield Move(tier, first, second, tuple(dict.fromkeys(rule for rule, _sentence in reasons if rule)), sentence)


def _listed(reasons: list[str]) -> str:
    more = len(reasons) - SHOWN_REASONS
    rest = [f"{more} more findings differ" if more > 1 else "1 more finding differs"] if more > 0 else []
    return "; ".join(reasons[:SHOWN_REASONS] + rest)


def _from(catalogue: Catalogue, interval: Interval) -> str:
    words = interval_words(catalogue, interval)
    return f"“{words}”" if interval.is_open else words


def _reasons(
    catalogue: Catalogue, before: Assessment, after: Assessment, tier: str, first: Interval, second: Interval
) -> list[tuple[str, str]]:
    """(rule, why) of the findings that stand above what the other assessment reaches: each of them alone would hold
    the level there, so that the move needs all of them to come or to go. Where a band moved, it is no rule's doing."""
    found: dict[tuple[str, bool], tuple[str, str]] = {}
    quoted: set[str] = set()
    for end in ("lower", "upper"):
        was, now = _RANK[getattr(first, end)], _RANK[getattr(second, end)]
        source, other, bound = (after, before, was) if now > was else (before, after, now)
        if now == was:
            continue
        for finding in source.findings:
            is_above = _RANK[getattr(finding, GRADES[tier]).level] > bound
            if is_above and (finding.firm or end == "upper") and (finding.key, now > was) not in found:
                if band := _moved_band(catalogue, finding, other, tier):
                    found[finding.key, now > was] = ("", band)
                    continue
                why = _why(finding, source, other, tier, quoted, rises=now > was)
                found[finding.key, now > was] = (finding.rule, why)
    return list(found.values())


def _moved_band(catalogue: Catalogue, finding: Finding, other: Assessment, tier: str) -> str:
    """Said where the same points count as another level: the releases differ in where the level begins."""
    same, tier_grade = _same(finding, other), GRADES[tier]
    if same is None or same.firm != finding.firm:
        return ""
    mine, theirs = getattr(finding, tier_grade), getattr(same, tier_grade)
    if mine.score != theirs.score or mine.level == theirs.level:
        return ""
    band = catalogue.level(mine.level)
    return f"{band.title} now begins at {band.lowest}"


def _why(finding: Finding, source: Assessment, other: Assessment, tier: str, quoted: set[str], *, rises: bool) -> str:
    """In words what became of a finding of `source` that the other assessment does not hold at this height."""
    named, same = _named(finding), _same(finding, other)
    turned = _turned(finding, source, other, rises=rises)
    turned = "" if turned in quoted else turned  # said of another finding already
    quoted.add(turned)
    if same is None:
        state = "is found" if finding.firm else "is now possible"
        words = f"{named} {state}" if rises else f"{named} is no longer {'found' if finding.firm else 'possible'}"
        return words + turned
    if same.firm != finding.firm:
        new = finding if rises else same
        return f"{named} is now {'certain' if new.firm else 'only possible'}{turned}"
    mine, theirs = getattr(finding, GRADES[tier]), getattr(same, GRADES[tier])
    low, high = (theirs.score, mine.score) if rises else (mine.score, theirs.score)
    if tier != "inherent" and finding.filed == same.filed:
        less, more = f"a safeguard lowers {named}", f"a safeguard for {named} is gone"
        return f"{more if rises else less} from {low} to {high} of 25"
    return f"{named} goes from {low} to {high} of 25{turned or _raised(finding, same, rises=rises)}"


def _raised(finding: Finding, same: Finding, *, rises: bool) -> str:
    if not finding.raised_by or same.raised_by:
        return ""
    return ", raised by another finding" if rises else ", as no other finding raises it any more"


def _turned(finding: Finding, source: Assessment, other: Assessment, *, rises: bool) -> str:
    """The answers and facts behind a finding that read differently in the two assessments."""
    mine, theirs = _read(source), _read(other)
    turned = []
    for reason in finding.because:
        key = (reason.kind, reason.id, reason.row)
        if key in theirs and theirs[key].words != mine[key].words:
            old, new = (theirs[key], mine[key]) if rises else (mine[key], theirs[key])
            turned.append(f"“{reason.text}” was {_value(old)}, now {_value(new)}")
    return f" ({'; '.join(turned[:QUOTED])})" if turned else ""


def _read(assessment: Assessment) -> dict[tuple[str, str, str], Because]:
    lists = [
        *(finding.because for finding in assessment.findings),
        *(hold.because for hold in assessment.holds),
        *(line.because for line in assessment.trace),
    ]
    return {(reason.kind, reason.id, reason.row): reason for reasons in lists for reason in reasons}


def _value(reason: Because) -> str:
    return f"“{reason.words}”" if reason.words else "open"


def _named(finding: Finding) -> str:
    return f"“{finding.title}” ({', '.join(filter(None, (finding.rule, finding.row_label)))})"


def _same(finding: Finding, other: Assessment) -> Finding | None:
    """The finding of the same rule and row, of the same certainty where there is one."""
    found = [each for each in other.findings if each.key == finding.key]
    return next((each for each in found if each.firm == finding.firm), found[0] if found else None)


def _findings(catalogue: Catalogue, before: Assessment, after: Assessment) -> Iterator[Change]:
    for finding in before.findings:
        if _same(finding, after) is None:
            yield Change("finding", finding.key, f"No longer {_state(finding)}: {_named(finding)}.")
    for finding in after.findings:
        same = _same(finding, before)
        if same is None:
            level = catalogue.level(finding.level).title.lower()
            yield Change("finding", finding.key, f"Newly {_state(finding)}: {_named(finding)}, {level}.")
            continue
        if same.firm != finding.firm:
            words = "certain" if finding.firm else "only possible"
            yield Change("finding", finding.key, f"Now {words}: {_named(finding)}.")
        for grade, words in (("filed", ""), ("agreed", " with the agreed safeguards")):
            was, now = getattr(same, grade), getattr(finding, grade)
            if was.score != now.score and (grade == "filed" or same.filed == finding.filed):
                levels = f"{_score(catalogue, was.score)} to {_score(catalogue, now.score)}"
                yield Change("finding", finding.key, f"{_named(finding)} goes from {levels}{words}.")


def _state(finding: Finding) -> str:
    return "found" if finding.firm else "possible"


def _score(catalogue: Catalogue, score: int) -> str:
    return f"{score} ({catalogue.level(catalogue.level_of(score)).title.lower()})"


def _dimensions(catalogue: Catalogue, before: Assessment, after: Assessment) -> Iterator[Change]:
    old = {dimension.id: dimension for dimension in before.dimensions}
    for dimension in after.dimensions:
        was = old.get(dimension.id)
        if was and was.inherent != dimension.inherent:
            pair = f"{_from(catalogue, was.inherent)} to {_from(catalogue, dimension.inherent)}"
            yield Change("dimension", dimension.id, f"{dimension.title} goes from {pair}.")


def _holds(before: Assessment, after: Assessment) -> Iterator[Change]:
    old = {(hold.rule, hold.row): hold for hold in before.holds}
    new = {(hold.rule, hold.row): hold for hold in after.holds}
    for key, hold in old.items():
        if key not in new:
            words = "possible legal hold" if hold.state == "possible" else "legal hold"
            yield Change("hold", hold.rule, f"No {words} any more: {_hold(hold.title, hold.rule, hold.row_label)}.")
    for key, hold in new.items():
        was = old.get(key)
        words = "A possible legal hold" if hold.state == "possible" else "A legal hold"
        if was is None:
            waits = f" What waits: {hold.activity}" if hold.activity else ""
            yield Change(
                "hold", hold.rule, f"{words}: {_hold(hold.title, hold.rule, hold.row_label)}.{waits.rstrip('.')}."
            )
        elif was.state != hold.state:
            yield Change("hold", hold.rule, f"{words} now: {_hold(hold.title, hold.rule, hold.row_label)}.")


def _hold(title: str, rule: str, row_label: str) -> str:
    return f"“{title}” ({', '.join(filter(None, (rule, row_label)))})"


def _remarks(before: Assessment, after: Assessment) -> Iterator[Change]:
    parts: Iterable[tuple[str, str, str]] = (
        ("escalation", "escalations", "A second person looks"),
        ("escalation", "possible_escalations", "A second person may look"),
        ("relief", "relief", "Relief"),
    )
    for part, name, words in parts:
        old = {(remark.rule, remark.row): remark.sentence for remark in getattr(before, name)}
        new = {(remark.rule, remark.row): remark.sentence for remark in getattr(after, name)}
        for key, sentence in old.items():
            if key not in new:
                yield Change(part, key[0], f"{words} no longer: {sentence} ({key[0]})")
        for key, sentence in new.items():
            if key not in old:
                yield Change(part, key[0], f"{words} now: {sentence} ({key[0]})")


def _route(catalogue: Catalogue, before: Assessment, after: Assessment) -> Iterator[Change]:
    if before.route != after.route:
        was, now = (f"{catalogue.route(each.route).title.lower()} ({_days(each.due_days)})" for each in (before, after))
        why = f", because of this: {after.route_reason.rstrip('.')}" if after.route_reason else ""
        yield Change("route", after.route, f"The route goes from {was} to {now}{why}.")


def _days(days: int) -> str:
    return f"{days} working days" if days > 1 else "1 working day" if days else "at once"


def _open(before: Assessment, after: Assessment) -> Iterator[Change]:
    old = {(each.question, each.row) for each in before.open_answers}
    new = {(each.question, each.row) for each in after.open_answers}
    for each in after.open_answers:
        if (each.question, each.row) not in old:
            words = f" ({each.row_label})" if each.row_label else ""
            yield Change("open", each.question, f"Open now: “{each.text}”{words}.")
    for each in before.open_answers:
        if (each.question, each.row) not in new:
            words = f" ({each.row_label})" if each.row_label else ""
            yield Change("open", each.question, f"No longer open: “{each.text}”{words}.")

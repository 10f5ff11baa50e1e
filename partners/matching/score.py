"""How likely two parties are the same: a weighted list of features, each with what was compared and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, log

from rapidfuzz.fuzz import ratio

from partners.matching import compare as features
from partners.matching.align import Alignment, align
from partners.matching.prepare import Prepared, Reading, prepare
from partners.matching.statistics import ORGANISATIONS, PEOPLE, Statistics

SCORER = "names-and-facts-2"  # goes up whenever any score changes: what was scored before is scored anew

# What the features weigh. A score is the logistic of their sum, like the odds of a bet: 0 is one to one. The weights of
# the features of names were fitted to changed and unlisted names, and held to the sign that their sense demands.
ORGANISATION = {
    "equal": 2.2,
    "words": 3.2,
    "covered": 4.1,
    "own_words": 4.0,
    "rare_words": 1.2,
    "only_asked_for": -1.8,
    "only_listed": -2.2,
    "last_word": -0.5,
    "numbers": -0.8,
    "order": -0.5,
    "known_word_differs": -4.4,
    "letters": 4.9,
}
PERSON = {
    "words": 5.9,
    "contradiction": -1.95,
    "left_out_of_much": 7.8,
    "left_out_of_little": -2.15,
    "slips": -3.0,
    "initials": -0.16,
    "order": -0.6,
    "known_words_differ": -2.0,
    "letters": 0.63,
}
AT_OUTSET = {"organisation": -9.64, "person": -2.87}  # the odds before anything is compared
MOST = 5.4  # odds; names can't be more alike than alike
WEAK = {"organisation": -4.2, "person": -2.4}  # even where it is equal, a weak alias makes no match likely
OTHER = {"former_name": -0.2, "country": -1.2, "birth_year": -3.8, "kind": -4.1}

ACRONYM_ALONE, ACRONYM_SUPPORTED = 0.2, 1.1  # one acronym in eight means several organisations
LIKELY, POSSIBLE = 0.80, 0.60  # from here up
LEAST_ODDS = log(POSSIBLE / (1 - POSSIBLE)) - 0.001  # what else is known of two parties only takes away from them
LEAST_LETTERS = 58  # of a hundred; names that share fewer are not looked at further


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    kind: str = "primary"  # primary, alias, former, weak, acronym, filed


@dataclass(frozen=True, slots=True)
class Named:
    """A party with all its names, as far as it is known."""

    names: tuple[Name, ...]
    countries: frozenset[str] = frozenset()
    kind: str = "organisation"  # or person
    ids: frozenset[tuple[str, str]] = frozenset()  # (scheme, value)
    birth_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    value: float
    weight: float
    query_text: str
    listed_text: str
    why: str


@dataclass(frozen=True, slots=True)
class Scored:
    score: float
    band: str  # exact, likely, possible, clear
    features: tuple[Feature, ...]
    scorer: str = SCORER


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two names compared; what speaks for and against, summed."""

    query: Name
    listed: Name
    odds: float
    aligned: Alignment | None = None  # none for acronyms
    measured: tuple[tuple[str, float], ...] = ()


def compare(query: Named, listed: Named, *, statistics: Statistics | None = None, only_matches: bool = False) -> Scored:
    """How alike the two are, by the best pair of their names, corrected by what else is known of them.

    An identifier that both have makes the match exact, whatever the names. `statistics` says how much a word tells; by
    default the counts that come with the matcher, so that a pair has one score wherever it is compared. With
    `only_matches` the band and all that is said of a match are the same, and what is clear has no score: most
    candidates are, and are then told apart by their words alone.
    """
    kind = "person" if query.kind == listed.kind == "person" else "organisation"
    statistics = statistics or (PEOPLE if kind == "person" else ORGANISATIONS)
    qualifiers = _qualifiers(query, listed)
    beside_names = sum(feature.value * feature.weight for feature in qualifiers)
    least = LEAST_ODDS - beside_names if only_matches and not query.ids & listed.ids else -inf
    pair = _best_pair(query, listed, statistics, kind, least)
    about_names = _explain(pair, kind) if pair else []
    if shared := query.ids & listed.ids:
        scheme, value = min(shared)
        exact = Feature("identifier", 1.0, 1.0, value, value, f"both have this identifier: {scheme}")
        return Scored(1.0, "exact", (exact, *about_names, *qualifiers))
    if pair is None:
        return Scored(0.0, "clear", ())
    odds = pair.odds + beside_names
    score = round(1 / (1 + exp(-odds)), 4)
    if only_matches and band_of(score) == "clear":
        return Scored(0.0, "clear", ())
    return Scored(score, band_of(score), (*about_names, *qualifiers))


def band_of(score: float) -> str:
    """Only an identifier makes a match exact."""
    return "likely" if score >= LIKELY else "possible" if score >= POSSIBLE else "clear"


def rank(scored: Scored) -> tuple[bool, float, int, float]:
    """To sort the best first (`reverse=True`): identifiers, then score, then how much speaks for it."""
    speaking = [feature.value * feature.weight for feature in scored.features if feature.value * feature.weight > 0]
    return scored.band == "exact", scored.score, len(speaking), sum(speaking)


def _best_pair(query: Named, listed: Named, statistics: Statistics, kind: str, least: float) -> _Pair | None:
    is_supported = bool(query.countries & listed.countries)
    best: _Pair | None = None
    for one in query.names:
        prepared = prepare(one.text, kind)
        for other in listed.names:
            if "acronym" in (one.kind, other.kind):
                pair = _compare_acronyms(one, other, prepared, prepare(other.text, kind), is_supported)
            else:
                pair = _compare_names(one, other, prepared, prepare(other.text, kind), statistics, kind, least)
            if pair and (best is None or pair.odds > best.odds):
                best = pair
                least = max(least, best.odds)
    return best


def _compare_names(
    query: Name, listed: Name, one: Prepared, other: Prepared, statistics: Statistics, kind: str, least: float
) -> _Pair | None:
    """By the readings that are most alike; none where nothing can bring the odds over the least."""
    best: _Pair | None = None
    weights = _WEIGHTS[kind]
    beside = WEAK[kind] * ("weak" in (query.kind, listed.kind))
    beside += OTHER["former_name"] * ("former" in (query.kind, listed.kind))
    for reading in one.readings:
        for against in other.readings:
            if _is_far(reading, against):
                continue
            aligned = align(reading, against, statistics.weight, kind == "person")
            measured = _measure(aligned, statistics, kind)
            odds = AT_OUTSET[kind] + sum(value * weights[name] for name, value in measured)
            if odds + weights["letters"] + beside <= least:
                continue
            measured.append(("letters", letters := features.letters(aligned)))
            odds = min(MOST, odds + letters * weights["letters"]) + beside
            if best is None or odds > best.odds:
                best = _Pair(query, listed, odds, aligned, tuple(measured))
                least = max(least, odds)
    return best


def _is_far(one: Reading, other: Reading) -> bool:
    """Too few letters in common for any weight to make it a match; spares the work on most candidates."""
    return not (
        ratio(one.joined, other.joined, score_cutoff=LEAST_LETTERS)
        or ratio(one.sorted, other.sorted, score_cutoff=LEAST_LETTERS)
    )


_WEIGHTS = {"organisation": ORGANISATION, "person": PERSON}
_KNOWING = {"known_words_differ", "known_word_differs"}  # these ask which words other names hold
_MEASURES = {
    kind: [(name, getattr(features, name), name in _KNOWING) for name in weights if name != "letters"]
    for kind, weights in _WEIGHTS.items()
}


def _measure(aligned: Alignment, statistics: Statistics, kind: str) -> list[tuple[str, float]]:
    """All but the letters, which cost most and can't be worse than none."""
    is_known = statistics.counts.__contains__
    return [
        (name, measure(aligned, is_known) if is_asking else measure(aligned))
        for name, measure, is_asking in _MEASURES[kind]
    ]


def _compare_acronyms(query: Name, listed: Name, one: Prepared, other: Prepared, is_supported: bool) -> _Pair | None:
    if not any(a.joined == b.joined for a in one.readings for b in other.readings):
        return None
    return _Pair(query, listed, ACRONYM_SUPPORTED if is_supported else ACRONYM_ALONE)


def _explain(pair: _Pair, kind: str) -> list[Feature]:
    one, other = pair.query, pair.listed
    if pair.aligned is None:
        why = "the acronym and the country are equal" if pair.odds == ACRONYM_SUPPORTED else "only the acronym is equal"
        return [Feature("acronym", 1.0, pair.odds, one.text, other.text, why)]
    said = {"words": _say(pair.aligned), "letters": f"{pair.aligned.query.joined} | {pair.aligned.listed.joined}"}
    found = [
        Feature(name, round(value, 4), _WEIGHTS[kind][name], one.text, other.text, said.get(name) or _sense(name))
        for name, value in pair.measured
        if value or name in said
    ]
    found.append(Feature("at_outset", 1.0, AT_OUTSET[kind], "", "", "the odds before anything is compared"))
    if (odds := sum(feature.value * feature.weight for feature in found)) > MOST:
        found.append(Feature("enough", 1.0, MOST - odds, "", "", "names can't be more alike than alike"))
    if "weak" in (one.kind, other.kind):
        found.append(Feature("weak_name", 1.0, WEAK[kind], one.text, other.text, "a weak alias"))
    if "former" in (one.kind, other.kind):
        found.append(Feature("former_name", 1.0, OTHER["former_name"], one.text, other.text, "a former name"))
    return found


def _sense(name: str) -> str:
    """What a measure says is the first line of its docstring."""
    return (getattr(features, name).__doc__ or "").strip().split("\n")[0].rstrip(".")


def _qualifiers(query: Named, listed: Named) -> list[Feature]:
    found = []
    for name, value, one, other, why in (
        ("country", features.countries(query.countries, listed.countries), query.countries, listed.countries,
         "the countries differ"),
        ("birth_year", features.birth_years(query.birth_years, listed.birth_years), query.birth_years,
         listed.birth_years, "the years of birth differ"),
        ("kind", float(query.kind != listed.kind), {query.kind}, {listed.kind}, "one is a person, the other is not"),
    ):  # fmt: skip
        if value:
            found.append(Feature(name, value, OTHER[name], _listing(one), _listing(other), why))
    return found


def _listing(values: Iterable) -> str:
    return ", ".join(sorted(map(str, values)))


def _say(aligned: Alignment) -> str:
    said = [one if one == other else f"{one} ~ {other}" for one, other, _alike in aligned.pairs]
    text = "agree: " + (", ".join(said) or "none")
    if aligned.extra_query:
        text += "; only in the name asked for: " + ", ".join(aligned.extra_query)
    if aligned.extra_listed:
        text += "; only in the listed name: " + ", ".join(aligned.extra_listed)
    return text
